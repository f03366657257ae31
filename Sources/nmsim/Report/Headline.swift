import ChipModel
import Runtime

/// The answer first: six figures with what they are to be compared with, and what fewer steps would have given.
struct Headline: Sendable {
  let run: ReportRun

  var markup: PageMarkup {
    let facts = [accuracy, beside, energy, time, bottleneck, activity].joined()
    return "\(settled)<dl class=\"facts\">\(facts)</dl>"
  }

  private func fact(_ name: String, _ value: String, _ notes: [String?]) -> String {
    let small = notes.compactMap { $0 }.map { "<div class=\"small\">\($0)</div>" }.joined()
    return "<div class=\"fact\"><dt>\(name)</dt><dd><div class=\"big\">\(value)</div>\(small)</dd></div>"
  }

  // MARK: - Steps

  /// From which step on the accuracy was that of the last, and what the steps until then cost.
  private var settled: String {
    let d = run.document
    guard let step = d.settledStep, let accuracy = d.accuracyByStep?[step - 1] else { return "" }
    if step == d.ticks {
      return "<p class=\"answer\">Not settled before the last step: more steps may change the accuracy.</p>"
    }
    let number = run.derived("from(accuracyByStep, accuracyInterval[0])", step)
    let at = "The accuracy <b>settled at step \(number)</b> of \(run.value("ticks", d.ticks)): "
    let cost = d.cost(until: step).map { cost in
      "cost\(step == 1 ? "s" : "") \(run.derived(cost.formula, cost.share, PageNumber.share)) of this run's \(cost.of) and "
    } ?? ""
    return "<p class=\"answer\">\(at)\(number) step\(step == 1 ? "" : "s") \(cost)give\(step == 1 ? "s" : "") "
      + "\(run.value("accuracyByStep[\(step - 1)]", accuracy, PageNumber.percent)).</p>"
  }

  // MARK: - Accuracy

  private var accuracy: String {
    let d = run.document
    if let error = d.error {
      return fact(
        "Error, mean absolute", run.value("error.mae", error.mae, PageNumber.significant),
        [
          "From the \(HTML.text(error.of ?? "targets")); squared " + run.value("error.mse", error.mse, PageNumber.significant),
          "Correlation \(run.value("error.correlation", error.correlation, PageNumber.rate))",
          d.ann.error?.mae.map { "ANN \(run.value("ann.error.mae", $0, PageNumber.significant))" },
        ])
    }
    guard d.accuracy != nil else { return fact("Accuracy", ReportRun.unknown, ["The data have no labels"]) }
    func interval(_ path: String, _ range: ClosedRange<Double>?, _ format: (Double) -> String) -> String? {
      range.map {
        "95\u{A0}% interval \(run.value("\(path)[0]", $0.lowerBound, format)) to "
          + run.value("\(path)[1]", $0.upperBound, format)
      }
    }
    let difference = d.ann.difference.map { difference in
      "\(run.value("ann.difference", difference, PageNumber.points)) beside the ANN's "
        + run.value("ann.accuracyOnTheseSamples", d.ann.accuracyOnTheseSamples, PageNumber.percent)
        + " on the same samples"
    }
    return fact(
      "Accuracy", run.value("accuracy", d.accuracy, PageNumber.percent),
      [
        interval("accuracyInterval", d.accuracyInterval, PageNumber.share),
        difference ?? "The ANN was not run on these samples",
        interval("ann.differenceInterval", d.ann.differenceInterval, PageNumber.points),
      ])
  }

  // MARK: - Energy

  /// In the models that price the ANN too.
  private var beside: String {
    let o = run.document.operation
    func priced(_ name: String, _ bill: OperationEnergy.Bill?) -> String {
      run.value("energy.operation.\(name).joulesPerInference", bill?.joulesPerInference, PageNumber.joules)
    }
    let twin = run.document.energy.others.first { $0.twin != nil }.flatMap { account -> String? in
      guard let twin = account.twin, let joules = account.joulesPerInference, let other = twin.joulesPerInference else {
        return nil
      }
      let path = "energy.\(account.name)"
      return "With memory, \(HTML.text(account.title.lowercased())): "
        + "\(run.value("\(path).joulesPerInference", joules, PageNumber.joules)), its twin "
        + run.value("\(path).twin.joulesPerInference", other, PageNumber.joules)
    }
    guard o.snn?.joulesPerInference != nil else { return fact("Energy beside the ANN's", ReportRun.unknown, [twin]) }
    return fact(
      "Energy of the arithmetic per inference", priced("snn", o.snn),
      [
        "ANN \(priced("ann", o.ann)), 32-bit float, 45\u{A0}nm",
        "As integers \(priced("snnInteger", o.snnInteger)), quantised ANN \(priced("annQuantised", o.annQuantised))", twin,
      ])
  }

  private var energy: String {
    let d = run.document
    let spike = d.spike?.joulesPerInference.map {
      "Spike model \(run.value("energy.spike.joulesPerInference", $0, PageNumber.joules))"
    }
    let name = "Energy on the chip per inference"
    guard let chip = run.chipJoules else {
      return fact(name, ReportRun.unknown, [d.bill == nil ? nil : "The chip's description has no prices", spike])
    }
    let missing = d.bill?.missing.count ?? 0
    let product = d.figures?.energyDelayProduct.map {
      "Energy-delay product \(run.value("figures.energyDelayProduct", $0) { PageNumber.typeset(NumberFormat.si($0, unit: "J s")) })"
    }
    return fact(
      name, run.value("energy.chip.joulesPerInference", chip, PageNumber.joules),
      [
        missing > 0
          ? "Without \(run.derived("count(energy.chip.missing)", missing)) unpublished constant\(missing == 1 ? "" : "s")"
          : nil, spike, product,
      ])
  }

  // MARK: - Time

  private var time: String {
    let t = run.document.time
    let ticks = run.document.ticksPerInference.map { "\(run.value("ticksPerInference", $0)) ticks" }
    let tick = t.secondsPerTick.map { " of \(run.value("time.secondsPerTick", $0, PageNumber.seconds))" }
    func rate(_ name: String, _ path: String, _ value: Double?) -> String? {
      value.map { "\(run.value("time.\(path)", $0, PageNumber.count)) inferences/s \(name)" }
    }
    return fact(
      "Latency per inference", run.value("time.secondsPerInference", t.secondsPerInference, PageNumber.seconds),
      [
        ticks.map { $0 + (tick ?? ": the chip's description has no time of a tick") },
        rate("sequential", "inferencesPerSecond", t.inferencesPerSecond),
        rate("pipelined", "pipelinedInferencesPerSecond", t.pipelinedInferencesPerSecond),
      ])
  }

  private var bottleneck: String {
    guard let busiest = run.document.busiest.first else { return fact("Bottleneck", ReportRun.unknown, []) }
    let place = HTML.text(busiest.place(run.document))
    let share = busiest.utilisation.map { "\(run.value("busiest[0].utilisation", $0, PageNumber.share)) of the time" }
    let name = BusiestText.name(of: busiest.operation)
    return fact(
      "Bottleneck", HTML.text(name.prefix(1).uppercased() + name.dropFirst()),
      [
        place, "\(run.perInference("busiest[0].count", busiest.count)) per inference",
        share ?? "Its share of the time is unknown",
      ])
  }

  private var activity: String {
    let d = run.document
    let neurons = d.populations.reduce(0) { $0.addingReportingOverflow($1.neurons).partialValue }
    let operations = "\(run.perInference("totals.synapticOperations", d.totals.synapticOperations)) synaptic operations, "
      + "\(run.perInference("totals.Effective_ACs", d.totals.effectiveACs)) accumulates (ACs)"
    let ann = d.ann.multiplyAccumulates.map {
      "ANN \(run.value("ann.multiplyAccumulates", Double($0), PageNumber.count)) multiply-accumulates"
    }
    return fact(
      "Spikes per inference", run.perInference("totals.spikes", d.totals.spikes),
      [
        neurons > 0 ? "By \(run.derived("sum(populations[*].neurons)", neurons)) neurons" : nil,
        d.totals.spikes == nil ? nil : operations, ann,
      ])
  }
}

extension RunResult {
  /// The first step from which the accuracy stays within the interval of the last step's, 1...ticks; nil without labels.
  var settledStep: Int? {
    guard let values = accuracyByStep, let last = values.last else { return nil }
    let least = accuracyInterval?.lowerBound ?? last
    return RunResult.steps(to: min(least, last), values)
  }

  /// How the share of all spikes until a step is found.
  static func shareOfSpikes(until step: Int) -> String {
    "sum(energy.spike.spikesByStep[0..<\(step)]) / sum(energy.spike.spikesByStep)"
  }

  /// What the steps until this one cost: a share of the chip's energy, or else of the spikes, and how it is found.
  func cost(until step: Int) -> (share: Double, of: String, formula: String)? {
    if let bill, let joules = bill.joulesByTick, bill.pricedJoules != nil, joules.count >= ticks {
      // The output is read this many ticks after the step's own number.
      let count = joules.count - ticks + step
      let each = (bill.staticJoules ?? 0) / Double(max(1, joules.count))
      let whole = joules.reduce(0, +) + each * Double(joules.count)
      let part = joules.prefix(count).reduce(0, +) + each * Double(count)
      let (list, rest) = ("energy.chip.joulesByTick", bill.staticJoules == nil ? "0" : "energy.chip.staticJoules")
      let formula = "(sum(\(list)[0..<\(count)]) + \(rest) * \(count) / count(\(list))) / (sum(\(list)) + \(rest))"
      if whole > 0 { return (part / whole, "energy on the chip", formula) }
    }
    guard let spikes = spike?.spikesByStep, spikes.count == ticks else { return nil }
    let whole = spikes.reduce(0.0) { $0 + Double($1) }
    let part = spikes.prefix(step).reduce(0.0) { $0 + Double($1) }
    return whole > 0 ? (part / whole, "spikes", RunResult.shareOfSpikes(until: step)) : nil
  }
}
