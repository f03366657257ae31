import ChipModel

/// Chooses the scales of one population and rounds everything that enters it.
///
/// The unit (what an integer 1 stands for, ANN units) is per output channel where the chip has a threshold per neuron, else
/// per population. The finest projection sets it, `s = max|w'| / (2^(bits-1) - 1)`; a coarser one is stored with a weight
/// shift `e`, the smallest for which `2^e * s` holds its weights. Without shifts the coarsest convolution or dense
/// projection sets the unit, and an identity value that does not fit becomes parallel synapses.
struct QuantisedPopulation {
  /// One per channel, or one for all.
  var unit: [Double]
  /// Per incoming projection, in the order given.
  var projections: [QuantisedProjection]
  /// Channels whose unit is coarser than their weights ask for, so that the membrane holds their parameters.
  private(set) var coarserChannels = 0
  /// Channels of which weights are cut off (``SharedThresholdScale``).
  private(set) var cutOff: Set<Int> = []

  struct QuantisedProjection {
    var tensor: WeightTensor
    var shifts: [UInt8]
    var largestError: Double
  }

  /// - Parameters:
  ///   - incoming: the projections into the population with their folded weights.
  ///   - isShared: one unit for the whole population.
  ///   - thresholdRatio: relative thresholds per channel where the chip has one threshold a population: units follow
  ///     them, so that every channel's threshold is the same integer. Nil: units follow the weights alone.
  ///   - fractionBits: of thresholds; one that rounds below 1 has a finer unit where weights have shifts for it.
  ///   - identityBits: of a synapse of an identity; nil: `bits`.
  ///   - leastUnit: what the membrane holds; where it does not hold a channel's parameters, the unit becomes coarser, up to
  ///     the coarsest among the channels. Nil: units follow the weights whatever the membrane holds.
  init(
    population: CheckedPopulation, incoming: [(projection: CheckedProjection, folded: FoldedWeights)], isShared: Bool,
    thresholdRatio: [Double]?, leastUnit: LeastUnit? = nil, fractionBits: Int = 0, bits: Int,
    identityBits: Int? = nil, maximumShift: Int
  ) throws(CompileError) {
    if population.hasIntegerWeights {
      unit = [1]
      projections = []
      for (projection, folded) in incoming {
        projections.append(try QuantisedPopulation.unchanged(projection, folded, bits: bits))
      }
      return
    }
    let channels = population.shape.channels
    let top = Double((1 << (bits - 1)) - 1)
    // Scale that each projection would want, per channel; 0 = no weight there.
    var wanted = incoming.map { $0.folded.largest.map { $0 / top } }
    if let thresholdRatio {
      let thresholds = population.threshold?.entries ?? []
      for (index, part) in incoming.enumerated() {
        let scale = SharedThresholdScale(
          part.folded, wanted: wanted[index], ratio: thresholdRatio, thresholds: thresholds, top: top)
        wanted[index] = thresholdRatio.map { $0 * scale.best }
        cutOff.formUnion(scale.cutOff)
      }
    } else if isShared {
      wanted = wanted.map { scales in [Double](repeating: scales.max() ?? 0, count: channels) }
    }
    let weighted = incoming.indices.filter { !incoming[$0].projection.kind.traits.isElementwise }
    var units = [Double](repeating: 0, count: channels)
    for channel in 0..<channels {
      let all = wanted.indices.map { wanted[$0][channel] }.filter { $0 > 0 }
      if maximumShift > 0 {
        let finest = all.min() ?? 0
        let coarsest = all.max() ?? 0
        units[channel] = max(finest, coarsest / Double(1 << maximumShift))
      } else {
        let own = weighted.map { wanted[$0][channel] }.max() ?? 0
        units[channel] = own > 0 ? own : all.max() ?? 0
      }
    }
    // A channel without weights takes the coarsest unit of the others; a population without any takes its threshold.
    let threshold = population.threshold?.entries.filter(\.isFinite).max() ?? 1
    let fallback = units.max().flatMap { $0 > 0 ? $0 : nil } ?? threshold / top
    for channel in units.indices where units[channel] <= 0 { units[channel] = fallback }
    if let leastUnit, let coarsest = units.max() {
      for channel in units.indices where units[channel] < coarsest && !leastUnit.holds(units[channel], channel: channel) {
        units[channel] = min(leastUnit.finest(channel: channel), coarsest)
        coarserChannels += 1
      }
    }
    if !isShared, thresholdRatio == nil {
      for channel in units.indices {
        let coarsest = wanted.map { $0[channel] }.max() ?? 0
        // Weights have shifts for a finer unit, as many as the coarsest of them leaves.
        let finest = max(coarsest / Double(1 << maximumShift), leastUnit?.finest(channel: channel) ?? 0)
        let threshold = population.leastThreshold(channel: channel) * Double(1 << fractionBits)
        guard (threshold / units[channel]).rounded(.toNearestOrEven) < 1 else { continue }
        while threshold / units[channel] < 4, units[channel] / 2 >= finest { units[channel] /= 2 }
      }
    }
    // Beyond these products and quotients of what follows may be infinite or not a number.
    let largest = incoming.flatMap(\.folded.largest).max() ?? 0
    guard largest <= QuantisedPopulation.range.upperBound, units.allSatisfy(QuantisedPopulation.range.contains) else {
      throw .weightRange(
        population: population.name, largest: largest,
        unit: units.first { !QuantisedPopulation.range.contains($0) } ?? units[0])
    }
    let isUniform = isShared && thresholdRatio == nil
    unit = isUniform ? [units[0]] : units

    projections = []
    for ((projection, folded), wanted) in zip(incoming, wanted) {
      // Where channels share a threshold, the weights of one of them have no finer exponent that reaches further.
      let reach = thresholdRatio == nil ? maximumShift : min(maximumShift, Self.shift(from: units, to: wanted))
      projections.append(
        try QuantisedPopulation.rounded(
          projection, folded, units: units, isShared: isUniform, top: top,
          most: Int64(1) << Int64(max(bits, identityBits ?? 0) - 1) - 1, maximumShift: maximumShift, reach: reach))
    }
  }

  /// The smallest shift that makes every unit at least a scale.
  private static func shift(from units: [Double], to scales: [Double]) -> Int {
    var shift = 0
    while shift < 31, zip(units, scales).contains(where: { $0 * Double(1 << shift) < $1 * (1 - 1e-9) }) { shift += 1 }
    return shift
  }

  /// Real weights rounded into units.
  /// - Parameters:
  ///   - most: what a synapse of an identity holds.
  ///   - reach: the largest shift; weights beyond are cut off.
  private static func rounded(
    _ projection: CheckedProjection, _ folded: FoldedWeights, units: [Double], isShared: Bool, top: Double, most: Int64,
    maximumShift: Int, reach: Int
  ) throws(CompileError) -> QuantisedProjection {
    let row = folded.values.count / folded.channels
    var shifts = [UInt8](repeating: 0, count: folded.channels)
    for channel in shifts.indices {
      // The division rounds: max|w'| / s may be a little above `top`.
      while Int(shifts[channel]) < reach,
        folded.largest[channel] / (units[channel] * Double(1 << Int(shifts[channel]))) > top * (1 + 1e-9)
      {
        shifts[channel] += 1
      }
    }
    if isShared { shifts = [UInt8](repeating: shifts.max() ?? 0, count: shifts.count) }
    var largestError = 0.0
    var integers = [Int32](repeating: 0, count: folded.values.count)
    for channel in 0..<folded.channels {
      let scale = units[channel] * Double(1 << Int(shifts[channel]))
      for index in (channel * row)..<((channel + 1) * row) {
        let exact = folded.values[index] / scale
        let limit = projection.kind.traits.isElementwise && maximumShift == 0 ? 32767.0 * 4096 : top
        let integer = min(max(exact.rounded(.toNearestOrEven), -limit), limit)
        integers[index] = Int32(integer)
        largestError = max(largestError, abs(integer * scale - folded.values[index]))
      }
    }
    let compact: [UInt8] = shifts.allSatisfy { $0 == shifts[0] } ? [shifts[0]] : shifts
    var shape = folded.shape
    if projection.kind.traits.isElementwise {
      let largest = integers.map { Int64($0.magnitude) }.max() ?? 0
      let parts = max(1, (largest + most - 1) / most)
      guard parts <= QuantisedPopulation.mostParallel else {
        throw .parallelSynapses(projection: projection.name, need: Int(parts), limit: QuantisedPopulation.mostParallel)
      }
      (integers, shape) = parallelSynapses(integers, parts: Int(parts))
    }
    guard let tensor = WeightTensor(shape: shape, values: integers) else {
      throw .integerWeight(projection: projection.name, value: integers.max() ?? 0, bits: 16)
    }
    return QuantisedProjection(tensor: tensor, shifts: compact, largestError: largestError)
  }

  /// Weights, with the value of a spike in them, and units that can be rounded: real networks are far inside.
  static let range = 1e-150...1e150

  /// Parallel synapses of one identity value: beyond this the scales of the projections do not belong together.
  static let mostParallel = 4096

  /// Splits identity values beyond the weight range over as many parallel synapses as the largest needs.
  private static func parallelSynapses(_ values: [Int32], parts: Int) -> (values: [Int32], shape: [Int]) {
    var result: [Int32] = []
    result.reserveCapacity(values.count * parts)
    for value in values {
      // As even as possible: the first `remainder` parts are one larger in magnitude.
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: Int32(parts))
      for part in 0..<parts { result.append(quotient + (part < Int(remainder.magnitude) ? remainder.signum() : 0)) }
    }
    return (result, [values.count, parts])
  }

  /// An integer tensor, as it is.
  private static func unchanged(
    _ projection: CheckedProjection, _ folded: FoldedWeights, bits: Int
  ) throws(CompileError) -> QuantisedProjection {
    let integers: [Int32]
    if projection.kind.traits.isElementwise {
      let raw = projection.weights?.integers ?? [1]
      integers = raw.count == 1 ? [Int32](repeating: raw[0], count: folded.channels) : raw
    } else {
      integers = projection.weights?.integers ?? []
    }
    let low = -(Int32(1) << Int32(bits - 1))
    let high = (Int32(1) << Int32(bits - 1)) - 1
    for value in integers where value < low || value > high {
      throw .integerWeight(projection: projection.name, value: value, bits: bits)
    }
    guard let tensor = WeightTensor(shape: folded.shape, values: integers) else {
      throw .integerWeight(projection: projection.name, value: integers.max() ?? 0, bits: bits)
    }
    return QuantisedProjection(tensor: tensor, shifts: [0], largestError: 0)
  }
}

extension CheckedPopulation {
  /// The least finite threshold of a channel's neurons, ANN units; infinite: none.
  fileprivate func leastThreshold(channel: Int) -> Double {
    guard let threshold else { return .infinity }
    let pixels = threshold.isUniformPerChannel ? 1 : shape.pixels
    return (0..<pixels).map { threshold.value(at: channel * shape.pixels + $0, shape: shape) }.min() ?? .infinity
  }
}
