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
  /// What a run lets see beside its record: the time of an inference on the first samples, what the chip states where it
  /// states a tick, and where all samples stop under a rule.
  /// - Throws: a time model of which the chip lacks a constant, or that has a barrier.
  package func observation(
    _ program: CompiledProgram, data: Dataset, options: RunObserver.Options
  ) throws(TimeModelError) -> Result<Observation, DatasetError> {
    let observer = try RunObserver(program, steps: steps, samples: samples, options: options)
    let watched = options.rule == nil && !options.countsTicks ? observer.tracedSamples : samples
    guard watched > 0 else { return .success(observer.observation) }
    var run = Run(steps: steps, samples: watched, threads: threads)
    run.faults = faults
    run.tracedSamples = observer.tracedSamples
    return Result { () throws(DatasetError) in
      _ = try run(program, data: data, observe: observer.observe)
      return observer.observation
    }
  }
}
