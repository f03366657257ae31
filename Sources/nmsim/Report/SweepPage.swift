/// The page of a sweep: what to choose, then every point. One file that needs nothing else, like a run's page.
struct SweepPage: Sendable {
  let document: SweepDocument
  /// Of `sweep.json`, embedded in the page.
  let text: [UInt8]

  /// Points of the table; a larger sweep shows those of its fronts.
  private static let mostRows = 1_000

  var page: String {
    let entries = document.entries
    let fronts = SweepFront.all(entries)
    let labels = SweepPoint.labels(document.points)
    let finished = entries.indices.filter { entries[$0].figures != nil }
    var parts = ["\(NumberFormat.count(entries.count, of: "point"))"]
    if document.refusals > 0 { parts.append("\(NumberFormat.count(document.refusals)) that cannot be run") }
    if !document.missing.isEmpty { parts.append("\(NumberFormat.count(document.missing.count)) missing") }
    let chips = chips
    let colors = document.points.map { point in chips.firstIndex(of: point.chip).map { $0 + 1 } ?? 1 }
    // Nobody chooses faults: where there are whole chips, these are what there is to choose.
    let isWhole = document.points.contains { $0.faults == nil }
    let chosen = isWhole ? fronts.map { $0.keeping { document.points[$0].faults == nil } } : fronts
    let figures = chosen.compactMap {
      SweepChart(document: document, front: $0, labels: labels, colors: colors).figure
    }
    let choice =
      figures.isEmpty
      ? "<p class=\"note\">Nothing to draw: the data have no labels, or the points do not differ in what they cost.</p>"
      : """
        <p class="note">Each dot is a point of the plan. The dotted stairs are the front: no other point is both cheaper \
        and more accurate. Its dots are full, and numbered as in the table where there is room. \
        Energies with unknown prices are compared within their chip only.</p>
        \(legend)
        <div class="\(figures.count == 3 ? "thirds" : "pair")">\(figures.joined())</div>
        """
    let rows = finished.count <= Self.mostRows ? finished : finished.filter { index in fronts.contains { $0.indices.contains(index) } }
    let faults = faults
    let body = """
      <header>
      <p class="over">nmsim sweep report</p>
      <h1>\(HTML.text(document.name))</h1>
      <p class="sub">\(parts.joined(separator: " · "))</p>
      <nav aria-label="Sections"><a href="#choice">Choice</a>\
      \(faults.isEmpty ? "" : "<a href=\"#faults\">Faults</a>")<a href="#points">Points</a></nav>
      </header>
      <section id="choice">
      <h2>What to choose</h2>
      \(choice)
      </section>
      \(faults)
      <section id="points">
      <h2>Points</h2>
      \(table(rows, fronts, labels))
      \(refusals(labels))
      </section>
      """
    return Report.page(
      title: document.name, body: body,
      embedded: "<script type=\"application/json\" id=\"sweep-json\">\(HTML.json(text))</script>")
  }

  /// Chips by colour, where there are no more than colours.
  private var chips: [String] {
    var chips: [String] = []
    for point in document.points where !chips.contains(point.chip) { chips.append(point.chip) }
    return (2...5).contains(chips.count) ? chips : []
  }

  private var legend: String {
    let items = chips.enumerated().map { "<li><span class=\"key s\($0 + 1)\"></span>\(HTML.text($1))</li>" }
    return items.isEmpty ? "" : "<ul class=\"legend\">\(items.joined())</ul>"
  }

  /// Accuracy and energy against the rates of faults; empty where no rate differs.
  private var faults: String {
    let points = FaultPoint.all(document)
    var section = FaultSection(points)
    var names: [(name: String, color: Int)] = []
    for point in points where !names.contains(where: { $0.name == point.name }) {
      names.append((point.name, point.color))
    }
    // Those beyond the colours share one; their dots say what they are.
    let items = names.filter { $0.color < 6 }.map {
      "<li><span class=\"key s\($0.color)\"></span>\(HTML.text($0.name))</li>"
    }
    let more = names.count > 5 ? "<li><span class=\"key s6\"></span>others</li>" : ""
    if names.count > 1 { section.legend = "<ul class=\"legend\">\(items.joined())\(more)</ul>" }
    let markup = section.markup
    return markup.isEmpty ? "" : "<section id=\"faults\">\(markup)</section>"
  }

  private func table(_ rows: [Int], _ fronts: [SweepFront], _ labels: [String]) -> String {
    var body = ""
    for index in rows {
      guard let figures = document.entries[index].figures else { continue }
      let on = fronts.filter { $0.indices.contains(index) }.map(\.title).joined(separator: "; ")
      func cell(_ value: String?) -> String { "<td class=\"n\">\(value.map(HTML.text) ?? ReportRun.unknown)</td>" }
      let mark = figures.missing.isEmpty ? "" : "*"
      body += "<tr id=\"point-\(document.points[index].id)\"><td class=\"name\">\(index + 1). \(HTML.text(labels[index]))</td>"
        + cell(figures.accuracy.map(PageNumber.percent)) + cell("\(figures.steps)")
        + cell(figures.spikes.map { PageNumber.count($0) }) + cell(figures.spikeJoules.map(PageNumber.joules))
        + cell(figures.chipJoules.map { PageNumber.joules($0) + mark })
        + cell(figures.secondsPerInference.map(PageNumber.seconds)) + cell(figures.cores.map(PageNumber.integer))
        + "<td>\(on)</td></tr>"
    }
    return """
      <p class="note">Counts, energies and times are for one inference. * Without prices that nobody published.</p>
      <div class="scroll"><table>
      <thead><tr><th>Point</th><th class="n">Accuracy</th><th class="n">Steps</th><th class="n">Spikes</th>\
      <th class="n">Energy, spike model</th><th class="n">Energy, chip model</th><th class="n">Time</th>\
      <th class="n">Cores</th><th>Front</th></tr></thead>
      <tbody>\(body)</tbody></table></div>
      """
  }

  private func refusals(_ labels: [String]) -> String {
    let rows = document.entries.indices.compactMap { index -> String? in
      guard case .refused(let problem) = document.entries[index].outcome else { return nil }
      return "<tr><td class=\"name\">\(index + 1). \(HTML.text(labels[index]))</td><td>\(HTML.text(problem))</td></tr>"
    }
    guard !rows.isEmpty else { return "" }
    return """
      <h2>What cannot be run</h2>
      <div class="scroll"><table><thead><tr><th>Point</th><th>Why</th></tr></thead>
      <tbody>\(rows.prefix(Self.mostRows).joined())</tbody></table></div>
      """
  }
}
