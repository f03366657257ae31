import Runtime

/// What samples were decided as: the confusion matrix, the accuracy of each class, and when decisions were made.
struct ClassSection: Sendable {
  let run: ReportRun

  /// Empty where the document does not say.
  var markup: PageMarkup {
    let parts = [matrix, latency].filter { !$0.isEmpty }
    return parts.isEmpty ? "" : "<h2>Decisions</h2>\n<div class=\"pair\">\(parts.joined())</div>"
  }

  private var matrix: PageMarkup {
    let classes = run.document.classes
    guard !classes.isEmpty, classes.allSatisfy({ $0.decidedAs.count == classes.count }) else { return "" }
    var table = Table(
      [.text("Label"), .number("Accuracy")] + classes.indices.map { .number("\($0)") })
    for (label, row) in classes.enumerated() {
      let accuracy = row.accuracy(label).map { PageNumber.share($0) } ?? ""
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

  private var latency: PageMarkup {
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
}
