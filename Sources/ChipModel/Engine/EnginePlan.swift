/// A program prepared for the engine: packed weights, tap tables, parameter tiles, and the proofs that choose widths.
///
/// Immutable, shared by all workers. Layout of every population is channel-last, channels padded to a multiple of 16:
/// neuron `(c, pixel)` is at `pixel * padded + c`.
public struct EnginePlan: Sendable {
  public let program: CompiledProgram
  /// Sources before targets.
  let order: [Int]
  let populations: [PopulationPlan]
  let projections: [ProjectionPlan]

  public init(_ program: CompiledProgram) {
    self.program = program
    order = program.topologicalOrder
    var plans: [ProjectionPlan] = []
    for projection in program.projections { plans.append(ProjectionPlan(projection, program)) }
    var payloads = [ClosedRange<Int64>](repeating: 0...1, count: program.populations.count)
    var populationPlans = [PopulationPlan?](repeating: nil, count: program.populations.count)
    for index in order {
      let plan = PopulationPlan(index, program, payloads: payloads, projections: &plans)
      payloads[index] = plan.payload
      populationPlans[index] = plan
    }
    populations = populationPlans.compactMap { $0 }
    projections = plans
  }
}

/// How a projection's spikes are delivered.
struct ProjectionPlan: Sendable {
  enum Path: Sendable { case narrow, wide, shiftedWide, identity, grouped, exact }
  let projection: Projection
  let weights: WeightTensor
  /// The map that trains are of: the source's, or the pooled one behind a gate.
  let source: MapShape
  let taps: TapTable
  let packed: PackedWeights?
  /// Target's local step minus the source's.
  let lag: Int
  var path: Path
  let fanOut: FanOut?

  init(_ projection: Projection, _ program: CompiledProgram) {
    self.projection = projection
    weights = program.weights[projection.weights]
    let target = program.populations[projection.target]
    let from = projection.source.map { program.populations[$0].shape } ?? program.inputShape
    let gated = projection.pool?.kind == .max
    source = gated ? (projection.pool?.output(of: from) ?? from) : from
    taps = TapTable(
      projection: projection, source: source, target: target.shape, pool: gated ? nil : projection.pool)
    let isGrouped = projection.kind == .convolution && projection.convolution.groups > 1
    if projection.kind == .identity {
      packed = nil
      path = .identity
    } else if isGrouped {
      packed = nil
      path = .grouped
    } else {
      let tapCount =
        projection.kind == .dense
        ? weights.shape[1] / source.channels * target.shape.pixels
        : projection.convolution.kernelY * projection.convolution.kernelX
      packed = PackedWeights(
        projection: projection, weights: weights, taps: tapCount, sourceChannels: source.channels,
        target: target.shape)
      path = projection.shifts.allSatisfy { $0 == 0 } ? .wide : .shiftedWide
    }
    lag =
      projection.source.map {
        ActiveWindow.lag(sourceStart: program.populations[$0].start, targetStart: target.start, delay: projection.delay)
      } ?? 0
    fanOut =
      projection.source == nil
      ? FanOut(projection: projection, weights: weights, source: program.inputShape, target: target.shape) : nil
  }
}

/// One population's parameters as the kernels read them.
struct PopulationPlan: Sendable {
  let index: Int
  let population: Population
  let shape: MapShape
  /// Channels padded to a multiple of 16.
  let padded: Int
  /// `pixels * padded`
  let count: Int
  let rule: NeuronRule
  /// Range of one spike's payload.
  let payload: ClosedRange<Int64>
  /// Projections from populations, and from the input.
  let incoming: [Int]
  let inputs: [Int]
  /// Bound of one step's delivered sum, largest channel, without fraction bits.
  let delivered: SumBound
  /// Whether delivered sums may use 16- and 32-bit accumulators.
  let usesNarrow: Bool
  let usesWide: Bool
  /// Delivered sums need 64 bits.
  let isExact: Bool
  /// Parameter tiles: `tile` values that repeat over the population.
  let tile: Int
  let bound: [Int32]
  let negative: [Int32]
  let bias: [Int32]
  let hasBias: Bool
  let initial: [Int32]
  /// Largest |initial|.
  let initialMagnitude: Int64

  init(
    _ index: Int, _ program: CompiledProgram, payloads: [ClosedRange<Int64>], projections: inout [ProjectionPlan]
  ) {
    self.index = index
    let population = program.populations[index]
    self.population = population
    let shape = population.shape
    self.shape = shape
    let padded = (shape.channels + 15) / 16 * 16
    self.padded = padded
    count = shape.pixels * padded
    rule = NeuronRule(model: population.model, membraneBits: program.membraneBits)
    incoming = program.projections.indices.filter {
      program.projections[$0].target == index && program.projections[$0].source != nil
    }
    inputs = program.projections.indices.filter {
      program.projections[$0].target == index && program.projections[$0].source == nil
    }

    // Which accumulators hold the sums: 16 bits for what is unshifted, binary and proven to fit, 32 bits for the rest,
    // 64 bits (the exact path) where 32 are not proven.
    var total = [SumBound](repeating: SumBound(), count: shape.channels)
    var narrow = [SumBound](repeating: SumBound(), count: shape.channels)
    var input = total
    for p in inputs {
      let bounds = SumBound.perChannel(
        program.projections[p], weights: program.weights[program.projections[p].weights], channels: shape.channels,
        payload: InputEncoder.valueRange)
      for channel in 0..<min(bounds.count, shape.channels) { input[channel].add(bounds[channel]) }
    }
    var narrowPaths: [Int] = []
    for p in incoming {
      let projection = program.projections[p]
      let payload = projection.source.map { payloads[$0] } ?? 0...1
      let bounds = SumBound.perChannel(
        projection, weights: program.weights[projection.weights], channels: shape.channels, payload: payload)
      let isBinary = payload.lowerBound == 0 && payload.upperBound <= 1
      let isPairs: Bool
      if case .pairs? = projections[p].packed?.storage { isPairs = true } else { isPairs = false }
      for channel in 0..<min(bounds.count, shape.channels) {
        total[channel].add(bounds[channel])
        if isBinary && isPairs && projections[p].path == .wide { narrow[channel].add(bounds[channel]) }
      }
      if isBinary && isPairs && projections[p].path == .wide { narrowPaths.append(p) }
    }
    let narrowFits = !narrowPaths.isEmpty && narrow.allSatisfy { $0.magnitude <= 32767 }
    if narrowFits { for p in narrowPaths { projections[p].path = .narrow } }
    var worst = SumBound()
    for bound in total {
      worst.high = max(worst.high, bound.high)
      worst.low = min(worst.low, bound.low)
    }
    delivered = worst
    isExact = worst.magnitude >= Int64(1) << 31
    if isExact { for p in incoming { projections[p].path = .exact } }
    usesNarrow = !isExact && narrowFits
    usesWide = !isExact && incoming.contains { projections[$0].path != .narrow }

    // One step's sum with what the input adds, whatever the sample.
    var sum = SumBound()
    for channel in 0..<shape.channels {
      var units = total[channel].shifted(by: program.fractionBits)
      if !inputs.isEmpty {
        let current = input[channel].shifted(by: program.fractionBits)
        units.add(SumBound(high: (current.high >> 12) + 1, low: (current.low >> 12) - 1))
      }
      sum.high = max(sum.high, units.high)
      sum.low = min(sum.low, units.low)
    }
    let biases = population.bias.values
    sum.add(SumBound(high: max(0, Int64(biases.max() ?? 0)), low: min(0, Int64(biases.min() ?? 0))))
    payload = population.payloadRange(sum: sum, membraneBits: program.membraneBits)

    // Tiles of about 1,024 values: whole pixels, so that channel parameters repeat.
    let perNeuron = [population.threshold, population.negativeThreshold, population.bias].contains {
      $0.values.count == shape.count && shape.pixels > 1
    }
    let pixels = perNeuron ? shape.pixels : min(shape.pixels, max(1, 1024 / padded))
    tile = pixels * padded
    func spread(_ values: UnitValues, padding: Int32, pixels: Int) -> [Int32] {
      var result = [Int32](repeating: padding, count: pixels * padded)
      for pixel in 0..<pixels {
        for c in 0..<shape.channels {
          result[pixel * padded + c] = values.value(at: c * shape.pixels + pixel, shape: shape)
        }
      }
      return result
    }
    let strict: Int32 = population.model.strict ? 1 : 0
    bound =
      population.model.kind == .accumulator
      ? []
      : spread(population.threshold, padding: NeuronModel.infinite, pixels: pixels).map {
        $0 == NeuronModel.infinite ? $0 : $0 + strict
      }
    negative =
      population.model.hasNegativeThreshold
      ? spread(population.negativeThreshold, padding: Int32.min, pixels: pixels) : []
    bias = spread(population.bias, padding: 0, pixels: pixels)
    hasBias = biases.contains { $0 != 0 }
    initial = spread(population.initial, padding: 0, pixels: shape.pixels)
    initialMagnitude = population.initial.values.map { abs(Int64($0)) }.max() ?? 0
  }
}
