import ChipModel
import Compiler

extension ConvertCommand {
  static let nirGroup = "NIR"

  /// Options of NIR graphs alone.
  static let nirOptions: [OptionSpec] =
    NIRSettings.parameters.filter { $0.key != Parameter.reset.key }.map { OptionSpec($0, group: nirGroup) } + [
      .option("json", .newDocument, "FILE", group: nirGroup, "Also write what became of each parameter, as JSON.")
    ]

  /// Refuses options of the other kind of model.
  static func checkOptions(_ arguments: ParsedArguments, isGraph: Bool) throws(CommandError) {
    let own = nirOptions.map(\.name)
    let shared = [Parameter.reset.option, "output-name", "test-images", "test-labels", "output", "quiet", "color"]
    for option in arguments.command.options where arguments.isGiven(option.name) {
      let isForeign = isGraph ? !own.contains(option.name) && !shared.contains(option.name) : own.contains(option.name)
      guard isForeign else { continue }
      throw CommandError(
        .usage, subject: "convert", problem: "--\(option.name) is not for \(isGraph ? "NIR graphs" : "ONNX models")",
        remedy: "leave it out")
    }
  }

  /// A NIR graph becomes a network: its neurons and weights are those of the file.
  static func runGraph(
    _ bytes: [UInt8], _ path: String, _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(CommandError) -> ExitStatus {
    try checkOptions(arguments, isGraph: true)
    let output = arguments.string("output") ?? "net.json"
    var settings = NIRSettings()
    for parameter in NIRSettings.parameters where arguments.isGiven(parameter.option) {
      settings[value: parameter] = arguments.value(of: parameter)
    }
    var made: NIRNetwork
    do throws(ImportError) {
      made = try NIRImporter.network(
        of: try NIRGraph(bytes), name: PathText.baseName(of: path, without: ".nir"),
        output: arguments.string("output-name"),
        settings)
    } catch {
      throw CommandError(.badData, subject: path, message: error.commandText)
    }
    if let images = arguments.string("test-images") {
      made.network.input.images = try relative(images, to: output)
      made.network.input.labels = try arguments.string("test-labels").map { (labels) throws(CommandError) in
        try relative(labels, to: output)
      }
    } else {
      try checkTestLabels(arguments)
    }
    // What nobody could compile is refused before it is written.
    do throws(NetworkCheckError) { _ = try made.network.checked() } catch {
      throw CommandError(.badData, subject: path, message: "\(error)")
    }
    try told(by: CommandError.init) { [made] () throws(NetworkFileError) in
      try NetworkFile.write(made.network, to: output)
    }
    let tables = arguments.string("json") == "-" ? nil : terminal
    tables?.say(NIRText(graph: made.graph, style: terminal.style).conversion(made) + "\n")
    tables?.say(wrote(made.network, to: output))
    if let json = arguments.string("json") {
      let record = NIRRecord(made, dt: settings[.timeStep] ?? NIRSettings.standardTimeStep)
      try OutputFile.write(record.document, to: json, terminal)
    }
    return .success
  }
}
