import ChipModel

/// What the layers of the ANN do on the calibration data.
package struct LayerStatistics: Sendable, Equatable {
  /// Largest and smallest activation of any neuron on any sample; the output's are its sums.
  package var largest: Float
  package var smallest: Float
  /// Largest activation of each channel.
  package var channelLargest: [Float]
  /// Number of non-zero activations, and of all.
  package var nonZero: Int
  package var count: Int

  /// Largest |activation|.
  package var magnitude: Float { max(largest, -smallest) }
}

/// Passes over the calibration data. Every result is independent of the number of threads: maxima and integer counts do
/// not depend on the order in which blocks finish, and floating-point sums are joined in sample order.
struct ActivationStatistics: Sendable {
  let evaluator: FloatEvaluator
  let samples: FloatSamples
  let threads: Int?

  var sampleCount: Int { samples.count }

  /// What one pass tells.
  struct Survey: Sendable {
    var layers: [LayerStatistics] = []
    /// The class that the ANN decides for each sample.
    var decisions: [Int] = []
    var histograms: [LayerHistogram] = []
  }

  func survey(_ progress: @Sendable (Int) -> Void) -> Survey {
    let network = evaluator.network
    let histograms = network.layers.map { _ in SharedHistogram() }
    let blocks = evaluator.visit(samples, threads: threads, Survey()) { survey, index, values, count in
      let known = layer(index, values, count)
      histograms[index].add(values, lanes: count, largest: known.largest)
      survey.layers.append(known)
      guard index == network.output else { return }
      survey.decisions = (0..<count).map { lane in Decision.of(values.map { $0[lane] }) }
      progress(count)
    }
    return Survey(
      layers: Self.joined(blocks.map(\.layers)), decisions: blocks.flatMap(\.decisions),
      histograms: histograms.map(\.value))
  }

  /// Extremes of all layers.
  func layers(_ progress: @Sendable (Int) -> Void) -> [LayerStatistics] {
    let blocks = evaluator.visit(samples, threads: threads, [LayerStatistics]()) { layers, index, values, count in
      layers.append(layer(index, values, count))
      if index == evaluator.network.output { progress(count) }
    }
    return Self.joined(blocks)
  }

  private func layer(_ index: Int, _ values: [Lanes], _ count: Int) -> LayerStatistics {
    let layer = evaluator.network.layers[index]
    var statistics = LayerStatistics(
      largest: -.infinity, smallest: .infinity, channelLargest: [], nonZero: 0, count: count * layer.count)
    let size = layer.channelSize
    for channel in 0..<layer.channels {
      var extremes = LaneExtremes()
      extremes.add(values, (channel * size)..<((channel + 1) * size))
      var largest = -Float.infinity
      for lane in 0..<count {
        largest = max(largest, extremes.high[lane])
        statistics.smallest = min(statistics.smallest, extremes.low[lane])
        statistics.nonZero += Int(extremes.active[lane])
      }
      statistics.channelLargest.append(largest)
      statistics.largest = max(statistics.largest, largest)
    }
    return statistics
  }

  private static func joined(_ blocks: [[LayerStatistics]]) -> [LayerStatistics] {
    guard var result = blocks.first else { return [] }
    for block in blocks.dropFirst() {
      for (index, other) in block.enumerated() {
        result[index].largest = max(result[index].largest, other.largest)
        result[index].smallest = min(result[index].smallest, other.smallest)
        result[index].nonZero += other.nonZero
        result[index].count += other.count
        for channel in other.channelLargest.indices {
          result[index].channelLargest[channel] = max(result[index].channelLargest[channel], other.channelLargest[channel])
        }
      }
    }
    return result
  }

  /// Fraction of each layer's activations above its thresholds (one, or one a channel) by more than 1/65,536 of the
  /// layer's largest; nil where there are none. Another pass only where channels exceed thresholds of their own.
  func clipped(
    _ thresholds: [[Double]?], _ known: (layers: [LayerStatistics], histograms: [LayerHistogram]),
    _ progress: @Sendable (Int) -> Void
  ) -> [Double?] {
    let network = evaluator.network
    var above = thresholds.indices.map { index -> Int? in
      guard let limits = thresholds[index] else { return 0 }
      if limits.count == 1 { return known.histograms[index].count(above: limits[0]) }
      return zip(limits, known.layers[index].channelLargest).allSatisfy { Float($0 * 1.00001) >= $1 } ? 0 : nil
    }
    if above.contains(nil) {
      let open = above.map { $0 == nil }
      let blocks = evaluator.visit(samples, threads: threads, [Int](repeating: 0, count: open.count)) {
        sums, index, values, count in
        if open[index], let limits = thresholds[index] {
          sums[index] = self.count(values, index, above: limits, lanes: count)
        }
        if index == network.output { progress(count) }
      }
      for index in above.indices where open[index] { above[index] = blocks.reduce(0) { $0 + $1[index] } }
    }
    return network.layers.indices.map { index in
      guard thresholds[index] != nil, let above = above[index] else { return nil }
      return Double(above) / Double(max(1, sampleCount * network.layers[index].count))
    }
  }

  /// Values of the first lanes above a threshold for each channel.
  private func count(_ values: [Lanes], _ index: Int, above limits: [Double], lanes: Int) -> Int {
    let size = evaluator.network.layers[index].channelSize
    var above = SIMD16<Int32>(repeating: 0)
    for (channel, limit) in limits.enumerated() {
      // The factor is for rounding: the largest activation is not above a threshold equal to it.
      Compiler.count(values, (channel * size)..<((channel + 1) * size), above: Float(limit * 1.00001), into: &above)
    }
    return (0..<lanes).reduce(0) { $0 + Int(above[$1]) }
  }
}

extension EvaluatedBlock {
  /// The lanes that are samples.
  var mask: SIMDMask<Lanes.MaskStorage> {
    var mask = SIMDMask<Lanes.MaskStorage>(repeating: false)
    for lane in 0..<count { mask[lane] = true }
    return mask
  }
}
