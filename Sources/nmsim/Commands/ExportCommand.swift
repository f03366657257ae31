import ChipModel
import Compiler

/// `nmsim export`: results for papers and other programs, a network for other frameworks.
enum ExportCommand {
  private static let forms = "Forms"

  static let spec = CommandSpec(
    name: "export", abstract: "Write tables and charts, or a network, as files",
    discussion: [
      "Of results it writes every table and chart that 'nmsim report' shows, each as a file: of a run, with or without "
        + "its explanation, of several runs, of a sweep, of an explanation alone.",
      "CSV has numbers as the result has them: unrounded, in SI units, fractions of 1. LaTeX has tables with the rules of "
        + "booktabs, and charts for pgfplots. SVG has charts, each with its axes and labels as text.",
      "A network becomes a NIR graph, which snnTorch, Norse, Sinabs, SpikingJelly and others read. What spikes are worth is "
        + "in the weights; what NIR cannot say is refused by name, or said as a note.",
    ],
    positionals: [
      PositionalSpec(
        "files", "FILE", .file([.run, .sweep, .explanation, .network]), .list(minimum: 1),
        kindsWithFlag: ["nir": [.network]], "Results as 'nmsim report' takes them; with --nir a network, a net.json.")
    ],
    options: [
      .option("csv", .newFolder, "FOLDER", group: forms, "Tables and the values of charts."),
      .option("latex", .newFolder, "FOLDER", group: forms, "Tables and charts."),
      .option("svg", .newFolder, "FOLDER", group: forms, "Charts."),
      .flag("nir", group: forms, "A network as a NIR graph."),
      OptionSpec(.timeStep, group: "Options"),
      .option("output", short: "o", .newFile, "FILE", standard: .value("model.nir"), "The graph."), .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim export run.json --csv tables --svg figures", "A run."),
      ExampleSpec("nmsim export max-norm.json rate-norm.json --latex paper", "What two runs differ in."),
      ExampleSpec("nmsim export plan-sweep --csv tables", "A sweep."),
      ExampleSpec("nmsim export net.json --nir", "Writes model.nir."),
      ExampleSpec(
        "nmsim export net.json --nir --dt 1e-3 -o lif.nir", "With time constants for steps of a millisecond."),
    ],
    exits: [.badData, .missingInput])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let files = arguments.positionals("files")
    let forms = ResultExport.Form.allCases.compactMap { form in arguments.string(form.rawValue).map { (form, $0) } }
    if arguments.flag("nir") {
      guard files.count == 1, forms.isEmpty else {
        throw CommandError(
          .usage, subject: "export", problem: "--nir takes one network and no other form", remedy: "export results apart")
      }
      return try network(files[0], arguments, terminal)
    }
    guard !forms.isEmpty else {
      throw CommandError(
        .usage, subject: "export", problem: "the form of the files is not said",
        remedy: "add --csv, --latex or --svg with a folder; for a network --nir")
    }
    if let network = files.first(where: { FileKind(of: $0)?.key == FileKind.network.key }) {
      throw CommandError(
        .usage, subject: network, problem: "is a spiking network, which is exported as a graph, not as tables",
        remedy: "'nmsim export \(ShellWord.path(network)) --nir' writes it")
    }
    try arguments.checkFiles(reads: files.map(ReportCommand.summary))
    let export = ResultExport(items: try ReportCommand.contents(files).items)
    for (form, folder) in forms {
      try OutputFolder.make(folder)
      let written = export.files(form)
      for file in written { try OutputFile.write(Array(file.text.utf8), to: "\(folder)/\(file.name)") }
      terminal.say("Wrote \(NumberFormat.count(written.count, of: "file")) to \(ErrorText.escaped(folder)).\n")
    }
    return .success
  }

  private static func network(
    _ path: String, _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(CommandError) -> ExitStatus {
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
