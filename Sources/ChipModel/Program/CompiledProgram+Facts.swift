// What a user of the library asks a program.

extension CompiledProgram {
  /// Reads a program file, `*.nmsim`.
  /// - Throws: `NmsimError`: there is no such file, or it is no sound program.
  public init(file path: String) throws(NmsimError) {
    self = try NmsimError.from { try ProgramFile(reading: path).program }
  }

  /// Writes the program to a file, which is replaced at once: a reader sees the old one or the new one.
  /// - Throws: `NmsimError`: the file cannot be written.
  public func write(to path: String) throws(NmsimError) {
    _ = try NmsimError.from { try ProgramFile.write(self, to: path) }
  }

  /// Of the network.
  public var name: String { network.name }

  /// Shape of a sample, `[C, H, W]` or `[N]`.
  public var inputShape: [Int] { input.dataDimensions }

  /// The names of the populations whose neurons lie on cores, relays of long delays included.
  public var populationNames: [String] { populations[placed].map(\.name) }

  /// Cores in use.
  public var coreCount: Int { cores.count }

  /// Steps of a run that names none: those that the network was calibrated for; nil: unknown.
  public var steps: Int? { standardSteps }

  /// How the network was made, as `key: value` lines.
  public var history: [String] { network.provenance }

  /// The index of a population of cores.
  package func index(of population: String) throws(NmsimError) -> Int {
    guard let index = placed.first(where: { populations[$0].name == population }) else {
      throw NmsimError(
        "program '\(escaped(name))': no population \(quotedForMessage(population))"
          + (closest(to: population, in: populationNames).map { "; did you mean '\($0)'?" } ?? "")
          + "; use one of \(ShapeText.list(populationNames))")
    }
    return index
  }
}
