import ChipModel
internal import CKernels

/// Counts in a bit a neuron, channel-last and padded.
enum MaskBits {
  /// Pixels of `words` words that have any bit, and all bits.
  static func count(
    _ masks: [UInt16], from first: Int, pixels: Int, words: Int, level: KernelLevel
  ) -> (groups: Int, spikes: Int) {
    guard first >= 0, first + pixels * words <= masks.count else { return (0, 0) }
    return unsafe masks.withUnsafeBufferPointer { masks in
      unsafe masks.baseAddress.map { unsafe count($0 + first, pixels: pixels, words: words, level: level) } ?? (0, 0)
    }
  }

  /// The same from an address.
  static func count(
    _ bits: UnsafePointer<UInt16>, pixels: Int, words: Int, level: KernelLevel
  ) -> (groups: Int, spikes: Int) {
    var groups = 0
    var spikes = 0
    if level != .swift {
      spikes = unsafe ck_count_bits(level.code, bits, pixels, words, &groups)
      return (groups, spikes)
    }
    for pixel in 0..<pixels {
      let before = spikes
      for word in 0..<words { unsafe spikes += bits[pixel &* words &+ word].nonzeroBitCount }
      groups += spikes > before ? 1 : 0
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
  ///
  /// - Parameters:
  ///   - start: the first of these steps.
  ///   - isFresh: whether totals are nothing before.
  static func add(
    _ masks: [UInt16], from start: Int = 0, steps: Int, words: Int, to totals: inout [UInt32],
    isFresh: Bool = false, level: KernelLevel, team: WorkTeam = .alone
  ) {
    guard start >= 0, (start + steps) * words <= masks.count, words * 16 <= totals.count else { return }
    if level == .swift {
      if isFresh { BufferKernels.clear(&totals) }
      for at in 0..<(steps * words) {
        var bits = masks[start * words + at]
        while bits != 0 {
          totals[at % words * 16 + bits.trailingZeroBitCount] &+= 1
          bits &= bits &- 1
        }
      }
      return
    }
    unsafe masks.withUnsafeBufferPointer { masks in
      unsafe totals.withUnsafeMutableBufferPointer { totals in
        guard let bits = unsafe masks.baseAddress.map({ unsafe $0 + start * words }), let totals = totals.baseAddress else {
          return
        }
        let counting = unsafe Counting(bits: bits, totals: totals, steps: steps, words: words, isFresh: isFresh, level: level)
        _ = team.sum((words + Counting.part - 1) / Counting.part) { part, _ in
          counting.add(part: part)
          return 0
        }
      }
    }
  }

  /// Totals that threads add to, each others.
  @safe private struct Counting: @unchecked Sendable {
    let bits: UnsafePointer<UInt16>
    let totals: UnsafeMutablePointer<UInt32>
    let steps: Int
    let words: Int
    let isFresh: Bool
    let level: KernelLevel
    /// Words of a part: whole vectors.
    static let part = 128

    func add(part: Int) {
      let first = part * Counting.part
      let count = min(Counting.part, words - first)
      if isFresh { unsafe (totals + first * 16).update(repeating: 0, count: count * 16) }
      for step in stride(from: 0, to: steps, by: 255) {
        unsafe ck_add_spikes(
          level.code, bits + (step * words + first), min(255, steps - step), words, count,
          totals + first * 16)
      }
    }
  }
}
