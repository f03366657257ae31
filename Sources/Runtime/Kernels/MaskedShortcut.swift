import ChipModel
internal import CKernels

/// An identity between equal maps, from the bits of a train: 16 neurons at a time, whatever the activity.
struct MaskedShortcut: Sendable {
  /// By channel, padded with 0.
  private let weights: [Int32]
  private let pixels: Int

  init(_ rows: SparseRows, pixels: Int) {
    self.pixels = pixels
    weights = rows.weights + [Int32](repeating: 0, count: PaddedChannels.count(rows.weights.count) - rows.weights.count)
  }

  /// Whether the train has bits, and so many spikes that one by one they would take longer.
  func isWorth(_ train: SpikeTrain, step: Int) -> Bool {
    train.maskWords > 0 && train.spikeCount(step: step) * 4 > train.maskWords
  }

  func deliver(_ train: SpikeTrain, step: Int, level: KernelLevel, into accumulators: inout [Int16]) {
    let first = step * train.maskWords
    if level == .swift {
      forEachSpike(train.masks, first) { accumulators[$0] &+= Int16(truncatingIfNeeded: $1) }
      return
    }
    unsafe accumulators.withUnsafeMutableBufferPointer { out in
      unsafe train.masks.withUnsafeBufferPointer { masks in
        guard let masks = masks.baseAddress else { return }
        unsafe ck_add_masked(level.code, masks + first, pixels, weights.count / 16, weights, out.baseAddress, 16)
      }
    }
  }

  func deliver(_ train: SpikeTrain, step: Int, level: KernelLevel, into accumulators: inout [Int32]) {
    let first = step * train.maskWords
    if level == .swift {
      forEachSpike(train.masks, first) { accumulators[$0] &+= $1 }
      return
    }
    unsafe accumulators.withUnsafeMutableBufferPointer { out in
      unsafe train.masks.withUnsafeBufferPointer { masks in
        guard let masks = masks.baseAddress else { return }
        unsafe ck_add_masked(level.code, masks + first, pixels, weights.count / 16, weights, out.baseAddress, 32)
      }
    }
  }

  /// The Swift twin of the C kernel: calls `body(accumulator, weight)`.
  private func forEachSpike(_ masks: [UInt16], _ first: Int, _ body: (Int, Int32) -> Void) {
    let words = weights.count / 16
    for word in 0..<(pixels * words) {
      var bits = masks[first + word]
      while bits != 0 {
        let lane = bits.trailingZeroBitCount
        bits &= bits &- 1
        body(word * 16 + lane, weights[word % words * 16 + lane])
      }
    }
  }
}
