import Runtime

/// The answer first: six figures with what they are to be compared with.
struct Headline: Sendable {
  let run: ReportRun

  var markup: String {
    "<dl class=\"facts\">" + [accuracy, steps, energy, time, spikes, operations].compactMap { $0 }.joined() + "</dl>"
  }

  private func fact(_ name: String, _ value: String, _ notes: [String?]) -> String {
    let small = notes.compactMap { $0 }.map { "<div class=\"small\">\($0)</div>" }.joined()
    return "<div class=\"fact\"><dt>\(name)</dt><dd><div class=\"big\">\(value)</div>\(small)</dd></div>"
  }

  private var accuracy: String {
    let d = run.document
    if let error = d.error {
      return fact(
        "Error, mean absolute", run.value("error.mae", error.mae, PageNumber.significant),
        [
          "From the \(HTML.text(error.of ?? "targets")); squared " + run.value("error.mse", error.mse, PageNumber.significant),
          "Correlation \(run.value("error.correlation", error.correlation, PageNumber.rate))",
          d.ann.error?.mae.map { "The ANN's \(run.value("ann.error.mae", $0, PageNumber.significant))" },
        ])
    }
    guard d.accuracy != nil else { return fact("Accuracy", ReportRun.unknown, ["The data have no labels"]) }
    let ann = d.ann.accuracyOnTheseSamples.map { ann in
      "ANN on the same samples \(run.value("ann.accuracyOnTheseSamples", ann, PageNumber.percent))"
    }
    let difference = d.ann.difference.map { difference in
      run.value("ann.difference", difference, PageNumber.points)
        + (d.ann.differenceInterval.map {
          ", 95\u{A0}% interval \(run.value("ann.differenceInterval[0]", $0.lowerBound, PageNumber.points)) to "
            + run.value("ann.differenceInterval[1]", $0.upperBound, PageNumber.points)
        } ?? "")
    }
    let interval = d.accuracyInterval.map {
      "95\u{A0}% interval \(run.value("accuracyInterval[0]", $0.lowerBound, PageNumber.share)) to "
        + run.value("accuracyInterval[1]", $0.upperBound, PageNumber.share)
    }
    return fact("Accuracy", run.value("accuracy", d.accuracy, PageNumber.percent), [interval, ann, difference])
  }

  private var steps: String {
    let d = run.document
    let ticks = d.ticksPerInference.map { "\(run.value("ticksPerInference", $0)) ticks per inference" }
    var target: String?
    if let spike = d.spike, let goal = spike.target, d.accuracy != nil {
      target =
        spike.stepsToTarget.map {
          "\(run.value("energy.spike.target", goal, PageNumber.share)) reached at step "
            + run.value("energy.spike.stepsToTarget", $0)
        } ?? "\(run.value("energy.spike.target", goal, PageNumber.share)) is never reached"
    }
    return fact("Steps", run.value("ticks", d.ticks), [target, ticks])
  }

  private var energy: String {
    let d = run.document
    let spike = d.spike?.joulesPerInference.map {
      "Spike model \(run.value("energy.spike.joulesPerInference", $0, PageNumber.joules))"
    }
    guard let chip = run.chipJoules else {
      return fact(
        "Energy per inference, chip model", ReportRun.unknown,
        [spike, d.bill == nil ? nil : "The chip's description has no prices"])
    }
    let missing = d.bill?.missing.count ?? 0
    return fact(
      "Energy per inference, chip model", run.value("energy.chip.joulesPerInference", chip, PageNumber.joules),
      [spike, missing > 0 ? "without \(missing) unknown item\(missing == 1 ? "" : "s")" : nil])
  }

  private var time: String {
    let d = run.document
    let tick = d.time.secondsPerTick.map { "\(run.value("time.secondsPerTick", $0, PageNumber.seconds)) per tick" }
    return fact(
      "Time per inference", run.value("time.secondsPerInference", d.time.secondsPerInference, PageNumber.seconds),
      [tick ?? (d.time.secondsPerInference == nil ? "The chip's description has no time of a tick" : nil)])
  }

  private var spikes: String {
    let d = run.document
    let neurons = d.populations.reduce(0) { $0.addingReportingOverflow($1.neurons).partialValue }
    let messages = d.totals.messages.map { "\(run.perInference("totals.messages", $0)) messages between cores" }
    return fact(
      "Spikes per inference", run.perInference("totals.spikes", d.totals.spikes),
      [neurons > 0 ? "by \(PageNumber.integer(neurons)) neurons" : nil, messages])
  }

  private var operations: String {
    let d = run.document
    let ann = d.ann.multiplyAccumulates.map {
      "ANN \(run.value("ann.multiplyAccumulates", Double($0), PageNumber.count)) multiply-accumulates"
    }
    let input = d.totals.effectiveMACs.map {
      "Input encoding \(run.perInference("totals.Effective_MACs", $0)) on the host"
    }
    return fact(
      "Accumulates (ACs) per inference", run.perInference("totals.Effective_ACs", d.totals.effectiveACs), [ann, input])
  }
}
