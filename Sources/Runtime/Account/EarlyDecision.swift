import ChipModel
import Synchronization

/// When the decision of a sample counts as made before its last step.
public enum StopRule: Sendable, Equatable {
  /// The same decision after this many steps in a row, >= 1.
  case stable(steps: Int)
  /// The largest output this far above the next, in the output's integer units, >= 1.
  case margin(Int)
  /// Both at once: the same decision for so many steps, and so far ahead after the last of them.
  case stableMargin(steps: Int, margin: Int)

  /// The step after which the rule stops, 1...T; T where it never holds.
  ///
  /// - Parameters:
  ///   - decisions: after each step; not empty.
  ///   - margins: after each step.
  public func stop(decisions: [Int], margins: [Int]) -> Int {
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

/// What stopping every sample at its early decision keeps and saves.
///
/// A stopped sample's chip halts at the end of the tick in which its output is read: what the layers did until then is
/// spent, what they would have done later is saved.
public struct EarlyDecision: Sendable, Equatable {
  public var rule: StopRule
  /// By sample, 1...T.
  public var stopSteps: [Int]
  /// The decision at the stop, by sample.
  public var predictions: [Int]
  /// Fraction right at the stop, and after all steps; nil without labels.
  public var accuracy: Double?
  public var fullAccuracy: Double?
  public var meanSteps: Double
  /// Everything until the stop, over all samples, and everything of a full run.
  public var counts: OperationCounts
  public var fullCounts: OperationCounts
  /// Chip ticks until the stop, over all samples, and of a full run.
  public var ticks: Int
  public var fullTicks: Int
  /// Known joules an inference of the chip model, static power over the ticks included where it is known.
  public var joules: Double
  public var fullJoules: Double

  /// Fraction of the energy that the rule saves; 0 where nothing is spent.
  public var saved: Double { fullJoules > 0 ? 1 - joules / fullJoules : 0 }
}

extension Run {
  /// Runs the samples in full and finds what stopping by `rule` would have kept and saved.
  ///
  /// - Throws: `DatasetError`. The engine is the fast one, whatever `engine` says.
  public func earlyDecision(
    _ program: CompiledProgram, data: Dataset, rule: StopRule, progress: @Sendable (Int) -> Void = { _ in }
  ) throws(DatasetError) -> EarlyDecision {
    struct Collected: Sendable {
      var stops: [Int]
      var predictions: [Int]
      var counters: EngineCounters
      var updates = 0
      var ticks = 0
    }
    let state = Mutex(
      Collected(
        stops: [Int](repeating: 0, count: samples), predictions: [Int](repeating: 0, count: samples),
        counters: EngineCounters(program: program, steps: steps)))
    let start = program.populations[program.output.population].start
    let steps = self.steps
    var run = self
    run.engine = .fast
    let record = try run(program, data: data, progress: progress) { sample, outcome, trains in
      let stop = rule.stop(decisions: outcome.decisions, margins: outcome.margins)
      let ticks = start + stop
      let spent = EngineCounters(program: program, trains: trains, steps: steps, ticks: ticks)
      state.withLock {
        $0.stops[sample] = stop
        $0.predictions[sample] = stop >= 1 && stop <= outcome.decisions.count ? outcome.decisions[stop - 1] : 0
        $0.counters.add(spent)
        $0.ticks += ticks
        for population in program.populations {
          $0.updates += population.shape.count * max(0, min(steps, ticks - population.start))
        }
      }
    }
    var found = state.withLock { $0 }
    // The input is encoded once a sample, however early it stops.
    found.counters.inputMACs = record.counters.inputMACs
    var counts = OperationCounts(program: program, counters: found.counters, steps: steps)
    counts.neuronUpdates = found.updates
    let full = OperationCounts(program: program, counters: record.counters, steps: steps)
    let fullTicks = program.ticksPerInference(steps: steps) * samples
    func joules(_ counts: OperationCounts, _ ticks: Int) -> Double {
      let bill = ChipBill(program: program, counts: counts, steps: steps, samples: samples)
      let dynamic = bill.items.reduce(0.0) { $0 + ($1.joules ?? 0) }
      let share = fullTicks == 0 ? 0 : Double(ticks) / Double(fullTicks)
      return samples == 0 ? 0 : (dynamic + (bill.staticJoules ?? 0) * share) / Double(samples)
    }
    var accuracy: Double?
    if let labels = record.labels {
      accuracy = samples == 0 ? 0 : Double(zip(found.predictions, labels).count { $0 == $1 }) / Double(samples)
    }
    return EarlyDecision(
      rule: rule, stopSteps: found.stops, predictions: found.predictions, accuracy: accuracy,
      fullAccuracy: record.accuracy,
      meanSteps: samples == 0 ? 0 : Double(found.stops.reduce(0, +)) / Double(samples), counts: counts,
      fullCounts: full, ticks: found.ticks, fullTicks: fullTicks, joules: joules(counts, found.ticks),
      fullJoules: joules(full, fullTicks))
  }
}

extension EngineCounters {
  /// Counts one sample's spikes in the first `ticks` ticks, from its trains. Saturations and input are not in trains.
  public init(program: CompiledProgram, trains: SampleTrains, steps: Int, ticks: Int) {
    self.init(program: program, steps: steps)
    samples = 1
    for (index, population) in program.populations.enumerated() {
      let train = trains.populations[index]
      guard !spikes[index].isEmpty else { continue }
      for step in 0..<max(0, min(steps, train.steps, ticks - population.start)) {
        train.forEachSpike(step: step) { neuron, payload in
          note(spike: payload, population: index, neuron: neuron, step: step)
        }
      }
    }
    for (index, projection) in program.projections.enumerated() {
      guard let source = projection.source, let train = trains.gated[index] else { continue }
      let limit = ticks - program.populations[source].start
      for step in 0..<max(0, min(steps, train.steps, limit)) {
        train.forEachSpike(step: step) { neuron, payload in notePassed(index, neuron, payload: payload) }
      }
    }
  }
}
