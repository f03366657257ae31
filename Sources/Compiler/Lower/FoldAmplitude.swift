import ChipModel

/// A projection's weights in ANN units with everything folded in that a spike must carry: `w' = w * A / k^2`, `A` the
/// value of one presynaptic spike and `k^2` the area of an average pool.
///
/// Folding comes before rounding: the chip stores `w'`, never `w`, so one scale per unit holds for what is added.
struct FoldedWeights {
  /// Row-major `[output channels or neurons, ...]`; identity: one per channel.
  var values: [Double]
  var shape: [Int]
  /// Channels of the target; `values.count` is a multiple, a channel's values are consecutive.
  var channels: Int
  /// Largest |w'| per output channel.
  var largest: [Double]

  init(
    _ projection: CheckedProjection, source: CheckedPopulation?
  ) throws(CompileError) {
    let raw = projection.weights?.doubles
    let pooled = projection.pooledShape
    let area =
      projection.pool.map { $0.kind == .average ? Double($0.area) : 1 } ?? 1
    let spike = source?.spikeValue ?? source?.threshold
    // In a population `[N]` every neuron is a channel.
    let isPerNeuron = spike.map { !$0.isUniformPerChannel } ?? false && projection.sourceShape.pixels > 1
    if isPerNeuron && (projection.pool != nil || projection.kind != .dense) {
      throw .mixedAmplitude(projection: projection.name, population: source?.name ?? "input")
    }
    let sourceShape = projection.sourceShape
    func amplitude(channel: Int, pixel: Int) -> Double {
      guard let spike else { return 1 }
      let value = spike.value(at: channel * sourceShape.pixels + (isPerNeuron ? pixel : 0), shape: sourceShape)
      // A neuron that never fires delivers nothing, whatever its spike would be worth.
      return value.isFinite ? value / area : 0
    }
    let factor = source == nil ? 1 / area : nil
    let target = projection.targetShape
    switch projection.kind {
    case .dense:
      let inputs = pooled.count
      var values = raw ?? []
      for column in 0..<inputs {
        let a = factor ?? amplitude(channel: column / pooled.pixels, pixel: column % pooled.pixels)
        for row in 0..<target.count { values[row * inputs + column] *= a }
      }
      self.values = values
      shape = [target.count, inputs]
      channels = target.channels
    case .conv2d:
      let c = projection.convolution
      let inputs = pooled.channels / c.groups
      let targets = target.channels / c.groups
      let taps = c.kernelY * c.kernelX
      var values = raw ?? []
      for row in 0..<target.channels {
        for input in 0..<inputs {
          let a = factor ?? amplitude(channel: row / targets * inputs + input, pixel: 0)
          let base = (row * inputs + input) * taps
          for tap in 0..<taps { values[base + tap] *= a }
        }
      }
      self.values = values
      shape = [target.channels, inputs, c.kernelY, c.kernelX]
      channels = target.channels
    case .identity:
      var values = [Double](repeating: 1, count: target.channels)
      if let raw { for channel in values.indices { values[channel] = raw.count == 1 ? raw[0] : raw[channel] } }
      for channel in values.indices { values[channel] *= factor ?? amplitude(channel: channel, pixel: 0) }
      self.values = values
      shape = [target.channels, 1]
      channels = target.channels
    }
    let row = values.count / max(1, channels)
    var largest = [Double](repeating: 0, count: channels)
    for channel in 0..<channels {
      for index in (channel * row)..<((channel + 1) * row) {
        largest[channel] = max(largest[channel], abs(values[index]))
      }
    }
    self.largest = largest
  }
}
