import ChipModel

/// What one worker counts over its samples. All integers, so that adding workers in any grouping gives the same totals.
package struct RunCounters: Sendable, Equatable {
  /// Spikes per population and neuron, row-major; `spikes[p].count` is the population's size.
  package var spikes: [[UInt64]]
  /// Sum of |payload| per population and neuron; empty where spikes carry no payload (it is `spikes` then).
  package var payloads: [[UInt64]]
  /// Spikes per population and step.
  package var spikesByStep: [[Int]]
  /// Saturations per population.
  package var saturations: [Int]
  /// The same per core of the program; empty without cores.
  package var saturationsByCore: [Int]
  /// Sums of a tick, and currents, that a register cut, per population.
  package var accumulatorOverflows: [Int]
  /// Steps in which each neuron had something to do (``NeuronUpdates``), per population and neuron, row-major; nil: not
  /// counted.
  package var updates: [[UInt64]]?
  /// Per projection behind a max-pool gate: spikes let through per pooled neuron, and their |payload|; else empty.
  package var gatedSpikes: [[UInt64]]
  package var gatedPayloads: [[UInt64]]
  /// Multiply-accumulates of the host's input encoding with neither factor zero.
  package var inputMACs: Int
  /// Input values beyond the calibrated range, which were cut to it.
  package var cutInputs = 0
  package var samples: Int

  package init(program: CompiledProgram, steps: Int) {
    spikes = program.populations.map { [UInt64](repeating: 0, count: $0.model.fires ? $0.shape.count : 0) }
    payloads = program.populations.map { [UInt64](repeating: 0, count: $0.model.hasPayload ? $0.shape.count : 0) }
    spikesByStep = program.populations.map { _ in [Int](repeating: 0, count: steps) }
    saturations = [Int](repeating: 0, count: program.populations.count)
    saturationsByCore = [Int](repeating: 0, count: program.cores.count)
    accumulatorOverflows = saturations
    gatedSpikes = program.projections.map { projection in
      guard program.isGated(projection) else { return [] }
      let pooled = projection.pool?.output(of: program.sourceShape(projection))
      return [UInt64](repeating: 0, count: pooled?.count ?? 0)
    }
    gatedPayloads = zip(program.projections, gatedSpikes).map { projection, spikes in
      program.populations[projection.source].model.hasPayload || projection.gate == .count ? spikes : []
    }
    inputMACs = 0
    samples = 0
  }

  /// Counts by neuron; all but ``updates``, which may be missing.
  static let byNeuron: [(key: String, path: WritableKeyPath<RunCounters, [[UInt64]]> & Sendable)] = [
    ("spikes", \.spikes), ("payloads", \.payloads), ("gatedSpikes", \.gatedSpikes), ("gatedPayloads", \.gatedPayloads),
  ]

  /// What arrives at a projection, by source neuron: spikes, or what spikes carry; behind a gate, what it let through.
  func arriving(_ program: CompiledProgram, _ projection: Int, asPayload: Bool = false) -> [UInt64] {
    let source = program.projections[projection].source
    let isGated = program.isGated(program.projections[projection])
    if isGated { return asPayload && !gatedPayloads[projection].isEmpty ? gatedPayloads[projection] : gatedSpikes[projection] }
    let sent = asPayload && !payloads[source].isEmpty ? payloads[source] : spikes[source]
    return program.projections[projection].sources.map { Array(sent[$0]) } ?? sent
  }

  /// What was counted by neuron since `earlier`, as of one sample of one step.
  func since(_ earlier: RunCounters, program: CompiledProgram) -> RunCounters {
    func difference(_ now: [[UInt64]], _ before: [[UInt64]]) -> [[UInt64]] {
      zip(now, before).map { zip($0, $1).map { $0 &- $1 } }
    }
    var events = RunCounters(program: program, steps: 1)
    for (_, path) in Self.byNeuron { events[keyPath: path] = difference(self[keyPath: path], earlier[keyPath: path]) }
    events.updates = updates.map { now in earlier.updates.map { difference(now, $0) } ?? now }
    events.samples = 1
    return events
  }

  package mutating func add(_ other: RunCounters) {
    for (_, path) in Self.byNeuron { RunCounters.add(&self[keyPath: path], other[keyPath: path]) }
    for p in spikesByStep.indices {
      for s in spikesByStep[p].indices { spikesByStep[p][s] += other.spikesByStep[p][s] }
    }
    for p in saturations.indices { saturations[p] += other.saturations[p] }
    for p in accumulatorOverflows.indices { accumulatorOverflows[p] += other.accumulatorOverflows[p] }
    for core in saturationsByCore.indices { saturationsByCore[core] += other.saturationsByCore[core] }
    if var sums = updates, let theirs = other.updates {
      RunCounters.add(&sums, theirs)
      updates = sums
    } else if let theirs = other.updates {
      updates = theirs
    }
    inputMACs += other.inputMACs
    cutInputs += other.cutInputs
    samples += other.samples
  }

  /// Counts one spike.
  package mutating func note(spike payload: Int32, population: Int, neuron: Int, step: Int) {
    spikes[population][neuron] &+= 1
    if !payloads[population].isEmpty { payloads[population][neuron] &+= UInt64(payload.magnitude) }
    spikesByStep[population][step] &+= 1
  }

  /// Counts one spike that a max-pool gate lets through.
  package mutating func notePassed(_ projection: Int, _ pooled: Int, payload: Int32) {
    gatedSpikes[projection][pooled] &+= 1
    if !gatedPayloads[projection].isEmpty { gatedPayloads[projection][pooled] &+= UInt64(payload.magnitude) }
  }

  private static func add(_ a: inout [[UInt64]], _ b: [[UInt64]]) {
    for outer in a.indices {
      for inner in a[outer].indices { a[outer][inner] &+= b[outer][inner] }
    }
  }
}
