import ChipModel

/// Turns a population's spikes into the activations that they stand for.
///
/// A spike of phase `k` is worth `2^-(1 + k)`, 1 in a rate code; a rate is what came, divided by what could have come.
/// Of a switch code a spike is worth the steps that are left.
/// Bistable units of depth `d` first fire with information in period `d + 1`.
struct RateDecoder: Sendable {
  let shape: MapShape
  let steps: Int
  let period: Int
  /// A period code, also of one phase.
  let hasPeriods: Bool
  /// What is sent begins and ends a current.
  let switches: Bool
  /// First step whose spikes carry information.
  let first: Int
  /// ANN units of a rate of 1, row-major.
  let amplitude: [Double]
  /// Largest payload; nil: unbounded.
  let bound: Int?
  let isAccumulator: Bool
  /// Steps (periods of a period code) that an accumulator adds up over.
  let spans: Double

  init(_ population: CheckedPopulation, _ network: CheckedNetwork, steps: Int) {
    shape = population.shape
    self.steps = steps
    period = population.model.period
    hasPeriods = population.model.codePeriod != nil
    switches = population.model.code == .switches
    isAccumulator = !population.model.fires
    first = population.model.code == .pairs ? period * (population.depth + 1) : 0
    bound = population.model.hasPayload ? population.model.maximumPayload.map(Int.init) : 1
    let isInteger = population.outgoing.contains { network.projections[$0].isInteger }
    let value = isInteger ? population.threshold : population.spikeValue ?? population.threshold
    let shape = shape
    amplitude = (0..<shape.count).map { index in
      let one = value?.value(at: index, shape: shape) ?? 1
      return one.isFinite ? one : 0
    }
    let idle = network.isFedByPairs(population) ? population.depth : 0
    spans = hasPeriods ? max(1, Double(steps / period - idle)) : Double(max(1, steps))
  }

  func worth(step: Int) -> Double {
    if step < first { return 0 }
    if switches { return Double(steps - step) }
    return hasPeriods ? 1 / Double(2 << (step % period)) : 1
  }

  /// What a step can carry of a neuron that sends all that it can.
  func most(step: Int) -> Double { switches && step > 0 ? 0 : worth(step: step) }

  /// What all steps could carry.
  var capacity: Double { (0..<steps).reduce(0) { $0 + most(step: $1) } }

  /// Spikes of a neuron that fires whenever it can.
  var mostSpikes: Int { max(0, steps - first) }

  /// Activations, row-major, from sums of payload times worth, row-major.
  func activations(sums: [Double]) -> [Double] {
    let capacity = capacity
    guard capacity > 0 else { return [Double](repeating: 0, count: sums.count) }
    return zip(sums, amplitude).map { $0 / capacity * $1 }
  }
}
