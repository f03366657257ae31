import ChipModel

/// `nmsim chips`: the chip descriptions that come with nmsim.
enum ChipsCommand {
  /// The built-in chips; a file is taken as well.
  static let names = ChipLibrary.names

  static let spec = CommandSpec(
    name: "chips", abstract: "List chip descriptions, or show one",
    positionals: [
      PositionalSpec(
        "action", "ACTION", .choiceOrFile(["list", "show"] + names, .chip), .optional, standard: .value("list"),
        "list: one line for each chip. show, or a chip at once: limits, energy and time of one, with sources."),
      PositionalSpec(
        "chip", "CHIP", .choiceOrFile(names, .chip), .optional, "With show: the name of a chip, or a file."),
    ],
    options: [
      .json("Also write what is shown as JSON; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim chips", "One line for each chip."),
      ExampleSpec("nmsim chips loihi", "Everything about one, with sources."),
    ],
    exits: [.missingInput, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let (action, chip) = (arguments.positional("action") ?? "list", arguments.positional("chip"))
    if action == "list" {
      if let chip {
        throw CommandError(
          .usage, subject: "chips", problem: "list takes no chip, got '\(chip)'",
          remedy: "'nmsim chips \(chip)' shows one")
      }
      try list(arguments, terminal)
    } else {
      let actions = ["list", "show"]
      if !actions.contains(action), !names.contains(action), let meant = closest(to: action, in: actions) {
        throw CommandError(
          .invalidValue(
            command: "chips", argument: "ACTION", value: action, .notChoice(actions, suggestion: meant)))
      }
      guard let name = action == "show" ? chip : action else {
        throw CommandError(
          .usage, subject: "chips", problem: "show needs the name of a chip",
          remedy: "for example 'nmsim chips loihi'")
      }
      if action != "show", let chip {
        throw CommandError(
          .usage, subject: "chips", problem: "shows one chip, got '\(action)' and '\(chip)'", remedy: "name one")
      }
      try show(name, arguments, terminal)
    }
    return .success
  }

  /// - Parameter nameOrPath: a built-in name, or a file.
  static func load(
    _ nameOrPath: String, namedBy naming: FileReader.Naming = .user
  ) throws(CommandError) -> ChipDescription {
    try told(by: CommandError.init) { () throws(ChipError) in try ChipLibrary.load(nameOrPath, namedBy: naming) }
  }

  private static func show(
    _ name: String, _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(CommandError) {
    let chip = try load(name)
    if let json = arguments.string("output") { try OutputFile.write(chip.document, to: json, terminal) }
    let tables = arguments.tables(terminal)
    tables.say(ChipText(chip: chip, style: tables.style).page)
  }

  private static func list(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) {
    var chips: [ChipDescription] = []
    for name in ChipLibrary.names { chips.append(try load(name)) }
    if let json = arguments.string("output") {
      let document = JSONOutput.object([
        ("format", .string("nmsim-chips/1")), ("default", .string(ChipLibrary.defaultName)),
        ("chips", .array(chips.map(ChipText.summary))),
      ])
      try OutputFile.write(document, to: json, terminal)
    }
    let tables = arguments.tables(terminal)
    tables.say(ChipText.list(chips, tables.style))
  }
}
