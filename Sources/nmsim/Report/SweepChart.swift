/// Accuracy against one cost: the points of a sweep as dots, their front as dotted stairs.
struct SweepChart: Sendable {
  let document: SweepDocument
  let front: SweepFront
  /// Of every point: its name, and its colour.
  let labels: [String]
  let colors: [Int]

  /// The figure; nil where the points do not differ in the cost, or have no accuracy.
  var figure: PageMarkup? {
    let accuracies = front.costs.compactMap { document.entries[$0.index].figures?.accuracy }
    guard let most = accuracies.max(), Set(front.costs.map(\.cost)).count > 1 else { return nil }
    let low = SweepChart.floor(accuracies)
    let margin = max(0.002, 0.12 * (most - low))
    var chart = Chart(
      x: Axis(logarithmic: front.costs.map(\.cost), kind: front.unit.isEmpty ? .number : .unit(front.unit)),
      y: Axis(max(0, low - margin / 2), min(1, most + margin), kind: .fraction),
      xTitle: front.title, yTitle: "Accuracy",
      summary: "Accuracy against \(front.title.lowercased()) of \(front.costs.count) points")
    chart.height = .tall
    let shown = front.costs.compactMap { index, cost in
      document.entries[index].figures?.accuracy.flatMap { $0 < low ? nil : Dot(index: index, cost: cost, accuracy: $0) }
    }
    for stairs in front.stairs {
      chart.addStairs(
        stairs.compactMap { index in shown.first { $0.index == index } }.map { ($0.cost, $0.accuracy) },
        name: "Pareto front", color: 6, style: "front")
    }
    let onFront = Set(front.indices)
    for dot in shown where !onFront.contains(dot.index) { add(dot, name: "", style: "faint", to: &chart) }
    // The front lies over the others. Its most accurate points get their numbers first.
    var numbered: [(h: Double, v: Double)] = []
    let best = shown.filter { onFront.contains($0.index) }.sorted { ($1.accuracy, $0.index) < ($0.accuracy, $1.index) }
    for dot in best {
      // Near the top a number stands below its dot.
      let v = chart.y.position(dot.accuracy) + (chart.y.position(dot.accuracy) > 0.88 ? -0.05 : 0.02)
      let h = chart.x.position(dot.cost)
      let isFree = !numbered.contains { abs($0.h - h) < 0.08 && abs($0.v - v) < 0.06 }
      if isFree { numbered.append((h, v)) }
      add(dot, name: isFree ? "\(dot.index + 1)" : "", style: "", to: &chart)
    }
    let hidden = front.costs.compactMap { index, _ in
      document.entries[index].figures?.accuracy.flatMap { $0 < low ? "points[\(index)].result.accuracy" : nil }
    }
    guard !hidden.isEmpty else { return chart.markup }
    let list = hidden.joined(separator: ", ")
    let count = HTML.derived("count(\(list))", Double(hidden.count), PageNumber.count)
    let least = HTML.derived("min(\(list))", accuracies.min(), PageNumber.percent)
    let note = "<p class=\"note\">Below: \(count) point\(hidden.count == 1 ? "" : "s"), down to \(least).</p>"
    return "\(chart.markup)\(note)"
  }

  private struct Dot {
    var index: Int
    var cost: Double
    var accuracy: Double
  }

  private func add(_ dot: Dot, name: String, style: String, to chart: inout Chart) {
    chart.addDot(
      dot.cost, dot.accuracy, label: name, name: "\(dot.index + 1). \(labels[dot.index])", color: colors[dot.index], style: style,
      title: "\(dot.index + 1). \(labels[dot.index]): \(PageNumber.percent(dot.accuracy))",
      attributes: " data-number=\"\(dot.index + 1)\""
        + (style.isEmpty ? " data-front=\"\(front.key)\" data-point=\"\(document.points[dot.index].id)\"" : ""),
      whisker: style.isEmpty ? document.entries[dot.index].figures?.accuracyInterval : nil)
  }

  /// The least accuracy that is drawn. Points that fail altogether would press the others into one line: those more
  /// than 1.5 times the middle half's spread below it (Tukey's fences), or 25 points below the best, are left out.
  private static func floor(_ accuracies: [Double]) -> Double {
    let sorted = accuracies.sorted()
    let (lower, upper) = (sorted[sorted.count / 4], sorted[sorted.count * 3 / 4])
    let fence = max(lower - 1.5 * (upper - lower), sorted[sorted.count - 1] - 0.25)
    return sorted.first { $0 >= fence } ?? fence
  }
}
