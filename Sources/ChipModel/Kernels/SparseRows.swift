/// Projections whose spikes reach few target channels: identities and grouped convolutions, and weights that no 16 bits
/// hold after their shift. Weights have 32 bits, shifts applied, parallel synapses of an identity added up.
///
/// Source channel `c` reaches channels `first[c]..<first[c] + width` of each target pixel.
struct SparseRows: Sendable {
  let first: [Int32]
  let width: Int
  let taps: Int
  /// `[source channel][tap][width]`
  let weights: [Int32]

  /// Nil where a shifted weight does not fit 32 bits, and for dense projections.
  init?(projection: Projection, weights: WeightTensor, sourceChannels: Int, targetChannels: Int) {
    var values: [Int32] = []
    var fits = true
    func append(_ weight: Int64, shift: Int) {
      let shifted = weight << Int64(min(shift, 40))
      fits = fits && shifted >= Int64(Int32.min) && shifted <= Int64(Int32.max)
      values.append(Int32(truncatingIfNeeded: shifted))
    }
    switch projection.kind {
    case .dense:
      return nil
    case .identity:
      width = 1
      taps = 1
      first = (0..<Int32(truncatingIfNeeded: sourceChannels)).map { $0 }
      let parallel = weights.shape[1]
      for channel in 0..<sourceChannels {
        var sum: Int64 = 0
        for part in 0..<parallel { sum += Int64(weights[channel * parallel + part]) }
        append(sum, shift: projection.shift(channel: channel))
      }
    case .convolution:
      let groups = projection.convolution.groups
      let taps = projection.convolution.kernelY * projection.convolution.kernelX
      let sources = sourceChannels / groups
      let targets = targetChannels / groups
      self.taps = taps
      width = targets
      first = (0..<sourceChannels).map { Int32(truncatingIfNeeded: $0 / sources * targets) }
      for channel in 0..<sourceChannels {
        for tap in 0..<taps {
          for target in (channel / sources * targets)..<((channel / sources + 1) * targets) {
            append(
              Int64(weights[(target * sources + channel % sources) * taps + tap]),
              shift: projection.shift(channel: target))
          }
        }
      }
    }
    guard fits else { return nil }
    self.weights = values
  }

  /// Adds the spikes of `step`, payloads included.
  func deliver(_ train: SpikeTrain, step: Int, table: TapTable, padded: Int, into accumulators: inout [Int32]) {
    let groups = train.stepStarts[step]..<train.stepStarts[step &+ 1]
    let hasPayload = train.hasPayload
    let width = self.width
    let taps = self.taps
    unsafe accumulators.withUnsafeMutableBufferPointer { accumulators in
      unsafe train.channels.withUnsafeBufferPointer { channels in
        unsafe train.payloads.withUnsafeBufferPointer { payloads in
          unsafe table.taps.withUnsafeBufferPointer { tapIndices in
            unsafe table.targets.withUnsafeBufferPointer { targets in
              unsafe weights.withUnsafeBufferPointer { weights in
                unsafe first.withUnsafeBufferPointer { first in
                  for group in groups {
                    let pixel = Int(train.pixels[group])
                    let spikes = Int(train.channelStarts[group])..<Int(train.channelStarts[group &+ 1])
                    for entry in Int(table.starts[pixel])..<Int(table.starts[pixel &+ 1]) {
                      let base = unsafe Int(targets[entry]) &* padded
                      let tap = unsafe Int(tapIndices[entry])
                      for position in spikes {
                        let channel = unsafe Int(channels[position])
                        let payload = unsafe hasPayload ? payloads[position] : 1
                        let to = unsafe base &+ Int(first[channel])
                        let row = (channel &* taps &+ tap) &* width
                        for i in 0..<width {
                          unsafe accumulators[to &+ i] &+= weights[row &+ i] &* payload
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
