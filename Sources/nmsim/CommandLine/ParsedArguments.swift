/// The arguments of one command, read and checked against its table entry.
///
/// The accessors take names out of that entry. A name that it does not have, or a value of another kind, is an error
/// in nmsim and traps; nothing that a user types can cause it.
struct ParsedArguments: Sendable {
  /// The table that the command line was read with.
  let table: CommandTable
  /// The command.
  let command: CommandSpec
  /// Given options, and the defaults of the others.
  private let values: [String: ParsedValue]
  /// Given positionals, and the defaults of the others.
  private let positionalValues: [String: [ParsedValue]]
  /// Names of options and positionals that were typed.
  private let given: Set<String>
  /// The arguments after the command's name, as typed.
  let typed: [String]

  init(
    table: CommandTable, command: CommandSpec, values: [String: ParsedValue],
    positionalValues: [String: [ParsedValue]], given: Set<String>, typed: [String] = []
  ) {
    self.table = table
    self.command = command
    self.values = values
    self.positionalValues = positionalValues
    self.given = given
    self.typed = typed
  }

  /// The command line, quoted so that a shell reads it again.
  var line: String {
    (["nmsim", command.name] + typed.map(ShellWord.quoted)).joined(separator: " ")
  }

  /// Whether the option or positional was typed, as opposed to left at its default.
  func isGiven(_ name: String) -> Bool {
    check(command.option(name) != nil || command.positional(name) != nil, name)
    return given.contains(name)
  }

  /// Whether a flag was given.
  func flag(_ name: String) -> Bool {
    check(command.option(name).map { $0.value == nil } ?? false, name)
    return values[name] != nil
  }

  /// The text of an option: a name, a path, a choice.
  func string(_ name: String) -> String? { value(name) { if case .text(let text) = $0 { text } else { nil } } }

  /// The texts of a repeatable option, in the order typed.
  func strings(_ name: String) -> [String] {
    value(name) { if case .texts(let texts) = $0 { texts } else { nil } } ?? []
  }

  /// The whole number of an option, inside its range.
  func int(_ name: String) -> Int? { value(name) { if case .integer(let number) = $0 { number } else { nil } } }

  /// The number of an option, finite and inside its range.
  func double(_ name: String) -> Double? { value(name) { if case .number(let number) = $0 { number } else { nil } } }

  /// The numbers of an option, at least one, all finite.
  func doubles(_ name: String) -> [Double]? {
    value(name) { if case .numbers(let numbers) = $0 { numbers } else { nil } }
  }

  /// The sizes of an option, at least one, all above 0.
  func shape(_ name: String) -> [Int]? { value(name) { if case .shape(let sizes) = $0 { sizes } else { nil } } }

  private func value<Value>(_ name: String, _ read: (ParsedValue) -> Value?) -> Value? {
    check(command.option(name)?.value != nil, name)
    guard let value = values[name] else { return nil }
    guard let value = read(value) else { wrongKind(name) }
    return value
  }

  /// The text of a positional that is given at most once.
  func positional(_ name: String) -> String? { positionals(name).first }

  /// The texts of a positional, in the order typed.
  func positionals(_ name: String) -> [String] {
    check(command.positional(name) != nil, name)
    return (positionalValues[name] ?? []).map { value in
      guard case .text(let text) = value else { wrongKind(name) }
      return text
    }
  }

  private func check(_ declared: Bool, _ name: String) {
    precondition(declared, "command table: '\(command.name)' has no such argument '\(name)'")
  }

  private func wrongKind(_ name: String) -> Never {
    preconditionFailure("command table: '\(command.name)' has '\(name)' as another kind of value")
  }
}
