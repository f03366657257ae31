import Runtime

/// What stopping each sample at its own decision keeps and saves.
struct EarlySection: Sendable {
  let run: ReportRun

  /// Empty without an early decision.
  var markup: PageMarkup {
    guard let e = run.document.earlyDecision else { return "" }
    func of(_ path: String, _ value: Double?, _ full: Double?, _ format: (Double) -> String) -> String? {
      value.map {
        let fullPath = "earlyDecision.full" + path.prefix(1).uppercased() + path.dropFirst()
        return run.value("earlyDecision.\(path)", $0, format) + " against " + run.value(fullPath, full, format)
      }
    }
    let list = HTML.facts([
      ("Accuracy", of("accuracy", e.accuracy, e.fullAccuracy, PageNumber.percent)),
      (
        "Steps to the decision",
        e.meanSteps.map { "mean \(run.value("earlyDecision.meanSteps", $0, PageNumber.count))" }
      ),
      (
        "Ticks per inference",
        e.ticks.map {
          run.perInference("earlyDecision.ticks", $0) + " against "
            + run.perInference("earlyDecision.fullTicks", e.fullTicks)
        }
      ),
      (
        "Energy, chip model",
        run.chipJoules == nil
          ? nil : of("joulesPerInference", e.joulesPerInference, e.fullJoulesPerInference, PageNumber.joules)
      ),
      (
        "Time per inference",
        e.secondsPerInference.map { run.value("earlyDecision.secondsPerInference", $0, PageNumber.seconds) }
      ),
    ])
    return """
      <h2>Early exit</h2>
      <p class="note">Each sample stops when its decision is \(HTML.text(e.rule)); beside it what all steps give.</p>
      <div class="pair">\(list)\(decided(e))</div>
      """
  }

  /// How many samples have decided by each step.
  private func decided(_ e: EarlyDecision) -> PageMarkup {
    guard e.samplesByStep.count > 1 else { return "" }
    var sum = 0.0
    let shares = e.samplesByStep.map { count -> Double in
      sum += Double(count)
      return min(1, sum / run.samples)
    }
    var chart = Chart(
      over: "step", shares.count, y: Axis(0, 1, kind: .fraction), title: "Samples that have decided",
      summary: "Samples that have decided by each step", height: .short)
    chart.addCurve(
      shares, name: "decided", color: 1,
      attributes: run.series("earlyDecision.samplesByStep", per: run.samples, isSum: true))
    return "<figure>\(chart.markup)</figure>"
  }
}
