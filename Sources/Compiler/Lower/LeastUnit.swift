import ChipModel

/// The finest units in which a membrane holds what a population starts from and fires at.
///
/// A channel with hardly any weight (batch normalisation leaves such channels) would otherwise have a unit so fine that its
/// threshold does not fit. Its unit becomes coarser, up to the population's, where every weight of the channel may round to
/// 0: they then move its potential by less than half a unit of the channels around it.
struct LeastUnit {
  /// One per channel, ANN units; nil: no membrane of so few bits holds anything.
  let perChannel: [Double]?

  init(_ population: CheckedPopulation, membraneBits: Int, fractionBits: Int) {
    // Room for rounding, and for the 1 that `strict` adds.
    let high = Double(FixedPoint.highest(bits: membraneBits) - 2)
    guard high > 0, !population.hasIntegerWeights else {
      perChannel = nil
      return
    }
    let period = population.period ?? 1
    let parameters: [(values: ResolvedValues?, scale: Double)] = [
      (population.threshold, Double(1 << (period - 1))),
      (population.negativeThreshold, Double(1 << (period - 1))),
      (population.bias, 1),
      (population.initial, period > 1 ? Double(1 << period) : 1),
    ]
    let shape = population.shape
    var least = [Double](repeating: 0, count: shape.channels)
    for (values, scale) in parameters {
      guard let values else { continue }
      for index in 0..<shape.count {
        let value = abs(values.value(at: index, shape: shape))
        guard value.isFinite else { continue }
        let channel = index / shape.pixels
        // The rounded integer is what is shifted.
        let most = (high / scale).rounded(.down)
        least[channel] = max(least[channel], most > 0 ? value * Double(1 << fractionBits) / most : .infinity)
      }
    }
    perChannel = least
  }
}
