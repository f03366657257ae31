import ChipModel

extension SpikeTrain {
  /// Makes values of the map that are not 0 the payloads of an empty train's one step.
  ///
  /// - Parameters:
  ///   - values: row-major over the shape.
  ///   - costs: likewise; empty: none.
  /// - Returns: what those that are not 0 cost, together.
  mutating func enter(_ values: [Int32], costs: [Int]) -> Int {
    let (area, channelCount) = (shape.pixels, shape.channels)
    guard values.count >= shape.count, costs.isEmpty || costs.count >= shape.count else { return 0 }
    reserve(groups: area, spikes: shape.count)
    var (groups, spikes, cost) = (0, 0, 0)
    unsafe pixels.withUnsafeMutableBufferPointer { pixels in
      unsafe channelStarts.withUnsafeMutableBufferPointer { starts in
        unsafe channels.withUnsafeMutableBufferPointer { channels in
          unsafe payloads.withUnsafeMutableBufferPointer { payloads in
            unsafe values.withUnsafeBufferPointer { values in
              unsafe costs.withUnsafeBufferPointer { costs in
                for pixel in 0..<area {
                  let before = spikes
                  for channel in 0..<channelCount {
                    let at = channel &* area &+ pixel
                    let value = unsafe values[at]
                    if value == 0 { continue }
                    unsafe channels[spikes] = UInt32(truncatingIfNeeded: channel)
                    unsafe payloads[spikes] = value
                    spikes &+= 1
                    if !costs.isEmpty { unsafe cost &+= costs[at] }
                  }
                  if spikes == before { continue }
                  unsafe pixels[groups] = UInt32(truncatingIfNeeded: pixel)
                  groups &+= 1
                  unsafe starts[groups] = UInt32(truncatingIfNeeded: spikes)
                }
              }
            }
          }
        }
      }
    }
    (groupCount, spikeCount) = (groups, spikes)
    endStep()
    return cost
  }
}
