import ChipModel
import Runtime

/// The page of one run or several: one file that needs nothing else, no network, no font, and that reads without its script.
///
/// A content security policy forbids everything but the page's own styles and script. Every run's document is embedded as it
/// was read.
struct Report: Sendable {
  let runs: [ReportRun]
  /// Nil: the network's name, or how many runs there are.
  var title: String?

  init(_ runs: [ReportRun], title: String? = nil) {
    self.runs = ReportRun.named(runs)
    self.title = title
  }

  /// The whole page.
  var page: String {
    let documents = runs.flatMap { run in
      [(id: "run-\(run.number)-json", text: run.text)]
        + (run.explanation.map { [(id: "run-\(run.number)-explanation", text: $0.text)] } ?? [])
    }
    return Report.page(title: heading, body: body, documents: documents)
  }

  private var heading: String { title ?? (runs.count == 1 ? runs[0].document.network : "\(runs.count) runs compared") }

  /// What is on it, with its tables and charts.
  var body: PageMarkup {
    if runs.count == 1 { return single(runs[0]) }
    return "\(Comparison(runs: runs, heading: heading).markup)\(runs.map(details).joined())"
  }

  /// A larger document is not embedded: what is shown of it stays readable, a page of many megabytes does not.
  private static let mostEmbedded = 1 << 22

  /// A page of this content with the documents that it shows, each with the identifier of its element.
  static func page(title: String, body: PageMarkup, documents: [(id: String, text: [UInt8])]) -> String {
    let embedded = documents.filter { $0.text.count <= mostEmbedded }.map {
      "<script type=\"application/json\" id=\"\($0.id)\">\(HTML.json($0.text))</script>"
    }
    let kept = embedded.count == documents.count
      ? "the results it shows are in it as JSON, in <code>script</code> elements of type <code>application/json</code>"
      : "results of more than 4 MB are not in it, but in the files it was made from"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
      script-src '\(PageScript.hash)'; img-src data:">
      <meta name="generator" content="nmsim \(Version.number)">
      <link rel="icon" href="data:,">
      <title>\(HTML.text(title)) · nmsim report</title>
      <style>
      \(PageStyle.sheet)
      </style>
      </head>
      <body>
      <main>
      \(body.text)
      <footer>Made by nmsim \(Version.number). This file loads nothing; \(kept).</footer>
      </main>
      \(embedded.joined(separator: "\n"))
      <script type="text/css" id="picture-style">\(PageStyle.picture)</script>
      <script>\(PageScript.text)</script>
      </body>
      </html>

      """
  }

  private func sections(_ run: ReportRun) -> [HTML.Section] {
    [
      ("accuracy", "Accuracy", AccuracySection(runs: [run]).markup),
      ("energy", "Energy", EnergySection(run: run).markup),
      ("activity", "Activity", ActivitySection(run: run).markup),
      ("early", "Early exit", EarlySection(run: run).markup),
      ("decisions", "Decisions", ClassSection(run: run).markup),
      ("layers", "Layers", LayerSection(run: run).markup),
      ("counts", "Counts by layer", PopulationSection(run: run).markup),
      ("chip", "Chip", MapSection(run: run).markup),
      ("time", "Time", TimeSection(run: run).markup),
      ("roofline", "Roofline", RooflineSection(run: run).markup),
      ("capacity", "Capacity", CapacitySection(run: run).markup),
      ("losses", "Losses", LossSection(run: run).markup),
      ("rounding", "Rounding", ExactnessSection(run: run).markup),
      ("breakdown", "Energy breakdown", BillSection(run: run).markup),
      ("run", "What was run", FactsSection(run: run).markup),
    ]
  }

  private func single(_ run: ReportRun) -> PageMarkup {
    HTML.page(
      over: "nmsim run report", heading: heading,
      sub: "<p class=\"sub\">\(Report.subtitle(run))</p>\n\(Headline(run: run).markup)\n\(StepSlider(run: run).markup)", sections(run))
  }

  /// A run's own sections on a page of several, folded.
  private func details(_ run: ReportRun) -> PageMarkup {
    let blocks = HTML.blocks(sections(run).filter { !$0.markup.isEmpty })
    return """

      <details class="run"><summary><b>Run \(run.number)</b> \(HTML.text(run.label)), whole report</summary>
      <article id="run-\(run.number)">
      <p class="over">\(HTML.text(run.file))</p>
      <h2>\(HTML.text(run.label))</h2>
      <p class="sub">\(Report.subtitle(run))</p>
      \(Headline(run: run).markup)
      \(blocks.named("run-\(run.number)"))
      </article>
      </details>
      """
  }

  /// Chip, method, steps and samples in one line.
  static func subtitle(_ run: ReportRun) -> String {
    let d = run.document
    var parts = ["<b>\(HTML.text(d.chip))</b>"]
    if let method = d.method { parts.append(HTML.text(method)) }
    parts.append("\(run.value("ticks", d.ticks)) steps")
    parts.append("\(run.value("samples", d.samples)) samples")
    if let bits = d.program.weightBits { parts.append("\(run.value("program.weightBits", bits))-bit weights") }
    return parts.joined(separator: " · ")
  }
}
