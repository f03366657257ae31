import ChipModel

/// The plain meaning of delivery, one synapse at a time: the scalar twin of ``Deliver`` and the path for
/// accumulators of 64 bits and for grouped convolutions.
enum DeliverReference {
  /// Adds every synapse of every spike of `step`, payload and weight shift included, to channel-last accumulators.
  static func deliver(
    _ train: SpikeTrain, step: Int, taps: TapTable, projection: Projection, weights: WeightTensor,
    targetChannels: Int, paddedTargets: Int, into accumulators: inout [Int64]
  ) {
    let sourceChannels = train.shape.channels
    let tapCount =
      projection.kind == .convolution ? projection.convolution.kernelY * projection.convolution.kernelX : 1
    let groups = projection.kind == .convolution ? projection.convolution.groups : 1
    let sourcesPerGroup = sourceChannels / groups
    let targetsPerGroup = targetChannels / groups
    let pooledPixels = projection.kind == .dense ? weights.shape[1] / sourceChannels : 1
    let targetPixels = projection.kind == .dense ? weights.shape[0] / targetChannels : 1
    for group in train.stepStarts[step]..<train.stepStarts[step + 1] {
      let pixel = Int(train.pixels[group])
      for position in Int(train.channelStarts[group])..<Int(train.channelStarts[group + 1]) {
        let channel = Int(train.channels[position])
        let payload = train.hasPayload ? Int64(train.payloads[position]) : 1
        for entry in Int(taps.starts[pixel])..<Int(taps.starts[pixel + 1]) {
          let tap = Int(taps.taps[entry])
          let base = Int(taps.targets[entry]) * paddedTargets
          switch projection.kind {
          case .dense:
            let pixelOfTarget = tap % targetPixels
            for target in 0..<targetChannels {
              let row = target * targetPixels + pixelOfTarget
              let weight = Int64(weights[row * weights.shape[1] + channel * pooledPixels + tap / targetPixels])
              accumulators[base + target] &+= (weight << Int64(projection.shift(channel: target))) &* payload
            }
          case .convolution:
            let first = channel / sourcesPerGroup * targetsPerGroup
            for target in first..<(first + targetsPerGroup) {
              let weight = Int64(weights[(target * sourcesPerGroup + channel % sourcesPerGroup) * tapCount + tap])
              accumulators[base + target] &+= (weight << Int64(projection.shift(channel: target))) &* payload
            }
          case .identity:
            let parallel = weights.shape[1]
            var weight: Int64 = 0
            for part in 0..<parallel { weight &+= Int64(weights[channel * parallel + part]) }
            accumulators[base + channel] &+= (weight << Int64(projection.shift(channel: channel))) &* payload
          }
        }
      }
    }
  }
}
