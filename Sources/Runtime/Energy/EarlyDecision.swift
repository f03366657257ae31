import ChipModel

/// When the decision of a sample counts as made before its last step.
package enum StopRule: Sendable, Equatable {
  /// The same decision after this many steps in a row, >= 1.
  case stable(steps: Int)
  /// The largest output this far above the next, in the output's integer units, >= 1.
  case margin(Int)
  /// Both at once: the same decision for so many steps, and so far ahead after the last of them.
  case stableMargin(steps: Int, margin: Int)

  /// Reads `stable:N`, `margin:M` or both, separated by a comma.
  package init(_ text: String) throws(StopRuleError) {
    var steps: Int?
    var margin: Int?
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let fields = part.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count == 2, fields[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
        let value = Int(fields[1]), value >= 1
      else { throw StopRuleError(text: text) }
      switch fields[0] {
      case "stable" where steps == nil: steps = value
      case "margin" where margin == nil: margin = value
      default: throw StopRuleError(text: text)
      }
    }
    switch (steps, margin) {
    case (let steps?, let margin?): self = .stableMargin(steps: steps, margin: margin)
    case (let steps?, nil): self = .stable(steps: steps)
    case (nil, let margin?): self = .margin(margin)
    case (nil, nil): throw StopRuleError(text: text)
    }
  }

  /// As it is read.
  package var text: String {
    switch self {
    case .stable(let steps): "stable:\(steps)"
    case .margin(let least): "margin:\(least)"
    case .stableMargin(let steps, let least): "stable:\(steps),margin:\(least)"
    }
  }

  /// The step after which the rule stops, 1...T; T where it never holds.
  ///
  /// - Parameters:
  ///   - decisions: after each step; not empty.
  ///   - margins: after each step.
  package func stop(decisions: [Int], margins: [Int]) -> Int {
    var same = 0
    for step in decisions.indices {
      same = step > 0 && decisions[step] == decisions[step - 1] ? same + 1 : 1
      let margin = step < margins.count ? margins[step] : 0
      let holds =
        switch self {
        case .stable(let steps): same >= steps
        case .margin(let least): margin >= least
        case .stableMargin(let steps, let least): same >= steps && margin >= least
        }
      if holds { return step + 1 }
    }
    return decisions.count
  }
}

/// A text that is no stop rule.
package struct StopRuleError: Error, Sendable, Equatable, CustomStringConvertible {
  package var text: String
  package var description: String {
    "early decision '\(text)' is no rule: write stable:N, margin:M or both, for example stable:10 or stable:5,margin:100"
  }
}

/// Where the samples of a run would have stopped under a rule, and what was spent until then.
package struct EarlyStops: Sendable, Equatable {
  package var rule: StopRule
  /// By sample, 1...T, and the decision then.
  package var steps: [Int]
  package var predictions: [Int]
  /// Everything until the stop, over all samples.
  package var spent = ActionEvents()

  init(_ rule: StopRule, samples: Int) {
    self.rule = rule
    steps = [Int](repeating: 0, count: samples)
    predictions = steps
  }

  /// - Parameters:
  ///   - ticks: what happened in each tick of the sample.
  ///   - start: first tick of the output's window.
  mutating func add(_ sample: Int, _ outcome: SampleOutcome, _ ticks: [ActionEvents], start: Int) {
    guard steps.indices.contains(sample), !outcome.decisions.isEmpty else { return }
    let stop = rule.stop(decisions: outcome.decisions, margins: outcome.margins)
    steps[sample] = stop
    predictions[sample] = outcome.decisions[stop - 1]
    for tick in ticks.prefix(start + stop) { spent.add(tick) }
  }

  mutating func truncate(to samples: Int) {
    steps.removeLast(max(0, steps.count - samples))
    predictions.removeLast(max(0, predictions.count - samples))
  }

  mutating func append(_ other: EarlyStops) {
    steps += other.steps
    predictions += other.predictions
    spent.add(other.spent)
  }
}

/// What stopping every sample at its early decision keeps and saves.
///
/// A stopped sample's chip halts at the end of the tick in which its output is read: what the layers did until then is
/// spent, what they would have done later is saved.
package struct EarlyDecision: JSONRecord {
  package var rule = ""
  package var accuracy: Double?
  package var fullAccuracy: Double?
  package var meanSteps: Double?
  package var samplesByStep: [Int] = []
  package var ticks: Int?
  package var fullTicks: Int?
  package var joulesPerInference: Double?
  package var fullJoulesPerInference: Double?
  package var energySaved: Double?
  package var secondsPerInference: Double?
  package init() {}

  package static let fields: [JSONField<EarlyDecision>] = [
    .required("rule", \.rule, .text, "when a sample stops"),
    .optional("accuracy", \.accuracy, .fraction, "fraction right at the stop", null: "without labels"),
    .optional("fullAccuracy", \.fullAccuracy, .fraction, "fraction right after all steps", null: "without labels"),
    .optional("meanSteps", \.meanSteps, .amount, "mean step of the stop"),
    .member("samplesByStep", \.samplesByStep, .counts(of: "T"), "samples that stop at each step"),
    .optional("ticks", \.ticks, .count, "chip ticks until the stop, over all samples"),
    .optional("fullTicks", \.fullTicks, .count, "chip ticks of full runs, over all samples"),
    .optional(
      "joulesPerInference", \.joulesPerInference, .amount, "chip model, static power until the stop with it", unit: "J",
      null: unpriced),
    .optional(
      "fullJoulesPerInference", \.fullJoulesPerInference, .amount, "chip model, of full runs", unit: "J", null: unpriced),
    .optional("energySaved", \.energySaved, .number, "fraction of the energy that the rule saves", null: unpriced),
    .optional(
      "secondsPerInference", \.secondsPerInference, .amount, "mean time until the stop", unit: "s",
      null: "where the chip lacks a time"),
  ]
  private static let unpriced = "where nothing has a price"

  /// - Parameter bill: of the full run.
  init(program: CompiledProgram, record: RunRecord, stops: EarlyStops, time: ChipTime, bill: ChipBill) {
    self.init()
    rule = stops.rule.text
    let samples = record.samples
    let start = program.populations[program.output.population].start
    if let labels = record.labels {
      accuracy = samples == 0 ? 0 : Double(zip(stops.predictions, labels).count { $0 == $1 }) / Double(samples)
    }
    fullAccuracy = record.accuracy
    meanSteps = samples == 0 ? 0 : Double(stops.steps.sum) / Double(samples)
    var byStep = [Int](repeating: 0, count: record.steps)
    for step in stops.steps where step >= 1 && step <= record.steps { byStep[step - 1] += 1 }
    samplesByStep = byStep
    ticks = stops.steps.map { start + $0 }.sum
    fullTicks = program.ticksPerInference(steps: record.steps) *| samples
    // Summed in the order of the steps.
    var total: Double? = 0
    for (step, count) in byStep.enumerated() where count > 0 {
      guard let part = time.seconds(ticks: start + step + 1) else {
        total = nil
        break
      }
      total = total.map { $0 + Double(count) * part }
    }
    secondsPerInference = samples == 0 ? nil : total.map { $0 / Double(samples) }
    guard samples > 0, bill.isPriced else { return }
    let waiting = bill.staticJoules == nil ? 0 : (ChipBill.staticWatts(program) ?? 0) * (total ?? 0)
    let joules = (stops.spent.joules(program.prices) + waiting) / Double(samples)
    joulesPerInference = joules
    fullJoulesPerInference = bill.joulesPerInference
    energySaved = bill.joulesPerInference.flatMap { $0 > 0 ? 1 - joules / $0 : nil }
  }
}
