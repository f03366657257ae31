import ChipModel
import Runtime

/// `nmsim energy`: the accounts of a run by every energy model, side by side.
enum EnergyCommand {
  static let spec = CommandSpec(
    name: "energy", abstract: "Show the energy and time per inference of a run",
    discussion: [
      "Energy models stand side by side and are never mixed. 'spike' prices each spike, as the papers do. 'operation' "
        + "prices accumulates and multiply-accumulates at 45 nm, beside those of the ANN. 'lemaire' adds the memories of "
        + "an accelerator. 'quantised twin' compares with the same network as an ANN of few bits. 'chip' prices every "
        + "action of the chip.",
      "Each model names what it leaves out. An unpublished constant is unknown, not zero: it is not in the sum.",
    ],
    positionals: [
      PositionalSpec("run", "RUN", .file([.run]), .optional, standard: .value("run.json"), "The result of 'nmsim run'.")
    ],
    options: [
      .option("baseline", .file([.run]), "FILE", "Another run, to show ratios against."),
      .option(
        "profile", .text, "NAME", standard: .described("the run's"), "Energy per spike for the papers' model."),
      .flag("explain", "Show formulas, constants and their sources."),
      .flag(
        "estimate",
        "Estimate the unpublished constants of the chip, as ranges, apart from what is known: prices of generic-45nm "
          + "scaled to its technology, and static power by its memory."),
      .json("Also write the figures as JSON; '-' is standard output."),
      .quiet, .color,
    ],
    common: ["baseline", "explain", "estimate", "output"],
    examples: [
      ExampleSpec("nmsim energy", "Shows the energy of run.json in this folder."),
      ExampleSpec(
        "nmsim energy run.json --baseline max-norm.json --explain",
        "Shows ratios to another run, with formulas and sources."),
    ],
    exits: [.badData, .missingInput, .badConfiguration])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    var run = try read(arguments.positional("run") ?? "run.json")
    var baseline = try arguments.string("baseline").map { (path) throws(CommandError) in try read(path) }
    if let name = arguments.string("profile") {
      let model = SpikeEnergyModel(profile: try RunCommand.spikeProfile(name))
      run.price(by: model)
      baseline?.price(by: model)
    }
    var bill = EnergyBill(run, baseline: baseline)
    if arguments.flag("estimate") {
      bill.estimate = run.bill.map {
        EnergyEstimate($0, samples: run.samples, secondsPerInference: run.time.secondsPerInference)
      }
    }
    if let path = arguments.string("output") { try OutputFile.write(bill.document, to: path, terminal) }
    let tables = arguments.tables(terminal)
    tables.say(
      EnergyText(
        run: run, ratios: bill.ratios, explains: arguments.flag("explain"), estimate: bill.estimate, style: tables.style
      ).text)
    return .success
  }

  /// - Throws: an error with the file, line and column, exit status 65, or 66 for a missing file.
  private static func read(_ path: String) throws(CommandError) -> RunResult {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileReader.bytes(of: path, limit: 256 << 20)
    } catch {
      var problem = CommandError(error)
      if path == "run.json" { problem.remedy = "make one with 'nmsim run', or name one: nmsim energy FILE" }
      throw problem
    }
    let run = try told(.badData, path) { () throws(JSONError) in try RunResult(reading: bytes) }
    guard run.spike?.joulesPerSpike != nil, run.spike?.spikesByStep != nil, run.bill != nil else {
      throw CommandError(
        .badData, subject: path, problem: "has no counts to price ('energy.spike' and 'energy.chip')",
        remedy: "run the program again with 'nmsim run'")
    }
    return run
  }
}

extension RunResult {
  /// Puts another price on a spike: all that the spike model needs is in the document.
  mutating func price(by model: SpikeEnergyModel) {
    energy.spike = model.energy(
      spikesByStep: spike?.spikesByStep ?? [], samples: samples, target: spike?.target ?? CountedRun.standardTarget,
      accuracyByStep: accuracyByStep)
  }
}
