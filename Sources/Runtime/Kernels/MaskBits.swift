import ChipModel
internal import CKernels

/// Counts in a bit a neuron, channel-last and padded.
enum MaskBits {
  /// Pixels that have any bit, and all bits.
  typealias Found = (groups: Int, spikes: Int)

  /// Those of pixels of `words` words.
  static func count(_ masks: [UInt16], from first: Int, pixels: Int, words: Int, level: KernelLevel) -> Found {
    guard first >= 0, first + pixels * words <= masks.count else { return (0, 0) }
    var found: [Found] = [(0, 0)]
    unsafe masks.withUnsafeBufferPointer { masks in
      guard let bits = masks.baseAddress else { return }
      unsafe count(bits + first, steps: 1, apart: 0, pixels: pixels, words: words, into: &found, level: level)
    }
    return found[0]
  }

  /// Adds those of steps, from an address, to those found before.
  static func count(
    _ bits: UnsafePointer<UInt16>, steps: Int, apart: Int, pixels: Int, words: Int, into found: inout [Found],
    from start: Int = 0, level: KernelLevel
  ) {
    guard start >= 0, start + steps <= found.count else { return }
    if level != .swift {
      return unsafe found.withUnsafeMutableBufferPointer {
        guard let counts = unsafe $0.baseAddress.map({ unsafe $0 + start }) else { return }
        unsafe counts.withMemoryRebound(to: ck_found.self, capacity: steps) {
          unsafe ck_count_bits(level.code, bits, steps, apart, pixels, words, $0)
        }
      }
    }
    for step in 0..<steps {
      for pixel in 0..<pixels {
        let first = step &* apart &+ pixel &* words
        let spikes = (0..<words).reduce(0) { unsafe $0 + bits[first &+ $1].nonzeroBitCount }
        found[start + step].groups += spikes > 0 ? 1 : 0
        found[start + step].spikes += spikes
      }
    }
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
