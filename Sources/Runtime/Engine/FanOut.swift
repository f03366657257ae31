import ChipModel

/// Synapses that one spike reaches, by source neuron: what turns spike counts into synaptic operations.
///
/// `total` counts every synapse inside the map, zero weights too, pooling unrolled; `nonZero` those with a weight that is
/// not zero. Indexed row-major over the map that spikes come from: the source, or the pooled map behind a max-pool gate.
package struct FanOut: Sendable {
  package let shape: MapShape
  package private(set) var total: [Int]
  package private(set) var nonZero: [Int]

  /// - Parameters:
  ///   - projection: whose synapses are counted.
  ///   - weights: the projection's weight tensor; its zeros tell the non-zero synapses.
  ///   - source: shape of the source population (or the input).
  ///   - target: shape of the target population.
  package init(projection: Projection, weights: WeightTensor, source: MapShape, target: MapShape) {
    let gated = projection.pool?.kind == .max
    shape = gated ? (projection.pool?.output(of: source) ?? source) : source
    let table = TapTable(projection: projection, source: shape, target: target, pool: gated ? nil : projection.pool)
    let channels = shape.channels
    let taps: Int
    var synapses: [Int]
    var live: [Int]
    // Per (tap, source channel): synapses and non-zero synapses of one delivery.
    switch projection.kind {
    case .dense:
      let pixels = target.pixels
      let sources = max(1, weights.shape[1] / channels)
      taps = sources * pixels
      synapses = [Int](repeating: target.channels, count: taps * channels)
      live = [Int](repeating: 0, count: taps * channels)
      for output in 0..<weights.shape[0] {
        for column in 0..<weights.shape[1] where weights[output * weights.shape[1] + column] != 0 {
          live[(column % sources * pixels + output % pixels) * channels + column / sources] += 1
        }
      }
    case .convolution:
      let c = projection.convolution
      taps = c.kernelY * c.kernelX
      let perGroup = channels / c.groups
      let targets = target.channels / c.groups
      synapses = [Int](repeating: targets, count: taps * channels)
      live = [Int](repeating: 0, count: taps * channels)
      for output in 0..<target.channels {
        let first = output / targets * perGroup
        for input in 0..<perGroup {
          for tap in 0..<taps where weights[(output * perGroup + input) * taps + tap] != 0 {
            live[tap * channels + first + input] += 1
          }
        }
      }
    case .identity:
      taps = 1
      let parallel = weights.shape[1]
      synapses = [Int](repeating: parallel, count: channels)
      live = (0..<channels).map { channel in
        (0..<parallel).count { weights[channel * parallel + $0] != 0 }
      }
    }
    total = [Int](repeating: 0, count: shape.count)
    nonZero = total
    for pixel in 0..<shape.pixels {
      for entry in Int(table.starts[pixel])..<Int(table.starts[pixel + 1]) {
        let base = Int(table.taps[entry]) * channels
        for channel in 0..<channels {
          total[channel * shape.pixels + pixel] += synapses[base + channel]
          nonZero[channel * shape.pixels + pixel] += live[base + channel]
        }
      }
    }
  }
}
