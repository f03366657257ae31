import Runtime

/// Accuracy after every step, of one run with its confidence band, or of several over each other.
struct AccuracySection: Sendable {
  let runs: [ReportRun]
  /// Runs that have accuracies.
  private var known: [(run: ReportRun, accuracies: [Double])] {
    runs.compactMap { run in
      run.document.accuracyByStep.flatMap { $0.isEmpty ? nil : (run: run, accuracies: $0) }
    }
  }

  /// Empty without accuracies.
  var markup: PageMarkup {
    let known = known
    guard let first = known.first else { return "" }
    let isAlone = runs.count == 1
    let samples = first.run.value("samples", first.run.document.samples)
    let note = "If the output were read after each step. Band: Wilson's 95\u{A0}% interval for \(samples) samples."
    let enlarged = "The same, enlarged near the final \(isAlone ? "accuracy" : "accuracies")."
    return """
      <h2>Accuracy over time steps</h2>\(isAlone ? "\n<p class=\"note\">\(note)</p>" : "")
      \(HTML.figures([
        chart(known, Axis(0, 1.1, kind: .fraction), "whole"),
        chart(known, closeRange, "enlarged") + "<figcaption>\(enlarged)</figcaption>",
      ]))
      \(isAlone ? closeness(first.run, first.accuracies) : PageMarkup(legend(known)))
      """
  }

  private func lines(
    _ known: [(run: ReportRun, accuracies: [Double])]
  ) -> [(run: ReportRun, name: String, values: [Double])] {
    ReportRun.lines(known.map { ($0.run, $0.accuracies) })
  }

  /// What the lines of several runs are.
  private func legend(_ known: [(run: ReportRun, accuracies: [Double])]) -> String {
    HTML.legend(lines(known).map { ($0.name, $0.run.color) })
  }

  /// The part of the scale around the last values and the ANNs.
  private var closeRange: Axis {
    var low = 1.0
    var high = 0.0
    // A run that fails altogether would leave nothing to enlarge.
    let floor = (known.compactMap(\.accuracies.last).max() ?? 0) - ParetoSection.mostBelow
    for (run, accuracies) in known where (accuracies.last ?? 0) >= floor {
      let last = accuracies.suffix(max(1, accuracies.count / 2))
      let values = (run.document.ann.accuracyOnTheseSamples.map { [$0] } ?? []) + [last.max() ?? 0, accuracies.last ?? 0]
      low = min(low, values.min() ?? 0)
      high = max(high, values.max() ?? 1)
    }
    let bottom = max(0, low - 0.04)
    return Axis(bottom, high + 0.2 * (high - bottom), kind: .fraction)
  }

  private func chart(
    _ known: [(run: ReportRun, accuracies: [Double])], _ y: Axis, _ name: String
  ) -> PageMarkup {
    let isAlone = runs.count == 1
    let (run, accuracies) = known[0]
    let course = isAlone
      ? "from \(PageNumber.percent(accuracies[0])) after the first step to "
        + "\(PageNumber.percent(accuracies[accuracies.count - 1])) after the last" : "of \(known.count) runs"
    var chart = Chart(
      over: "step", runs.map(\.document.ticks).max() ?? 2, y: y, title: "Accuracy",
      summary: "Accuracy over time steps, \(course)")
    if isAlone {
      let band = Chart.drawn(accuracies.count).map { step in
        let bounds = AccuracySection.interval(accuracies[step], run.document.samples)
        return (x: Double(step + 1), low: bounds.low, high: bounds.high)
      }
      chart.addBand(band.filter { $0.high > y.low }, name: y.low == 0 ? run.name : nil, color: 1)
    }
    let anns = Set(known.compactMap(\.run.document.ann.accuracyOnTheseSamples))
    if anns.count == 1, let ann = anns.first {
      chart.addLevel(ann, name: "ANN \(PageNumber.percent(ann))", color: isAlone ? 2 : 6)
    }
    for (run, name, accuracies) in lines(known) {
      chart.addCurve(
        accuracies, name: name, color: run.color, style: run.style, attributes: run.series("accuracyByStep"))
    }
    if isAlone, let spike = run.document.spike, let step = spike.stepsToTarget, let target = spike.target, y.low == 0 {
      chart.addUpright(Double(step), name: "\(PageNumber.share(target)) at step \(step)", color: 6, isLow: true)
    }
    return chart.markup.named(name)
  }

  /// Wilson's interval of a fraction that came from `samples` decisions.
  static func interval(_ accuracy: Double, _ samples: Int) -> (low: Double, high: Double) {
    // Beyond 2^53 samples a fraction no longer tells the count; the interval is a point there anyway.
    guard samples < 1 << 53 else { return (accuracy, accuracy) }
    let bounds = Wilson.interval(correct: Int((accuracy * Double(samples)).rounded()), total: samples)
    return (bounds.lowerBound, bounds.upperBound)
  }

  /// From which step on the accuracy stays near the ANN's, and what that costs.
  private func closeness(_ run: ReportRun, _ accuracies: [Double]) -> PageMarkup {
    guard let ann = run.document.ann.accuracyOnTheseSamples else { return "" }
    var table = Table([
      .text("Accuracy stays"), .number("From step"), .number("Energy until then, spike model"),
      .number("Of all spikes"),
    ])
    for distance in [0.05, 0.02, 0.01, 0.005] {
      // Half a sample's worth of slack, so that 97.5 % is within 0.5 points of 98 % whatever the rounding.
      let least = ann - distance - 1e-9
      let points = NumberFormat.decimal(distance * 100, places: distance < 0.01 ? 1 : 0)
      let name = Table.Cell.text("within \(PageNumber.typeset(points)) point\(distance == 0.01 ? "" : "s")")
      guard let step = RunResult.steps(to: least, accuracies) else {
        table.add([name, .markup("<span class=\"unknown\">never</span>")])
        continue
      }
      let formula = "from(accuracyByStep, ann.accuracyOnTheseSamples - \(distance))"
      var cells = [name, .markup(run.derived(formula, step))]
      let spike = run.document.spike
      if let spikes = spike?.spikesByStep, let each = spike?.joulesPerSpike, spikes.count == accuracies.count {
        let part = spikes.prefix(step).reduce(0.0) { $0 + Double($1) }
        let whole = spikes.reduce(0.0) { $0 + Double($1) }
        let formula = "sum(energy.spike.spikesByStep[0..<\(step)]) * energy.spike.joulesPerSpike / samples"
        cells.append(.markup(run.derived(formula, part * each / run.samples, PageNumber.joules)))
        let share = RunResult.shareOfSpikes(until: step)
        cells.append(.markup(whole > 0 ? run.derived(share, part / whole, PageNumber.share) : ""))
      }
      table.add(cells)
    }
    return """
      \(table.markup("closeness"))
      <p class="note">Distance below the ANN's \(run.value("ann.accuracyOnTheseSamples", ann, PageNumber.percent)) on the same \
      samples.</p>
      """
  }
}
