import ChipModel

/// A spiking network in 64-bit floats, layer-synchronous as in the papers: what the chip's integers approximate.
///
/// Written for clarity and apart from the engine: real weights, thresholds and inputs, no rounding, no saturation. A spike
/// of a population's step `s` reaches the target in the target's step `s + lag`; under the windowed schedule `lag` is 0.
struct RealNetwork: Sendable {
  struct Neurons: Sendable {
    let shape: MapShape
    let model: NetworkNeuron.Model
    let period: Int
    /// A period code, also of one phase.
    let hasPeriods: Bool
    /// No bias and no input current in the periods before this one (BSNN).
    let gatedPeriods: Int
    /// Per neuron, channel-last; infinite: never fires.
    let threshold: [Double]
    let negativeThreshold: [Double]?
    let bias: [Double]?
    let initial: [Double]?
    let hardReset: Bool
    let strict: Bool
    /// Largest payload; nil: unbounded.
    let bound: Int?
    let leak: Double
    let incoming: [(source: Int?, synapses: RealSynapses, lag: Int)]
  }

  let inputShape: MapShape
  let populations: [Neurons]
  /// Sources before targets.
  let order: [Int]
  let output: Int
  let readsPotential: Bool

  /// - Throws: `CompileError` where amplitudes cannot be folded.
  init(_ network: CheckedNetwork) throws(CompileError) {
    inputShape = network.inputShape
    order = network.order
    output = network.output
    readsPotential = network.readout == .potential
    var populations: [Neurons] = []
    for population in network.populations { populations.append(try Self.neurons(population, network)) }
    self.populations = populations
  }

  private static func neurons(
    _ population: CheckedPopulation, _ network: CheckedNetwork
  ) throws(CompileError) -> Neurons {
    let shape = population.shape
    func spread(_ values: ResolvedValues?) -> [Double]? {
      values.map { values in
        (0..<shape.count).map { values.value(at: $0 % shape.channels * shape.pixels + $0 / shape.channels, shape: shape) }
      }
    }
    var incoming: [(source: Int?, synapses: RealSynapses, lag: Int)] = []
    var isFedByBistable = false
    for index in population.incoming {
      let projection = network.projections[index]
      let source = projection.source.map { network.populations[$0] }
      let isBistable = source?.model.traits.code == .pairs
      isFedByBistable = isFedByBistable || isBistable
      let way = population.depth - (source?.depth ?? 0)
      let waiting = isBistable ? source?.period ?? 1 : 0
      let delay =
        projection.delay ?? ActiveWindow.delay(source: source?.depth ?? 0, target: population.depth, waitingPeriod: waiting)
      incoming.append((projection.source, try RealSynapses(projection, source: source), source == nil ? 0 : delay - way))
    }
    let traits = population.model.traits
    let isGated = traits.code == .pairs || (!traits.fires && isFedByBistable)
    return Neurons(
      shape: shape, model: population.model, period: population.period ?? 1,
      hasPeriods: population.period != nil, gatedPeriods: isGated ? population.depth : 0,
      threshold: spread(population.threshold) ?? [Double](repeating: .infinity, count: shape.count),
      negativeThreshold: spread(population.negativeThreshold), bias: spread(population.bias),
      initial: spread(population.initial), hardReset: population.hardReset, strict: population.strict,
      bound: population.maximumPayload, leak: population.leakShift.map { 1 / Double(1 << min($0, 62)) } ?? 0,
      incoming: incoming)
  }

  // MARK: Spikes

  /// What one sample gave.
  struct Outcome: Sendable {
    var trains: [RealTrain]
    /// Potentials after the last step, channel-last.
    var potentials: [[Double]]
    var decision: Int
  }

  /// Runs one sample of preprocessed values, row-major over the input's shape.
  func run(_ values: [Double], steps: Int) -> Outcome {
    let input = channelLast(values, inputShape)
    var outcome = Outcome(
      trains: [RealTrain](repeating: RealTrain(), count: populations.count),
      potentials: [[Double]](repeating: [], count: populations.count), decision: 0)
    for index in order {
      let neurons = populations[index]
      let (current, isDriven) = drive(neurons, input)
      let arrivals = neurons.incoming.compactMap { arrival -> (train: RealTrain, synapses: RealSynapses, lag: Int)? in
        guard let source = arrival.source else { return nil }
        return (gated(outcome.trains[source], arrival.synapses, populations[source]), arrival.synapses, arrival.lag)
      }
      var state = NeuronState(neurons)
      var sums = [Double](repeating: 0, count: neurons.shape.count)
      var train = RealTrain()
      for step in 0..<steps {
        let takesCurrent = isDriven && step / neurons.period >= neurons.gatedPeriods
        if takesCurrent { sums = current } else { for at in sums.indices { sums[at] = 0 } }
        for arrival in arrivals {
          let sent = step - arrival.lag
          guard sent >= 0, sent < steps else { continue }
          arrival.train.forEach(step: sent) { neuron, payload in
            arrival.synapses.deliver(neuron, Double(payload), into: &sums)
          }
        }
        state.update(neurons, sums, step: step, into: &train)
        train.endStep()
      }
      outcome.trains[index] = train
      outcome.potentials[index] = state.v
    }
    outcome.decision = decision(outcome)
    return outcome
  }

  /// Bias plus input current, and whether there is any.
  private func drive(_ neurons: Neurons, _ input: [Double]) -> (sums: [Double], isDriven: Bool) {
    var sums = neurons.bias ?? [Double](repeating: 0, count: neurons.shape.count)
    var isDriven = neurons.bias != nil
    for arrival in neurons.incoming where arrival.source == nil {
      isDriven = true
      for (position, value) in arrival.synapses.maxPooled(input, of: inputShape).enumerated() where value != 0 {
        arrival.synapses.deliver(position, value, into: &sums)
      }
    }
    return (sums, isDriven)
  }

  private func gated(_ train: RealTrain, _ synapses: RealSynapses, _ source: Neurons) -> RealTrain {
    guard let pool = synapses.gate else { return train }
    return train.gated(
      by: pool, source: source.shape, pooled: synapses.from, period: source.period,
      restarts: source.model.traits.code == .pairs)
  }

  /// Index of the largest output, row-major, the lowest of equal ones.
  private func decision(_ outcome: Outcome) -> Int {
    let shape = populations[output].shape
    var values = outcome.potentials[output]
    if !readsPotential {
      values = [Double](repeating: 0, count: shape.count)
      let train = outcome.trains[output]
      for step in 0..<train.steps { train.forEach(step: step) { values[$0] += Double($1) } }
    }
    let ordered = rowMajor(values, shape)
    return ordered.indices.reduce(0) { ordered[$1] > ordered[$0] ? $1 : $0 }
  }

  // MARK: Rates

  /// What the rates (spikes a step) tend to with more and more steps: `clip(sum / threshold)`, layer by layer; the sum
  /// itself for accumulators. Channel-last. Soft reset; a leak is not in it.
  func limit(_ values: [Double]) -> [[Double]] {
    let input = channelLast(values, inputShape)
    var rates = [[Double]](repeating: [], count: populations.count)
    for index in order {
      let neurons = populations[index]
      var (sums, _) = drive(neurons, input)
      for arrival in neurons.incoming {
        guard let source = arrival.source else { continue }
        let pooled = arrival.synapses.maxPooled(rates[source], of: populations[source].shape)
        for (position, rate) in pooled.enumerated() where rate != 0 {
          arrival.synapses.deliver(position, rate, into: &sums)
        }
      }
      if neurons.model.traits.fires { for at in sums.indices { sums[at] = rate(neurons, sums[at], at) } }
      rates[index] = sums
    }
    return rates
  }

  private func rate(_ neurons: Neurons, _ sum: Double, _ at: Int) -> Double {
    let most = neurons.model.traits.hasPayload ? neurons.bound.map(Double.init) ?? .infinity : 1
    if sum >= 0 { return min(sum / neurons.threshold[at], most) }
    guard let negative = neurons.negativeThreshold else { return 0 }
    return -min(sum / negative[at], most)
  }
}

/// Potentials of a population while it runs.
private struct NeuronState {
  var v: [Double]
  /// Member B of bistable units.
  var b: [Double]

  init(_ neurons: RealNetwork.Neurons) {
    v = neurons.initial ?? [Double](repeating: 0, count: neurons.shape.count)
    b = neurons.model.traits.potentials == 2 ? v : []
  }

  mutating func update(_ n: RealNetwork.Neurons, _ sums: [Double], step: Int, into train: inout RealTrain) {
    let worth = n.hasPeriods ? 1 / Double(2 << (step % n.period)) : 1
    switch n.model {
    case .accumulator: for at in v.indices { v[at] += sums[at] * worth }
    case .if, .lif:
      for at in v.indices {
        v[at] += sums[at] - v[at] * n.leak
        guard n.strict ? v[at] > n.threshold[at] : v[at] >= n.threshold[at] else { continue }
        v[at] = n.hardReset ? 0 : v[at] - n.threshold[at]
        train.append(at, payload: 1)
      }
    case .augmented, .ternary:
      for at in v.indices {
        v[at] += sums[at]
        let payload = payload(n, at)
        guard payload != 0 else { continue }
        v[at] -= Double(payload.magnitude) * (payload > 0 ? n.threshold[at] : n.negativeThreshold?[at] ?? 0)
        train.append(at, payload: payload)
      }
    case .phase:
      for at in v.indices {
        v[at] += sums[at] * worth
        Self.fire(&v[at], n.threshold[at] * worth, at, &train)
      }
    case .bistable:
      if PhaseCode.firingMember(step: step, period: n.period) == 1 {
        for at in v.indices {
          v[at] += sums[at] * worth
          Self.fire(&b[at], n.threshold[at] * worth, at, &train)
        }
      } else {
        for at in v.indices {
          b[at] += sums[at] * worth
          Self.fire(&v[at], n.threshold[at] * worth, at, &train)
        }
      }
    }
  }

  private static func fire(_ potential: inout Double, _ threshold: Double, _ at: Int, _ train: inout RealTrain) {
    guard potential >= threshold else { return }
    potential -= threshold
    train.append(at, payload: 1)
  }

  private func payload(_ n: RealNetwork.Neurons, _ at: Int) -> Int {
    func count(_ ratio: Double) -> Int { min(n.bound ?? Int(Int32.max), Int(min(ratio, Double(Int32.max)))) }
    if v[at] >= n.threshold[at] { return count(v[at] / n.threshold[at]) }
    if let negative = n.negativeThreshold?[at], v[at] <= negative { return -count(v[at] / negative) }
    return 0
  }
}

/// Row-major values as channel-last ones.
func channelLast(_ values: [Double], _ shape: MapShape) -> [Double] {
  (0..<shape.count).map { values[$0 % shape.channels * shape.pixels + $0 / shape.channels] }
}

/// Channel-last values as row-major ones.
func rowMajor(_ values: [Double], _ shape: MapShape) -> [Double] {
  (0..<shape.count).map { values[$0 % shape.pixels * shape.channels + $0 / shape.pixels] }
}
