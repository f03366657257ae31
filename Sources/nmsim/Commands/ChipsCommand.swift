/// `nmsim chips`: the chip descriptions that come with nmsim.
enum ChipsCommand {
  /// Names that completions offer; any other description in `configs`, or a file, is taken as well.
  static let names = ["generic-45nm", "ideal", "loihi", "truenorth"]

  static let spec = CommandSpec(
    name: "chips", abstract: "List chip descriptions, or show one",
    positionals: [
      PositionalSpec(
        "action", "ACTION", .choice(["list", "show"]), .optional, standard: .value("list"),
        "list: one line for each chip. show: limits, energy and time of one, with sources."),
      PositionalSpec("chip", "CHIP", .choiceOrFile(names), .optional, "With show: the name of a chip, or a file."),
    ],
    options: [
      .option("json", .file, "FILE", "Also write what is shown as JSON; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim chips", "One line for each chip."),
      ExampleSpec("nmsim chips show loihi", "Everything about one, with sources."),
    ],
    exits: [.missingInput, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    throw .notWritten(spec.name)
  }
}
