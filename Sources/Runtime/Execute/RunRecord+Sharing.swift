import ChipModel

extension RunRecord {
  /// The record that a run of `program` itself would give, from one of a program with the same datapath on other cores or
  /// another chip; nil where this one does not hold what that takes.
  package func shared(with program: CompiledProgram) -> RunRecord? {
    var result = self
    if program.chip.pricesUpdates {
      guard counters.updates != nil else { return nil }
    } else {
      result.counters.updates = nil
    }
    // Which cores saturated depends on where the neurons lie.
    guard (counters.saturations + counters.accumulatorOverflows).allSatisfy({ $0 == 0 }) else { return nil }
    result.counters.saturationsByCore = [Int](repeating: 0, count: program.cores.count)
    return result
  }
}

extension Run {
  /// The time of an inference on the first samples of a run; what the chip states where it states a tick.
  package func time(_ program: CompiledProgram, data: Dataset) throws(DatasetError) -> ChipTime {
    let stated = ChipTime(stated: program, steps: steps)
    guard let observer = try? RunObserver(program, steps: steps, samples: samples) else { return stated }
    guard observer.tracedSamples > 0 else { return observer.observation.time }
    var run = Run(steps: steps, samples: observer.tracedSamples, threads: threads)
    run.faults = faults
    run.tracedSamples = observer.tracedSamples
    _ = try run(program, data: data, observe: observer.observe)
    return observer.observation.time
  }
}
