/// `nmsim inspect`: what is in a network, a program or a result.
enum InspectCommand {
  static let spec = CommandSpec(
    name: "inspect", abstract: "Show what is in a network, a program or a result",
    positionals: [
      PositionalSpec("files", "FILE", .file, .list(minimum: 1), "Networks, programs, results; told apart by content.")
    ],
    options: [
      .option("json", .file, "FILE", "Also write what is shown as JSON; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim inspect net.nmsim", "Populations, cores and routes of a program."),
      ExampleSpec("nmsim inspect net.json run.json", "A network, then a result."),
    ],
    exits: [.badData, .missingInput])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    throw .notWritten(spec.name)
  }
}
