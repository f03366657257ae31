import ChipModel
import Runtime

/// `nmsim report`: results become one page for people.
enum ReportCommand {
  static let spec = CommandSpec(
    name: "report", abstract: "Write results as a page to read, print or send",
    discussion: [
      "One self-contained HTML file: the answer, then accuracy over time steps, energy in every model, activity, the chip "
        + "as a map, the energy breakdown. Of several runs, it begins with their differences and the Pareto fronts of "
        + "accuracy, energy and latency. Of a sweep, it shows the recommended points, the Pareto fronts and all points. It loads nothing, "
        + "and reads well where scripts are off.",
      "A file of 'nmsim explain --json', named beside a run's result, adds the K curves of the layers and says where "
        + "accuracy is lost; alone, it is a page of its own.",
    ],
    positionals: [
      PositionalSpec(
        "runs", "RUN", .file([.run, .sweep, .explanation]), .list(minimum: 0),
        "Results of 'nmsim run', with or without explanations; or one sweep, as its folder or sweep.json; or one explanation. "
          + "Default: run.json.")
    ],
    options: [
      .option(
        "output", short: "o", .newDocument, "FILE", standard: .value("report.html"), "The page; '-' is standard output."),
      .option("title", .text, "TEXT", "The heading. Default: the network's or the sweep's name."),
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
    let page = try page(files, title: arguments.string("title"))
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

  private static func page(_ files: [String], title: String?) throws(CommandError) -> String {
    switch try contents(files) {
    case .runs(let runs): Report(runs, title: title).page
    case .sweep(let document, let text): SweepPage(document: document, text: text, title: title).page
    case .explanation(let record): ExplanationPage(record: record, title: title).page
    }
  }

  /// What results together become.
  enum Contents {
    case runs([ReportRun])
    case sweep(SweepDocument, text: [UInt8])
    case explanation(ExplanationRecord)

    /// Its tables and charts, in the order of the page.
    var items: [PageMarkup.Item] {
      switch self {
      case .runs(let runs): Report(runs).body.items
      case .sweep(let document, let text): SweepPage(document: document, text: text).body.items
      case .explanation(let record): ExplanationPage(record: record).body.items
      }
    }
  }

  /// Reads results of runs with their explanations, or one sweep, or one explanation.
  static func contents(_ files: [String]) throws(CommandError) -> Contents {
    var runs: [ReportRun] = []
    var explanations: [(record: ExplanationRecord, file: String, runsBefore: Int)] = []
    for file in files {
      let text = try read(file)
      do throws(JSONError) {
        let root = try JSONParser.parse(text)
        switch root.format {
        case SweepDocument.format?:
          if files.count == 1 { return .sweep(try SweepDocument(JSONNode(root: root)), text: text) }
        case ExplanationRecord.format?:
          var record = try ExplanationRecord(JSONNode(root: root))
          record.text = text
          explanations.append((record, file, runs.count))
          continue
        default:
          runs.append(try ReportRun(number: runs.count + 1, file: file, text: text))
          continue
        }
      } catch {
        throw CommandError(.badData, subject: file, message: error.description)
      }
      throw CommandError(
        .usage, subject: file, problem: "is a sweep's summary, which has a page of its own",
        remedy: "'nmsim report \(file)' makes it")
    }
    if files.count == 1, let alone = explanations.first { return .explanation(alone.record) }
    for explanation in explanations {
      try attach(explanation.record, explanation.file, after: explanation.runsBefore, &runs)
    }
    return .runs(runs)
  }

  /// Gives an explanation to the run that it is of: the one before it, else the first of that network and those steps.
  private static func attach(
    _ explanation: ExplanationRecord, _ file: String, after count: Int, _ runs: inout [ReportRun]
  ) throws(CommandError) {
    guard !runs.isEmpty else {
      throw CommandError(
        .usage, subject: file, problem: "several explanations without a run",
        remedy: "name one alone, or with its run: nmsim report run.json \(file)")
    }
    let fitting = ((count > 0 ? [count - 1] : []) + Array(runs.indices)).first { index in
      let (run, document) = (runs[index], runs[index].document)
      return run.explanation == nil && explanation.network == document.network && explanation.steps == document.ticks
    }
    guard let fitting else {
      let others = runs.map { run in
        "\(run.file) has '\(run.document.network)' at \(NumberFormat.count(run.document.ticks, of: "step"))"
      }
      throw CommandError(
        .badData, subject: file,
        problem: "explains '\(explanation.network)' at \(NumberFormat.count(explanation.steps, of: "step")), "
          + others.joined(separator: ", "),
        remedy: "explain a run's network with --ticks \(runs[0].document.ticks)")
    }
    runs[fitting].explanation = explanation
  }

  /// The file itself; of a sweep's folder its summary.
  static func summary(_ file: String) -> String { FolderFiles.exists(file) ? "\(file)/sweep.json" : file }

  private static func read(_ file: String) throws(CommandError) -> [UInt8] {
    do throws(FileError) {
      return try FileReader.bytes(of: summary(file), limit: largest)
    } catch {
      guard case .missing = error else { throw CommandError(error) }
      throw CommandError(
        .missingInput, subject: error.path, problem: "no such result",
        remedy: "make one with 'nmsim run' or 'nmsim sweep'")
    }
  }
}
