import ChipModel

/// Projections whose spikes reach few target channels: identities and grouped convolutions, and weights that no 16 bits
/// hold after their shift. Weights have 32 bits, shifts applied, parallel synapses of an identity added up.
///
/// Source channel `c` reaches channels `first[c]..<first[c] + width` of each target pixel.
struct SparseRows: Sendable {
  let first: [Int32]
  let width: Int
  let taps: Int
  /// Source channel `c` reaches channel `c` alone. A grouped 1x1 convolution of width 1 does not: its groups may have
  /// several sources.
  let isIdentity: Bool
  /// `[source channel][tap][width]`
  let weights: [Int32]

  /// Nil where a shifted weight does not fit 32 bits, and where every neuron reaches every other.
  init?(projection: Projection, weights: WeightTensor, sourceChannels: Int, targetChannels: Int) {
    isIdentity = projection.kind.traits.isElementwise
    let order = TapWeights(projection, weights, sourceChannels: sourceChannels, targetChannels: targetChannels)
    // Its rows would be as long as the layer.
    if projection.kind.traits.isFull { return nil }
    (width, taps) = (order.targetsPerGroup, order.taps)
    first = (0..<sourceChannels).map { Int32(truncatingIfNeeded: order.targets(of: $0).lowerBound) }
    var values: [Int32] = []
    var fits = true
    for channel in 0..<sourceChannels {
      for tap in 0..<taps {
        order.forEachTarget(of: channel, tap: tap, weights) { target, weight in
          let shifted = weight << Int64(min(projection.shift(channel: target), 40))
          fits = fits && shifted >= Int64(Int32.min) && shifted <= Int64(Int32.max)
          values.append(Int32(truncatingIfNeeded: shifted))
        }
      }
    }
    guard fits else { return nil }
    self.weights = values
  }

  /// Adds the spikes of `step`, payloads included; 16-bit lanes are proven to hold the sums.
  func deliver(_ train: SpikeTrain, step: Int, table: TapTable, padded: Int, into lanes: Lanes) {
    if lanes.isNarrow {
      guard let out = unsafe lanes.sums.narrow.baseAddress.map({ unsafe $0 + lanes.start }) else { return }
      unsafe add(train, step: step, table: table, padded: padded, into: out)
    } else {
      guard let out = unsafe lanes.sums.wide.baseAddress.map({ unsafe $0 + lanes.start }) else { return }
      unsafe add(train, step: step, table: table, padded: padded, into: out)
    }
  }

  @inline(__always)
  private func add<Sum: FixedWidthInteger>(
    _ train: SpikeTrain, step: Int, table: TapTable, padded: Int, into accumulators: UnsafeMutablePointer<Sum>
  ) {
    let groups = train.stepStarts[step]..<train.stepStarts[step &+ 1]
    let hasPayload = train.hasPayload
    let width = self.width
    let taps = self.taps
    let isIdentity = isIdentity
    unsafe train.channels.withUnsafeBufferPointer { channels in
      unsafe train.payloads.withUnsafeBufferPointer { payloads in
        unsafe train.pixels.withUnsafeBufferPointer { pixels in
          unsafe train.channelStarts.withUnsafeBufferPointer { channelStarts in
            unsafe table.starts.withUnsafeBufferPointer { entryStarts in
              unsafe table.taps.withUnsafeBufferPointer { tapIndices in
                unsafe table.targets.withUnsafeBufferPointer { targets in
                  unsafe weights.withUnsafeBufferPointer { weights in
                    unsafe first.withUnsafeBufferPointer { first in
                      for group in groups {
                        let pixel = unsafe Int(pixels[group])
                        let spikes = unsafe Int(channelStarts[group])..<Int(channelStarts[group &+ 1])
                        for entry in unsafe Int(entryStarts[pixel])..<Int(entryStarts[pixel &+ 1]) {
                          let base = unsafe Int(targets[entry]) &* padded
                          if isIdentity && !hasPayload {
                            // Channel c reaches channel c: the residual shortcuts, most of what comes here.
                            for position in spikes {
                              let channel = unsafe Int(channels[position])
                              unsafe accumulators[base &+ channel] &+= Sum(truncatingIfNeeded: weights[channel])
                            }
                            continue
                          }
                          let tap = unsafe Int(tapIndices[entry])
                          for position in spikes {
                            let channel = unsafe Int(channels[position])
                            let payload = unsafe hasPayload ? payloads[position] : 1
                            let to = unsafe base &+ Int(first[channel])
                            let row = (channel &* taps &+ tap) &* width
                            for i in 0..<width {
                              unsafe accumulators[to &+ i] &+= Sum(truncatingIfNeeded: weights[row &+ i] &* payload)
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
  }
}
