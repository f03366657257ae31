import ChipModel
import Runtime

/// `nmsim report`: results become one page for people.
enum ReportCommand {
  static let spec = CommandSpec(
    name: "report", abstract: "Write results as a page to read, print or send",
    discussion: [
      "One self-contained HTML file: accuracy against step, energy in three models, activity, the chip as a map, the "
        + "itemised bill. With several runs, their differences and the trade between accuracy, energy and latency come "
        + "first. It needs no script and loads nothing."
    ],
    positionals: [
      PositionalSpec("runs", "RUN", .file, .list(minimum: 0), "Results of 'nmsim run'; without any, run.json.")
    ],
    options: [
      .option(
        "output", short: "o", .file, "FILE", standard: .value("report.html"), "The page; '-' is standard output."),
      .quiet, .color,
    ],
    examples: [
      ExampleSpec("nmsim report run.json -o report.html", "One run."),
      ExampleSpec("nmsim report max-norm.json rate-norm.json", "Two runs beside each other, on one page."),
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
    var runs: [ReportRun] = []
    for file in files { runs.append(try read(file, number: runs.count + 1)) }
    let page = Report(runs).page
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

  private static func read(_ file: String, number: Int) throws(CommandError) -> ReportRun {
    let text: [UInt8]
    do throws(FileError) {
      text = try FileReader.bytes(of: file, limit: largest)
    } catch {
      let isMissing = if case .missing = error { true } else { false }
      throw CommandError(
        isMissing ? .missingInput : .badData, subject: error.path,
        problem: isMissing ? "no such result" : error.message,
        remedy: isMissing ? "make one with 'nmsim run', or name one: nmsim report FILE.json" : nil)
    }
    do throws(JSONError) {
      return try ReportRun(number: number, file: file, text: text)
    } catch {
      throw CommandError(.badData, subject: file, wrapping: error)
    }
  }
}
