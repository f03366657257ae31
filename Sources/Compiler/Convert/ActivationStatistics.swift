import ChipModel
import Synchronization

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
  let samples: [Float]
  let threads: Int?

  var sampleCount: Int {
    evaluator.network.inputCount == 0 ? 0 : samples.count / evaluator.network.inputCount
  }

  /// Extremes of all layers, and the class that the ANN decides for each sample.
  func survey(_ progress: @Sendable (Int) -> Void) -> (layers: [LayerStatistics], decisions: [Int]) {
    let network = evaluator.network
    let blocks = evaluator.map(samples, threads: threads) { block -> (layers: [LayerStatistics], decisions: [Int]) in
      let layers = network.layers.indices.map { layer($0, of: block) }
      progress(block.count)
      return (layers, (0..<block.count).map { Decision.of(block.activation(layer: network.output, sample: $0)) })
    }
    return (Self.joined(blocks.map(\.layers)), blocks.flatMap(\.decisions))
  }

  /// Extremes of all layers.
  func layers(_ progress: @Sendable (Int) -> Void) -> [LayerStatistics] { survey(progress).layers }

  private func layer(_ index: Int, of block: EvaluatedBlock) -> LayerStatistics {
    let layer = evaluator.network.layers[index]
    var statistics = LayerStatistics(
      largest: -.infinity, smallest: .infinity, channelLargest: [], nonZero: 0, count: block.count * layer.count)
    let values = block.activations(layer: index)
    let size = layer.channelSize
    for channel in 0..<layer.channels {
      var extremes = LaneExtremes()
      extremes.add(values, (channel * size)..<((channel + 1) * size))
      var largest = -Float.infinity
      for lane in 0..<block.count {
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

  /// A percentile (0...100) of each layer's positive activations, linear between ranks as numpy's default; exact to
  /// 1/65,536 of the layer's largest. 0 for a layer without any.
  func percentiles(
    _ percentile: Double, of statistics: [LayerStatistics], _ progress: @Sendable (Int) -> Void
  ) -> [Double] {
    let bins = 1 << 16
    let histograms = Mutex(statistics.map { _ in [Int](repeating: 0, count: bins) })
    _ = evaluator.map(samples, threads: threads) { block in
      for index in statistics.indices where statistics[index].largest > 0 {
        let values = block.activations(layer: index)
        var local = [Int32](repeating: 0, count: bins + 1)
        histogram(
          values, values.indices, lanes: block.count, scale: Float(bins) / statistics[index].largest, bins: bins, first: 0,
          into: &local)
        histograms.withLock { all in
          for bin in 0..<bins where local[bin] != 0 { all[index][bin] += Int(local[bin]) }
        }
      }
      progress(block.count)
    }
    return histograms.withLock { all in
      statistics.indices.map { index in
        Self.percentile(percentile, of: all[index], largest: Double(statistics[index].largest))
      }
    }
  }

  /// The value at a rank of a histogram over 0...`largest`, spread evenly inside its bin.
  static func percentile(_ percentile: Double, of histogram: [Int], largest: Double) -> Double {
    let total = histogram.reduce(0, +)
    guard total > 0, largest > 0 else { return 0 }
    if percentile >= 100 { return largest }
    let rank = percentile / 100 * Double(total - 1)
    let width = largest / Double(histogram.count)
    var before = 0
    for (bin, count) in histogram.enumerated() where count > 0 {
      if rank < Double(before + count) {
        return (Double(bin) + (rank - Double(before) + 0.5) / Double(count)) * width
      }
      before += count
    }
    return largest
  }

  /// Fraction of each layer's activations above its thresholds (one, or one a channel); nil where there are none.
  func clipped(_ thresholds: [[Double]?], _ progress: @Sendable (Int) -> Void) -> [Double?] {
    let network = evaluator.network
    let blocks = evaluator.map(samples, threads: threads) { block -> [Int] in
      let result = network.layers.indices.map { index -> Int in
        guard let limits = thresholds[index] else { return 0 }
        let values = block.activations(layer: index)
        let size = limits.count == 1 ? values.count : network.layers[index].channelSize
        var above = SIMD16<Int32>(repeating: 0)
        for (channel, limit) in limits.enumerated() {
          // The factor is for rounding: the largest activation is not above a threshold equal to it.
          Compiler.count(
            values, (channel * size)..<((channel + 1) * size), above: Float(limit * 1.00001), into: &above)
        }
        return (0..<block.count).reduce(0) { $0 + Int(above[$1]) }
      }
      progress(block.count)
      return result
    }
    return network.layers.indices.map { index in
      guard thresholds[index] != nil else { return nil }
      let above = blocks.reduce(0) { $0 + $1[index] }
      return Double(above) / Double(max(1, sampleCount * network.layers[index].count))
    }
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
