import Runtime

/// What samples were decided as: the confusion matrix, the accuracy of each class, and when decisions were made.
struct ClassSection: Sendable {
  let run: ReportRun

  /// Empty where the document does not say.
  var markup: PageMarkup {
    let charts = [decisions, latency].joined()
    guard !matrix.isEmpty || !charts.isEmpty else { return "" }
    return "<h2>Decisions</h2>\n<div class=\"pair\">\(matrix)<div>\(charts)</div></div>"
  }

  private var matrix: PageMarkup {
    let classes = run.document.classes
    guard !classes.isEmpty, classes.allSatisfy({ $0.decidedAs.count == classes.count }) else { return "" }
    var table = Table(
      [.text("Label"), .number("Accuracy")] + classes.indices.map { .number("\($0)") })
    for (label, row) in classes.enumerated() {
      let formula = "classes[\(label)].decidedAs[\(label)] / sum(classes[\(label)].decidedAs)"
      let accuracy = row.accuracy(label).map { run.derived(formula, $0, PageNumber.share) } ?? ""
      table.add(
        [.text("\(label)"), .markup(accuracy)]
          + row.decidedAs.enumerated().map { decision, count in
            let share = row.samples > 0 ? Double(count) / Double(row.samples) : 0
            return .markup(
              count == 0 ? "" : run.value("classes[\(label)].decidedAs[\(decision)]", count),
              shade: PageStyle.darkestCell * min(1, share))
          })
    }
    return """
      <div><h3>Confusion matrix</h3><p class="note">Rows are labels, columns decisions after the last step; accuracy by \
      class.</p>\(table.markup("confusion", isTight: true))</div>
      """
  }

  private var decisions: PageMarkup {
    guard let counts = run.document.decisionSteps, counts.count > 1 else { return "" }
    var chart = Chart(
      over: "step", counts.count, y: Axis(0, Double(counts.max() ?? 0), widened: true), title: "Samples that decide",
      summary: "Samples by the step after which their decision never changed again")
    chart.addArea(counts.map(Double.init))
    chart.addCurve(counts.map(Double.init), name: "samples", color: 1, attributes: run.series("decisionSteps"))
    return """
      <figure>\(chart.markup)<figcaption>Samples by the step after which their decision never changed again.</figcaption>\
      </figure>
      """
  }

  private static let mostBars = 24

  /// When decisions that never changed again left the chip, in seconds where a tick has a length.
  private var latency: PageMarkup {
    guard let counts = run.document.decisionSteps, counts.count > 1 else { return "" }
    let tick = run.document.time.secondsPerTick
    let lead = max(0, (run.document.ticksPerInference ?? counts.count) - counts.count)
    let width = (counts.count + Self.mostBars - 1) / Self.mostBars
    let bars = stride(from: 0, to: counts.count, by: width).map { first -> Chart.Bar in
      let end = min(counts.count, first + width)
      func time(_ step: Int) -> Double { Double(lead + step) * (tick ?? 1) }
      return (time(first), time(end), counts[first..<end].reduce(0) { $0 + Double($1) })
    }
    var chart = Chart(
      x: Axis(0, bars.last?.high ?? 1, kind: tick == nil ? .number : .unit("s")),
      y: Axis(0, bars.map(\.value).max() ?? 0, widened: true),
      xTitle: tick == nil ? "ticks to the decision" : "latency of the decision", yTitle: "Samples",
      summary: "Samples by the latency of their decision")
    chart.addBars(bars, name: "samples", color: 1)
    return """
      <figure>\(chart.markup)<figcaption>Samples by the latency of that decision, from the first input on, \
      \(tick == nil ? "in ticks: the length of a tick is unknown" : "at the mean length of a tick").</figcaption></figure>
      """
  }
}
