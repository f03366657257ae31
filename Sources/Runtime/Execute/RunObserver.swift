import ChipModel
import Synchronization

/// Watches a run sample by sample and keeps what no counter holds: what happened in each tick, how long ticks took, and
/// where each sample could have stopped.
///
/// All of it is sums of integers and values by sample, so that any number of threads finds the same.
package final class RunObserver: Sendable {
  /// What to watch.
  package struct Options: Sendable, Equatable {
    /// Nil: the chip's own tick where it states one, else `analytic` where all its times are known.
    package var timeModel: TimingModel?
    /// Samples that are timed, from the first.
    package var timeSamples = ChipTime.standardSamples
    /// Whether the chip runs without a barrier; needs `analytic`, and chooses it where no model is named.
    package var isBarrierFree = false
    package var rule: StopRule?
    /// Whether to count what happens in each tick, and in each layer and step what NeuroBench counts; it costs about a
    /// seventh of a run's time, and a rule needs it anyway.
    package var countsTicks = false
    package init() {}
  }

  private struct State: Sendable {
    var ticks: [ActionEvents]
    var time: ChipTime
    var stops: EarlyStops?
    var operations: LayerOperations?
  }

  private let steps: Int
  private let layers: LayerInputs?
  private let costs: SpikeCosts?
  private let timer: TickTimer?
  private let model: TimingModel?
  private let start: Int
  private let state: Mutex<State>
  /// Samples of which single neurons' updates are needed.
  package let tracedSamples: Int

  /// - Throws: a chip that does not know what the named model needs.
  ///
  /// - Parameters:
  ///   - program: that runs.
  ///   - steps: `T` of the run.
  ///   - first: index in the data of the run's first sample.
  ///   - samples: of the run.
  ///   - options: what to watch.
  package init(
    _ program: CompiledProgram, steps: Int, first: Int = 0, samples: Int, options: Options = Options()
  ) throws(TimeModelError) {
    self.steps = steps
    costs = options.countsTicks || options.rule != nil ? SpikeCosts(program) : nil
    layers = costs != nil && LayerInputs.areNeeded(by: program) ? LayerInputs(program) : nil
    start = program.populations[program.output.population].start
    let wanted = options.isBarrierFree ? options.timeModel ?? .analytic : options.timeModel
    guard !options.isBarrierFree || wanted == .analytic else { throw .barrier(wanted ?? .analytic) }
    var timer: TickTimer?
    var time = ChipTime(stated: program, steps: steps)
    let ticks = time.ticks
    if wanted == .fixed {
      guard time.fixedTick != nil else { throw .missing(.fixed, chip: program.chip.name, ["time of a tick"]) }
    } else if wanted != nil || time.fixedTick == nil {
      let missing = TickTimer.missing(program)
      let model = wanted ?? .analytic
      if missing.isEmpty {
        timer = TickTimer(program)
        time = ChipTime(model: model, missing: [], ticks: ticks, isBarrierFree: options.isBarrierFree)
      } else if wanted != nil {
        throw .missing(model, chip: program.chip.name, missing)
      } else {
        time.missing += missing
      }
    }
    self.timer = timer
    model = time.model
    tracedSamples = timer == nil ? 0 : max(0, min(options.timeSamples - first, samples))
    state = Mutex(
      State(
        ticks: costs == nil ? [] : [ActionEvents](repeating: ActionEvents(), count: ticks), time: time,
        stops: options.rule.map { EarlyStops($0, samples: samples) }, operations: layers.map { _ in LayerOperations() }))
  }

  /// Takes in a finished sample; called from any thread.
  package func observe(_ sample: Int, _ outcome: SampleOutcome, _ trains: SampleTrains) {
    let ticks = costs?.ticks(trains, steps: steps) ?? []
    let operations = layers?.operations(trains, steps: steps)
    var time: SampleTime?
    if let timer, let model, sample < tracedSamples {
      time = timer.time(timer.activity(trains, steps: steps), model: model)
    }
    state.withLock { state in
      for tick in ticks.indices { state.ticks[tick].add(ticks[tick]) }
      if let operations { state.operations?.add(operations) }
      if let time { state.time.add(time) }
      state.stops?.add(sample, outcome, ticks, start: start)
    }
  }

  /// What was seen so far.
  package var observation: Observation {
    state.withLock { Observation(ticks: $0.ticks, time: $0.time, stops: $0.stops, operations: $0.operations) }
  }
}

/// What a run's observer saw.
package struct Observation: Sendable, Equatable {
  /// By tick of an inference, over all samples; empty where they were not counted.
  package var ticks: [ActionEvents]
  package var time: ChipTime
  package var stops: EarlyStops?
  /// As NeuroBench counts them; nil where the run's sums tell, or nothing was counted by step.
  package var operations: LayerOperations?

  /// Keeps the stops of the first samples; the others were not run.
  mutating func truncate(to samples: Int) { stops?.truncate(to: samples) }

  /// Adds what was seen of the samples that follow directly.
  mutating func append(_ other: Observation) {
    for tick in ticks.indices where tick < other.ticks.count { ticks[tick].add(other.ticks[tick]) }
    time.add(other.time)
    if let more = other.stops { stops?.append(more) }
    if let more = other.operations { operations?.add(more) }
  }
}

/// Why a chip's ticks cannot be timed as asked.
package enum TimeModelError: Error, Sendable, Equatable, CustomStringConvertible {
  case missing(TimingModel, chip: String, [String])
  case barrier(TimingModel)

  /// One line: what is wrong and what to do.
  package var description: String {
    switch self {
    case .missing(let model, let chip, let times):
      "time model '\(model.rawValue)': the description of chip '\(chip)' does not know the \(times.joined(separator: ", "))"
        + ": choose another model or a chip that states them"
    case .barrier(let model):
      "time model '\(model.rawValue)' has no barrier-free time: use model 'analytic'"
    }
  }
}
