import ChipModel
import Runtime

/// `nmsim report`: results become one page for people.
enum ReportCommand {
  static let spec = CommandSpec(
    name: "report", abstract: "Write results as a page to read, print or send",
    discussion: [
      "One self-contained HTML file: accuracy against step, energy in three models, activity, the chip as a map, the "
        + "itemised bill. With several runs, their differences and the trade between accuracy, energy and latency come "
        + "first; of a sweep, its points and fronts. It needs no script and loads nothing.",
      "What 'nmsim explain --json' wrote, named after a run's result, adds the K curves of its layers and where "
        + "accuracy is lost.",
    ],
    positionals: [
      PositionalSpec(
        "runs", "RUN", .file, .list(minimum: 0),
        "Results of 'nmsim run', each with its explanation or without, or one sweep, its folder or sweep.json; without "
          + "any, run.json.")
    ],
    options: [
      .option(
        "output", short: "o", .newFile, "FILE", standard: .value("report.html"), "The page; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim report run.json -o report.html", "One run."),
      ExampleSpec(
        "nmsim report run.json explain.json", "With K curves, after 'nmsim explain net.json --json explain.json'."),
      ExampleSpec("nmsim report max-norm.json rate-norm.json", "Two runs beside each other, on one page."),
      ExampleSpec("nmsim report plan-sweep/sweep.json", "A sweep: every point, and what is worth choosing."),
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
      var explanation: ReportExplanation?
      do throws(JSONError) {
        let root = try JSONParser.parse(text)
        if files.count == 1, JSONNode(root: root).hasFormat(SweepDocument.format) {
          return SweepPage(document: try SweepDocument(JSONNode(root: root)), text: text).page
        }
        if JSONNode(root: root).hasFormat(ReportExplanation.format) {
          explanation = try ReportExplanation(reading: text, JSONNode(root: root))
        } else {
          runs.append(try ReportRun(number: runs.count + 1, file: file, text: text))
        }
      } catch {
        throw CommandError(.badData, subject: file, wrapping: error)
      }
      if let explanation { try attach(explanation, file, &runs) }
    }
    return Report(runs).page
  }

  /// Gives an explanation to the run that was named before it.
  private static func attach(
    _ explanation: ReportExplanation, _ file: String, _ runs: inout [ReportRun]
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

  /// The file, of a sweep's folder its summary.
  private static func read(_ file: String) throws(CommandError) -> [UInt8] {
    do throws(FileError) {
      return try FileReader.bytes(of: FolderFiles.exists(file) ? "\(file)/sweep.json" : file, limit: largest)
    } catch {
      guard case .missing = error else { throw CommandError(error) }
      throw CommandError(
        .missingInput, subject: error.path, problem: "no such result",
        remedy: "make one with 'nmsim run' or 'nmsim sweep', or name one: nmsim report FILE.json")
    }
  }
}

extension JSONNode {
  /// Whether it is a document that says so of itself.
  fileprivate func hasFormat(_ name: String) -> Bool {
    guard var o = try? object(), let node = o.optional("format") else { return false }
    return (try? node.string()) == name
  }
}
