import ChipModel

/// The fast engine: runs a program sample by sample, layer by layer over all steps.
///
/// A projection's sources come before its targets, so a population can run through all of its steps while its own
/// parameters and weights stay in the cache; the spikes of the populations before it are stored as trains. Equal to the
/// chip interpreter bit for bit. One runner per worker: it owns the scratch memory and the counters.
package struct LayerRunner: Sendable {
  package let plan: EnginePlan
  package let steps: Int
  /// Spike trains of the last sample, by population.
  package internal(set) var trains: [SpikeTrain]
  /// Potentials after the last step of the last sample, channel-last and padded; `b` for bistable units.
  var v: [[Int32]]
  var b: [[Int32]]
  /// Signed counts of the spikes that neurons sent, of models that keep them; else empty.
  var sent: [[Int32]]
  /// Whether these are still what a sample begins with: nothing happened to the population in the last one.
  var isInitial: [Bool]
  var gates: [PoolGate?]
  /// Trains behind max-pool gates of the last sample, by projection; nil without a gate.
  package internal(set) var gatedTrains: [SpikeTrain?]
  var scratch: Scratch
  var tally: SpikeTally
  var updateTally: UpdateTally
  /// Watches the sums of one population; calibration sets it.
  package var probe: SumProbe?
  /// Neurons whose potentials are kept, tick by tick.
  var potentials = PotentialProbes()
  /// Index of the sample in the data: what its transient faults are drawn by.
  package var sample = 0
  /// Threads that may take parts of a sample.
  package var team = WorkTeam.alone

  /// Buffers that a population uses only while it runs. Those of neurons have room for one pixel more: see
  /// ``DeliveryTable``.
  struct Scratch: Sendable {
    var sums = Accumulators()
    var exact: [Int64] = []
    /// Whether what arrives at the population is summed in `exact`.
    var hasExactSums = false
    var masks: [UInt16] = []
    /// Spikes per neuron of at most 255 steps.
    var counts: [UInt8] = []
    var uncounted = 0
    /// Whether spikes are counted from the finished train instead: where faults make what is sent differ from what fires.
    var countsTrain = false
    /// By thread of the team; the first is the runner's own.
    var threads = [ThreadScratch()]
    /// Whether the blocks of the next span begin with the initial potentials.
    var begins = false
    /// By span that runs together with others, by incoming projection of the population.
    var maps: [DenseMaps] = []
    /// Bias and input current, repeated over the population where there is no input.
    var current: [Int32] = []
    var exactCurrent: [Int64] = []
    /// Where biases differ from step to step: the input's part.
    var inputCurrent: [Int32] = []
    var exactInputCurrent: [Int64] = []
    /// The input's sums before they are rounded.
    var inputSums = Accumulators()
    var input = SpikeTrain(shape: MapShape(channels: 1), hasPayload: true)
    var totals: [Int] = []
  }

  /// - Parameters:
  ///   - plan: the prepared program to run.
  ///   - steps: `T`, >= 1.
  package init(plan: EnginePlan, steps: Int) {
    self.plan = plan
    self.steps = steps
    tally = SpikeTally(plan, steps: steps)
    updateTally = UpdateTally(plan, steps: steps)
    trains = zip(plan.program.populations, plan.pixelOrders).map { population, order in
      var train = SpikeTrain(shape: population.shape, hasPayload: population.model.hasPayload)
      train.order = order
      return train
    }
    // Those that a sample begins with are written then.
    v = plan.populations.map { [Int32](repeating: 0, count: $0.initial.isEmpty ? $0.count : 0) }
    b = plan.populations.map { [Int32](repeating: 0, count: $0.population.model.potentials == 2 ? $0.count : 0) }
    sent = plan.populations.map { [Int32](repeating: 0, count: $0.population.model.countsSent ? $0.count : 0) }
    isInitial = plan.populations.map { _ in false }
    gates = plan.projections.map { p in
      p.isGated
        ? PoolGate(
          p.projection, source: plan.program.sourceShape(p.projection), kernels: plan.kernels,
          bandCounts: plan.blockLanes * 64) : nil
    }
    gatedTrains = zip(plan.projections, gates).map { p, gate in
      // A count that a duplicated spike raised by 2 leaves the gate as one spike.
      let mayRiseByTwo = p.projection.gate == .count && plan.faults.duplicateSpikes > 0
      return gate.map {
        SpikeTrain(
          shape: $0.pooled,
          hasPayload: plan.program.populations[p.projection.source].model.hasPayload || mayRiseByTwo)
      }
    }
    scratch = Scratch()
  }

  /// What all samples so far counted.
  package var counters: RunCounters { tally.counters(plan, updates: updateTally) }

  /// Whether to count which neurons have something to do (``NeuronUpdates``), from the next sample on.
  package var countsUpdates: Bool {
    get { updateTally.isOn }
    set { if newValue { updateTally.turnOn(plan) } else { updateTally.isOn = false } }
  }

  /// Whether `updates` says so neuron by neuron, a byte a neuron and step.
  package var keepsUpdates: Bool {
    get { updateTally.keepsFlags }
    set { updateTally.keepsFlags = newValue }
  }

  /// Of the last sample; nil unless they are counted.
  package var updates: NeuronUpdates? { updateTally.isOn ? updateTally.sample : nil }

  /// Runs one sample of preprocessed input values, row-major over the input's shape.
  package mutating func run(_ values: [Double]) -> SampleOutcome {
    guard !plan.program.input.model.isHostCurrent else { return run(quantised: values.map(InputEncoder.quantise)) }
    tally.beginSample(plan, updates: &updateTally)
    enter(InputSpikes(plan.program.input, values: values, steps: steps, sample: sample))
    return runPopulations([])
  }

  /// Runs one sample of quantised input values `x_q`, of an input of currents.
  package mutating func run(quantised x: [Int32]) -> SampleOutcome {
    tally.beginSample(plan, updates: &updateTally)
    return runPopulations(x)
  }

  private mutating func runPopulations(_ x: [Int32]) -> SampleOutcome {
    var outcome = SampleOutcome()
    // A copy of a runner has buffers of its own.
    if !isKnownUniquelyReferenced(&scratch.sums) { scratch.sums = Accumulators() }
    if !scratch.maps.isEmpty, !isKnownUniquelyReferenced(&scratch.maps[0]) { scratch.maps = [] }
    if !isKnownUniquelyReferenced(&scratch.inputSums) { scratch.inputSums = Accumulators() }
    if scratch.threads.count != team.size || !isKnownUniquelyReferenced(&scratch.threads[0]) {
      scratch.threads = (0..<team.size).map { _ in ThreadScratch() }
    }
    for part in plan.order {
      if part.isCircle { runCircle(part.populations, x) }
      for index in part.populations { runPopulation(index, x, &outcome) }
    }
    return outcome
  }

  /// Potential of neuron `index` (row-major) after the last sample; member B where asked for.
  package func potential(population: Int, index: Int, memberB: Bool = false) -> Int32 {
    let p = plan.populations[population]
    let position = index % p.shape.pixels * p.padded + index / p.shape.pixels
    return memberB ? (b[population].isEmpty ? 0 : b[population][position]) : v[population][position]
  }

  // MARK: - One population over all steps

  /// What a population's steps share.
  struct Pass: Sendable {
    let p: PopulationPlan
    let isExact: Bool
    var settings: NeuronStep.Settings
    let firing: NeuronStep.Firing
  }

  mutating func runPopulation(_ index: Int, _ x: [Int32], _ outcome: inout SampleOutcome) {
    let p = plan.populations[index]
    let model = p.population.model
    for projection in p.incoming { gateSpikes(projection) }
    let lag = p.population.lag
    var current = prepareCurrent(p, x)
    for projection in p.incoming { listSpikes(projection, p) }
    let incoming = p.incoming.map { IncomingSpikes(plan.projections[$0], gatedTrains[$0], trains, plan.faults) }
    let proven = p.isProvenBySample ? provenSum(incoming) : nil
    scratch.hasExactSums = p.isExact && proven == nil
    let stepSum = (proven ?? p.delivered).shifted(by: plan.program.fractionBits).magnitude
    // The proof for this sample: one step's sum and the potential fit 32 bits, and whether saturation can happen.
    let most = SumBound(high: min(SumBound.limit, stepSum) + min(SumBound.limit, current.magnitude), low: 0)
      .shifted(by: model.period - 1).high
    let isExact = scratch.hasExactSums || p.runsByRule || current.magnitude > Int64(Int32.max) || most > Int64(Int32.max)
    let reach = most.multipliedReportingOverflow(by: Int64(steps))
    let spikeFaults = spikeFaults(p)
    var flips = membraneFlips(p)
    // A flipped bit can leave any potential.
    let saturates =
      reach.overflow || reach.partialValue > p.rule.high - p.initialMagnitude || flips != nil
    prepareScratch(p)
    scratch.countsTrain = spikeFaults != nil || p.accumulatorRoom != nil
    trains[index].removeAll()
    trains[index].maskWords =
      plan.masked.contains(index) && !isExact && !scratch.countsTrain && !model.hasPayload ? p.count / 16 : 0
    let isOutput = index == plan.program.output.population
    if isOutput { scratch.totals = [Int](repeating: 0, count: p.shape.count) }
    var pass = Pass(
      p: p, isExact: isExact,
      settings: NeuronStep.Settings(
        fractionShift: Int32(truncatingIfNeeded: plan.program.fractionBits),
        leakShift: p.leakShift,
        low: Int32(truncatingIfNeeded: p.rule.low), high: Int32(truncatingIfNeeded: p.rule.high), saturates: saturates),
      firing: p.firing)
    var isPending = p.isActiveAtStart
    var hasWatchedCurrent = false
    let saturations = tally.saturations[index]
    if updateTally.isOn { beginUpdates(p, current, isDisturbed: flips != nil) }
    let isProbed = potentials.watches(index)
    // Not the output, whose potential is read after every step.
    let runsTogether =
      p.runsTogether && !isExact && !isOutput && probe?.population != index && !isProbed && flips == nil && spikeFaults == nil
      && (!updateTally.isOn || knowsUpdates(p, current))
    scratch.begins = runsTogether && !isInitial[index]
    if !runsTogether, !isInitial[index] { begin(p) }
    isInitial[index] = true
    if isProbed { potentials.begin(index) }
    if runsTogether { runSpans(pass, incoming, current) }
    if scratch.begins { begin(p) }
    // Ticks of the window: the first `lag` only add, the last only fire.
    for step in 0..<(runsTogether ? 0 : steps + lag) {
      let adds = step < steps
      if adds, p.hasBiasByStep { takeBias(p, step: step, &current) }
      var arrived = false
      if adds { for spikes in incoming { arrived = deliver(spikes, step: step, p) || arrived } }
      let isDriven = adds && current.isActive && step / model.period >= p.population.gatedPeriods
      if step == lag, lag > 0 { isPending = true }
      if flips != nil { isPending = flipBits(p, step: step, &flips) || isPending }
      // Without incoming spikes every driven step has the same sums: one look is enough.
      if probe?.population == index, arrived || (isDriven && !hasWatchedCurrent) {
        watch(p, isDriven: isDriven)
        hasWatchedCurrent = (hasWatchedCurrent || !arrived) && !p.hasBiasByStep
      }
      // Nothing arrives and nothing is left to fire: the step changes nothing and costs nothing.
      if arrived || isDriven || isPending {
        isInitial[index] = false
        if updateTally.isOn {
          updateTally.note(
            p, step: step, isDriven: isDriven, incoming: adds ? incoming : [], v: v[index], b: b[index],
            reset: adds ? plan.resets[index].map { (trains[index], plan.projections[$0], $0) } : nil)
        }
        isPending =
          isExact || mayOverflow(p, isDriven ? current.magnitude : 0)
          ? runsAsSwitches(p)
            ? updateSwitches(p, step: step, isDriven: isDriven) : updateExactly(p, step: step, isDriven: isDriven)
          : update(&pass, step: step, isDriven: isDriven)
      } else if updateTally.isOn {
        updateTally.noteIdle(p, step: step, v: v[index], b: b[index])
      }
      if step >= lag {
        if let spikeFaults { trains[index].disturb(spikeFaults, step: step - lag) }
        trains[index].endStep()
      }
      if isOutput, adds { read(p, step: step, &outcome) }
      if isProbed { potentials.note(p, v: v[index]) }
    }
    if updateTally.isOn { updateTally.end(p, steps: steps + lag, v: v[index], b: b[index]) }
    if tally.saturations[index] > saturations, case .spread(let cores) = plan.cores[index] {
      countSaturations(p, current: current, incoming: incoming, cores: cores)
    }
    if !runsTogether { clearBehind(p, slots: 1) }
    if scratch.uncounted > 0 { flushCounts(p) }
    tally.note(trains[index], of: p, isCounted: !isExact && !scratch.countsTrain, level: plan.kernels, team)
  }

  /// The state before the first step.
  mutating func begin(_ p: PopulationPlan) {
    scratch.begins = false
    if !p.initial.isEmpty { BufferKernels.makeRoom(&v[p.index], p.count) }
    BufferKernels.copy(p.initial, to: &v[p.index])
    if p.population.model.startsAsPair {
      BufferKernels.copy(p.initial, to: &b[p.index])
    } else {
      BufferKernels.clear(&b[p.index])
    }
    BufferKernels.clear(&sent[p.index])
  }

  private mutating func beginUpdates(_ p: PopulationPlan, _ current: Current, isDisturbed: Bool) {
    updateTally.begin(p, isDisturbed: isDisturbed)
    if !p.hasBiasByStep { beginDriving(p, current) }
  }

  /// Tells the count of updates which neurons a current drives, from now on.
  mutating func beginDriving(_ p: PopulationPlan, _ current: Current) {
    updateTally.drive(p, isActive: current.isActive) { [scratch] position in
      scratch.exactCurrent.isEmpty
        ? scratch.current[position % scratch.current.count] != 0 : scratch.exactCurrent[position] != 0
    }
  }

  private mutating func flushCounts(_ p: PopulationPlan) {
    if scratch.countsTrain {
      BufferKernels.clear(&scratch.counts)
    } else {
      tally.add(&scratch.counts, of: p)
    }
    scratch.uncounted = 0
  }

  mutating func prepareScratch(_ p: PopulationPlan) {
    func size<T: FixedWidthInteger>(_ array: inout [T], _ count: Int) {
      if array.count < count { array = [T](repeating: 0, count: count) }
    }
    size(&scratch.masks, p.count / 16)
    size(&scratch.counts, p.count)
    if scratch.hasExactSums { scratch.exact = [Int64](repeating: 0, count: p.count) }
    scratch.sums.reserve(narrow: p.usesNarrow ? p.apart : 0, wide: p.usesWide ? p.apart : 0)
  }

  /// Clears what bridged gaps added behind the map: it would be part of what is added up next.
  mutating func clearBehind(_ p: PopulationPlan, slots: Int) {
    guard p.usesNarrow || p.usesWide else { return }
    for slot in 0..<slots {
      let end = slot * p.apart + p.count
      scratch.sums.clear(end..<(end + p.padded))
    }
  }

  // MARK: - Delivery

  /// A projection and the spikes that come over it, held for all steps.
  ///
  /// A class: threads that share a population pass one reference, not those of all that a train holds.
  final class IncomingSpikes: Sendable {
    let plan: ProjectionPlan
    let train: SpikeTrain
    /// Nil where they cannot be delivered densely.
    let bytes: DenseRoute.Bytes?

    init(_ plan: ProjectionPlan, _ gated: SpikeTrain?, _ trains: [SpikeTrain], _ faults: FaultSettings) {
      self.plan = plan
      let train = gated ?? trains[plan.projection.source].part(plan.projection)
      self.train = train
      // A duplicated spike arrives twice in its tick.
      bytes = plan.dense.flatMap { DenseRoute.Bytes($0.route, train, copies: faults.duplicateSpikes > 0 ? 2 : 1) }
    }

    /// The step of the train that arrives at local step `step`; nil where none does, or it has no spikes.
    func sent(_ step: Int, of steps: Int) -> Int? {
      let sent = step - plan.offset
      return sent >= 0 && sent < steps && train.spikeCount(step: sent) > 0 ? sent : nil
    }

    /// What a step's spikes are delivered densely with; nil where one by one is cheaper.
    func bytes(step: Int) -> DenseRoute.Bytes? {
      guard let bytes, let cost = plan.dense?.cost else { return nil }
      return !train.isListed
        || cost.isWorth(spikes: train.spikeCount(step: step), groups: train.groupCount(step: step))
        ? bytes : nil
    }

    /// Whether a step goes over a shortcut of bits.
    func isWorth(_ shortcut: MaskedShortcut, step: Int) -> Bool {
      !train.isListed || shortcut.isWorth(train, steps: step..<(step + 1))
    }

    /// The same for several steps at once.
    func bytes(steps: Range<Int>) -> DenseRoute.Bytes? {
      guard let bytes, let cost = plan.dense?.cost, steps.count <= DeliverDense.most(bytes.route) else { return nil }
      return !train.isListed || cost.isWorth(train, steps: steps) ? bytes : nil
    }
  }

  mutating func gateSpikes(_ index: Int) {
    guard var train = gatedTrains[index] else { return }
    gatedTrains[index] = nil
    gates[index]?.gate(
      trains[plan.projections[index].projection.source].part(plan.projections[index].projection), into: &train, team)
    tally.notePassed(train, projection: index, level: plan.kernels, team)
    gatedTrains[index] = train
  }

  /// Bound of one step's sum by the payloads that this sample's spikes have; nil where 32 bits do not hold it.
  private func provenSum(_ incoming: [IncomingSpikes]) -> SumBound? {
    // A duplicated spike arrives twice in its tick.
    let copies: Int64 = plan.faults.duplicateSpikes > 0 ? 2 : 1
    var sum: Int64 = 0
    for spikes in incoming {
      if case .exact = spikes.plan.path { return nil }
      let largest = copies * spikes.train.largestPayload
      let (product, overflow) = spikes.plan.unitBound.multipliedReportingOverflow(by: largest)
      guard !overflow, product < Int64(1) << 31 else { return nil }
      sum += product
    }
    return sum < Int64(1) << 31 ? SumBound(high: sum, low: -sum) : nil
  }

  /// Makes groups of a source's spikes where not all of them are delivered from their bits.
  private mutating func listSpikes(_ index: Int, _ p: PopulationPlan) {
    let projection = plan.projections[index]
    let source = projection.projection.source
    let mayHoldBits = !p.isExact && !updateTally.isOn
    if projection.isGated {
      if !(mayHoldBits && gatedTrains[index].map { projection.deliversBits(of: $0) } ?? false) {
        gatedTrains[index]?.list(level: plan.kernels, team)
      }
    } else if projection.projection.sources == nil, !(mayHoldBits && projection.deliversBits(of: trains[source])) {
      trains[source].list(level: plan.kernels, team)
    }
  }

  /// Adds up what arrives at local step `step`; false where nothing does.
  mutating func deliver(_ spikes: IncomingSpikes, step: Int, _ p: PopulationPlan) -> Bool {
    if !scratch.hasExactSums { return delivery(p).deliver(spikes, step: step, slot: 0, scratch.threads[0]) }
    guard let sent = spikes.sent(step, of: steps) else { return false }
    DeliverReference.deliver(
      spikes.train, step: sent, taps: spikes.plan.taps, projection: spikes.plan.projection, weights: spikes.plan.weights,
      targetChannels: p.shape.channels, paddedTargets: p.padded, into: &scratch.exact)
    return true
  }

  /// What delivering to a population needs, on any thread.
  func delivery(_ p: PopulationPlan) -> Delivery {
    Delivery(p: p, sums: scratch.sums, kernels: plan.kernels, steps: steps)
  }

  /// A population whose accumulators take spikes: each step's in a slot of its own, or the first alone.
  struct Delivery: Sendable {
    let p: PopulationPlan
    let sums: Accumulators
    let kernels: KernelLevel
    let steps: Int

    /// Adds up what arrives at local step `step`; false where nothing does.
    func deliver(_ spikes: IncomingSpikes, step: Int, slot: Int, _ thread: ThreadScratch) -> Bool {
      guard let sent = spikes.sent(step, of: steps) else { return false }
      let lanes = Lanes(sums: sums, isNarrow: spikes.plan.path.isNarrow, start: slot * p.apart)
      if let bytes = spikes.bytes(step: sent) {
        thread.dense.fill(spikes.train, sent..<(sent + 1), bytes, kernels)
        thread.dense.deliver(DeliverDense.Part(positions: 0..<p.shape.pixels), bytes, into: lanes)
      } else if let shortcut = spikes.plan.shortcut, spikes.isWorth(shortcut, step: sent) {
        shortcut.deliver(spikes.train, step: sent, pixels: 0..<p.shape.pixels, level: kernels, into: lanes)
      } else {
        switch spikes.plan.path {
        case .narrow(let route), .wide(let route):
          Deliver.deliver(spikes.train, step: sent, route, level: kernels, groups: &thread.groups, into: lanes)
        case .sparse(let rows, _):
          rows.deliver(spikes.train, step: sent, table: spikes.plan.taps, padded: p.padded, into: lanes)
        case .exact:
          break  // Its population has exact sums.
        }
      }
      return true
    }
  }

  // MARK: - Update

  /// One step of the vector path. Returns whether a neuron may fire next step without new input.
  private mutating func update(_ pass: inout Pass, step: Int, isDriven: Bool) -> Bool {
    let p = pass.p
    let index = p.index
    let model = p.population.model
    let level = plan.kernels
    pass.settings.phaseShift = Int32(truncatingIfNeeded: PhaseCode.shift(step: step, period: model.period))
    let lag = p.population.lag
    // After the last tick that adds there is nothing to add.
    let sources =
      step < steps ? NeuronStep.Sources(narrow: p.usesNarrow, wide: p.usesWide, drive: isDriven) : nil
    let firing = step < lag ? .none : pass.firing
    let fired: Int
    let isPair = !b[index].isEmpty
    let bFires = isPair && PhaseCode.firingMember(step: step, period: model.period) == 1
    if lag > 0, model.period > 1, firing != .none {
      // What is added and what fires have phases of their own.
      _ = LayerRunner.run(&v[index], &scratch, pass, sources, .none, level, &tally.saturations[index])
      pass.settings.phaseShift = Int32(truncatingIfNeeded: PhaseCode.shift(step: step - lag, period: model.period))
      fired = LayerRunner.run(&v[index], &scratch, pass, nil, firing, level, &tally.saturations[index])
    } else if !isPair {
      fired = LayerRunner.run(&v[index], sent: sent[index], &scratch, pass, sources, firing, level, &tally.saturations[index])
    } else if bFires {
      _ = LayerRunner.run(&v[index], &scratch, pass, sources, .none, level, &tally.saturations[index])
      fired = LayerRunner.run(&b[index], &scratch, pass, nil, .soft, level, &tally.saturations[index])
    } else {
      _ = LayerRunner.run(&b[index], &scratch, pass, sources, .none, level, &tally.saturations[index])
      fired = LayerRunner.run(&v[index], &scratch, pass, nil, .soft, level, &tally.saturations[index])
    }
    if fired > 0 {
      collect(p, fired: fired)
      switch firing {
      case .none, .soft, .hard: break
      case .marked:
        NeuronStep.settlePayloads(
          &trains[index], fired: fired, padded: p.padded, tiles: p.tiles,
          bound: p.payloadBound, potentials: &v[index])
      case .signed:
        NeuronStep.settleSigns(
          &trains[index], fired: fired, padded: p.padded, tiles: p.tiles, potentials: &v[index], sent: &sent[index])
      }
    }
    return fired > 0 || p.actsAlone
  }

  /// Turns a step's masks into spikes and counts.
  private mutating func collect(_ p: PopulationPlan, fired: Int) {
    NeuronStep.collect(
      level: plan.kernels, scratch.masks, firstMask: 0, order: plan.pixelOrders[p.index], fired: fired,
      padded: p.padded, pixels: p.shape.pixels, into: &trains[p.index], counts: &scratch.counts)
    trains[p.index].keep(scratch.masks, from: 0)
    scratch.uncounted += 1
    if scratch.uncounted == 255 { flushCounts(p) }
  }

  private static func run(
    _ v: inout [Int32], sent: [Int32] = [], _ scratch: inout Scratch, _ pass: Pass, _ sources: NeuronStep.Sources?,
    _ firing: NeuronStep.Firing, _ level: KernelLevel, _ saturations: inout Int
  ) -> Int {
    let (sums, drive) = (scratch.sums, scratch.current)
    let result = NeuronStep.with(&v, &scratch.masks) { neurons in
      NeuronStep.run(
        level: level, neurons, sent: sent, sums: sums, drive: drive, sources: sources, tiles: pass.p.tiles, firing: firing,
        settings: pass.settings)
    }
    saturations += result.saturations
    return result.fired
  }
}

extension NeuronModel {
  /// What the vector path does with a neuron at its threshold.
  var firing: NeuronStep.Firing {
    switch kind.traits.reset {
    case .none: .none
    case .payload: .marked
    case .signed: .signed
    case .threshold: hardReset ? .hard : .soft
    }
  }
}
