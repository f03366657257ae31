/// The fast engine: runs a program sample by sample, layer by layer over all steps.
///
/// A projection's sources come before its targets, so a population can run through all of its steps while its own
/// parameters and weights stay in the cache; the spikes of the populations before it are stored as trains. Equal to the
/// chip interpreter bit for bit. One runner per worker: it owns the scratch memory and the counters.
public struct LayerRunner: Sendable {
  public let plan: EnginePlan
  public let steps: Int
  public private(set) var counters: EngineCounters
  /// Spike trains of the last sample, by population.
  public private(set) var trains: [SpikeTrain]
  /// Potentials after the last step of the last sample, channel-last and padded; `b` for bistable units.
  private var v: [[Int32]]
  private var b: [[Int32]]
  private var gates: [PoolGate?]
  private var gatedTrains: [SpikeTrain?]
  private var scratch: Scratch

  /// Buffers that a population uses only while it runs.
  private struct Scratch {
    var narrow: [Int16] = []
    var wide: [Int32] = []
    var shifted: [Int32] = []
    var exact: [Int64] = []
    var flags: [UInt8] = []
    var drive: [Int32] = []
    var exactDrive: [Int64] = []
  }

  /// - Parameter steps: `T`, >= 1.
  public init(plan: EnginePlan, steps: Int) {
    self.plan = plan
    self.steps = steps
    counters = EngineCounters(program: plan.program, steps: steps)
    trains = plan.program.populations.map { SpikeTrain(shape: $0.shape, hasPayload: $0.model.hasPayload) }
    v = plan.populations.map { [Int32](repeating: 0, count: $0.count) }
    b = plan.populations.map { [Int32](repeating: 0, count: $0.population.model.kind == .bistable ? $0.count : 0) }
    gates = plan.projections.map { p in
      guard p.projection.isGated, let source = p.projection.source, let pool = p.projection.pool else { return nil }
      return PoolGate(
        source: plan.program.populations[source].shape, pool: pool, period: p.projection.gatePeriod,
        restarts: p.projection.gateRestarts)
    }
    gatedTrains = zip(plan.projections, gates).map { p, gate in
      guard let gate, let source = p.projection.source else { return nil }
      return SpikeTrain(shape: gate.pooled, hasPayload: plan.program.populations[source].model.hasPayload)
    }
    scratch = Scratch()
  }

  /// What one sample gave.
  public struct Outcome: Sendable, Equatable {
    /// The decision after each step: index of the largest output, lowest index on ties.
    public var decisions: [Int]
    /// The output after the last step: potentials, or signed spike counts.
    public var outputs: [Int]
    public init(decisions: [Int], outputs: [Int]) {
      self.decisions = decisions
      self.outputs = outputs
    }
  }

  /// Runs one sample of preprocessed input values, row-major over the input's shape.
  public mutating func run(_ values: [Double]) -> Outcome {
    run(quantised: values.map(InputEncoder.quantise))
  }

  /// Runs one sample of quantised input values `x_q`.
  public mutating func run(quantised x: [Int32]) -> Outcome {
    counters.samples += 1
    var outcome = Outcome(decisions: [], outputs: [])
    for index in plan.order { runPopulation(index, x, &outcome) }
    return outcome
  }

  /// Potential of neuron `index` (row-major) after the last sample; member B where asked for.
  public func potential(population: Int, index: Int, memberB: Bool = false) -> Int32 {
    let p = plan.populations[population]
    let position = index % p.shape.pixels * p.padded + index / p.shape.pixels
    return memberB ? (b[population].isEmpty ? 0 : b[population][position]) : v[population][position]
  }

  // MARK: - One population over all steps

  private mutating func runPopulation(_ index: Int, _ x: [Int32], _ outcome: inout Outcome) {
    let p = plan.populations[index]
    let model = p.population.model
    v[index] = p.initial
    if model.kind == .bistable { b[index] = p.initial }
    for projection in p.incoming { gateSpikes(projection) }
    let drive = prepareDrive(p, x)
    let phaseMost = model.period - 1
    let stepSum = p.delivered.shifted(by: plan.program.fractionBits).magnitude
    // The proof for this sample: one step's sum and the potential fit 32 bits, and whether saturation can happen.
    let most = SumBound(high: stepSum + drive.magnitude, low: 0).shifted(by: phaseMost).high
    let isExact = p.isExact || drive.magnitude > Int64(Int32.max) || most > Int64(Int32.max)
    let reach = most.multipliedReportingOverflow(by: Int64(steps))
    let saturates = reach.overflow || reach.partialValue > p.rule.high - p.initialMagnitude
    prepareScratch(p)
    trains[index].removeAll()
    let isOutput = index == plan.program.output.population
    var totals = [Int](repeating: 0, count: isOutput ? p.shape.count : 0)
    var isPending = true
    for step in 0..<steps {
      let arrived = deliver(p, step: step)
      let isDriven = drive.isActive && step / model.period >= p.population.gatedPeriods
      // Nothing arrives and nothing is left to fire: the step changes nothing and costs nothing.
      if arrived || isDriven || isPending {
        isPending =
          isExact
          ? updateExactly(p, step: step, isDriven: isDriven)
          : update(p, step: step, isDriven: isDriven, driveIsTile: drive.isTile, saturates: saturates)
      }
      trains[index].endStep()
      if isOutput { read(p, step: step, &totals, &outcome) }
    }
    count(index)
  }

  /// The constant part of the current: bias and input.
  private struct Drive {
    var isActive: Bool
    /// Whether `scratch.drive` repeats as the parameter tiles do.
    var isTile: Bool
    var magnitude: Int64
  }

  private mutating func prepareDrive(_ p: PopulationPlan, _ x: [Int32]) -> Drive {
    if p.inputs.isEmpty {
      let magnitude = p.bias.reduce(Int64(0)) { max($0, abs(Int64($1))) }
      scratch.drive = p.bias
      return Drive(isActive: p.hasBias, isTile: true, magnitude: magnitude)
    }
    var sums = [Int64](repeating: 0, count: p.count)
    for index in p.inputs { encodeInput(plan.projections[index], p, x, &sums) }
    var magnitude: Int64 = 0
    var isActive = false
    for position in sums.indices {
      let bias = Int64(p.bias[position % p.tile])
      let current = InputEncoder.current(sum: sums[position], fractionBits: plan.program.fractionBits)
      sums[position] = current + bias
      magnitude = max(magnitude, abs(sums[position]))
      isActive = isActive || sums[position] != 0
    }
    scratch.exactDrive = sums
    scratch.drive = magnitude <= Int64(Int32.max) ? sums.map { Int32(truncatingIfNeeded: $0) } : []
    return Drive(isActive: isActive, isTile: false, magnitude: magnitude)
  }

  /// Adds `sum(w_q * x_q)` of one projection, channel-last and padded.
  private mutating func encodeInput(
    _ projection: ProjectionPlan, _ p: PopulationPlan, _ x: [Int32], _ sums: inout [Int64]
  ) {
    let input = InputEncoder.maxPooled(x, shape: plan.program.inputShape, pool: projection.projection.pool)
    var train = SpikeTrain(shape: input.shape, hasPayload: true)
    var largest: Int64 = 0
    for pixel in 0..<input.shape.pixels {
      for c in 0..<input.shape.channels {
        let value = input.values[c * input.shape.pixels + pixel]
        guard value != 0 else { continue }
        train.append(pixel: pixel, channel: c, payload: value)
        largest = max(largest, abs(Int64(value)))
        if let fanOut = projection.fanOut { counters.inputMACs += fanOut.nonZero[c * input.shape.pixels + pixel] }
      }
    }
    train.endStep()
    let bound =
      SumBound.perChannel(
        projection.projection, weights: projection.weights, channels: p.shape.channels, payload: -largest...largest
      ).map(\.magnitude).max() ?? 0
    if let packed = projection.packed, projection.path == .wide, bound <= Int64(Int32.max) {
      var wide = [Int32](repeating: 0, count: p.count)
      DeliverSpikes.scaled(train, step: 0, taps: projection.taps, weights: packed, into: &wide)
      for position in sums.indices { sums[position] &+= Int64(wide[position]) }
      return
    }
    DeliverReference.deliver(
      train, step: 0, taps: projection.taps, projection: projection.projection, weights: projection.weights,
      targetChannels: p.shape.channels, paddedTargets: p.padded, into: &sums)
  }

  private mutating func prepareScratch(_ p: PopulationPlan) {
    func size<T: BinaryInteger>(_ array: inout [T], _ count: Int) {
      if array.count != count { array = [T](repeating: 0, count: count) }
    }
    size(&scratch.flags, p.count)
    if p.isExact {
      scratch.exact = [Int64](repeating: 0, count: p.count)
      return
    }
    if p.usesNarrow { size(&scratch.narrow, p.count) }
    if p.usesWide {
      size(&scratch.wide, p.count)
      size(&scratch.shifted, p.count)
    }
  }

  // MARK: - Delivery

  private mutating func gateSpikes(_ index: Int) {
    guard let source = plan.projections[index].projection.source, var train = gatedTrains[index] else { return }
    gatedTrains[index] = nil
    gates[index]?.gate(trains[source], into: &train)
    for step in 0..<train.steps {
      train.forEachSpike(step: step) { neuron, payload in
        counters.notePassed(index, neuron, payload: payload)
      }
    }
    gatedTrains[index] = train
  }

  /// Adds up what arrives at local step `step`; false where nothing does.
  private mutating func deliver(_ p: PopulationPlan, step: Int) -> Bool {
    var arrived = false
    for index in p.incoming {
      let projection = plan.projections[index]
      guard let source = projection.projection.source else { continue }
      let sent = step - projection.lag
      guard sent >= 0, sent < steps else { continue }
      if let gated = gatedTrains[index] {
        arrived = deliver(gated, sent, projection, p) || arrived
      } else {
        arrived = deliver(trains[source], sent, projection, p) || arrived
      }
    }
    return arrived
  }

  private mutating func deliver(
    _ train: SpikeTrain, _ step: Int, _ projection: ProjectionPlan, _ p: PopulationPlan
  ) -> Bool {
    guard train.stepStarts[step] < train.stepStarts[step + 1] else { return false }
    if projection.path == .exact {
      DeliverReference.deliver(
        train, step: step, taps: projection.taps, projection: projection.projection, weights: projection.weights,
        targetChannels: p.shape.channels, paddedTargets: p.padded, into: &scratch.exact)
      return true
    }
    switch projection.path {
    case .narrow:
      guard let packed = projection.packed, case .pairs(let values) = packed.storage else { return true }
      DeliverSpikes.pairs(
        train, step: step, taps: projection.taps, packed: values, rowStride: packed.rowStride,
        sourceChannels: packed.sourceChannels, paddedTargets: p.padded, into: &scratch.narrow)
    case .wide:
      LayerRunner.deliverWide(train, step, projection, p, &scratch.wide)
    case .shiftedWide:
      LayerRunner.deliverWide(train, step, projection, p, &scratch.shifted)
      for position in scratch.shifted.indices where scratch.shifted[position] != 0 {
        let channel = position % p.padded
        let shift = channel < p.shape.channels ? projection.projection.shift(channel: channel) : 0
        scratch.wide[position] &+= scratch.shifted[position] << Int32(shift)
        scratch.shifted[position] = 0
      }
    case .identity, .grouped:
      DeliverScalar.deliver(
        train, step: step, taps: projection.taps, projection: projection.projection, weights: projection.weights,
        targetChannels: p.shape.channels, paddedTargets: p.padded, into: &scratch.wide)
    case .exact:
      break
    }
    return true
  }

  private static func deliverWide(
    _ train: SpikeTrain, _ step: Int, _ projection: ProjectionPlan, _ p: PopulationPlan, _ wide: inout [Int32]
  ) {
    guard let packed = projection.packed else { return }
    if train.hasPayload {
      DeliverSpikes.scaled(train, step: step, taps: projection.taps, weights: packed, into: &wide)
      return
    }
    switch packed.storage {
    case .pairs(let values):
      DeliverSpikes.pairs(
        train, step: step, taps: projection.taps, packed: values, rowStride: packed.rowStride,
        sourceChannels: packed.sourceChannels, paddedTargets: p.padded, into: &wide)
    case .wide(let values):
      DeliverSpikes.wide(
        train, step: step, taps: projection.taps, weights: values, rowStride: packed.rowStride,
        sourceChannels: packed.sourceChannels, paddedTargets: p.padded, into: &wide)
    }
  }

  // MARK: - Update

  /// One step of the vector path. Returns whether a neuron may fire next step without new input.
  private mutating func update(
    _ p: PopulationPlan, step: Int, isDriven: Bool, driveIsTile: Bool, saturates: Bool
  ) -> Bool {
    let model = p.population.model
    let phase = PhaseCode.shift(step: step, period: model.period)
    let integratesB = model.kind == .bistable && PhaseCode.firingMember(step: step, period: model.period) == 0
    let kernelStep = UpdateNeurons.Step(
      fractionShift: Int32(truncatingIfNeeded: plan.program.fractionBits), phaseShift: Int32(truncatingIfNeeded: phase),
      leakShift: model.kind == .leaky ? Int32(truncatingIfNeeded: model.leakShift) : 0,
      low: Int32(truncatingIfNeeded: p.rule.low), high: Int32(truncatingIfNeeded: p.rule.high), saturates: saturates)
    let index = p.index
    if integratesB {
      counters.saturations[index] += UpdateNeurons.integrate(
        v: &b[index], narrow: &scratch.narrow, wide: &scratch.wide, hasNarrow: p.usesNarrow, hasWide: p.usesWide,
        drive: scratch.drive, hasDrive: isDriven, step: kernelStep)
    } else {
      counters.saturations[index] += UpdateNeurons.integrate(
        v: &v[index], narrow: &scratch.narrow, wide: &scratch.wide, hasNarrow: p.usesNarrow, hasWide: p.usesWide,
        drive: scratch.drive, hasDrive: isDriven, step: kernelStep)
    }
    if model.kind == .accumulator { return false }
    let firesB = model.kind == .bistable && !integratesB
    let any =
      firesB
      ? UpdateNeurons.flag(
        v: b[index], bound: p.bound, negative: p.negative, hasNegative: false,
        phaseShift: Int32(truncatingIfNeeded: phase), flags: &scratch.flags)
      : UpdateNeurons.flag(
        v: v[index], bound: p.bound, negative: p.negative, hasNegative: model.hasNegativeThreshold,
        phaseShift: Int32(truncatingIfNeeded: phase), flags: &scratch.flags)
    if any && firesB {
      LayerRunner.emit(
        p, phase, scratch.flags, from: &b[index], &counters.spikes[index], &counters.payloads[index], &trains[index])
    } else if any {
      LayerRunner.emit(
        p, phase, scratch.flags, from: &v[index], &counters.spikes[index], &counters.payloads[index], &trains[index])
    }
    // A leak, a changing threshold or a second member can change a neuron that nothing reaches.
    return any || model.kind == .leaky || model.period > 1
  }

  /// Resets and records the neurons whose flag is set.
  private static func emit(
    _ p: PopulationPlan, _ phase: Int, _ flags: [UInt8], from potentials: inout [Int32], _ spikes: inout [UInt64],
    _ payloads: inout [UInt64], _ train: inout SpikeTrain
  ) {
    let model = p.population.model
    let strict: Int32 = model.strict ? 1 : 0
    let pixels = p.shape.pixels
    let bound = Int64(model.maximumPayload ?? Int32.max)
    UpdateNeurons.forEachFlag(flags) { position in
      let pixel = position / p.padded
      let channel = position &- pixel &* p.padded
      let tilePosition = p.tile == p.count ? position : position % p.tile
      let limit = p.bound[tilePosition]
      var payload: Int32 = 1
      if model.kind == .augmented {
        let value = Int64(potentials[position])
        if limit != NeuronModel.infinite && value >= Int64(limit) {
          let times = min(bound, value / Int64(limit))
          potentials[position] = Int32(truncatingIfNeeded: value &- times &* Int64(limit))
          payload = Int32(truncatingIfNeeded: times)
        } else if model.hasNegativeThreshold && value <= Int64(p.negative[tilePosition]) {
          let negative = Int64(p.negative[tilePosition])
          let times = min(bound, value / negative)
          potentials[position] = Int32(truncatingIfNeeded: value &- times &* negative)
          payload = Int32(truncatingIfNeeded: -times)
        } else {
          return
        }
        payloads[channel &* pixels &+ pixel] &+= UInt64(payload.magnitude)
      } else {
        guard limit != NeuronModel.infinite else { return }
        potentials[position] =
          model.hardReset ? 0 : potentials[position] &- ((limit &- strict) &<< Int32(truncatingIfNeeded: phase))
      }
      spikes[channel &* pixels &+ pixel] &+= 1
      train.append(pixel: pixel, channel: channel, payload: payload)
    }
  }

  /// One step by the scalar rule in 64 bits, where 32 are not proven to hold a shifted sum.
  private mutating func updateExactly(_ p: PopulationPlan, step: Int, isDriven: Bool) -> Bool {
    let index = p.index
    let pixels = p.shape.pixels
    let fraction = Int64(plan.program.fractionBits)
    let hasInput = !p.inputs.isEmpty
    for pixel in 0..<pixels {
      for channel in 0..<p.shape.channels {
        let position = pixel * p.padded + channel
        let neuron = channel * pixels + pixel
        var delivered: Int64 = 0
        if p.isExact {
          delivered = scratch.exact[position]
          scratch.exact[position] = 0
        }
        if p.usesNarrow {
          delivered &+= Int64(scratch.narrow[position])
          scratch.narrow[position] = 0
        }
        if p.usesWide {
          delivered &+= Int64(scratch.wide[position])
          scratch.wide[position] = 0
        }
        var sum = delivered << fraction
        if isDriven { sum &+= hasInput ? scratch.exactDrive[position] : Int64(p.bias[position % p.tile]) }
        var state = NeuronRule.State(v: v[index][position], b: b[index].isEmpty ? 0 : b[index][position])
        let payload = p.rule.update(
          &state, sum: sum, threshold: p.population.threshold.value(at: neuron, shape: p.shape),
          negativeThreshold: p.population.negativeThreshold.value(at: neuron, shape: p.shape), step: step,
          saturations: &counters.saturations[index])
        v[index][position] = state.v
        if !b[index].isEmpty { b[index][position] = state.b }
        if payload != 0 {
          counters.spikes[index][neuron] &+= 1
          if p.population.model.hasPayload { counters.payloads[index][neuron] &+= UInt64(payload.magnitude) }
          trains[index].append(pixel: pixel, channel: channel, payload: payload)
        }
      }
    }
    return true
  }

  // MARK: - Reading and counting

  private mutating func count(_ index: Int) {
    for step in 0..<steps { counters.spikesByStep[index][step] += trains[index].spikeCount(step: step) }
  }

  private func read(_ p: PopulationPlan, step: Int, _ totals: inout [Int], _ outcome: inout Outcome) {
    switch plan.program.output.readout {
    case .potential:
      for neuron in totals.indices {
        totals[neuron] = Int(v[p.index][neuron % p.shape.pixels * p.padded + neuron / p.shape.pixels])
      }
    case .spikes:
      trains[p.index].forEachSpike(step: step) { totals[$0] += Int($1) }
    }
    outcome.decisions.append(LayerRunner.decision(totals))
    if step == steps - 1 { outcome.outputs = totals }
  }

  /// Index of the largest value, the lowest such index.
  public static func decision(_ values: [Int]) -> Int {
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
  }
}
