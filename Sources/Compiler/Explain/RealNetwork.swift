import ChipModel
import Runtime

/// A spiking network in 64-bit floats, layer-synchronous as in the papers: what the chip's integers approximate.
///
/// Written for clarity and apart from the engine: real weights, thresholds and inputs, no rounding, no saturation. A spike
/// of a population's step `s` reaches the target in its adding tick `s + offset`, 0 where the schedule gives the delay.
struct RealNetwork: Sendable {
  struct Neurons: Sendable {
    let shape: MapShape
    let model: NeuronModel
    let dynamics: any RealNeuronDynamics
    /// No bias and no input current in the periods before this one (BSNN).
    let gatedPeriods: Int
    /// Per neuron, channel-last; infinite: never fires.
    let threshold: [Double]
    let negativeThreshold: [Double]?
    let bias: [Double]?
    let initial: [Double]?
    /// What the input brings as a current.
    let currents: [RealSynapses]
    let arrivals: [(source: Int, synapses: RealSynapses, offset: Int)]
    /// Ticks that it adds before it may fire.
    let lag: Int
    /// Instead of `bias`, by adding tick; empty: there is no such table.
    let biases: [[Double]]
  }

  let inputShape: MapShape
  /// An input that spikes; nil: it brings currents.
  private let input: Population?
  /// Nil: the input.
  let populations: [Neurons?]
  /// Sources before targets.
  let order: [Int]
  let output: Int
  let readsPotential: Bool

  /// - Throws: `ExplanationError` where amplitudes cannot be folded, or a neuron model has no rule in real numbers.
  /// - Parameters:
  ///   - timing: when populations are active; nil: as the network says.
  ///   - input: the compiled input, where it sends spikes of `bernoulli` or `rate`.
  init(_ network: CheckedNetwork, timing: LayerTiming? = nil, input: Population? = nil) throws(ExplanationError) {
    let timing = timing ?? LayerTiming(network, network.network.schedule, lag: nil)
    inputShape = network.inputShape
    self.input = network.populations[0].model.isHostCurrent ? nil : input
    order = network.order
    output = network.output
    readsPotential = network.readout == .potential
    var populations: [Neurons?] = [nil]
    for index in network.placed { populations.append(try Self.neurons(index, network, timing)) }
    self.populations = populations
  }

  private static func neurons(
    _ index: Int, _ network: CheckedNetwork, _ timing: LayerTiming
  ) throws(ExplanationError) -> Neurons {
    let population = network.populations[index]
    let shape = population.shape
    guard let dynamics = population.model.kind.dynamics.init(population.model) as? any RealNeuronDynamics else {
      throw .model(population: population.name, model: population.model.name)
    }
    func spread(_ values: ResolvedValues?) -> [Double]? {
      values.map { values in
        (0..<shape.count).map { values.value(at: $0 % shape.channels * shape.pixels + $0 / shape.channels, shape: shape) }
      }
    }
    var currents: [RealSynapses] = []
    var arrivals: [(source: Int, synapses: RealSynapses, offset: Int)] = []
    for index in population.incoming {
      let projection = network.projections[index]
      let source = network.source(of: projection)
      let synapses: RealSynapses
      do throws(CompileError) { synapses = try RealSynapses(projection, source: source) } catch { throw .compile(error) }
      if source.model.isHostCurrent {
        currents.append(synapses)
      } else {
        let way = ActiveWindow.delay(
          source: timing.firstFiringTick(projection.source), target: timing.starts[projection.target])
        arrivals.append((projection.source, synapses, timing.delay(projection, network) - way))
      }
    }
    return Neurons(
      shape: shape, model: population.model, dynamics: dynamics, gatedPeriods: network.gatedPeriods(population),
      threshold: spread(population.threshold) ?? [Double](repeating: .infinity, count: shape.count),
      negativeThreshold: spread(population.negativeThreshold), bias: spread(population.bias),
      initial: spread(population.initial), currents: currents, arrivals: arrivals,
      lag: timing.lags[index],
      biases: population.biasByStep.map { table in
        (0..<table.steps).map { step in spread(.perChannel(table.column(step))) ?? [] }
      } ?? [])
  }

  // MARK: Spikes

  /// What one sample gave.
  struct Outcome: Sendable {
    /// Of each population; of the input, where it spikes.
    var trains: [SpikeTrain?]
    /// Potentials after the last step, channel-last.
    var potentials: [[Double]]
    var decision: Int
  }

  /// Runs one sample of preprocessed values, row-major over the input's shape.
  /// - Parameter sample: its index, for the draws of its spikes.
  func run(_ values: [Double], steps: Int, sample: Int = 0) -> Outcome {
    let input = channelLast(values, inputShape)
    var outcome = Outcome(
      trains: [SpikeTrain?](repeating: nil, count: populations.count),
      potentials: [[Double]](repeating: [], count: populations.count), decision: 0)
    outcome.trains[0] = self.input.map { spikes($0, values, steps, sample) }
    for index in order {
      guard let neurons = populations[index] else { continue }
      let (current, isDriven) = drive(neurons, input)
      let lag = neurons.lag
      let trains = neurons.arrivals.map { gated(outcome.trains[$0.source], $0.synapses, shape($0.source)) }
      let first = neurons.initial ?? [Double](repeating: 0, count: neurons.shape.count)
      var states = first.map { RealNeuronState(v: $0, b: neurons.model.startsAsPair ? $0 : 0) }
      var sums = [Double](repeating: 0, count: neurons.shape.count)
      var constants = sums
      var train = SpikeTrain(shape: neurons.shape, hasPayload: neurons.model.hasPayload)
      for step in 0..<(steps + lag) {
        let adds = step < steps
        let takesCurrent = adds && isDriven && step / neurons.model.period >= neurons.gatedPeriods
        if takesCurrent { sums = current } else { for at in sums.indices { sums[at] = 0 } }
        if adds, !neurons.biases.isEmpty {
          for (at, bias) in neurons.biases[min(step, neurons.biases.count - 1)].enumerated() { sums[at] += bias }
        }
        if neurons.model.hasCurrent {
          swap(&sums, &constants)
          for at in sums.indices { sums[at] = 0 }
        }
        for (arrival, train) in zip(neurons.arrivals, trains) {
          let sent = step - arrival.offset
          guard adds, sent >= 0, sent < steps else { continue }
          train?.forEachSpike(step: sent) { neuron, payload in
            arrival.synapses.deliver(channelLast(neuron, arrival.synapses.from), Double(payload), into: &sums)
          }
        }
        // A period code scales sums and thresholds by the worth of the phase that adds, or fires.
        func worth(_ step: Int) -> Double { neurons.model.codePeriod.map { 1 / Double(2 << (step % $0)) } ?? 1 }
        let (adding, firing) = (worth(step), worth(max(0, step - lag)))
        for at in states.indices {
          let update = RealNeuronStep(
            sum: sums[at] * adding, threshold: step < lag ? .infinity : neurons.threshold[at] * firing,
            negativeThreshold: step < lag ? nil : neurons.negativeThreshold?[at], index: max(0, step - lag),
            period: neurons.model.period, constant: neurons.model.hasCurrent ? constants[at] : 0)
          let payload = neurons.dynamics.update(&states[at], update)
          if payload != 0 {
            let channels = neurons.shape.channels
            train.append(pixel: at / channels, channel: at % channels, payload: Int32(clamping: payload))
          }
        }
        if step >= lag { train.endStep() }
        // What is read is the potential when all is added.
        if step == steps - 1 { outcome.potentials[index] = states.map(\.v) }
      }
      outcome.trains[index] = train
    }
    outcome.decision = decision(outcome)
    return outcome
  }

  /// Bias plus input current, and whether there is any.
  private func drive(_ neurons: Neurons, _ input: [Double]) -> (sums: [Double], isDriven: Bool) {
    var sums = neurons.bias ?? [Double](repeating: 0, count: neurons.shape.count)
    for current in neurons.currents { current.deliverRates(input, of: inputShape, into: &sums) }
    return (sums, neurons.bias != nil || !neurons.currents.isEmpty)
  }

  private func shape(_ source: Int) -> MapShape { populations[source]?.shape ?? inputShape }

  private func spikes(_ input: Population, _ values: [Double], _ steps: Int, _ sample: Int) -> SpikeTrain {
    let spikes = InputSpikes(input, values: values, steps: steps, sample: sample)
    var train = SpikeTrain(shape: inputShape, hasPayload: input.model.hasPayload)
    for step in 0..<steps {
      for pixel in 0..<inputShape.pixels {
        for channel in 0..<inputShape.channels {
          let payload = spikes.payload(channel * inputShape.pixels + pixel, step: step)
          if payload != 0 { train.append(pixel: pixel, channel: channel, payload: payload) }
        }
      }
      train.endStep()
    }
    return train
  }

  private func gated(_ train: SpikeTrain?, _ synapses: RealSynapses, _ source: MapShape) -> SpikeTrain? {
    guard let train, var gate = synapses.gate.flatMap({ PoolGate($0, source: source) }) else { return train }
    var result = SpikeTrain(shape: synapses.from, hasPayload: train.hasPayload)
    gate.gate(train, into: &result)
    return result
  }

  /// The class that the outputs, row-major, say.
  private func decision(_ outcome: Outcome) -> Int {
    guard let shape = populations[output]?.shape else { return 0 }
    var ordered = rowMajor(outcome.potentials[output], shape)
    if !readsPotential, let train = outcome.trains[output] {
      ordered = [Double](repeating: 0, count: shape.count)
      for step in 0..<train.steps { train.forEachSpike(step: step) { ordered[$0] += Double($1) } }
    }
    return Decision.of(ordered)
  }

  // MARK: Rates

  /// What the rates (spikes per step) tend to with more and more steps: `clip(sum / threshold)`, layer by layer; the sum
  /// itself for accumulators. Channel-last. Soft reset; a leak is not in it.
  func limit(_ values: [Double]) -> [[Double]] {
    let input = channelLast(values, inputShape)
    var rates = [[Double]](repeating: [], count: populations.count)
    // A spiking input's values are its rates.
    rates[0] = self.input == nil ? [] : input.map { min(max($0, 0), 1) }
    for index in order {
      guard let neurons = populations[index] else { continue }
      var (sums, _) = drive(neurons, input)
      for arrival in neurons.arrivals {
        arrival.synapses.deliverRates(rates[arrival.source], of: shape(arrival.source), into: &sums)
      }
      if neurons.model.fires { for at in sums.indices { sums[at] = rate(neurons, sums[at], at) } }
      rates[index] = sums
    }
    return rates
  }

  private func rate(_ neurons: Neurons, _ sum: Double, _ at: Int) -> Double {
    let most = neurons.model.hasPayload ? neurons.model.maximumPayload.map(Double.init) ?? .infinity : 1
    if sum >= 0 { return min(sum / neurons.threshold[at], most) }
    // A neuron that takes back has nothing to take back in the end.
    guard let negative = neurons.negativeThreshold, !neurons.model.countsSent else { return 0 }
    return -min(sum / negative[at], most)
  }
}

/// Channel-last index of a row-major one.
func channelLast(_ index: Int, _ shape: MapShape) -> Int { index % shape.pixels * shape.channels + index / shape.pixels }

/// Row-major values as channel-last ones.
func channelLast(_ values: [Double], _ shape: MapShape) -> [Double] {
  (0..<shape.count).map { values[$0 % shape.channels * shape.pixels + $0 / shape.channels] }
}

/// Channel-last values as row-major ones.
func rowMajor(_ values: [Double], _ shape: MapShape) -> [Double] {
  (0..<shape.count).map { values[$0 % shape.pixels * shape.channels + $0 / shape.pixels] }
}
