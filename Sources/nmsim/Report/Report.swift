import ChipModel
import Runtime

/// The page of one run or several: one file that needs nothing else, no script, no network, no font.
///
/// A content security policy forbids everything but the page's own styles. Every run's document is embedded as it was read.
struct Report: Sendable {
  let runs: [ReportRun]

  init(_ runs: [ReportRun]) { self.runs = ReportRun.named(runs) }

  /// The whole page.
  var page: String {
    let title = runs.count == 1 ? runs[0].document.network : "\(runs.count) runs compared"
    let body = runs.count == 1 ? single(runs[0]) : Comparison(runs).markup + runs.map(details).joined()
    return Report.page(title: title, body: body, embedded: runs.map(embedded).joined(separator: "\n"))
  }

  /// A page of this content, its documents embedded.
  static func page(title: String, body: String, embedded: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
    <meta name="generator" content="nmsim \(Version.number)">
    <link rel="icon" href="data:,">
    <title>\(HTML.text(title)) · nmsim report</title>
    <style>
    \(PageStyle.sheet)
    </style>
    </head>
    <body>
    <main>
    \(body)
    <footer>Made by nmsim \(Version.number). This file is complete: it loads nothing, and the results it shows are in it \
    as JSON, in <code>script</code> elements of type <code>application/json</code>.</footer>
    </main>
    \(embedded)
    </body>
    </html>

    """
  }

  /// Sections of one run: anchor, name in the navigation, markup; absent ones are empty.
  private func sections(_ run: ReportRun) -> [(id: String, name: String, markup: String)] {
    [
      ("accuracy", "Accuracy", AccuracySection(run).markup),
      ("energy", "Energy", EnergySection(run).markup),
      ("activity", "Activity", ActivitySection(run).markup),
      ("early", "Early", EarlySection(run).markup),
      ("layers", "Layers", LayerSection(run).markup),
      ("populations", "Populations", PopulationSection(run).markup),
      ("chip", "Chip", MapSection(run).markup),
      ("time", "Time", TimeSection(run).markup),
      ("capacity", "Capacity", CapacitySection(run).markup),
      ("losses", "Losses", LossSection(run).markup),
      ("exactness", "Rounding", ExactnessSection(run).markup),
      ("bill", "Bill", BillSection(run).markup),
      ("run", "What was run", FactsSection(run).markup),
    ].filter { !$0.2.isEmpty }
  }

  private func single(_ run: ReportRun) -> String {
    let sections = sections(run)
    let links = sections.map { "<a href=\"#\($0.id)\">\($0.name)</a>" }.joined()
    let blocks = sections.map { "<section id=\"\($0.id)\">\n\($0.markup)\n</section>" }.joined(separator: "\n")
    return """
      <header>
      <p class="over">nmsim run report</p>
      <h1>\(HTML.text(run.document.network))</h1>
      <p class="sub">\(Report.subtitle(run))</p>
      \(Headline(run).markup)
      <nav aria-label="Sections">\(links)</nav>
      </header>
      \(blocks)
      """
  }

  /// A run's own sections on a page of several.
  private func details(_ run: ReportRun) -> String {
    let blocks = sections(run).map { "<section>\n\($0.markup)\n</section>" }.joined(separator: "\n")
    return """

      <article class="run" id="run-\(run.number)">
      <p class="over">Run \(run.number), \(HTML.text(run.file))</p>
      <h1>\(HTML.text(run.label))</h1>
      <p class="sub">\(Report.subtitle(run))</p>
      \(Headline(run).markup)
      \(blocks)
      </article>
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

  private func embedded(_ run: ReportRun) -> String {
    let explanation = run.explanation.map {
      "\n<script type=\"application/json\" id=\"run-\(run.number)-explanation\">\(HTML.json($0.text))</script>"
    }
    return "<script type=\"application/json\" id=\"run-\(run.number)-json\">\(HTML.json(run.text))</script>"
      + (explanation ?? "")
  }
}
