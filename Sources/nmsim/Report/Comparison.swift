import Runtime

/// Several runs on one page: a table of differences, overlaid curves, and what is worth choosing.
struct Comparison: Sendable {
  let runs: [ReportRun]

  init(_ runs: [ReportRun]) { self.runs = runs }

  var markup: String {
    let sections: [(id: String, name: String, markup: String)] = [
      ("differences", "Differences", table),
      ("accuracy", "Accuracy", accuracy),
      ("trade", "Choice", ParetoSection(runs).markup(legend: legend)),
      ("units", "Energy", units),
      ("faults", "Faults", FaultSection(runs).markup),
      ("activity", "Spikes", spikes),
    ].filter { !$0.markup.isEmpty }
    let links = sections.map { "<a href=\"#\($0.id)\">\($0.name)</a>" }.joined()
    let details = runs.map { "<a href=\"#run-\($0.number)\">Run \($0.number)</a>" }.joined()
    let blocks = sections.map { "<section id=\"\($0.id)\">\n\($0.markup)\n</section>" }.joined(separator: "\n")
    let networks = Set(runs.map(\.document.network)).count
    let chips = Set(runs.map(\.document.chip)).count
    let shared = [
      networks == 1 ? "<b>\(HTML.text(runs[0].document.network))</b>" : "\(networks) networks",
      chips == 1 ? HTML.text(runs[0].document.chip) : "\(chips) chips",
    ]
    return """
      <header>
      <p class="over">nmsim run report</p>
      <h1>\(runs.count) runs compared</h1>
      <p class="sub">\(shared.joined(separator: " · "))</p>
      <nav aria-label="Sections">\(links)\(details)</nav>
      </header>
      \(blocks)
      """
  }

  /// What each line is.
  private var legend: String {
    "<ul class=\"legend\">"
      + runs.map { "<li><span class=\"key s\($0.color)\"></span>\($0.number). \(HTML.text($0.label))</li>" }.joined()
      + "</ul>"
  }

  // MARK: - Differences

  private var table: String {
    let base = runs[0]
    var rows = ""
    for run in runs {
      let d = run.document
      let b = base.document
      let isBase = run.number == base.number
      func ratio(_ value: Double?, _ other: Double?) -> String? { isBase ? nil : PageNumber.ratio(value, to: other) }
      let accuracyChange = isBase ? nil : d.accuracy.flatMap { a in b.accuracy.map { PageNumber.points(a - $0) } }
      rows += "<tr><td class=\"name\"><span class=\"key s\(run.color)\"></span> \(run.number). \(HTML.text(run.label))</td>"
        + cell(run.value("accuracy", d.accuracy, PageNumber.percent), accuracyChange)
        + cell(run.value("ticks", d.ticks), ratio(Double(d.ticks), Double(b.ticks)))
        + cell(
          run.value("energy.spike.stepsToTarget", d.spike?.stepsToTarget),
          ratio(d.spike?.stepsToTarget.map(Double.init), b.spike?.stepsToTarget.map(Double.init)))
        + cell(
          run.perInference("totals.spikes", d.totals.spikes),
          ratio(per(run, d.totals.spikes), per(base, b.totals.spikes)))
        + cell(
          run.perInference("totals.Effective_ACs", d.totals.effectiveACs),
          ratio(per(run, d.totals.effectiveACs), per(base, b.totals.effectiveACs)))
        + cell(
          run.value("energy.spike.joulesPerInference", d.spike?.joulesPerInference, PageNumber.joules),
          ratio(d.spike?.joulesPerInference, b.spike?.joulesPerInference))
        + cell(
          run.value("energy.chip.joulesPerInference", run.chipJoules, PageNumber.joules)
            + (run.chipJoules != nil && d.bill?.missing.isEmpty == false ? "*" : ""),
          ratio(run.chipJoules, base.chipJoules))
        + cell(
          run.value("time.secondsPerInference", d.secondsPerInference, PageNumber.seconds),
          ratio(d.secondsPerInference, b.secondsPerInference))
        + "</tr>"
    }
    let targets = Set(runs.compactMap { $0.document.spike?.target })
    let target = targets.count == 1 ? targets.first.map { "to \(PageNumber.share($0))" } : nil
    let partial = runs.contains { $0.chipJoules != nil && $0.document.bill?.missing.isEmpty == false }
    return """
      <h2>Differences</h2>
      <p class="note">Small figures compare with run 1. Counts, energies and times are for one inference.</p>
      <div class="scroll"><table>
      <thead><tr><th>Run</th><th class="n">Accuracy</th><th class="n">Steps</th><th class="n">Steps \
      \(target ?? "to target")</th><th class="n">Spikes</th><th class="n">Additions</th>\
      <th class="n">Energy, spike model</th><th class="n">Energy, chip model</th><th class="n">Time</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      \(partial ? "<p class=\"note\">* Without prices that nobody published: see the run's bill.</p>" : "")
      """
  }

  // MARK: - Energy

  /// The chip model's energy by unit: bars of equal length, because chips differ by orders of magnitude.
  private var units: String {
    let priced = runs.compactMap { run in run.document.bill.flatMap { run.chipJoules == nil ? nil : (run: run, bill: $0) } }
    guard priced.count > 1 else { return "" }
    var names: [(name: String, color: Int)] = []
    var rows = ""
    for (run, bill) in priced {
      let parts = EnergySection.units(bill, samples: run.samples)
      let total = parts.reduce(0) { $0 + $1.joules }
      guard total > 0 else { continue }
      for part in parts where !names.contains(where: { $0.name == part.name }) { names.append((part.name, part.color)) }
      let stack = parts.map { part in
        "<span class=\"s\(part.color)\" style=\"flex:\(HTML.coordinate(1000 * part.joules / total)) 0 0\" title=\""
          + "\(HTML.text(part.name)): \(PageNumber.joules(part.joules)), \(PageNumber.share(part.joules / total))\"></span>"
      }.joined()
      let missing = bill.missing.isEmpty ? "" : "*"
      rows += "<div><dt><span>\(run.number). \(HTML.text(run.label))</span><span>"
        + "\(run.value("energy.chip.joulesPerInference", run.chipJoules, PageNumber.joules))\(missing)</span></dt>"
        + "<dd class=\"stack\">\(stack)</dd></div>"
    }
    let keys = names.map { "<li><span class=\"key s\($0.color)\"></span>\(HTML.text($0.name))</li>" }.joined()
    return """
      <h2>Energy by unit, chip model</h2>
      <p class="note">What an inference's energy goes into; each bar is the whole of its run.\
      \(priced.contains { !$0.bill.missing.isEmpty } ? " * without prices that nobody published." : "")</p>
      <dl class="bars stacks">\(rows)</dl><ul class="legend">\(keys)</ul>
      """
  }

  private func cell(_ value: String, _ change: String?) -> String {
    "<td class=\"n\">\(value)\(change.map { "<span class=\"sub\">\($0)</span>" } ?? "")</td>"
  }

  private func per(_ run: ReportRun, _ sum: Int?) -> Double? { sum.map { Double($0) / run.samples } }

  // MARK: - Curves

  private var steps: Axis { Axis(1, Double(max(2, runs.map(\.document.ticks).max() ?? 2))) }

  private var accuracy: String {
    let known = runs.filter { $0.document.accuracyByStep?.isEmpty == false }
    guard !known.isEmpty else { return "" }
    let close = AccuracySection.closeRange(known.map { ($0.document.accuracyByStep ?? [], $0.document.ann.accuracy) })
    return """
      <h2>Accuracy against step</h2>
      <div class="pair">
      <figure>\(accuracyChart(known, AccuracySection.whole))</figure>
      <figure>\(accuracyChart(known, close))<figcaption>The same, enlarged near the final accuracies.</figcaption></figure>
      </div>
      \(legend)
      """
  }

  private func accuracyChart(_ known: [ReportRun], _ y: Axis) -> String {
    var chart = Chart(
      x: steps, y: y, xTitle: "step", yTitle: "Accuracy", summary: "Accuracy against step of \(known.count) runs")
    var anns: [Double] = []
    for ann in known.compactMap(\.document.ann.accuracy) where !anns.contains(ann) { anns.append(ann) }
    if anns.count == 1 {
      chart.addLevel(anns[0], name: "original network \(PageNumber.percent(anns[0]))", color: 6)
    }
    for run in known {
      guard let values = run.document.accuracyByStep else { continue }
      let drawn = ReportRun.drawn(values.count)
      let visible = drawn.drop { values[$0] < y.low }
      let entry = visible.first.flatMap { $0 > 0 && y.low > 0 ? [$0 - 1] : nil } ?? []
      chart.addLine(
        (entry + visible).map { (x: Double($0 + 1), y: values[$0]) }, color: run.color, style: run.style,
        attributes: y.low == 0 ? run.series("accuracyByStep", values) : "")
    }
    chart.addStrips(
      ReportRun.hovered(runs.map(\.document.ticks).max() ?? 1).map { step in
        let texts = known.compactMap { run in
          run.document.accuracyByStep.flatMap { values in
            step < values.count ? "\(run.number). \(run.label): \(PageNumber.percent(values[step]))" : nil
          }
        }
        return (x: Double(step + 1), text: "step \(step + 1); " + texts.joined(separator: "; "))
      })
    return chart.markup
  }

  private var spikes: String {
    let known = runs.filter { $0.document.spike?.spikesByStep?.isEmpty == false }
    guard !known.isEmpty else { return "" }
    let series = known.map { run in (run.document.spike?.spikesByStep ?? []).map { Double($0) / run.samples } }
    var chart = Chart(
      x: steps, y: Axis(0, series.compactMap { $0.max() }.max() ?? 1, widened: true), xTitle: "step",
      yTitle: "Spikes a step, an inference", summary: "Spikes in each step of \(known.count) runs")
    for (run, values) in zip(known, series) {
      chart.addLine(
        ReportRun.drawn(values.count).map { (x: Double($0 + 1), y: values[$0]) }, color: run.color, style: run.style,
        attributes: run.series("energy.spike.spikesByStep", (run.document.spike?.spikesByStep ?? []).map(Double.init)))
    }
    return "<h2>Spikes over time</h2><figure>\(chart.markup)</figure>\(legend)"
  }
}
