import Runtime

/// Accuracy after every step, with its confidence band, against the original network.
struct AccuracySection: Sendable {
  let run: ReportRun

  init(_ run: ReportRun) { self.run = run }

  /// Empty without accuracies.
  var markup: String {
    guard let accuracies = run.document.accuracyByStep, !accuracies.isEmpty else { return "" }
    let ann = run.document.ann.accuracy
    let close = AccuracySection.closeRange([(accuracies, ann)])
    return """
      <h2>Accuracy against step</h2>
      <p class="note">If the output were read after each step. The band is Wilson's 95\u{A0}% interval for \
      \(PageNumber.integer(run.document.samples)) samples.</p>
      <div class="pair">
      <figure>\(chart(accuracies, ann, y: AccuracySection.whole))</figure>
      <figure>\(chart(accuracies, ann, y: close))<figcaption>The same, enlarged near the final accuracy.</figcaption></figure>
      </div>
      \(closeness(accuracies, ann))
      """
  }

  /// The part of the scale around the last values and the original networks.
  static func closeRange(_ series: [(accuracies: [Double], ann: Double?)]) -> Axis {
    var low = 1.0
    var high = 0.0
    for item in series {
      let last = item.accuracies.suffix(max(1, item.accuracies.count / 2))
      let values = (item.ann.map { [$0] } ?? []) + [last.max() ?? 0, item.accuracies.last ?? 0]
      low = min(low, values.min() ?? 0)
      high = max(high, values.max() ?? 1)
    }
    let bottom = max(0, low - 0.04)
    return Axis(bottom, high + 0.2 * (high - bottom), kind: .fraction)
  }

  /// From 0 to 100 %, with room for labels above.
  static let whole = Axis(0, 1.1, kind: .fraction)

  private func chart(_ accuracies: [Double], _ ann: Double?, y: Axis) -> String {
    let d = run.document
    var chart = Chart(
      x: Axis(1, Double(max(2, d.ticks))), y: y, xTitle: "step", yTitle: "Accuracy",
      summary: "Accuracy against step, from \(PageNumber.percent(accuracies[0])) after the first step to "
        + "\(PageNumber.percent(accuracies[accuracies.count - 1])) after the last")
    let steps = ReportRun.drawn(accuracies.count)
    let band = steps.map { step in
      let bounds = AccuracySection.interval(accuracies[step], d.samples)
      return (x: Double(step + 1), low: bounds.low, high: bounds.high)
    }
    chart.addBand(band.filter { $0.high > y.low }, color: 1)
    if let ann { chart.addLevel(ann, name: "original network \(PageNumber.percent(ann))", color: 2) }
    let visible = steps.drop { accuracies[$0] < y.low }
    // A line that enters the plot from below starts at its edge.
    let first = visible.first.flatMap { $0 > 0 && y.low > 0 ? [$0 - 1] : nil } ?? []
    chart.addLine(
      (first + visible).map { (x: Double($0 + 1), y: accuracies[$0]) }, color: 1,
      attributes: y.low == 0 ? run.series("accuracyByStep", accuracies) : "")
    if let spike = d.spike, let step = spike.stepsToTarget, let target = spike.target, y.low == 0 {
      chart.addUpright(Double(step), name: "\(PageNumber.share(target)) at step \(step)", color: 6, isLow: true)
    }
    chart.addStrips(
      ReportRun.hovered(accuracies.count).map { step in
        let bounds = band.first { $0.x == Double(step + 1) }
        let interval = bounds.map { ", 95 % between \(PageNumber.share($0.low)) and \(PageNumber.share($0.high))" } ?? ""
        return (x: Double(step + 1), text: "step \(step + 1): \(PageNumber.percent(accuracies[step]))\(interval)")
      })
    return chart.markup
  }

  /// Wilson's interval of a fraction that came from `samples` decisions.
  static func interval(_ accuracy: Double, _ samples: Int) -> (low: Double, high: Double) {
    // Beyond 2^53 samples a fraction no longer tells the count; the interval is a point there anyway.
    guard samples < 1 << 53 else { return (accuracy, accuracy) }
    return Wilson.interval(correct: Int((accuracy * Double(samples)).rounded()), total: samples)
  }

  /// From which step on the accuracy stays near the original network's, and what that costs.
  private func closeness(_ accuracies: [Double], _ ann: Double?) -> String {
    guard let ann else { return "" }
    let spikes = run.document.spike?.spikesByStep
    let each = run.document.spike?.joulesPerSpike
    var rows = ""
    for distance in [0.05, 0.02, 0.01, 0.005] {
      // Half a sample's worth of slack, so that 97.5 % is within 0.5 points of 98 % whatever the rounding.
      let least = ann - distance - 1e-9
      let last = accuracies.lastIndex { $0 < least } ?? -1
      let name = "within \(PageNumber.typeset(NumberFormat.decimal(distance * 100, places: distance < 0.01 ? 1 : 0)))"
        + " point\(distance == 0.01 ? "" : "s")"
      guard last + 1 < accuracies.count else {
        rows += "<tr><td>\(name)</td><td class=\"n unknown\">never</td><td></td><td></td></tr>"
        continue
      }
      var energy = ""
      var share = ""
      if let spikes, let each, spikes.count == accuracies.count {
        let part = spikes.prefix(last + 2).reduce(0.0) { $0 + Double($1) }
        let whole = spikes.reduce(0.0) { $0 + Double($1) }
        energy = PageNumber.joules(part * each / run.samples)
        share = whole > 0 ? PageNumber.share(part / whole) : ""
      }
      rows += "<tr><td>\(name)</td><td class=\"n\">\(last + 2)</td><td class=\"n\">\(energy)</td>"
        + "<td class=\"n\">\(share)</td></tr>"
    }
    return """
      <div class="scroll"><table>
      <thead><tr><th>Accuracy stays</th><th class="n">From step</th><th class="n">Energy until then, spike model</th>\
      <th class="n">Of all spikes</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      <p class="note">Distance below the original network's \(PageNumber.percent(ann))\
      \(run.document.ann.accuracyOn.map { ", measured on \(HTML.text($0))" } ?? "").</p>
      """
  }
}
