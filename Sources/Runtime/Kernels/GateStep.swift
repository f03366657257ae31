import ChipModel
internal import CKernels

/// One step of max-pooling gates on 16-bit counts, 16 channels at a time.
enum GateStep {
  /// What the gates of a pooled map look at: the source pixels of each window.
  struct Windows: Sendable {
    /// Windows of source pixel `p`: `ofPixel[pixelStarts[p]..<pixelStarts[p + 1]]`.
    var pixelStarts: [UInt32] = [0]
    var ofPixel: [UInt32] = []
    /// First counts of the pixels of window `w`, likewise.
    var cellStarts: [UInt32] = [0]
    var cells: [UInt32] = []
    /// Channels of a pixel in counts.
    var padded = 16
    var count: Int { cellStarts.count - 1 }
  }

  /// Adds a step's spikes to the counts of their neurons and marks their windows.
  static func count(
    _ train: SpikeTrain, step: Int, _ windows: Windows, counts: inout [Int16], touched: inout [UInt8]
  ) {
    let padded = windows.padded
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe touched.withUnsafeMutableBufferPointer { touched in
        unsafe train.channels.withUnsafeBufferPointer { channels in
          unsafe train.channelStarts.withUnsafeBufferPointer { starts in
            unsafe windows.pixelStarts.withUnsafeBufferPointer { pixelStarts in
              unsafe windows.ofPixel.withUnsafeBufferPointer { ofPixel in
                for group in train.stepStarts[step]..<train.stepStarts[step &+ 1] {
                  let pixel = Int(train.pixels[group])
                  for window in unsafe Int(pixelStarts[pixel])..<Int(pixelStarts[pixel &+ 1]) {
                    unsafe touched[Int(ofPixel[window])] = 1
                  }
                  let base = pixel &* padded
                  for position in unsafe Int(starts[group])..<Int(starts[group &+ 1]) {
                    let payload = train.hasPayload ? Int16(truncatingIfNeeded: train.payloads[position]) : 1
                    unsafe counts[base &+ Int(channels[position])] &+= payload
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// Windows that follow one another, the source pixels that they read, and how far these pixels' counts lie behind
  /// where the first pixel of the map would have them: bands count on their own the pixels that they share.
  struct Band: Sendable {
    var windows: Range<Int>
    var pixels: Range<Int>
    var firstCount = 0
  }

  /// Counts and marks of gates, for as long as their owner lends them. Threads may run at once, each other bands.
  @safe struct Gates: @unchecked Sendable {
    let windows: Windows
    fileprivate let counts: UnsafeMutablePointer<Int16>
    fileprivate let largest: UnsafeMutablePointer<Int16>
    fileprivate let change: UnsafeMutablePointer<Int16>?
    fileprivate let touched: UnsafeMutablePointer<UInt8>
    fileprivate let masks: UnsafeMutablePointer<UInt16>

    /// Counts a band's bits of a whole train from fresh counts, and writes which largest counts changed, step by step.
    func run(_ band: Band, _ train: SpikeTrain, level: KernelLevel) {
      let (padded, words) = (windows.padded, windows.padded / 16)
      unsafe (counts + (band.firstCount + band.pixels.lowerBound * padded)).update(
        repeating: 0, count: band.pixels.count * padded)
      unsafe (largest + band.windows.lowerBound * padded).update(repeating: 0, count: band.windows.count * padded)
      let ones = [Int32](repeating: 1, count: padded)
      let maskWords = windows.count * words
      for step in 0..<train.steps {
        unsafe (masks + (step * maskWords + band.windows.lowerBound * words)).update(
          repeating: 0, count: band.windows.count * words)
        if train.spikeCount(step: step) == 0 { continue }
        count(band, train, step: step, ones, level: level)
        _ = GateStep.run(level: level, self, band, firstMask: step * maskWords)
      }
    }

    /// Adds a step's bits to the counts of a band, 16 neurons at a time, and marks its windows.
    private func count(_ band: Band, _ train: SpikeTrain, step: Int, _ ones: [Int32], level: KernelLevel) {
      let words = windows.padded / 16
      let first = step * train.maskWords + band.pixels.lowerBound * words
      guard words > 0, first + band.pixels.count * words <= train.masks.count else { return }
      unsafe train.masks.withUnsafeBufferPointer { masks in
        guard let bits = unsafe masks.baseAddress.map({ unsafe $0 + first }) else { return }
        let to = unsafe counts + (band.firstCount + band.pixels.lowerBound * windows.padded)
        if level != .swift { unsafe ck_add_masked(level.code, bits, band.pixels.count, words, ones, to, 16) }
        for (index, pixel) in band.pixels.enumerated() {
          var any: UInt16 = 0
          for word in 0..<words {
            var mask = unsafe bits[index &* words &+ word]
            any |= mask
            while level == .swift && mask != 0 {
              unsafe to[(index &* words &+ word) &* 16 &+ mask.trailingZeroBitCount] &+= 1
              mask &= mask &- 1
            }
          }
          if any == 0 { continue }
          for window in windows.ofPixel[Int(windows.pixelStarts[pixel])..<Int(windows.pixelStarts[pixel &+ 1])]
          where band.windows.contains(Int(window)) {
            unsafe touched[Int(window)] = 1
          }
        }
      }
    }
  }

  /// Lends them while `body` runs.
  ///
  /// - Parameters:
  ///   - change: by how much the largest counts changed; empty where nobody asks.
  ///   - masks: a bit for each that changed.
  static func with<Result>(
    _ windows: Windows, counts: inout [Int16], largest: inout [Int16], change: inout [Int16], touched: inout [UInt8],
    masks: inout [UInt16], _ body: (Gates) -> Result
  ) -> Result? {
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe largest.withUnsafeMutableBufferPointer { largest in
        unsafe change.withUnsafeMutableBufferPointer { change in
          unsafe touched.withUnsafeMutableBufferPointer { touched in
            unsafe masks.withUnsafeMutableBufferPointer { masks in
              guard let counts = counts.baseAddress, let largest = largest.baseAddress, let touched = touched.baseAddress,
                let masks = masks.baseAddress
              else { return nil }
              return unsafe body(
                Gates(
                  windows: windows, counts: counts, largest: largest,
                  change: change.isEmpty ? nil : change.baseAddress, touched: touched, masks: masks))
            }
          }
        }
      }
    }
  }

  /// Finds the largest counts of a band's windows that are marked, and unmarks them; the bits of other windows stay.
  ///
  /// - Returns: how many changed.
  static func run(level: KernelLevel, _ gates: Gates, _ band: Band, firstMask: Int = 0) -> Int {
    let (first, padded) = (band.windows.lowerBound, gates.windows.padded)
    return unsafe gates.windows.cellStarts.withUnsafeBufferPointer { cellStarts in
      unsafe gates.windows.cells.withUnsafeBufferPointer { cells in
        var gate = unsafe ck_gate(
          windows: band.windows.count, padded: padded, cell_starts: cellStarts.baseAddress.map { unsafe $0 + first },
          cells: cells.baseAddress, counts: gates.counts + band.firstCount, largest: gates.largest + first * padded,
          change: gates.change.map { unsafe $0 + first * padded }, touched: gates.touched + first,
          masks: gates.masks + (firstMask + first * padded / 16))
        return unsafe level == .swift ? scalar(gate) : ck_gate_step(level.code, &gate)
      }
    }
  }

  /// The Swift twin of the C kernel.
  private static func scalar(_ gate: ck_gate) -> Int {
    guard let cellStarts = unsafe gate.cell_starts, let cells = unsafe gate.cells, let counts = unsafe gate.counts,
      let largest = unsafe gate.largest, let touched = unsafe gate.touched, let masks = unsafe gate.masks
    else { return 0 }
    let padded = unsafe gate.padded
    var fired = 0
    for window in unsafe 0..<gate.windows where unsafe touched[window] != 0 {
      unsafe touched[window] = 0
      for lane in 0..<padded {
        var most = Int16.min
        for cell in unsafe cellStarts[window]..<cellStarts[window &+ 1] {
          most = unsafe max(most, counts[Int(cells[Int(cell)]) &+ lane])
        }
        let at = window &* padded &+ lane
        let rise = unsafe most &- largest[at]
        unsafe largest[at] = most
        if let change = unsafe gate.change { unsafe change[at] = rise }
        let bit: UInt16 = 1 &<< UInt16(truncatingIfNeeded: at & 15)
        unsafe masks[at &>> 4] = rise != 0 ? masks[at &>> 4] | bit : masks[at &>> 4] & ~bit
        fired &+= rise != 0 ? 1 : 0
      }
    }
    return fired
  }
}
