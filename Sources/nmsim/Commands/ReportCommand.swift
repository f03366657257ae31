import ChipModel
import Runtime

/// `nmsim report`: results become one page for people.
enum ReportCommand {
  static let spec = CommandSpec(
    name: "report", abstract: "Write results as a page to read, print or send",
    discussion: [
      "One self-contained HTML file: accuracy over time steps, energy in three models, activity, the chip as a map, "
        + "the energy breakdown. Of several runs, it begins with their differences and the Pareto fronts of accuracy, "
        + "energy and latency. Of a sweep, it shows the points and their fronts. It needs no script and loads nothing.",
      "A file of 'nmsim explain --json', named after a run's result, adds the K curves of the layers and says where "
        + "accuracy is lost.",
    ],
    positionals: [
      PositionalSpec(
        "runs", "RUN", .file, .list(minimum: 0),
        "Results of 'nmsim run', each with or without its explanation; or one sweep, as its folder or sweep.json. "
          + "Default: run.json.")
    ],
    options: [
      .option(
        "output", short: "o", .newDocument, "FILE", standard: .value("report.html"), "The page; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim report run.json -o report.html", "One run."),
      ExampleSpec(
        "nmsim report run.json explain.json", "With K curves, after 'nmsim explain net.json --json explain.json'."),
      ExampleSpec("nmsim report max-norm.json rate-norm.json", "Two runs beside each other, on one page."),
      ExampleSpec("nmsim report plan-sweep/sweep.json", "A sweep: every point, and the Pareto fronts."),
    ],
    exits: [.badData, .missingInput])

  /// Results beyond this size are no results of nmsim.
  private static let largest = 1 << 28
  /// What one page compares.
  private static let mostRuns = 64

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let given = arguments.positionals("runs")
    let files = given.isEmpty ? ["run.json"] : given
    guard files.count <= mostRuns else {
      throw CommandError(
        .usage, subject: "report", problem: "\(files.count) results, one page compares \(mostRuns) at most",
        remedy: "give fewer")
    }
    try arguments.checkFiles(reads: files.map(summary))
    let page = try page(files)
    let path = arguments.string("output") ?? "report.html"
    if path == "-" {
      terminal.print(page)
      return .success
    }
    try OutputFile.write(Array(page.utf8), to: path)
    let kilobytes = NumberFormat.count((page.utf8.count + 999) / 1_000)
    terminal.say("Wrote \(ErrorText.escaped(path)) (\(kilobytes) kB): open it in a browser.\n")
    return .success
  }

  private static func page(_ files: [String]) throws(CommandError) -> String {
    var runs: [ReportRun] = []
    for file in files {
      let text = try read(file)
      var explanation: ExplanationRecord?
      do throws(JSONError) {
        let root = try JSONParser.parse(text)
        if files.count == 1, root.format == SweepDocument.format {
          return SweepPage(document: try SweepDocument(JSONNode(root: root)), text: text).page
        }
        if root.format == ExplanationRecord.format {
          explanation = try ExplanationRecord(JSONNode(root: root))
          explanation?.text = text
        } else {
          runs.append(try ReportRun(number: runs.count + 1, file: file, text: text))
        }
      } catch {
        throw CommandError(.badData, subject: file, message: error.description)
      }
      if let explanation { try attach(explanation, file, &runs) }
    }
    return Report(runs).page
  }

  /// Gives an explanation to the run that was named before it.
  private static func attach(
    _ explanation: ExplanationRecord, _ file: String, _ runs: inout [ReportRun]
  ) throws(CommandError) {
    guard let run = runs.last, run.explanation == nil else {
      throw CommandError(
        .usage, subject: file, problem: "an explanation without a run before it",
        remedy: "name it after its run: nmsim report run.json \(file)")
    }
    let d = run.document
    guard explanation.network == d.network, explanation.steps == d.ticks else {
      throw CommandError(
        .badData, subject: file,
        problem: "explains '\(explanation.network)' at \(NumberFormat.count(explanation.steps, of: "step")), "
          + "\(run.file) has '\(d.network)' at \(NumberFormat.count(d.ticks, of: "step"))",
        remedy: "explain the run's network with --ticks \(d.ticks)")
    }
    runs[runs.count - 1].explanation = explanation
  }

  /// The file itself; of a sweep's folder its summary.
  private static func summary(_ file: String) -> String { FolderFiles.exists(file) ? "\(file)/sweep.json" : file }

  private static func read(_ file: String) throws(CommandError) -> [UInt8] {
    do throws(FileError) {
      return try FileReader.bytes(of: summary(file), limit: largest)
    } catch {
      guard case .missing = error else { throw CommandError(error) }
      throw CommandError(
        .missingInput, subject: error.path, problem: "no such result",
        remedy: "make one with 'nmsim run' or 'nmsim sweep', or name one: nmsim report FILE.json")
    }
  }
}
