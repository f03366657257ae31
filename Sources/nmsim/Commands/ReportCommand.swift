import ChipModel
import Runtime

/// `nmsim report`: results become one page for people.
enum ReportCommand {
  static let spec = CommandSpec(
    name: "report", abstract: "Write results as a page to read, print or send",
    discussion: [
      "One self-contained HTML file: accuracy against step, energy in three models, activity, the chip as a map, the "
        + "itemised bill. With several runs, their differences and the trade between accuracy, energy and latency come "
        + "first; of a sweep, its points and fronts. It needs no script and loads nothing."
    ],
    positionals: [
      PositionalSpec("runs", "RUN", .file, .list(minimum: 0), "Results of 'nmsim run', or one sweep.json; without any, run.json.")
    ],
    options: [
      .option(
        "output", short: "o", .file, "FILE", standard: .value("report.html"), "The page; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim report run.json -o report.html", "One run."),
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
      do throws(JSONError) {
        let root = try JSONParser.parse(text)
        if files.count == 1, JSONNode(root: root).hasFormat(SweepDocument.format) {
          return SweepPage(document: try SweepDocument(JSONNode(root: root)), text: text).page
        }
        runs.append(try ReportRun(number: runs.count + 1, file: file, text: text))
      } catch {
        throw CommandError(.badData, subject: file, wrapping: error)
      }
    }
    return Report(runs).page
  }

  private static func read(_ file: String) throws(CommandError) -> [UInt8] {
    do throws(FileError) {
      return try FileReader.bytes(of: file, limit: largest)
    } catch {
      let isMissing = if case .missing = error { true } else { false }
      throw CommandError(
        isMissing ? .missingInput : .badData, subject: error.path,
        problem: isMissing ? "no such result" : error.message,
        remedy: isMissing ? "make one with 'nmsim run', or name one: nmsim report FILE.json" : nil)
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
