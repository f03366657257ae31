import Runtime

/// What is worth choosing: accuracy against energy and against latency, and the fronts of points that no other beats.
///
/// A run may be stopped after any step, so each of its steps is a point in the spike model and in steps. The chip model
/// prices whole inferences; a bill with unpublished constants is a point only among bills that lack the same, because what it
/// lacks could change the order.
struct ParetoSection: Sendable {
  let runs: [ReportRun]

  /// Runs whose accuracy is further below the best one's are not drawn: they would press the others into one line.
  static let mostBelow = 0.25

  /// One thing to choose: a run read after a step.
  struct Point: Sendable, Equatable {
    var run: Int
    var cost: Double
    var accuracy: Double
  }

  func markup(legend: String) -> PageMarkup {
    let figures = [latency, spikeEnergy, chipEnergy].compactMap { $0 } + otherEnergies
    guard !figures.isEmpty else { return "" }
    return """
      <h2>Pareto front</h2>
      <p class="note">Dots are whole inferences; lines are the same runs stopped earlier. The dotted line is the \
      Pareto front: no other point is both cheaper and more accurate.</p>
      \(HTML.figures(figures))
      \(legend)
      \(omissions)
      """
  }

  /// Runs that are on no chart of time or of the chip's energy, and why.
  private var omissions: String {
    let untimed = runs.filter { $0.document.accuracyByStep != nil && $0.document.time.secondsPerTick == nil }
    func names(_ runs: [ReportRun]) -> String {
      "Run\(runs.count == 1 ? "" : "s") " + runs.map { "\($0.number)" }.joined(separator: ", ")
    }
    var texts: [String] = []
    if isTimed, !untimed.isEmpty { texts.append("\(names(untimed)): time unknown, not on the chart of time.") }
    let failed = runs.filter { isFailed($0.document.accuracy) }
    if !failed.isEmpty { texts.append("\(names(failed)): far less accurate than the others, on no chart here.") }
    let lacking = isAlike ? [] : runs.filter(\.lacksPrices)
    if !lacking.isEmpty {
      texts.append(
        "\(names(lacking)): the chip's energy lacks unpublished constants, which could change the order, so it is in "
          + "the table only.")
    }
    return texts.isEmpty ? "" : "<p class=\"note\">\(texts.joined(separator: " "))</p>"
  }

  /// The points that no other point beats, by rising cost: cheapest first, each more accurate than all cheaper ones.
  static func front(_ points: [Point]) -> [Point] {
    var best = -1.0
    return points.sorted { ($0.cost, $1.accuracy, $0.run) < ($1.cost, $0.accuracy, $1.run) }.filter { point in
      guard point.accuracy > best else { return false }
      best = point.accuracy
      return true
    }
  }

  /// Whether at least two runs can be compared in seconds.
  private var isTimed: Bool {
    runs.count { $0.document.accuracyByStep != nil && $0.document.time.secondsPerTick != nil } > 1
  }

  private var latency: PageMarkup? {
    let isTimed = isTimed
    let curves = runs.compactMap { run -> [Point]? in
      guard let values = run.document.accuracyByStep else { return nil }
      guard isTimed else {
        return values.indices.map { Point(run: run.number, cost: Double($0 + 1), accuracy: values[$0]) }
      }
      guard let unit = run.document.time.secondsPerTick else { return nil }
      // What comes before the first step's output: the pipeline's depth, where known.
      let lead = max(0, (run.document.ticksPerInference ?? run.document.ticks) - run.document.ticks)
      return values.indices.map { Point(run: run.number, cost: Double($0 + 1 + lead) * unit, accuracy: values[$0]) }
    }
    return chart(
      curves, title: isTimed ? "Time to the answer" : "Steps to the answer", kind: isTimed ? .unit("s") : .number,
      name: "latency")
  }

  private var spikeEnergy: PageMarkup? {
    let curves = runs.compactMap { run -> [Point]? in
      guard let values = run.document.accuracyByStep, let spikes = run.document.spike?.spikesByStep,
        let each = run.document.spike?.joulesPerSpike, spikes.count == values.count
      else { return nil }
      var sum = 0.0
      return values.indices.map { step in
        sum += Double(spikes[step]) * each / run.samples
        return Point(run: run.number, cost: sum, accuracy: values[step])
      }
    }
    return chart(curves, title: "Energy, spike model", kind: .unit("J"), name: "spike-energy")
  }

  /// Whether the bills lack the same prices: then they can be compared.
  private var isAlike: Bool { runs.allSatisfy { $0.document.bill?.missing == runs[0].document.bill?.missing } }

  private var chipEnergy: PageMarkup? {
    let isAlike = isAlike
    let curves = runs.compactMap { run -> [Point]? in
      guard let joules = run.chipJoules, let bill = run.document.bill, let accuracy = run.document.accuracy,
        bill.missing.isEmpty || isAlike
      else { return nil }
      return [Point(run: run.number, cost: joules, accuracy: accuracy)]
    }
    return chart(curves, title: "Energy, chip model", kind: .unit("J"), name: "chip-energy")
  }

  /// Whole inferences by the energy models that price no single step.
  private var otherEnergies: [PageMarkup] {
    EnergyModels.all().filter { $0.comparesRuns && !["spike", "chip"].contains($0.name) }.compactMap { model in
      let curves = runs.compactMap { run -> [Point]? in
        guard let accuracy = run.document.accuracy,
          let account = run.document.comparedAccounts.first(where: { $0.name == model.name }), account.missing.isEmpty,
          let joules = account.joulesPerInference
        else { return nil }
        return [Point(run: run.number, cost: joules, accuracy: accuracy)]
      }
      return chart(curves, title: "Energy, \(model.title.lowercased())", kind: .unit("J"), name: "\(model.name)-energy")
    }
  }

  private func isFailed(_ accuracy: Double?) -> Bool {
    (accuracy ?? 1) < (runs.compactMap(\.document.accuracy).max() ?? 0) - Self.mostBelow
  }

  private func chart(_ all: [[Point]], title: String, kind: Axis.Kind, name: String) -> PageMarkup? {
    let curves = all.filter { !isFailed($0.last?.accuracy) }
    let ends = curves.compactMap(\.last)
    guard ends.count > 1 else { return nil }
    let front = ParetoSection.front(curves.flatMap { $0 })
    // Curves come from below; dots alone are shown close.
    let lowest = ends.map(\.accuracy).min() ?? 0
    let isCurved = curves.contains { $0.count > 1 }
    let least = max(0, lowest - (isCurved ? 0.1 : max(0.003, (ends.map(\.accuracy).max() ?? 0) - lowest)))
    let best = max(front.last?.accuracy ?? 1, least + 0.003)
    var chart = Chart(
      x: Axis(
        logarithmic: curves.flatMap { $0.filter { $0.accuracy >= least }.map(\.cost) } + ends.map(\.cost), kind: kind),
      y: Axis(least, best + 0.12 * (best - least), kind: .fraction), xTitle: title, yTitle: "Accuracy",
      summary: "Accuracy against \(title.lowercased()) of \(ends.count) runs")
    chart.height = .tall
    for curve in curves where curve.count > 1 {
      guard let run = runs.first(where: { $0.number == curve[0].run }) else { continue }
      let drawn = Chart.drawn(curve.count).drop { curve[$0].accuracy < least }
      chart.addLine(drawn.map { (x: curve[$0].cost, y: curve[$0].accuracy) }, name: run.name, color: run.color,
        style: "thin")
    }
    chart.addStairs(
      front.filter { $0.accuracy >= least }.map { (x: $0.cost, y: $0.accuracy) }, name: "Pareto front", color: 6, style: "front")
    // Dots that cover each other share one label.
    var named: [(x: Double, y: Double, numbers: [Int])] = []
    for end in ends {
      let (x, y) = (chart.x.position(end.cost), chart.y.position(end.accuracy))
      if let near = named.firstIndex(where: { ($0.x - x).magnitude < 0.03 && ($0.y - y).magnitude < 0.04 }) {
        named[near].numbers.append(end.run)
      } else {
        named.append((x, y, [end.run]))
      }
    }
    for end in ends {
      let label = named.first { $0.numbers.first == end.run }?.numbers.map { "\($0)" }.joined(separator: ", ") ?? ""
      guard let run = runs.first(where: { $0.number == end.run }) else { continue }
      chart.addDot(
        end.cost, end.accuracy, label: label, name: run.name, color: run.color, title: run.name,
        attributes: " data-front=\"\(name)\" data-run=\"\(run.number)\"")
    }
    return chart.markup
  }
}
