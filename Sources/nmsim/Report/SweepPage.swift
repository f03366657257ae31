import Runtime

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
        <p class="note">Each dot is a point of the plan. The dotted line is the Pareto front: no other point is both \
        cheaper and more accurate. Its dots are full, and numbered as in the table where there is room. \
        Energies with unknown constants are compared where the same are unknown.</p>
        \(legend)
        \(HTML.figures(figures))
        """
    let rows = finished.count <= Self.mostRows ? finished : finished.filter { index in fronts.contains { $0.indices.contains(index) } }
    let choices = chosen.compactMap { front -> (String, String)? in
      guard let index = front.recommended, let figures = entries[index].figures else { return nil }
      return (front.title, HTML.text("\(index + 1). " + SweepTable.choice(labels[index], figures)))
    }
    let recommended =
      choices.isEmpty ? ""
      : "<p class=\"note\">Cheapest within the interval of the most accurate point:</p>\n\(HTML.facts(choices))"
    let body = HTML.page(
      over: "nmsim sweep report", heading: document.name,
      sub: "<p class=\"sub\">\(parts.joined(separator: " · "))</p>",
      [
        ("choice", "Pareto front", "<h2>Pareto front</h2>\n\(recommended)\n\(choice)"), ("faults", "Faults", faults),
        ("roofline", "Roofline", roofline(labels, colors)),
        ("points", "Points", "<h2>Points</h2>\n\(table(rows, fronts, labels))\n\(refusals(labels))"),
      ])
    return Report.page(title: document.name, body: body, documents: [(id: "sweep-json", text: text)])
  }

  /// The busiest core of each point under the limits of its chip; empty where no time is known.
  private func roofline(_ labels: [String], _ colors: [Int]) -> String {
    var (dots, roofs): ([RooflineChart.Dot], [RooflineChart.Roof]) = ([], [])
    for (index, entry) in document.entries.enumerated() {
      guard let figures = entry.figures, let intensity = figures.operationsPerMessage,
        let rate = figures.operationsPerSecond,
        let dot = RooflineChart.Dot(
          operations: rate, messages: intensity > 0 ? rate / intensity : 0, seconds: 1, color: colors[index],
          name: "\(index + 1). \(labels[index])")
      else { continue }
      dots.append(dot)
      var roof = RooflineChart.Roof(
        secondsPerOperation: figures.secondsPerOperation, secondsPerMessage: figures.secondsPerMessage)
      (roof.color, roof.messageColor) = (colors[index], colors[index])
      // Chips whose limits are alike, or nearly, have one line.
      let isNew = !roofs.contains { $0.color == roof.color && $0.isNear(roof) }
      if isNew, roofs.count < 16 { roofs.append(roof) }
    }
    guard let chart = RooflineChart(dots: dots, roofs: roofs, what: "points").markup else { return "" }
    return """
      <h2>Roofline</h2>
      <p class="note">The core with most synaptic operations of each point, under what its chip's description \
      lets a core do: operations, level, and what its messages bring, rising. Points without a known time are not drawn.</p>
      \(legend)
      \(HTML.figures([chart]))
      """
  }

  /// Chips by colour, where there are no more than colours.
  private var chips: [String] {
    var chips: [String] = []
    for point in document.points where !chips.contains(point.chip) { chips.append(point.chip) }
    return (2...5).contains(chips.count) ? chips : []
  }

  private var legend: String {
    HTML.legend(chips.enumerated().map { ($1, $0 + 1) })
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
    let items = names.filter { $0.color < 6 } + (names.count > 5 ? [("others", 6)] : [])
    if names.count > 1 { section.legend = HTML.legend(items) }
    return section.markup
  }

  private func table(_ rows: [Int], _ fronts: [SweepFront], _ labels: [String]) -> String {
    func known(_ text: String?) -> Table.Cell { text.map { .text($0) } ?? .markup(ReportRun.unknown) }
    let models = EnergyModels.all().filter(\.comparesRuns)
    var table = Table(
      [.name("Point"), .number("Accuracy"), .number("To the ANN"), .number("Steps"), .number("Spikes")]
        + models.map { .number("Energy, \($0.title.lowercased())") }
        + [.number("Time"), .number("Cores"), .text("Bottleneck"), .number("Of the time"), .text("Front")])
    for index in rows {
      guard let figures = document.entries[index].figures else { continue }
      let mark = figures.missing.isEmpty ? "" : "*"
      let name = "<span id=\"point-\(document.points[index].id)\">\(index + 1). \(HTML.text(labels[index]))</span>"
      var cells: [Table.Cell] = [
        .markup(name), known(figures.accuracy.map(PageNumber.percent)), known(figures.difference.map(PageNumber.points)),
        "\(figures.steps)", known(figures.spikes.map { PageNumber.count($0) }),
      ]
      cells += models.map { model in
        known(figures[model.name].map { PageNumber.joules($0) + (model.name == "chip" ? mark : "") })
      }
      cells += [
        known(figures.secondsPerInference.map(PageNumber.seconds)), known(figures.cores.map(PageNumber.integer)),
        known(figures.bottleneck.map { BusiestText.name(of: $0) }), known(figures.utilisation.map(PageNumber.share)),
        .text(fronts.filter { $0.indices.contains(index) }.map(\.title).joined(separator: "; ")),
      ]
      table.add(cells)
    }
    return """
      <p class="note">Counts, energies and times are per inference. * Without unpublished constants.</p>
      \(table.markup())
      """
  }

  private func refusals(_ labels: [String]) -> String {
    var table = Table([.name("Point"), .text("Why")])
    var count = 0
    for (index, entry) in document.entries.enumerated() {
      guard case .refused(let problem) = entry.outcome, count < Self.mostRows else { continue }
      table.add(["\(index + 1). \(labels[index])", .text(problem)])
      count += 1
    }
    return table.isEmpty ? "" : "<h2>What cannot be run</h2>\n\(table.markup())"
  }
}
