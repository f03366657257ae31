import ChipModel
import Dispatch
import Synchronization

/// Runs a program on the first samples of a data set, on several threads, with the same result for any number of them.
///
/// Workers take samples one by one, and where there are none left, parts of those that run (``WorkTeam``). Each has its own
/// scratch memory and counters; counters are integers, so adding them up in any order gives the same totals, and per-sample
/// results are kept by sample index.
package struct Run: Sendable {
  /// Which execution of the program runs.
  package enum Engine: String, Sendable, CaseIterable { case fast, interpreter }

  package var steps: Int
  /// Index of the first sample in the data set.
  package var first = 0
  package var samples: Int
  package var threads: Int
  package var engine: Engine
  /// Whether to keep every sample's output values.
  package var keepsOutputs: Bool
  /// Whether to count which neurons had something to do; nil: where the chip prices it apart.
  package var countsUpdates: Bool?
  /// Samples, from the first, of which `observe` learns it neuron by neuron.
  package var tracedSamples = 0
  /// Transient faults of the chip.
  package var faults = FaultSettings.none

  /// - Parameters:
  ///   - steps: `T`, >= 1.
  ///   - samples: at most the data set's count.
  ///   - threads: >= 1.
  ///   - engine: which execution of the program runs.
  ///   - keepsOutputs: whether to keep every sample's output values.
  package init(steps: Int, samples: Int, threads: Int = 1, engine: Engine = .fast, keepsOutputs: Bool = false) {
    self.steps = steps
    self.samples = samples
    self.threads = threads
    self.engine = engine
    self.keepsOutputs = keepsOutputs
  }

  /// Runs it.
  ///
  /// - Parameters:
  ///   - program: what runs.
  ///   - data: the samples, raw; their shape is the program's input.
  ///   - progress: called from any thread with the number of samples that finished since its last call.
  ///   - observe: called from any thread, in any order, with a sample's index, its outcome and its spike trains, from
  ///     which everything per tick and core follows (``SampleActivity``, ``TickTimer``). With the interpreter the fast
  ///     engine runs beside it to make them.
  ///   - stop: asked from any thread before each sample; once it is true no further sample is begun, and the record
  ///     holds the ones before: `record.samples` says how many.
  package func callAsFunction(
    _ program: CompiledProgram, data: Dataset, progress: @Sendable (Int) -> Void = { _ in },
    observe: (@Sendable (Int, SampleOutcome, SampleTrains) -> Void)? = nil,
    stop: @Sendable () -> Bool = { false }
  ) throws(DatasetError) -> RunRecord {
    let workers = max(1, threads)
    let keepsOutputs = keepsOutputs || program.output.task == .values
    let next = Atomic<Int>(0)
    let result = Mutex(
      Collected(
        record: RunRecord(
          program: program, steps: steps, first: first, samples: samples,
          labels: data.labels.map { Array($0.dropFirst(first).prefix(samples)) },
          targets: data.targets(ofSamples: first..<(first + samples))),
        failure: nil))
    let plan = engine == .fast || observe != nil ? EnginePlan(program, faults: faults) : nil
    let counts = tracedSamples > 0 || (countsUpdates ?? program.chip.pricesUpdates)
    let team = WorkTeam(size: workers)
    let isSmall = program.weights.reduce(0) { $0 + $1.count } <= Self.mostOwned
    /// Runs samples until there are none left.
    @Sendable func runSamples() {
      guard var sample = take() else { return }
      // References to one plan are counted by all processors in turn: a small one is made for each.
      let own = workers > 1 && isSmall && plan != nil ? EnginePlan(program, faults: faults) : plan
      var worker = Worker(
        program, plan: engine == .fast ? own : nil, steps: steps, countsUpdates: counts, faults: faults, team: team)
      var companion: LayerRunner?
      if engine == .interpreter, observe != nil, let plan {
        companion = LayerRunner(plan: plan, steps: steps)
        companion?.countsUpdates = counts
      }
      var values: [Double] = []
      while result.withLock({ $0.failure == nil }) {
        let cut: Int
        do throws(DatasetError) { cut = try program.read(first + sample, of: data, into: &values) } catch {
          // Every sample before it was begun: the first that fails is the one that is told, whoever finds it.
          result.withLock { if sample < $0.failure?.sample ?? .max { $0.failure = (sample, error) } }
          break
        }
        let outcome = worker.run(values, sample: first + sample, keepsUpdates: sample < tracedSamples)
        result.withLock {
          $0.record.add(outcome, sample: sample, keepsOutputs: keepsOutputs)
          $0.record.counters.cutInputs += cut
        }
        if let observe {
          companion?.keepsUpdates = sample < tracedSamples
          companion?.sample = first + sample
          _ = companion?.run(values)
          if let trains = companion.map({ SampleTrains($0) }) ?? worker.trains { observe(sample, outcome, trains) }
        }
        progress(1)
        guard let another = take() else { break }
        sample = another
      }
      let counters = worker.counters
      result.withLock { $0.record.counters.add(counters) }
    }
    /// The next sample; nil where there is none, or no more is wanted.
    @Sendable func take() -> Int? {
      if stop() { return nil }
      let sample = next.wrappingAdd(1, ordering: .relaxed).oldValue
      return sample < samples ? sample : nil
    }
    DispatchQueue.concurrentPerform(iterations: workers) { _ in team.work { runSamples() } }
    var collected = result.withLock { $0 }
    if let failure = collected.failure { throw failure.error }
    // Traced samples alone are counted for their time; that is no count of the run.
    if !(countsUpdates ?? program.chip.pricesUpdates) { collected.record.counters.updates = nil }
    // Samples are taken in order and every one that was taken is finished: what is done is the first of them.
    collected.record.truncate(to: min(samples, next.load(ordering: .relaxed)))
    return collected.record
  }

  /// Weights of a program whose plan each thread has for itself.
  private static let mostOwned = 1 << 16

  private struct Collected: Sendable {
    var record: RunRecord
    var failure: (sample: Int, error: DatasetError)?
  }

  /// One thread's execution of the program.
  private enum Worker {
    case fast(LayerRunner)
    case interpreter(ChipInterpreter)

    init(
      _ program: CompiledProgram, plan: EnginePlan?, steps: Int, countsUpdates: Bool, faults: FaultSettings, team: WorkTeam
    ) {
      if let plan {
        var runner = LayerRunner(plan: plan, steps: steps)
        runner.team = team
        runner.countsUpdates = countsUpdates
        self = .fast(runner)
      } else {
        var chip = ChipInterpreter(program, steps: steps, faults: faults)
        chip.countsUpdates = countsUpdates
        self = .interpreter(chip)
      }
    }

    mutating func run(_ values: [Double], sample: Int, keepsUpdates: Bool) -> SampleOutcome {
      switch self {
      case .fast(var runner):
        self = .vacant
        runner.sample = sample
        runner.keepsUpdates = keepsUpdates
        let outcome = runner.run(values)
        self = .fast(runner)
        return outcome
      case .interpreter(var chip):
        self = .vacant
        chip.sample = sample
        let outcome = chip.run(values)
        self = .interpreter(chip)
        return outcome
      case .vacant:
        return SampleOutcome()
      }
    }

    /// Holds nothing while a run owns the state, so that the state is never copied.
    case vacant

    var trains: SampleTrains? {
      if case .fast(let runner) = self { SampleTrains(runner) } else { nil }
    }

    var counters: RunCounters? {
      switch self {
      case .fast(let runner): runner.counters
      case .interpreter(let chip): chip.runCounters
      case .vacant: nil
      }
    }
  }
}

extension RunCounters {
  mutating func add(_ other: RunCounters?) {
    if let other { add(other) as Void }
  }
}
