import ChipModel

/// Tries candidates on calibration data, on the chip's engine with 8-bit weights and 32-bit membranes (chip `ideal`).
///
/// Candidates run on a few samples first. One is left early only when the result cannot depend on it any more: when it
/// has already made more errors than the choice may make on all samples.
struct AutomaticSearch {
  let network: AnalogNetwork
  let goal: AutomaticGoal
  let candidates: AutomaticCandidates
  let threads: Int?
  let progress: ConversionProgress.Handler?
  /// The data, loaded once for all candidates, but for those that watch spikes, which take fewer samples.
  private var base: ConversionStage
  private var watching: ConversionStage?
  private let data: CalibrationData
  private let preprocessing: Preprocessing
  /// What candidates are compared on.
  private let samples: FloatSamples
  private let truth: OutputTruth
  let sampleCount: Int
  var task: OutputTask { base.task }
  /// Accuracy of the original network on them; of values the share of their variance that it explains.
  let originalAccuracy: Double
  /// Conversions whose thresholds others share.
  private var shared: [(settings: ConversionSettings, stage: ConversionStage)] = []

  var attempts: [AutomaticAttempt] = []
  /// What chips refused.
  private var refusals: [CompileError] = []
  var chosen: Int?

  /// Why the chip takes none of what was tried; nil: something ran.
  var refusal: CompileError? {
    guard goal.chip != nil, attempts.allSatisfy({ $0.samples == 0 }) else { return nil }
    return refusals.first { if case .unsupportedModel = $0 { false } else { true } } ?? refusals.first
  }
  /// The conversion that was chosen, where it was for the steps that were asked.
  private(set) var chosenStage: ConversionStage?

  /// Samples of the first trial of each candidate, and up to which the second goes.
  private static let early = [128, 512]

  init(
    _ network: AnalogNetwork, goal: AutomaticGoal, _ asked: ConversionSettings, data: CalibrationData,
    preprocessing: Preprocessing, threads: Int?, progress: ConversionProgress.Handler?
  ) throws(ConversionError) {
    self.network = network
    self.data = data
    self.preprocessing = preprocessing
    self.goal = goal
    self.threads = threads
    self.progress = progress
    do throws(AnalogNetworkError) { try network.validate() } catch { throw .network(error) }
    let evaluator: FloatEvaluator
    do throws(AnalogNetworkError) { evaluator = try FloatEvaluator(network) } catch { throw .network(error) }
    func loaded(_ data: CalibrationData) throws(ConversionError) -> ConversionStage {
      var stage = ConversionStage(
        network: network, settings: ConversionSettings(.maxNorm).with(.task, asked[.task]), evaluator: evaluator,
        threads: threads, progress: progress)
      try stage.load(data, preprocessing: preprocessing)
      return stage
    }
    base = try loaded(data)
    candidates = AutomaticCandidates(layers: (base.draft.depths.max() ?? 0) + 1, asked: asked)
    var all = data
    all.samples = data.samples ?? min(AutomaticGoal.standardSamples, data.dataset.count)
    let compared = all.samples == base.sampleCount ? base : try loaded(all)
    samples = compared.samples
    sampleCount = compared.sampleCount
    guard base.task == .values else {
      truth = .classes(compared.labels)
      originalAccuracy = compared.account?.annAccuracy ?? 1
      return
    }
    let outputs = evaluator.outputs(samples, threads: threads)
    let truth = OutputTruth(
      .values, labels: nil, targets: data.dataset.targets(ofSamples: 0..<sampleCount), outputs: outputs)
    self.truth = truth
    originalAccuracy = outputs.indices.reduce(0.0) { $0 + truth.score(outputs[$1].map(Double.init), sample: $1) }
      / Double(max(1, outputs.count))
  }

  var account: CalibrationAccount? { base.account }

  // MARK: One candidate

  /// A candidate that was converted, and what its trials have shown.
  private struct Candidate {
    var attempt: AutomaticAttempt
    var stage: ConversionStage
    var program: CompiledProgram
    var tally: AutomaticTally
  }

  /// The converted network in integers, or the attempt with the reason why there is none.
  private mutating func prepare(_ attempt: AutomaticAttempt) -> Candidate? {
    var attempt = attempt
    do throws(ConversionError) {
      try Conversion.check(network, method: attempt.settings.method)
      if let chip = goal.chip, let model = attempt.settings.hiddenModel, !chip.supports(neuronModel: model.name) {
        throw .compile(
          .unsupportedModel(population: "", model: model.name, chip: chip.name, supported: chip.neuronModels?.value ?? []))
      }
      let stage = try converted(attempt.settings)
      let steps = stage.draft.schedule == .separated ? stage.steps : nil
      let network = stage.draft.build(preprocessing: .identity)
      if let chip = goal.chip { try SpikingTrial.check(network, fits: chip, steps: steps) }
      let program = try SpikingTrial.lower(network, weightBits: 8, steps: steps)
      return Candidate(attempt: attempt, stage: stage, program: program, tally: AutomaticTally(steps: stage.steps))
    } catch {
      if case .compile(let refusal) = error { refusals.append(refusal) }
      attempt.outcome = .skipped(Self.reason(error))
      attempts.append(attempt)
      return nil
    }
  }

  private mutating func converted(_ settings: ConversionSettings) throws(ConversionError) -> ConversionStage {
    if settings.method == .mmse { _ = base.histograms() }
    var stage = ConversionStage(settings, sharing: try known(settings))
    guard settings.method.sharesThresholds else {
      try stage.convert()
      return stage
    }
    let key = settings.with(.steps, nil).with(.initial, nil)
    if let found = shared.first(where: { $0.settings == key }) {
      stage.take(found.stage)
      return stage
    }
    try stage.convert()
    shared.append((key, stage))
    return stage
  }

  /// What is known of the data for such a conversion.
  private mutating func known(_ settings: ConversionSettings) throws(ConversionError) -> ConversionStage {
    guard settings.standardSamples != base.settings.standardSamples, data.samples == nil else { return base }
    if let watching { return watching }
    var stage = ConversionStage(settings, sharing: base)
    try stage.load(data, preprocessing: preprocessing)
    watching = stage
    return stage
  }

  private static func reason(_ error: ConversionError) -> String {
    switch error {
    case .negativeActivation(_, let activation, _): "no negative values, as \(activation) has"
    case .compile(.unsupportedModel(_, let model, let chip, _)): "chip '\(chip)' does not run neuron model '\(model)'"
    // What to do about it is not asked of a candidate.
    case .compile(let error): String("\(error)".prefix { $0 != ";" })
    default: error.description
    }
  }

  /// Runs a candidate on the samples up to `end`.
  private func run(_ candidate: inout Candidate, upTo end: Int) {
    let first = candidate.tally.samples
    guard end > first else { return }
    let trial = SpikingTrial(
      candidate.program, samples: samples.part(first..<end).values, steps: candidate.tally.steps, threads: threads)
    candidate.tally.add(trial, truth)
  }

  private mutating func note(_ candidate: Candidate, _ outcome: AutomaticAttempt.Outcome, step: Int? = nil) {
    var attempt = candidate.attempt
    let step = step ?? candidate.tally.steps
    attempt.settings.steps = step
    attempt.outcome = outcome
    attempt.samples = candidate.tally.samples
    attempt.accuracy = candidate.tally.accuracy(at: step)
    attempt.synapticOperations = candidate.tally.synapticOperations(upTo: step)
    attempt.events = candidate.tally.events(upTo: step)
    attempts.append(attempt)
  }

  private func tell(_ stage: String, _ total: Int) -> (Int) -> Void {
    progress?(ConversionProgress(stage: stage, total: total, finished: 0))
    return { [progress] in progress?(ConversionProgress(stage: stage, total: total, finished: $0)) }
  }

  private var early: [Int] { Self.early.filter { $0 < sampleCount } }

  // MARK: A number of steps

  /// Every candidate with the steps given; the cheapest of those within 0.1 points of the best.
  mutating func chooseWithin(steps: Int) {
    let list = candidates.methods(steps: steps)
    let advance = tell("trying methods", list.count)
    var alive: [Candidate] = []
    for attempt in list {
      advance(1)
      if case .skipped = attempt.outcome {
        attempts.append(attempt)
      } else if var candidate = prepare(attempt) {
        run(&candidate, upTo: early.first ?? sampleCount)
        alive.append(candidate)
      }
    }
    let slack = AutomaticGoal.slack(samples: sampleCount)
    func errors(_ candidate: Candidate) -> Double { candidate.tally.errors.last ?? 0 }
    // The most promising first, so that the others can be left early.
    let order = alive.indices.sorted { (errors(alive[$0]), $0) < (errors(alive[$1]), $1) }
    var fewest = Double.infinity
    let proceed = tell("trying the best on all samples", order.count)
    for index in order {
      for end in early.dropFirst() + [sampleCount] {
        if errors(alive[index]) > fewest + slack { break }
        run(&alive[index], upTo: end)
      }
      if alive[index].tally.samples == sampleCount { fewest = min(fewest, errors(alive[index])) }
      proceed(1)
    }
    let eligible = order.filter { alive[$0].tally.samples == sampleCount && errors(alive[$0]) <= fewest + slack }
    let best = eligible.min { isCheaper(alive[$0], alive[$1]) }
    for index in alive.indices {
      if index == best { (chosen, chosenStage) = (attempts.count, alive[index].stage) }
      note(alive[index], index == best ? .chosen : eligible.contains(index) ? .costsMore : .lessAccurate)
    }
  }

  /// Fewer synaptic operations; of equals the more accurate.
  private func isCheaper(_ a: Candidate, _ b: Candidate) -> Bool {
    let (x, y) = (
      a.tally.synapticOperations(upTo: a.tally.steps), b.tally.synapticOperations(upTo: b.tally.steps)
    )
    return x != y ? x < y : (a.tally.errors.last ?? 0) < (b.tally.errors.last ?? 0)
  }

  // MARK: An accuracy

  /// The cheapest candidate and step that keep an accuracy (a fraction), within `steps` steps.
  ///
  /// Longer and longer runs: one run shows every step of a candidate. A candidate that has not got there and has
  /// already cost more than one that has is left.
  mutating func chooseKeeping(_ accuracy: Double, steps most: Int) {
    let allowed = Int((Double(sampleCount) * (1 - accuracy) + 1e-9).rounded(.down))
    var kept: [(candidate: Candidate, step: Int)] = []
    var cheapest = Double.infinity
    var finished: [ConversionSettings] = []
    for horizon in Self.horizons(most) {
      let isLast = horizon == most
      let list = candidates.methods(steps: horizon).filter { !finished.contains($0.settings.with(.steps, nil)) }
      let advance = tell("trying methods at \(horizon) steps", list.count)
      for attempt in list {
        advance(1)
        if case .skipped = attempt.outcome {
          if isLast { attempts.append(attempt) }
          continue
        }
        let before = attempts.count
        guard var candidate = prepare(attempt) else {
          finished.append(attempts[before].settings.with(.steps, nil))
          continue
        }
        let readable = attempt.settings.dependsOnSteps || !attempt.settings.method.isReadAtAnyStep
          ? [candidate.tally.steps] : Array(1...candidate.tally.steps)
        var step: Int?
        for end in early + [sampleCount] {
          run(&candidate, upTo: end)
          step = candidate.tally.firstStep(among: readable, errorsAtMost: allowed)
          // A fifth of tolerance: the first samples may be dearer than the others.
          if let reached = step, end < sampleCount,
            candidate.tally.synapticOperations(upTo: reached) > 1.2 * cheapest
          {
            break
          }
          if step == nil { break }
        }
        let cost = candidate.tally.synapticOperations(upTo: step ?? candidate.tally.steps)
        if let step, candidate.tally.samples == sampleCount {
          if step < candidate.tally.steps { measure(&candidate, steps: step) }
          let exact = candidate.tally.synapticOperations(upTo: step)
          kept.append((candidate, step))
          cheapest = min(cheapest, exact)
          finished.append(attempt.settings.with(.steps, nil))
        } else if step != nil || cost > cheapest {
          note(candidate, .leftForCost, step: step)
          finished.append(attempt.settings.with(.steps, nil))
        } else if isLast {
          note(candidate, .lessAccurate)
        }
      }
    }
    let best = kept.indices.min {
      let (a, b) = (kept[$0], kept[$1])
      let (x, y) = (a.candidate.tally.synapticOperations(upTo: a.step), b.candidate.tally.synapticOperations(upTo: b.step))
      return (x, a.step, $0) < (y, b.step, $1)
    }
    for index in kept.indices {
      if index == best { chosen = attempts.count }
      note(kept[index].candidate, index == best ? .chosen : .costsMore, step: kept[index].step)
    }
  }

  /// Counts the work up to a step exactly: the same samples over fewer steps.
  private func measure(_ candidate: inout Candidate, steps: Int) {
    candidate.tally = AutomaticTally(steps: steps)
    run(&candidate, upTo: sampleCount)
  }

  /// 4, 16, 64 ... up to the most.
  static func horizons(_ most: Int) -> [Int] {
    var result: [Int] = []
    var next = 4
    while next < most {
      result.append(next)
      next *= 4
    }
    return result + [most]
  }
}
