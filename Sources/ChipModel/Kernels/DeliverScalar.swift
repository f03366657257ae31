/// Identity and grouped projections, one synapse at a time into 32-bit accumulators: few synapses a spike, nothing for a
/// vector to do. The same meaning as ``DeliverReference``.
enum DeliverScalar {
  static func deliver(
    _ train: SpikeTrain, step: Int, taps: TapTable, projection: Projection, weights: WeightTensor,
    targetChannels: Int, paddedTargets: Int, into accumulators: inout [Int32]
  ) {
    let isIdentity = projection.kind == .identity
    let groups = isIdentity ? 1 : projection.convolution.groups
    let tapCount = isIdentity ? 1 : projection.convolution.kernelY * projection.convolution.kernelX
    let sourcesPerGroup = train.shape.channels / groups
    let targetsPerGroup = targetChannels / groups
    let parallel = isIdentity ? weights.shape[1] : 1
    for group in train.stepStarts[step]..<train.stepStarts[step + 1] {
      let pixel = Int(train.pixels[group])
      for position in Int(train.channelStarts[group])..<Int(train.channelStarts[group + 1]) {
        let channel = Int(train.channels[position])
        let payload = train.hasPayload ? train.payloads[position] : 1
        for entry in Int(taps.starts[pixel])..<Int(taps.starts[pixel + 1]) {
          let base = Int(taps.targets[entry]) * paddedTargets
          if isIdentity {
            var weight: Int32 = 0
            for part in 0..<parallel { weight &+= weights[channel * parallel + part] }
            let shift = Int32(truncatingIfNeeded: projection.shift(channel: channel))
            accumulators[base + channel] &+= (weight << shift) &* payload
            continue
          }
          let first = channel / sourcesPerGroup * targetsPerGroup
          let column = channel % sourcesPerGroup
          let tap = Int(taps.taps[entry])
          for target in first..<(first + targetsPerGroup) {
            let weight = weights[(target * sourcesPerGroup + column) * tapCount + tap]
            let shift = Int32(truncatingIfNeeded: projection.shift(channel: target))
            accumulators[base + target] &+= (weight << shift) &* payload
          }
        }
      }
    }
  }
}
