/// Spikes of one step in the groups that delivery adds up in registers, where these are not the train's own: the spikes of
/// a pooling cell together, or (dense) all spikes of the step.
///
/// Buffers are reused. Group `g` has key `keys[g]` and the weight rows `rows[starts[g]..<starts[g + 1]]`.
struct SpikeGroups: Sendable {
  /// How a projection's spikes are grouped. `cellOf` gives the cell of a source pixel, `UInt32.max` = none.
  enum Rule: Sendable {
    /// As the train has them: one group a source pixel.
    case pixels
    /// One group a cell.
    case cells(cellOf: [UInt32], count: Int)
    /// One group; the weight row is `cell * channels + channel`.
    case all(cellOf: [UInt32])
  }

  var keys: [UInt32] = []
  var starts: [UInt32] = [0]
  var rows: [UInt32] = []
  var payloads: [Int32] = []
  var count = 0
  private var fill: [UInt32] = []

  private mutating func size(keys keyCount: Int, spikes: Int, hasPayload: Bool) {
    func grow<T: FixedWidthInteger>(_ array: inout [T], _ count: Int) {
      if array.count < count { array = [T](repeating: 0, count: max(count, array.count * 2)) }
    }
    grow(&keys, keyCount)
    grow(&fill, keyCount)
    grow(&starts, keyCount + 1)
    grow(&rows, spikes)
    if hasPayload { grow(&payloads, spikes) }
  }

  /// One group of all spikes of `step`.
  mutating func gatherAll(_ train: SpikeTrain, step: Int, cellOf: [UInt32]) {
    let groups = train.stepStarts[step]..<train.stepStarts[step &+ 1]
    size(keys: 1, spikes: train.spikeCount(step: step), hasPayload: train.hasPayload)
    let sourceChannels = train.shape.channels
    let hasPayload = train.hasPayload
    var written = 0
    unsafe rows.withUnsafeMutableBufferPointer { rows in
      unsafe payloads.withUnsafeMutableBufferPointer { payloads in
        unsafe train.channels.withUnsafeBufferPointer { channels in
          unsafe train.payloads.withUnsafeBufferPointer { carried in
            unsafe train.channelStarts.withUnsafeBufferPointer { channelStarts in
              unsafe train.pixels.withUnsafeBufferPointer { pixels in
                unsafe cellOf.withUnsafeBufferPointer { cellOf in
                  for group in groups {
                    let cell = unsafe cellOf[Int(pixels[group])]
                    if cell == UInt32.max { continue }
                    let base = UInt32(truncatingIfNeeded: Int(cell) &* sourceChannels)
                    for position in unsafe Int(channelStarts[group])..<Int(channelStarts[group &+ 1]) {
                      unsafe rows[written] = unsafe base &+ channels[position]
                      if hasPayload { unsafe payloads[written] = unsafe carried[position] }
                      written &+= 1
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    keys[0] = 0
    starts[0] = 0
    starts[1] = UInt32(truncatingIfNeeded: written)
    count = written == 0 ? 0 : 1
  }

  /// One group a cell, cells in order.
  mutating func gatherCells(_ train: SpikeTrain, step: Int, cellOf: [UInt32], cells: Int) {
    let groups = train.stepStarts[step]..<train.stepStarts[step &+ 1]
    size(keys: cells, spikes: train.spikeCount(step: step), hasPayload: train.hasPayload)
    let hasPayload = train.hasPayload
    var found = 0
    unsafe keys.withUnsafeMutableBufferPointer { keys in
      unsafe fill.withUnsafeMutableBufferPointer { fill in
        unsafe starts.withUnsafeMutableBufferPointer { starts in
          unsafe rows.withUnsafeMutableBufferPointer { rows in
            unsafe payloads.withUnsafeMutableBufferPointer { payloads in
              unsafe train.channels.withUnsafeBufferPointer { channels in
                unsafe train.payloads.withUnsafeBufferPointer { carried in
                  unsafe train.channelStarts.withUnsafeBufferPointer { channelStarts in
                    unsafe train.pixels.withUnsafeBufferPointer { pixels in
                      unsafe cellOf.withUnsafeBufferPointer { cellOf in
                        for cell in 0..<cells { unsafe fill[cell] = 0 }
                        for group in groups {
                          let cell = unsafe cellOf[Int(pixels[group])]
                          if cell == UInt32.max { continue }
                          unsafe fill[Int(cell)] &+= channelStarts[group &+ 1] &- channelStarts[group]
                        }
                        var next: UInt32 = 0
                        unsafe starts[0] = 0
                        for cell in 0..<cells {
                          let size = unsafe fill[cell]
                          unsafe fill[cell] = next
                          next &+= size
                          unsafe keys[found] = UInt32(truncatingIfNeeded: cell)
                          unsafe starts[found &+ 1] = next
                          found &+= size > 0 ? 1 : 0
                        }
                        for group in groups {
                          let cell = unsafe cellOf[Int(pixels[group])]
                          if cell == UInt32.max { continue }
                          var at = unsafe Int(fill[Int(cell)])
                          for position in unsafe Int(channelStarts[group])..<Int(channelStarts[group &+ 1]) {
                            unsafe rows[at] = unsafe channels[position]
                            if hasPayload { unsafe payloads[at] = unsafe carried[position] }
                            at &+= 1
                          }
                          unsafe fill[Int(cell)] = UInt32(truncatingIfNeeded: at)
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
    count = found
  }
}
