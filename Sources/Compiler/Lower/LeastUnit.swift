import ChipModel

/// The largest integers that a population's parameters may become.
struct ParameterLimits {
  /// Of a threshold, either sign: the first phase of a period compares it shifted, `strict` compares with one more.
  let threshold: Double
  let bias: Double
  /// Period codes start from it shifted.
  let initial: Double

  init(_ population: CheckedPopulation, membraneBits: Int, chip: ChipDescription) {
    func most(_ format: ChipFormat, _ limit: Double) -> Double {
      chip.formats.value(format).map { min(limit, Double($0.largest)) } ?? limit
    }
    let high = Double(FixedPoint.highest(bits: membraneBits))
    let period = population.model.period
    let strict = population.model.strict ? 1.0 : 0
    let shifted = ((high - strict) / Double(1 << (period - 1))).rounded(.down)
    // The largest integer is the flag of an infinite threshold, and what is compared with must not be it.
    let reset = chip.reset(of: population.model)?.synapse.map { Double($0.largest) } ?? .infinity
    threshold = min(reset, most(.thresholdFormat, min(shifted, Double(Int32.max) - 1 - strict)))
    bias = most(.biasFormat, high)
    initial = (high / Double(1 << population.model.codeBits)).rounded(.down)
  }
}

/// The finest units in which a membrane holds what a population starts from and fires at.
///
/// A channel with hardly any weight (batch normalisation leaves such channels) would otherwise have a unit so fine that its
/// threshold does not fit. Its unit becomes coarser, up to the population's, where every weight of the channel may round to
/// 0: they then move its potential by less than half a unit of the channels around it. A potential goes beyond a threshold and
/// adds up biases, so that the membrane holds ``room`` times each of them, as long as that leaves ``levels``.
struct LeastUnit {
  private static let room = 32.0
  private static let levels = 1023.0
  /// Per parameter the largest magnitude in each channel, ANN units times `2^fractionBits`, and the largest integer that it
  /// may become.
  private let parameters: [(largest: [Double], most: Double)]

  init(_ population: CheckedPopulation, _ limits: ParameterLimits, fractionBits: Int) {
    let shape = population.shape
    let values: [(ResolvedValues?, most: Double)] = [
      (population.threshold, limits.threshold), (population.negativeThreshold, limits.threshold),
      (population.values.floor, limits.bias), (population.values.resetValue, limits.bias),
      (population.bias, limits.bias), (population.initial, limits.initial),
    ]
    let byStep = population.biasByStep.map { table in
      ResolvedValues.perChannel((0..<shape.channels).map { table.row($0).reduce(0) { max($0, abs($1)) } })
    }
    parameters = (values + [(byStep, limits.bias)]).compactMap { values, most in
      guard let values else { return nil }
      var largest = [Double](repeating: 0, count: shape.channels)
      let pixels = values.isUniformPerChannel ? 1 : shape.pixels
      for channel in 0..<shape.channels {
        for pixel in 0..<pixels {
          let value = abs(values.value(at: channel * shape.pixels + pixel, shape: shape)) * Double(1 << fractionBits)
          if value.isFinite { largest[channel] = max(largest[channel], value) }
        }
      }
      return (largest, max(most / Self.room, min(most, Self.levels * Double(1 << fractionBits))))
    }
  }

  /// Whether the membrane holds a channel's parameters in such units.
  func holds(_ unit: Double, channel: Int) -> Bool {
    parameters.allSatisfy { ($0.largest[channel] / unit).rounded(.toNearestOrEven) <= $0.most }
  }

  /// The finest unit for a channel; infinite where no unit is coarse enough.
  func finest(channel: Int) -> Double {
    parameters.reduce(0) { max($0, $1.most > 0 ? $1.largest[channel] / $1.most : $1.largest[channel] > 0 ? .infinity : 0) }
  }
}
