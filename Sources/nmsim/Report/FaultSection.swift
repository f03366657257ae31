import Runtime

/// Accuracy and energy against the rate of a fault, for every kind of fault whose rate differs between runs.
///
/// A result belongs to a kind's charts where it has no other fault, and to a line with the results of its name. Results
/// of one rate and several seeds are dots over each other; the line goes through their means. A logarithmic axis has no
/// place for 0: what there is without faults is a level.
struct FaultSection: Sendable {
  let points: [FaultPoint]
  /// Markup that says which colour is which.
  var legend = ""

  init(_ points: [FaultPoint]) { self.points = points }

  /// Of runs: those of one network, chip, method, steps and widths have one name.
  init(_ runs: [ReportRun]) { points = runs.map { FaultPoint($0) } }

  var markup: PageMarkup {
    let blocks = FaultRates.Kind.allCases.compactMap(block)
    guard !blocks.isEmpty else { return "" }
    return """
      <h2>Faults</h2>
      <p class="note">Dots are runs, lines go through the means of their rates; level lines are runs without faults.</p>
      \(legend)
      \(blocks.joined(separator: "\n"))
      """
  }

  /// Results that differ in nothing but faults of one kind.
  private struct Series {
    var name: String
    var points: [FaultPoint]
  }

  private func series(_ kind: FaultRates.Kind) -> [Series] {
    var result: [Series] = []
    for point in points where point.hasOnly(kind) {
      if let index = result.firstIndex(where: { $0.name == point.name }) {
        result[index].points.append(point)
      } else {
        result.append(Series(name: point.name, points: [point]))
      }
    }
    return result.filter { series in Set(series.points.map { $0.rate(kind) }).count > 1 }
  }

  private func block(_ kind: FaultRates.Kind) -> PageMarkup? {
    let series = series(kind)
    let all = series.flatMap(\.points)
    guard !all.isEmpty else { return nil }
    let isPriced = all.allSatisfy { $0.chipJoules != nil }
    let figures = [
      chart(kind, series, "Accuracy", .fraction, \.accuracy),
      chart(kind, series, isPriced ? "Energy, chip model" : "Energy, spike model", .unit("J"),
        isPriced ? \.chipJoules : \.spikeJoules),
    ].compactMap { $0 }
    guard !figures.isEmpty else { return nil }
    return "<h3>\(HTML.text(kind.name.prefix(1).uppercased() + kind.name.dropFirst()))</h3>\(HTML.figures(figures))"
  }

  private func chart(
    _ kind: FaultRates.Kind, _ series: [Series], _ title: String, _ unit: Axis.Kind,
    _ value: KeyPath<FaultPoint, Double?>
  ) -> PageMarkup? {
    let known = series.flatMap(\.points).compactMap { point in
      point[keyPath: value].map { (rate: point.rate(kind), value: $0) }
    }
    let rates = known.map(\.rate).filter { $0 > 0 }
    guard !rates.isEmpty, let least = known.map(\.value).min(), let most = known.map(\.value).max() else { return nil }
    let room = max((most - least) * 0.15, most.magnitude * 1e-3)
    var chart = Chart(
      x: Axis(logarithmic: rates, kind: .fraction), y: Axis(max(0, least - room), most + room, kind: unit),
      xTitle: "rate", yTitle: title, summary: "\(title) against the rate of \(kind.name)")
    for series in series {
      let color = series.points[0].color
      let points = series.points.compactMap { point in
        point[keyPath: value].map { (point: point, rate: point.rate(kind), value: $0) }
      }
      if let whole = points.first(where: { $0.rate == 0 }) {
        chart.addLevel(whole.value, name: "without", color: color)
      }
      let lines = Set(points.map(\.rate)).sorted().filter { $0 > 0 }.map { rate in
        let values = points.filter { $0.rate == rate }.map(\.value)
        return (x: rate, y: values.reduce(0, +) / Double(values.count))
      }
      chart.addLine(lines, name: series.name.replacing("\n", with: " "), color: color)
      for point in points where point.rate > 0 {
        chart.addDot(
          point.rate, point.value, label: "", name: point.point.title, color: color,
          title: "\(point.point.title): rate \(NumberFormat.plain(point.rate))",
          attributes: " data-fault=\"\(kind.rawValue)\"\(point.point.attributes)")
      }
    }
    return chart.markup.named(kind.rawValue)
  }
}
