// How a program describes a chip of its own: it takes one that is there and changes it.

extension ChipDescription {
  /// A built-in description, or one from a file.
  /// - Parameter nameOrPath: one of ``builtInNames``, or the path of a `.json` file (`docs/chips.md` has its keys).
  /// - Throws: `NmsimError`: there is no such chip, or the file is no description.
  public init(_ nameOrPath: String) throws(NmsimError) {
    self = try NmsimError.from { try ChipLibrary.load(nameOrPath) }
  }

  /// The names of the built-in descriptions.
  public static var builtInNames: [String] { ChipLibrary.names }

  /// A number of the chip; nil: unknown, or not limited.
  public subscript(number: ChipNumber) -> Int? { value(number) }

  /// Sets a number.
  /// - Parameters:
  ///   - number: which.
  ///   - value: nil: unknown, and where it is a limit not checked.
  ///   - source: who says so.
  /// - Throws: `NmsimError`: the number cannot have the value. Numbers that contradict one another are found by the compiler.
  public mutating func set(_ number: ChipNumber, to value: Int?, source: String) throws(NmsimError) {
    if let value, !number.range.contains(value) {
      throw NmsimError("chip '\(escaped(name))': '\(number.rawValue)' is \(value); give a whole number \(number.range.boundsText)")
    }
    numbers[number] = value.map { .assumed($0, source) }
  }

  /// Sets the energy that an action takes.
  /// - Parameters:
  ///   - action: which.
  ///   - joules: of one, finite and not negative; nil: unknown.
  ///   - source: who says so.
  /// - Throws: `NmsimError`: no such energy.
  public mutating func set(_ action: ChipAction, joules: Double?, source: String) throws(NmsimError) {
    energy[action] = try cost(joules, "joules", of: action, source)
  }

  /// Sets the time that an action takes.
  /// - Parameters:
  ///   - action: which.
  ///   - seconds: of one, finite and not negative; nil: unknown.
  ///   - source: who says so.
  /// - Throws: `NmsimError`: no such time.
  public mutating func set(_ action: ChipAction, seconds: Double?, source: String) throws(NmsimError) {
    time[action] = try cost(seconds, "seconds", of: action, source)
  }

  private func cost(
    _ value: Double?, _ unit: String, of action: ChipAction, _ source: String
  ) throws(NmsimError) -> Cost? {
    guard let value else { return nil }
    guard NumberRange.notNegative.contains(value) else {
      throw NmsimError(
        "chip '\(escaped(name))': '\(action.rawValue)' takes \(value) \(unit); give a number \(NumberRange.notNegative.text)")
    }
    return .known(.assumed(value, source))
  }
}
