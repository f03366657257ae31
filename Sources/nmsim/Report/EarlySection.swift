import Runtime

/// What stopping each sample at its own decision keeps and saves.
struct EarlySection: Sendable {
  let run: ReportRun

  init(_ run: ReportRun) { self.run = run }

  /// Empty without an early decision.
  var markup: String {
    guard let e = run.document.earlyDecision else { return "" }
    func of(
      _ path: String, _ value: Double?, _ fullPath: String, _ full: Double?, _ format: (Double) -> String
    ) -> String? {
      value.map {
        run.value("earlyDecision.\(path)", $0, format) + " against "
          + run.value("earlyDecision.\(fullPath)", full, format)
      }
    }
    let ticks = e.ticks.map {
      run.perInference("earlyDecision.ticks", $0) + " against "
        + run.perInference("earlyDecision.fullTicks", e.fullTicks)
    }
    let rows: [(String, String?)] = [
      ("Accuracy", of("accuracy", e.accuracy, "fullAccuracy", e.fullAccuracy, PageNumber.percent)),
      (
        "Steps to the decision",
        e.meanSteps.map { "mean \(run.value("earlyDecision.meanSteps", $0, PageNumber.count))" }
      ),
      ("Ticks an inference", ticks),
      (
        "Energy, chip model",
        run.chipJoules == nil
          ? nil
          : of(
            "joulesPerInference", e.joulesPerInference, "fullJoulesPerInference", e.fullJoulesPerInference,
            PageNumber.joules)
      ),
      (
        "Time an inference",
        e.secondsPerInference.map { run.value("earlyDecision.secondsPerInference", $0, PageNumber.seconds) }
      ),
    ]
    let list = rows.compactMap { row in row.1.map { "<dt>\(row.0)</dt><dd>\($0)</dd>" } }.joined()
    return """
      <h2>Stopping early</h2>
      <p class="note">Each sample stops when its decision is \(HTML.text(e.rule)); beside it what all steps give.</p>
      <div class="pair"><dl class="what">\(list)</dl>\(decided(e))</div>
      """
  }

  /// How many samples have decided by each step.
  private func decided(_ e: RunDocument.EarlyDecision) -> String {
    guard e.samplesByStep.count > 1 else { return "" }
    var sum = 0.0
    let shares = e.samplesByStep.map { count -> Double in
      sum += Double(count)
      return min(1, sum / run.samples)
    }
    var chart = Chart(
      x: Axis(1, Double(shares.count)), y: Axis(0, 1, kind: .fraction), xTitle: "step",
      yTitle: "Samples that have decided", summary: "Samples that have decided by each step")
    chart.heightClass = "short"
    chart.addLine(
      ReportRun.drawn(shares.count).map { (x: Double($0 + 1), y: shares[$0]) }, color: 1,
      attributes: run.series("earlyDecision.samplesByStep", e.samplesByStep.map(Double.init)))
    chart.addStrips(
      ReportRun.hovered(shares.count).map {
        (x: Double($0 + 1), text: "by step \($0 + 1): \(PageNumber.share(shares[$0]))")
      })
    return "<figure>\(chart.markup)</figure>"
  }
}
