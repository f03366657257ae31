import ChipModel

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
      .option("json", .newFile, "FILE", "Also write the bill as JSON; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim energy", "The bill of run.json in this folder."),
      ExampleSpec("nmsim energy run.json --baseline max-norm.json --explain", "Ratios to another run, with sources."),
    ],
    exits: [.badData, .missingInput, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    var run = try EnergyDocument(reading: arguments.positional("run") ?? "run.json")
    var baseline: EnergyDocument?
    if let path = arguments.string("baseline") { baseline = try EnergyDocument(reading: path) }
    if let name = arguments.string("profile") {
      do throws(ChipError) {
        let profile = try SpikeProfile(nameOrAmount: name)
        run.use(profile)
        baseline?.use(profile)
      } catch {
        throw CommandError(.badConfiguration, wrapping: error)
      }
    }
    let bill = EnergyText(energy: run, baseline: baseline, explains: arguments.flag("explain"), style: terminal.style)
    if let path = arguments.string("json") {
      let text = try OutputFile.text(of: bill.document)
      if path == "-" {
        terminal.print(text)
        return .success
      }
      try OutputFile.write(Array(text.utf8), to: path)
    }
    terminal.say(bill.text)
    return .success
  }
}
