import Runtime

/// Several runs on one page: a table of differences, overlaid curves, and what is worth choosing.
struct Comparison: Sendable {
  let runs: [ReportRun]
  let heading: String

  var markup: PageMarkup {
    let networks = Set(runs.map(\.document.network)).count
    let chips = Set(runs.map(\.document.chip)).count
    let shared = [
      networks == 1 ? "<b>\(HTML.text(runs[0].document.network))</b>" : "\(networks) networks",
      chips == 1 ? HTML.text(runs[0].document.chip) : "\(chips) chips",
    ]
    return HTML.page(
      over: "nmsim run report", heading: heading,
      sub: "<p class=\"sub\">\(shared.joined(separator: " · "))</p>\n\(answer)\(strangers)",
      [
        ("differences", "Differences", table),
        ("accuracy", "Accuracy", AccuracySection(runs: runs).markup),
        ("trade", "Pareto front", ParetoSection(runs: runs).markup(legend: legend)),
        ("units", "Energy", units),
        ("faults", "Faults", FaultSection(runs).markup),
        ("activity", "Spikes", spikes), ("layers", "Layers", LayerComparison(runs: runs).markup),
      ], links: runs.map { "<a href=\"#run-\($0.number)\">Run \($0.number)</a>" }.joined())
  }

  /// The most accurate run, and the one that costs least within its interval.
  private var answer: String {
    let known = runs.filter { isAlike($0) && $0.document.accuracy != nil }
    func accuracy(_ run: ReportRun) -> Double { run.document.accuracy ?? 0 }
    guard known.count > 1, let best = known.max(by: { (accuracy($0), $1.number) < (accuracy($1), $0.number) }) else {
      return ""
    }
    func named(_ runs: [ReportRun]) -> String {
      let names = runs.map { "<b>\($0.number). \(HTML.text($0.label))</b>" }.joined(separator: ", ")
      return "\(names): \(runs[0].value("accuracy", runs[0].document.accuracy, PageNumber.percent))"
    }
    let first = known.filter { accuracy($0) == accuracy(best) }
    let start = first.count == known.count ? "Equally accurate, \(named(first))" : "Most accurate, \(named(first))"
    // Bills that lack different prices cannot be compared.
    let isBill = known.allSatisfy { $0.chipJoules != nil && $0.document.bill?.missing == best.document.bill?.missing }
    guard isBill || known.allSatisfy({ $0.document.chip == best.document.chip }) else {
      return "<p class=\"answer\">\(start). Energies on these chips lack different unpublished constants, so nothing says which "
        + "is least.</p>\n"
    }
    func joules(_ run: ReportRun) -> Double? { isBill ? run.chipJoules : run.document.spike?.joulesPerInference }
    let floor = best.document.accuracyInterval?.lowerBound ?? accuracy(best)
    let near = known.filter { accuracy($0) >= floor && joules($0) != nil }
    guard let cheapest = near.min(by: { (joules($0) ?? 0, $0.number) < (joules($1) ?? 0, $1.number) }) else {
      return "<p class=\"answer\">\(start).</p>\n"
    }
    let path = isBill ? "energy.chip.joulesPerInference" : "energy.spike.joulesPerInference"
    let cost = "\(cheapest.value(path, joules(cheapest), PageNumber.joules)) per inference, \(isBill ? "chip" : "spike") model"
    return "<p class=\"answer\">\(start). Least energy within the 95\u{A0}% interval, \(named([cheapest])), \(cost).</p>\n"
  }

  /// What each line is.
  private var legend: String { HTML.legend(runs.map { ($0.name, $0.color) }) }

  // MARK: - Differences

  /// Whether a run has the network and the data of the first one: only then a difference says something.
  private func isAlike(_ run: ReportRun) -> Bool {
    func subject(_ run: ReportRun) -> [String?] {
      let d = run.document
      let network = [d.network, d.ann.multiplyAccumulates.map(String.init), d.ann.parameters.map(String.init)]
      return network + [d.provenance?.imagesHash ?? d.provenance?.images, "\(d.samples)"]
    }
    return subject(run) == subject(runs[0])
  }

  private var strangers: String {
    let others = runs.filter { !isAlike($0) }.map { "\($0.number)" }
    guard !others.isEmpty else { return "" }
    return "<p class=\"warn\">Run\(others.count == 1 ? "" : "s") \(others.joined(separator: ", ")): another network or "
      + "other samples than run 1, so nothing is subtracted from it.</p>"
  }

  /// Names and titles of the energy models that any run has an account of; the chip's and the papers' in any case.
  private var models: [(name: String, title: String)] {
    var models = EnergyModels.all().filter(\.comparesRuns).map { (name: $0.name, title: $0.title) }
    for account in runs.flatMap(\.document.comparedAccounts) where !models.contains(where: { $0.name == account.name }) {
      models.append((account.name, account.title))
    }
    return models
  }

  private func account(_ name: String, of run: RunResult) -> EnergyAccount? {
    run.comparedAccounts.first { $0.name == name }
  }

  private var table: PageMarkup {
    let base = runs[0]
    /// A number and, but for the first run, what it is to the first run's. `isSum`: over samples.
    func field(
      _ title: String, _ path: String, _ number: @escaping (ReportRun) -> Double?, isSum: Bool = false,
      _ markup: @escaping (ReportRun) -> String
    ) -> Table.Field<ReportRun> {
      func term(_ run: ReportRun) -> String { "(run\(run.number).\(path)\(isSum ? " / run\(run.number).samples" : ""))" }
      return .figure(title) { run in
        guard run.number != base.number, isAlike(run), let own = number(run), let other = number(base), other > 0,
          (own / other).isFinite
        else { return markup(run) }
        return markup(run) + HTML.sub(run.derived("\(term(run)) / \(term(base))", own / other, PageNumber.times))
      }
    }
    /// The same of a sum over samples.
    func sum(
      _ title: String, _ path: String, _ sum: @escaping (RunResult) -> Int?
    ) -> Table.Field<ReportRun> {
      field(title, path, { run in sum(run.document).map { Double($0) / run.samples } }, isSum: true) {
        $0.perInference(path, sum($0.document))
      }
    }
    let targets = Set(runs.compactMap { $0.document.spike?.target })
    let target = targets.count == 1 ? targets.first.map { "to \(PageNumber.share($0))" } : nil
    let table = Table(
      runs,
      [
        Table.Field(column: .name("Run")) { run in
          .markup("\(HTML.key(run.color)) \(run.number). \(HTML.text(run.label))")
        },
        .figure("Accuracy") { run in
          let change = run.document.accuracy.flatMap { a in
            base.document.accuracy.map {
              run.derived("run\(run.number).accuracy - run\(base.number).accuracy", a - $0, PageNumber.points)
            }
          }
          return run.value("accuracy", run.document.accuracy, PageNumber.percent)
            + HTML.sub(run.number == base.number || !isAlike(run) ? nil : change)
        },
        field("Steps", "ticks", { Double($0.document.ticks) }) { $0.value("ticks", $0.document.ticks) },
        field(
          "Steps \(target ?? "to target")", "energy.spike.stepsToTarget",
          { $0.document.spike?.stepsToTarget.map(Double.init) }
        ) {
          let spike = $0.document.spike
          return spike?.target != nil && spike?.stepsToTarget == nil && spike?.spikesByStep != nil
            ? "<span class=\"unknown\">never</span>" : $0.value("energy.spike.stepsToTarget", spike?.stepsToTarget)
        },
        sum("Spikes", "totals.spikes", \.totals.spikes),
        sum("Accumulates (ACs)", "totals.Effective_ACs", \.totals.effectiveACs),
      ]
        + models.map { name, title in
          field(
            "Energy, \(title.lowercased())", "energy.\(name).joulesPerInference",
            { account(name, of: $0.document)?.joulesPerInference }
          ) { run in
            let account = account(name, of: run.document)
            return run.value("energy.\(name).joulesPerInference", account?.joulesPerInference, PageNumber.joules)
              + (account?.missing.isEmpty == false ? "*" : "")
          }
        } + [
          field("Time", "time.secondsPerInference", \.document.time.secondsPerInference) {
            $0.value("time.secondsPerInference", $0.document.time.secondsPerInference, PageNumber.seconds)
          }
        ]
        + (runs.contains { $0.document.figures?.energyDelayProduct != nil }
          ? [
            field("Energy-delay product", "figures.energyDelayProduct", { $0.document.figures?.energyDelayProduct }) {
              $0.value("figures.energyDelayProduct", $0.document.figures?.energyDelayProduct) {
                PageNumber.typeset(NumberFormat.si($0, unit: "J s"))
              }
            }
          ] : []))
    return """
      <h2>Differences</h2>
      <p class="note">Small figures compare with run 1. Counts, energies and times are per inference.</p>
      \(table.markup("runs"))
      \(runs.contains { $0.document.comparedAccounts.contains { !$0.missing.isEmpty } }
        ? "<p class=\"note\">* Without unpublished constants: see the run's energy breakdown.</p>" : "")
      """
  }

  // MARK: - Energy

  /// The chip model's energy by unit: bars of equal length, because chips differ by orders of magnitude.
  private var units: PageMarkup {
    let priced = runs.compactMap { run in run.document.bill.flatMap { run.chipJoules == nil ? nil : (run: run, bill: $0) } }
    guard priced.count > 1 else { return "" }
    var names: [(name: String, color: Int)] = []
    var rows = ""
    var table = Table([.name("Run"), .text("Unit"), .number("Energy per inference")])
    for (run, bill) in priced {
      let parts = EnergySection.units(bill, samples: run.samples)
      let total = parts.reduce(0) { $0 + $1.joules }
      guard total > 0 else { continue }
      for part in parts where !names.contains(where: { $0.name == part.name }) { names.append((part.name, part.color)) }
      for part in parts {
        table.add([
          .text(run.name), .text(part.name),
          .markup(run.derived("(\(part.formula)) / samples", part.joules, PageNumber.joules)),
        ])
      }
      let missing = bill.missing.isEmpty ? "" : "*"
      rows += "<div><dt><span>\(run.number). \(HTML.text(run.label))</span><span>"
        + "\(run.value("energy.chip.joulesPerInference", run.chipJoules, PageNumber.joules))\(missing)</span></dt>"
        + "<dd class=\"stack\">\(HTML.stack(parts, of: total))</dd></div>"
    }
    return """
      <h2>Energy by unit, chip model</h2>
      <p class="note">What the energy of an inference goes into; each bar is the whole of its run.\
      \(priced.contains { !$0.bill.missing.isEmpty } ? " * without unpublished constants." : "")</p>
      <dl class="bars stacks">\(rows)</dl>\(HTML.legend(names))\(table.hidden("bars"))
      """
  }

  private var spikes: PageMarkup {
    let known = runs.filter { $0.document.spike?.spikesByStep?.isEmpty == false }
    guard !known.isEmpty else { return "" }
    let series = known.map { run in (run.document.spike?.spikesByStep ?? []).map { Double($0) / run.samples } }
    var chart = Chart(
      over: "step", runs.map(\.document.ticks).max() ?? 2,
      y: Axis(0, series.compactMap { $0.max() }.max() ?? 1, widened: true), title: "Spikes per step and inference",
      summary: "Spikes in each step of \(known.count) runs")
    let lines = ReportRun.lines(zip(known, series).map { ($0, $1) })
    for (run, name, values) in lines {
      chart.addCurve(
        values, name: name, color: run.color, style: run.style,
        attributes: run.series("energy.spike.spikesByStep", per: run.samples))
    }
    return "<h2>Spikes over time</h2><div class=\"pair\"><figure>\(chart.markup)</figure>"
      + "<div>\(HTML.legend(lines.map { ($0.name, $0.run.color) }))</div></div>"
  }
}
