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
    let order = TapWeights(projection, weights, sourceChannels: sourceChannels, targetChannels: targetChannels)
    for group in train.stepStarts[step]..<train.stepStarts[step + 1] {
      let pixel = Int(train.pixels[group])
      for position in Int(train.channelStarts[group])..<Int(train.channelStarts[group + 1]) {
        let channel = Int(train.channels[position])
        let payload = train.hasPayload ? Int64(train.payloads[position]) : 1
        for entry in Int(taps.starts[pixel])..<Int(taps.starts[pixel + 1]) {
          let tap = Int(taps.taps[entry])
          let base = Int(taps.targets[entry]) * paddedTargets
          order.forEachTarget(of: channel, tap: tap, weights) { target, weight in
            accumulators[base + target] &+= (weight << Int64(projection.shift(channel: target))) &* payload
          }
        }
      }
    }
  }
}
