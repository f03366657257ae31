import ChipModel

/// A runner's counts in the engine's own layout: spikes channel-last and padded, so that counting a spike is one addition.
struct SpikeTally: Sendable {
  /// Saturations per population.
  var saturations: [Int]
  /// Those of populations that lie on several cores.
  var saturationsByCore: [Int]
  /// Sums and currents that a register cut, per population.
  var overflows: [Int]
  /// Multiply-accumulates of the input encoding.
  var inputMACs = 0
  private var samples = 0
  private var spikesByStep: [[Int]]
  /// By population, then by projection behind a gate: spikes since the last flush, and their |payload|.
  private var spikes: [[UInt32]]
  private var payloads: [[UInt64]]
  private var gatedSpikes: [[UInt32]]
  private var gatedPayloads: [[UInt64]]
  /// What was flushed before 32 bits could overflow; nil: nothing was.
  private var flushed: RunCounters?
  private var stepsSinceFlush = 0
  private let steps: Int

  init(_ plan: EnginePlan, steps: Int) {
    self.steps = steps
    saturations = plan.populations.map { _ in 0 }
    saturationsByCore = plan.program.cores.map { _ in 0 }
    overflows = saturations
    spikesByStep = plan.populations.map { _ in [Int](repeating: 0, count: steps) }
    spikes = plan.populations.map { _ in [] }
    payloads = plan.populations.map { [UInt64](repeating: 0, count: $0.population.model.hasPayload ? $0.count : 0) }
    func gated(_ p: ProjectionPlan) -> Int {
      p.isGated ? p.source.pixels * PaddedChannels.count(p.source.channels) : 0
    }
    gatedSpikes = plan.projections.map { [UInt32](repeating: 0, count: gated($0)) }
    // Where spikes carry nothing, what they carry is their number.
    gatedPayloads = plan.projections.map { p in
      let carries = plan.program.populations[p.projection.source].model.hasPayload || plan.faults.duplicateSpikes > 0
      return [UInt64](repeating: 0, count: carries ? gated(p) : 0)
    }
  }

  mutating func beginSample(_ plan: EnginePlan, updates: inout UpdateTally) {
    samples += 1
    beginSteps(plan, updates: &updates)
  }

  /// Makes sure that one more run over all steps overflows no count.
  mutating func beginSteps(_ plan: EnginePlan, updates: inout UpdateTally) {
    // A neuron is updated at most once a step, and sends at most one spike and a duplicate.
    let most = 2 * min(steps, Int.max / 4)
    if stepsSinceFlush > Int(UInt32.max) - most { flushed = flush(plan, &updates) }
    stepsSinceFlush = min(stepsSinceFlush, Int.max - most) + most
  }

  /// Counts a finished train whose spikes per neuron `add` has not counted.
  mutating func note(_ train: SpikeTrain, of p: PopulationPlan, isCounted: Bool, level: KernelLevel, _ team: WorkTeam) {
    for step in 0..<steps { spikesByStep[p.index][step] += train.spikeCount(step: step) }
    if !p.population.model.fires { return }
    if !train.isListed {
      let isFresh = spikes[p.index].isEmpty
      BufferKernels.makeRoom(&spikes[p.index], p.count)
      MaskBits.add(
        train.masks, steps: train.steps, words: train.maskWords, to: &spikes[p.index], isFresh: isFresh, level: level,
        team: team)
      return
    }
    prepare(p)
    if !isCounted {
      BufferKernels.count(train, padded: p.padded, spikes: &spikes[p.index], payloads: &payloads[p.index])
    } else if train.hasPayload {
      BufferKernels.addPayloads(train, padded: p.padded, to: &payloads[p.index])
    }
  }

  /// Counts are there with the first train.
  private mutating func prepare(_ p: PopulationPlan) {
    if spikes[p.index].isEmpty { spikes[p.index] = [UInt32](repeating: 0, count: p.population.model.fires ? p.count : 0) }
  }

  /// Adds a population's 8-bit counts and clears them.
  mutating func add(_ counts: inout [UInt8], of p: PopulationPlan) {
    prepare(p)
    BufferKernels.addCounts(&counts, count: p.count, to: &spikes[p.index])
  }

  /// Counts the train that a gate let through.
  mutating func notePassed(_ train: SpikeTrain, projection: Int, level: KernelLevel, _ team: WorkTeam) {
    if !train.isListed {
      return MaskBits.add(
        train.masks, steps: train.steps, words: train.maskWords, to: &gatedSpikes[projection], level: level,
        team: team)
    }
    BufferKernels.count(
      train, padded: PaddedChannels.count(train.shape.channels), spikes: &gatedSpikes[projection],
      payloads: &gatedPayloads[projection])
  }

  /// All counts, row-major.
  func counters(_ plan: EnginePlan, updates: UpdateTally) -> RunCounters {
    var copy = self
    var updates = updates
    var result = copy.flush(plan, &updates)
    result.saturations = saturations
    result.saturationsByCore = saturationsByCore
    result.accumulatorOverflows = overflows
    for (cores, count) in zip(plan.cores, saturations) {
      if case .core(let core) = cores { result.saturationsByCore[core] += count }
    }
    result.spikesByStep = spikesByStep
    result.inputMACs = inputMACs
    result.samples = samples
    return result
  }

  /// Takes everything counted by neuron.
  private mutating func flush(_ plan: EnginePlan, _ updates: inout UpdateTally) -> RunCounters {
    var flushed = self.flushed ?? RunCounters(program: plan.program, steps: steps)
    self.flushed = nil
    stepsSinceFlush = 0
    if updates.isOn {
      var sums = flushed.updates ?? plan.populations.map { [UInt64](repeating: 0, count: $0.population.neurons) }
      for p in plan.populations {
        SpikeTally.move(&updates.totals[p.index], p.shape, p.padded, into: &sums[p.index])
      }
      flushed.updates = sums
    }
    for p in plan.populations {
      SpikeTally.move(&spikes[p.index], p.shape, p.padded, into: &flushed.spikes[p.index])
      SpikeTally.move(&payloads[p.index], p.shape, p.padded, into: &flushed.payloads[p.index])
    }
    for (index, p) in plan.projections.enumerated() {
      let padded = PaddedChannels.count(p.source.channels)
      var carried = gatedPayloads[index].isEmpty ? gatedSpikes[index].map(UInt64.init) : gatedPayloads[index]
      if !flushed.gatedPayloads[index].isEmpty {
        SpikeTally.move(&carried, p.source, padded, into: &flushed.gatedPayloads[index])
      }
      SpikeTally.move(&gatedSpikes[index], p.source, padded, into: &flushed.gatedSpikes[index])
      BufferKernels.clear(&gatedPayloads[index])
    }
    return flushed
  }

  private static func move<T: FixedWidthInteger>(
    _ counts: inout [T], _ shape: MapShape, _ padded: Int, into result: inout [UInt64]
  ) {
    if counts.isEmpty { return }
    for pixel in 0..<shape.pixels {
      for channel in 0..<shape.channels {
        let at = pixel &* padded &+ channel
        if counts[at] == 0 { continue }
        result[channel &* shape.pixels &+ pixel] &+= UInt64(counts[at])
        counts[at] = 0
      }
    }
  }
}
