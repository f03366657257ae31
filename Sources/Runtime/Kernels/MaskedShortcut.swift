import ChipModel
internal import CKernels

/// An identity between equal maps, from the bits of a train: 16 neurons at a time, whatever the activity.
struct MaskedShortcut: Sendable {
  /// By channel, padded with 0.
  private let weights: [Int32]

  init(_ rows: SparseRows) {
    weights = rows.weights + [Int32](repeating: 0, count: PaddedChannels.count(rows.weights.count) - rows.weights.count)
  }

  /// Whether the train has bits, and so many spikes that one by one they would take longer.
  func isWorth(_ train: SpikeTrain, steps: Range<Int>) -> Bool {
    train.maskWords > 0 && steps.reduce(0) { $0 + train.spikeCount(step: $1) } * 4 > train.maskWords * steps.count
  }

  /// Adds the spikes of some pixels, whose lanes begin where `lanes` do.
  func deliver(_ train: SpikeTrain, step: Int, pixels: Range<Int>, level: KernelLevel, into lanes: Lanes) {
    let words = weights.count / 16
    let first = step * train.maskWords + pixels.lowerBound * words
    unsafe train.masks.withUnsafeBufferPointer { masks in
      guard let masks = unsafe masks.baseAddress.map({ unsafe $0 + first }) else { return }
      if lanes.isNarrow {
        guard let out = unsafe lanes.sums.narrow.baseAddress.map({ unsafe $0 + lanes.start }) else { return }
        if level == .swift {
          unsafe forEachSpike(masks, pixels.count) { unsafe out[$0] &+= Int16(truncatingIfNeeded: $1) }
        } else {
          unsafe ck_add_masked(level.code, masks, pixels.count, words, weights, out, 16)
        }
      } else {
        guard let out = unsafe lanes.sums.wide.baseAddress.map({ unsafe $0 + lanes.start }) else { return }
        if level == .swift {
          unsafe forEachSpike(masks, pixels.count) { unsafe out[$0] &+= $1 }
        } else {
          unsafe ck_add_masked(level.code, masks, pixels.count, words, weights, out, 32)
        }
      }
    }
  }

  /// The Swift twin of the C kernel: calls `body(accumulator, weight)`.
  private func forEachSpike(_ masks: UnsafePointer<UInt16>, _ pixels: Int, _ body: (Int, Int32) -> Void) {
    let words = weights.count / 16
    for word in 0..<(pixels * words) {
      var bits = unsafe masks[word]
      while bits != 0 {
        let lane = bits.trailingZeroBitCount
        bits &= bits &- 1
        body(word * 16 + lane, weights[word % words * 16 + lane])
      }
    }
  }
}
