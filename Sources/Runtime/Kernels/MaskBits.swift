import ChipModel
internal import CKernels

/// Counts in a bit a neuron, channel-last and padded.
enum MaskBits {
  /// Pixels of `words` words that have any bit, and all bits.
  static func count(
    _ masks: [UInt16], from first: Int, pixels: Int, words: Int, level: KernelLevel
  ) -> (groups: Int, spikes: Int) {
    guard first >= 0, first + pixels * words <= masks.count else { return (0, 0) }
    var groups = 0
    var spikes = 0
    if level == .swift {
      for pixel in 0..<pixels {
        let before = spikes
        for word in 0..<words { spikes += masks[first + pixel * words + word].nonzeroBitCount }
        groups += spikes > before ? 1 : 0
      }
      return (groups, spikes)
    }
    unsafe masks.withUnsafeBufferPointer { masks in
      guard let bits = masks.baseAddress else { return }
      spikes = unsafe ck_count_bits(level.code, bits + first, pixels, words, &groups)
    }
    return (groups, spikes)
  }

  static func clear(_ masks: inout [UInt16], from first: Int, count: Int) {
    guard first >= 0, first + count <= masks.count else { return }
    unsafe masks.withUnsafeMutableBufferPointer { masks in
      guard let bits = masks.baseAddress else { return }
      unsafe (bits + first).update(repeating: 0, count: count)
    }
  }

  /// Adds to each neuron's total the number of steps in which its bit is set.
  static func add(_ masks: [UInt16], steps: Int, words: Int, to totals: inout [UInt32], level: KernelLevel) {
    guard steps * words <= masks.count, words * 16 <= totals.count else { return }
    if level == .swift {
      for at in 0..<(steps * words) {
        var bits = masks[at]
        while bits != 0 {
          totals[at % words * 16 + bits.trailingZeroBitCount] &+= 1
          bits &= bits &- 1
        }
      }
      return
    }
    unsafe masks.withUnsafeBufferPointer { masks in
      unsafe totals.withUnsafeMutableBufferPointer { totals in
        guard let bits = masks.baseAddress, let totals = totals.baseAddress else { return }
        for first in stride(from: 0, to: steps, by: 255) {
          unsafe ck_add_spikes(level.code, bits + first * words, min(255, steps - first), words, totals)
        }
      }
    }
  }
}
