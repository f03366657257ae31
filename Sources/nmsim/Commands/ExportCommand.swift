import ChipModel
import Compiler

/// `nmsim export`: a network for other programs.
enum ExportCommand {
  static let spec = CommandSpec(
    name: "export", abstract: "Write a network for other frameworks",
    discussion: [
      "Writes a NIR graph, which snnTorch, Norse, Sinabs, SpikingJelly and others read. What spikes are worth is in the "
        + "weights; what NIR cannot say is refused by name, or said as a note."
    ],
    positionals: [PositionalSpec("network", "NETWORK", .file([.network]), .required, "The network, a net.json.")],
    options: [
      .flag("nir", "As a NIR graph; there is no other form yet."), OptionSpec(.timeStep, group: "Options"),
      .option("output", short: "o", .newFile, "FILE", standard: .value("model.nir"), "The graph."), .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim export net.json --nir", "Writes model.nir."),
      ExampleSpec(
        "nmsim export net.json --nir --dt 1e-3 -o lif.nir", "With time constants for steps of a millisecond."),
    ],
    exits: [.badData, .missingInput])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let path = arguments.positional("network") ?? ""
    guard arguments.flag("nir") else {
      throw CommandError(.usage, subject: "export", problem: "the form of the file is not said", remedy: "add --nir")
    }
    let network = try InputFiles.network(path).network
    let dt = arguments.double(Parameter.timeStep.option) ?? NIRSettings.standardTimeStep
    let result = try told(.badData, path) { () throws(NIRExportError) in try NIRExporter.file(of: network, dt: dt) }
    let output = arguments.string("output") ?? "model.nir"
    try OutputFile.write(result.bytes, to: output)
    for note in result.notes { terminal.say("Note: \(ErrorText.escaped(note))\n") }
    terminal.say(
      "Wrote \(ErrorText.escaped(output)). Read it with nir.read, or look at it: nmsim inspect \(ErrorText.escaped(output))\n"
    )
    return .success
  }
}
