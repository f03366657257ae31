/// `nmsim energy`: the three energy models of a run, side by side.
enum EnergyCommand {
  static let spec = CommandSpec(
    name: "energy", abstract: "Show what a run would cost in energy and time",
    discussion: [
      "Three models side by side, never mixed: 'spike', energy per spike as in the papers; 'operation', additions "
        + "and multiplications at 45 nm beside the original network; 'chip', every action of the chip priced. Each "
        + "names what it leaves out; what nobody published is unknown, not zero."
    ],
    positionals: [
      PositionalSpec("run", "RUN", .file, .optional, standard: .value("run.json"), "The result of 'nmsim run'.")
    ],
    options: [
      .option("baseline", .file, "FILE", "Another run, to show ratios against."),
      .option(
        "profile", .text, "NAME", standard: .described("the run's"), "Energy per spike for the papers' model."),
      .flag("explain", "Show formulas, constants and their sources."),
      .option("json", .file, "FILE", "Also write the bill as JSON; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim energy", "The bill of run.json in this folder."),
      ExampleSpec("nmsim energy run.json --baseline max-norm.json --explain", "Ratios to another run, with sources."),
    ],
    exits: [.badData, .missingInput, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    throw .notWritten(spec.name)
  }
}
