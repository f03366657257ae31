import ChipModel
import Synchronization

extension Run {
  /// Runs once, for `steps`, and finds from the same spike trains what runs of fewer steps would.
  ///
  /// Step `s` of a population depends on no later step of another, so a run of fewer steps is the beginning of a longer one,
  /// spike by spike; but for a delay that is shorter than the way, which brings later steps' spikes. Saturations cannot be
  /// divided among steps: the engine counts them, trains do not hold them.
  ///
  /// - Parameters:
  ///   - shorter: numbers of steps below `steps`, ascending.
  ///   - program: what runs.
  ///   - data: the samples, raw; their shape is the program's input.
  ///   - progress: called from any thread with the number of samples that finished since its last call.
  ///   - stop: asked from any thread before each sample; once it is true no further sample is begun.
  /// - Returns: a record for each of `shorter`, then the one of `steps`; for the shorter ones nil where a membrane
  ///   saturated, a delay is shorter than the way or updates are counted: they need runs of their own.
  /// - Throws: `DatasetError`. The engine is the fast one, whatever `engine` says.
  package func bySteps(
    _ shorter: [Int], _ program: CompiledProgram, data: Dataset, progress: @Sendable (Int) -> Void = { _ in },
    stop: @Sendable () -> Bool = { false }
  ) throws(DatasetError) -> [RunRecord?] {
    var run = self
    run.engine = .fast
    guard !shorter.isEmpty else { return [try run(program, data: data, progress: progress, stop: stop)] }
    let labels = data.labels.map { Array($0.dropFirst(first).prefix(samples)) }
    let state = Mutex(
      shorter.map { RunRecord(program: program, steps: $0, first: first, samples: samples, labels: labels) })
    let keepsOutputs = self.keepsOutputs
    let record = try run(
      program, data: data, progress: progress,
      observe: { sample, outcome, trains in
        // Each record counts the steps from where the one before it ends; they are added up at the end.
        var counted: [RunCounters] = []
        var from = 0
        for steps in shorter {
          counted.append(RunCounters(program: program, trains: trains, steps: from..<steps, of: steps))
          from = steps
        }
        let parts = counted
        state.withLock { records in
          for index in records.indices {
            let decided = SampleOutcome(decisions: Array(outcome.decisions.prefix(records[index].steps)), outputs: [])
            records[index].add(decided, sample: sample, keepsOutputs: false)
            records[index].counters.add(parts[index])
          }
        }
      }, stop: stop)
    let hasSaturated = (record.counters.saturations + record.counters.accumulatorOverflows).contains { $0 > 0 }
    let hasUpdates = record.counters.updates != nil
    if hasSaturated || hasUpdates || keepsOutputs || program.output.task == .values || program.readsAhead {
      return shorter.map { _ in nil } + [record]
    }
    var records = state.withLock { $0 }
    for index in records.indices {
      if index > 0 { records[index].counters.addEarlier(records[index - 1].counters) }
      // The input is encoded once a sample, however many steps follow.
      records[index].counters.inputMACs = record.counters.inputMACs
      records[index].counters.cutInputs = record.counters.cutInputs
      records[index].counters.samples = record.counters.samples
      records[index].truncate(to: record.samples)
    }
    return records + [record]
  }
}

extension CompiledProgram {
  /// Whether a step of some population takes spikes of later steps of another: by an explicit delay shorter than the way.
  fileprivate var readsAhead: Bool {
    projections.contains { projection in
      let source = populations[projection.source]
      return lag > 0 || source.model.inputCoding == .latency || !source.model.isHostCurrent
        && ActiveWindow.offset(from: source, to: populations[projection.target], delay: projection.delay) < 0
    }
  }
}

extension RunCounters {
  /// Counts one sample's spikes in some of its steps, for a run of `count` steps. Saturations and input are not in trains.
  init(program: CompiledProgram, trains: SampleTrains, steps: Range<Int>, of count: Int) {
    self.init(program: program, steps: count)
    trains.forEachSpike(in: steps) { population, neuron, payload, step in
      note(spike: payload, population: population, neuron: neuron, step: step)
    }
    trains.forEachPassed(in: steps) { projection, pooled, payload, _ in
      notePassed(projection, pooled, payload: payload)
    }
  }

  /// Adds counters of the same samples that end at an earlier step.
  mutating func addEarlier(_ other: RunCounters) {
    var padded = other
    for population in padded.spikesByStep.indices {
      let missing = spikesByStep[population].count - padded.spikesByStep[population].count
      padded.spikesByStep[population] += [Int](repeating: 0, count: max(0, missing))
    }
    add(padded) as Void
  }
}
