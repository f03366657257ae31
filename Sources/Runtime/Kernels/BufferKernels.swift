import ChipModel

/// Plain loops over whole buffers that run once a sample.
enum BufferKernels {
  /// Makes room without clearing it: each value is written before it is read. What was there is not kept.
  static func makeRoom<T: FixedWidthInteger>(_ array: inout [T], _ count: Int) {
    if array.count >= count { return }
    array = []
    array = unsafe [T](unsafeUninitializedCapacity: count) { $1 = count }
  }

  /// Copies without letting go of the target's storage, as far as both reach.
  static func copy(_ source: [Int32], to target: inout [Int32]) {
    unsafe source.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe to.update(from: from, count: min(source.count, target.count))
      }
    }
  }

  /// The same for bytes. Not generic: without whole-module optimisation a generic loop goes byte by byte through a table.
  static func copy(_ source: [UInt8], to target: inout [UInt8]) {
    unsafe source.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe to.update(from: from, count: min(source.count, target.count))
      }
    }
  }

  static func copy(_ source: [UInt16], from first: Int, count: Int, to target: inout [UInt16], at start: Int) {
    guard first >= 0, start >= 0, count >= 0, first + count <= source.count, start + count <= target.count else { return }
    unsafe source.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe (to + start).update(from: from + first, count: count)
      }
    }
  }

  static func clear(_ target: inout [UInt8]) {
    unsafe target.withUnsafeMutableBufferPointer { unsafe $0.update(repeating: 0) }
  }

  static func clear<T: FixedWidthInteger>(_ target: inout [T]) {
    unsafe target.withUnsafeMutableBufferPointer { unsafe $0.update(repeating: 0) }
  }

  /// `sums = values + tile`, the tile repeating. Returns whether any is not 0.
  static func add(_ values: [Int32], tile: [Int32], into sums: inout [Int32]) -> Bool {
    var any: Int32 = 0
    let count = min(values.count, sums.count)
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe values.withUnsafeBufferPointer { values in
        unsafe tile.withUnsafeBufferPointer { tile in
          for start in stride(from: 0, to: count, by: max(1, tile.count)) {
            for i in 0..<min(tile.count, count - start) {
              let sum = unsafe values[start + i] &+ tile[i]
              unsafe sums[start + i] = sum
              any |= sum
            }
          }
        }
      }
    }
    return any != 0
  }

  /// The least and the largest of the first values, and 0.
  static func extremes(_ values: [Int32], count: Int) -> (low: Int32, high: Int32) {
    var (low, high): (Int32, Int32) = (0, 0)
    unsafe values.withUnsafeBufferPointer { values in
      for i in 0..<min(count, values.count) {
        low = unsafe min(low, values[i])
        high = unsafe max(high, values[i])
      }
    }
    return (low, high)
  }

  /// Counts every spike of a train at `pixel * padded + channel`.
  static func count(_ train: SpikeTrain, padded: Int, spikes: inout [UInt32], payloads: inout [UInt64]) {
    let groups = train.stepStarts[train.stepStarts.count - 1]
    let hasPayload = train.hasPayload
    let counts = !payloads.isEmpty && !hasPayload
    unsafe spikes.withUnsafeMutableBufferPointer { spikes in
      unsafe payloads.withUnsafeMutableBufferPointer { payloads in
        unsafe train.channels.withUnsafeBufferPointer { channels in
          unsafe train.channelStarts.withUnsafeBufferPointer { starts in
            unsafe train.pixels.withUnsafeBufferPointer { pixels in
              for group in 0..<groups {
                let base = unsafe Int(pixels[group]) &* padded
                for position in unsafe Int(starts[group])..<Int(starts[group &+ 1]) {
                  let at = unsafe base &+ Int(channels[position])
                  unsafe spikes[at] &+= 1
                  if hasPayload { unsafe payloads[at] &+= UInt64(train.payloads[position].magnitude) }
                  if counts { unsafe payloads[at] &+= 1 }
                }
              }
            }
          }
        }
      }
    }
  }

  /// Adds 8-bit counts to the totals and clears them.
  static func addCounts(_ counts: inout [UInt8], count: Int, to totals: inout [UInt32]) {
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe totals.withUnsafeMutableBufferPointer { totals in
        guard let from = counts.baseAddress, let to = totals.baseAddress else { return }
        for i in 0..<min(count, totals.count) { unsafe to[i] = unsafe to[i] &+ UInt32(from[i]) }
        unsafe from.update(repeating: 0, count: count)
      }
    }
  }

  /// Counts the |payload| of every spike of a train at `pixel * padded + channel`.
  static func addPayloads(_ train: SpikeTrain, padded: Int, to totals: inout [UInt64]) {
    for group in 0..<train.groupCount {
      for spike in Int(train.channelStarts[group])..<Int(train.channelStarts[group + 1]) {
        totals[Int(train.pixels[group]) * padded + Int(train.channels[spike])] &+= UInt64(train.payloads[spike].magnitude)
      }
    }
  }

  /// `drive = roundHalfEven(2^fractionBits * sum / 2^12) + bias`, all of it proven to fit 32 bits; sums are cleared.
  ///
  /// - Returns: the largest magnitude.
  static func currents(_ sums: Accumulators, fractionBits: Int, bias: [Int32], into drive: inout [Int32]) -> Int64 {
    let count = drive.count
    let tile = bias.count
    let fraction = Int32(truncatingIfNeeded: fractionBits)
    let shift = Int32(InputEncoder.inputFractionBits)
    let half = Int32(1) << (shift - 1)
    var low: Int32 = 0
    var high: Int32 = 0
    unsafe drive.withUnsafeMutableBufferPointer { drive in
      unsafe bias.withUnsafeBufferPointer { bias in
        guard let sums = unsafe sums.wide.baseAddress, let drive = drive.baseAddress, let bias = bias.baseAddress else { return }
        var start = 0
        while start < count {
          let length = min(tile, count &- start)
          let from = unsafe sums + start
          let to = unsafe drive + start
          for i in 0..<length {
            let x = unsafe from[i] &<< fraction
            // Half to even: just under a half is added where the floor is even, a half where it is odd.
            let y = (x &+ (half &- 1) &+ ((x &>> shift) & 1)) &>> shift
            let z = unsafe y &+ bias[i]
            low = min(low, z)
            high = max(high, z)
            unsafe to[i] = z
            unsafe from[i] = 0
          }
          start &+= length
        }
      }
    }
    return max(Int64(high), -Int64(low))
  }
}
