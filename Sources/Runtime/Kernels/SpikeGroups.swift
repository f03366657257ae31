import ChipModel

/// Spikes of one step in the groups that delivery adds up in registers, where these are not the train's own: the spikes of
/// a pooling cell together, or (dense) all spikes of the step.
///
/// Buffers are reused. Group `g` has key `keys[g]` and the spikes `starts[g]..<starts[g + 1]` of `rows` (of the train itself
/// where cells are gathered).
struct SpikeGroups: Sendable {
  /// How a projection's spikes are grouped. `cellOf` gives the cell of a source pixel, `UInt32.max` = none.
  enum Rule: Sendable {
    /// As the train has them: one group a source pixel.
    case pixels
    /// One group a run of pixels of one cell.
    case cells(cellOf: [UInt32], count: Int)
    /// One group; the weight row is `cell * channels + channel`.
    case all(cellOf: [UInt32])
  }

  var keys: [UInt32] = []
  var starts: [UInt32] = [0]
  var rows: [UInt32] = []
  var payloads: [Int32] = []
  var count = 0

  private mutating func size(keys keyCount: Int, spikes: Int, hasPayload: Bool) {
    func grow<T: FixedWidthInteger>(_ array: inout [T], _ count: Int) {
      if array.count < count { array = [T](repeating: 0, count: max(count, array.count * 2)) }
    }
    grow(&keys, keyCount)
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

  /// One group for each run of pixels of one cell. Its rows are the train's own channels: a population that feeds pooled
  /// projections emits its pixels cell by cell (``EnginePlan/pixelOrder(of:)``), so that a cell is one run. A train in
  /// another order gives more groups and the same sums. Spikes outside every cell get the key `cells`, which reaches nothing.
  mutating func gatherCells(_ train: SpikeTrain, step: Int, cellOf: [UInt32], cells: Int) {
    let groups = train.stepStarts[step]..<train.stepStarts[step &+ 1]
    size(keys: groups.count, spikes: 0, hasPayload: false)
    let outside = UInt32(truncatingIfNeeded: cells)
    starts[0] = train.channelStarts[groups.lowerBound]
    var found = 0
    unsafe keys.withUnsafeMutableBufferPointer { keys in
      unsafe starts.withUnsafeMutableBufferPointer { starts in
        unsafe train.channelStarts.withUnsafeBufferPointer { channelStarts in
          unsafe train.pixels.withUnsafeBufferPointer { pixels in
            unsafe cellOf.withUnsafeBufferPointer { cellOf in
              var last = UInt32.max
              for group in groups {
                let cell = min(outside, unsafe cellOf[Int(pixels[group])])
                found &+= cell == last ? 0 : 1
                unsafe keys[found &- 1] = cell
                unsafe starts[found] = unsafe channelStarts[group &+ 1]
                last = cell
              }
            }
          }
        }
      }
    }
    count = found
  }
}
