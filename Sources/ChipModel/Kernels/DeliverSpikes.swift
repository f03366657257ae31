/// Adds the weights of one step's spikes to the accumulators, channel-last, padded to `paddedTargets` a pixel.
///
/// Every function here has the same meaning as ``DeliverReference`` and is tested against it bit for bit. Sums wrap at the
/// accumulator's width; the compiler has proven that the true sums fit. Spikes of one source pixel are added in registers
/// for each tap, then added to memory once.
enum DeliverSpikes {
  /// Spikes of one group that one register sum of packed pairs may hold.
  private static let registerLimit = 255

  /// Packed pairs, binary spikes, 16-bit accumulators.
  static func pairs(
    _ train: SpikeTrain, step: Int, taps: TapTable, packed: [Int16], rowStride: Int, sourceChannels: Int,
    paddedTargets: Int, into accumulators: inout [Int16]
  ) {
    unsafe accumulators.withUnsafeMutableBufferPointer { buffer in
      guard let out = buffer.baseAddress else { return }
      unsafe forEachRun(train, step: step, taps: taps, packed: packed, sourceChannels: sourceChannels, rowStride: rowStride)
      { channels, count, rows, target in
        let out = unsafe out + target &* paddedTargets
        var block = 0
        while block &+ 64 <= paddedTargets {
          let sums = unsafe sum64(channels, count, rows + block / 2, rowStride)
          unsafe add(sums.low0, to: out + block)
          unsafe add(sums.high0, to: out + block + 16)
          unsafe add(sums.low1, to: out + block + 32)
          unsafe add(sums.high1, to: out + block + 48)
          block &+= 64
        }
        if block &+ 32 <= paddedTargets {
          let sums = unsafe sum32(channels, count, rows + block / 2, rowStride)
          unsafe add(sums.low, to: out + block)
          unsafe add(sums.high, to: out + block + 16)
          block &+= 32
        }
        if block < paddedTargets {
          let sums = unsafe sum16(channels, count, rows + block / 2, rowStride)
          unsafe add(sums.low, to: out + block)
          unsafe add(sums.high, to: out + block + 8)
        }
      }
    }
  }

  /// Packed pairs, binary spikes, 32-bit accumulators.
  static func pairs(
    _ train: SpikeTrain, step: Int, taps: TapTable, packed: [Int16], rowStride: Int, sourceChannels: Int,
    paddedTargets: Int, into accumulators: inout [Int32]
  ) {
    unsafe accumulators.withUnsafeMutableBufferPointer { buffer in
      guard let out = buffer.baseAddress else { return }
      unsafe forEachRun(train, step: step, taps: taps, packed: packed, sourceChannels: sourceChannels, rowStride: rowStride)
      { channels, count, rows, target in
        let out = unsafe out + target &* paddedTargets
        var block = 0
        while block &+ 64 <= paddedTargets {
          let sums = unsafe sum64(channels, count, rows + block / 2, rowStride)
          unsafe widenAdd(sums.low0, to: out + block)
          unsafe widenAdd(sums.high0, to: out + block + 16)
          unsafe widenAdd(sums.low1, to: out + block + 32)
          unsafe widenAdd(sums.high1, to: out + block + 48)
          block &+= 64
        }
        if block &+ 32 <= paddedTargets {
          let sums = unsafe sum32(channels, count, rows + block / 2, rowStride)
          unsafe widenAdd(sums.low, to: out + block)
          unsafe widenAdd(sums.high, to: out + block + 16)
          block &+= 32
        }
        if block < paddedTargets {
          let sums = unsafe sum16(channels, count, rows + block / 2, rowStride)
          unsafe widenAdd(sums.low, to: out + block)
          unsafe widenAdd(sums.high, to: out + block + 8)
        }
      }
    }
  }

  /// 16-bit weights, binary spikes, 32-bit accumulators.
  static func wide(
    _ train: SpikeTrain, step: Int, taps: TapTable, weights: [Int16], rowStride: Int, sourceChannels: Int,
    paddedTargets: Int, into accumulators: inout [Int32]
  ) {
    unsafe accumulators.withUnsafeMutableBufferPointer { buffer in
      guard let out = buffer.baseAddress else { return }
      unsafe forEachRun(train, step: step, taps: taps, packed: weights, sourceChannels: sourceChannels, rowStride: rowStride)
      { channels, count, rows, target in
        let out = unsafe out + target &* paddedTargets
        var position = 0
        while position < count {
          let row = unsafe rows + Int(channels[position]) &* rowStride
          for i in 0..<paddedTargets { unsafe out[i] = unsafe out[i] &+ Int32(row[i]) }
          position &+= 1
        }
      }
    }
  }

  /// Spikes with payloads (or input values): every weight times the payload, 32-bit accumulators.
  ///
  /// The product is the engine's shortcut for |payload| additions; the chip multiplies nothing.
  static func scaled(
    _ train: SpikeTrain, step: Int, taps: TapTable, weights: PackedWeights, into accumulators: inout [Int32]
  ) {
    let padded = weights.paddedTargets
    let rowStride = weights.rowStride
    unsafe accumulators.withUnsafeMutableBufferPointer { buffer in
      guard let out = buffer.baseAddress else { return }
      switch weights.storage {
      case .wide(let values):
        unsafe forEachSpike(train, step: step, taps: taps, values, weights.sourceChannels, rowStride) {
          row, payload, target in
          let out = unsafe out + target &* padded
          for i in 0..<padded { unsafe out[i] = unsafe out[i] &+ Int32(row[i]) &* payload }
        }
      case .pairs(let values):
        unsafe forEachSpike(train, step: step, taps: taps, values, weights.sourceChannels, rowStride) {
          row, payload, target in
          var out = unsafe out + target &* padded
          var row = unsafe row
          var left = padded
          while left > 0 {
            let half = left >= 32 ? 16 : 8
            for i in 0..<half {
              let lane = unsafe row[i]
              let low = (lane & 0xff) &- 128
              unsafe out[i] = unsafe out[i] &+ Int32(low) &* payload
              unsafe out[half &+ i] = unsafe out[half &+ i] &+ Int32(lane &>> 8) &* payload
            }
            unsafe out += 2 &* half
            unsafe row += half
            left &-= 2 &* half
          }
        }
      }
    }
  }

  // MARK: - Iteration

  /// Calls `body(channels, count, rows of the tap, target pixel)` for every tap of every group of the step; groups larger
  /// than a register sum may hold come in parts.
  @inline(__always)
  private static func forEachRun(
    _ train: SpikeTrain, step: Int, taps: TapTable, packed: [Int16], sourceChannels: Int, rowStride: Int,
    _ body: (UnsafePointer<UInt32>, Int, UnsafePointer<Int16>, Int) -> Void
  ) {
    let groups = train.stepStarts[step]..<train.stepStarts[step &+ 1]
    if groups.isEmpty { return }
    let tapStride = sourceChannels &* rowStride
    unsafe train.pixels.withUnsafeBufferPointer { pixels in
      unsafe train.channelStarts.withUnsafeBufferPointer { channelStarts in
        unsafe train.channels.withUnsafeBufferPointer { channels in
          unsafe taps.starts.withUnsafeBufferPointer { starts in
            unsafe taps.taps.withUnsafeBufferPointer { tapIndices in
              unsafe taps.targets.withUnsafeBufferPointer { targets in
                unsafe packed.withUnsafeBufferPointer { weights in
                  guard let channelBase = channels.baseAddress, let weightBase = weights.baseAddress else { return }
                  for group in groups {
                    let pixel = unsafe Int(pixels[group])
                    var first = unsafe Int(channelStarts[group])
                    let end = unsafe Int(channelStarts[group &+ 1])
                    let tapRange = unsafe Int(starts[pixel])..<Int(starts[pixel &+ 1])
                    while first < end {
                      let count = min(end &- first, registerLimit)
                      for entry in tapRange {
                        unsafe body(
                          channelBase + first, count, weightBase + Int(tapIndices[entry]) &* tapStride,
                          Int(targets[entry]))
                      }
                      first &+= count
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

  /// Calls `body(weight row, payload, target pixel)` for every spike and tap of the step.
  @inline(__always)
  private static func forEachSpike(
    _ train: SpikeTrain, step: Int, taps: TapTable, _ values: [Int16], _ sourceChannels: Int, _ rowStride: Int,
    _ body: (UnsafePointer<Int16>, Int32, Int) -> Void
  ) {
    unsafe values.withUnsafeBufferPointer { weights in
      guard let weightBase = weights.baseAddress else { return }
      for group in train.stepStarts[step]..<train.stepStarts[step &+ 1] {
        let pixel = Int(train.pixels[group])
        for position in Int(train.channelStarts[group])..<Int(train.channelStarts[group &+ 1]) {
          let channel = Int(train.channels[position])
          let payload = train.hasPayload ? train.payloads[position] : 1
          for entry in Int(taps.starts[pixel])..<Int(taps.starts[pixel &+ 1]) {
            let row = unsafe weightBase + (Int(taps.taps[entry]) &* sourceChannels &+ channel) &* rowStride
            unsafe body(row, payload, Int(taps.targets[entry]))
          }
        }
      }
    }
  }

  // MARK: - Register sums

  @inline(__always)
  private static func load16(_ pointer: UnsafePointer<Int16>) -> SIMD16<Int16> {
    unsafe UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<Int16>.self)
  }

  @inline(__always)
  private static func load8(_ pointer: UnsafePointer<Int16>) -> SIMD8<Int16> {
    unsafe UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Int16>.self)
  }

  @inline(__always)
  private static func sum64(
    _ channels: UnsafePointer<UInt32>, _ count: Int, _ rows: UnsafePointer<Int16>, _ rowStride: Int
  ) -> (low0: SIMD16<Int16>, high0: SIMD16<Int16>, low1: SIMD16<Int16>, high1: SIMD16<Int16>) {
    var s0 = SIMD16<Int16>()
    var s1 = s0
    var h0 = s0
    var h1 = s0
    var i = 0
    while i < count {
      let row = unsafe rows + Int(channels[i]) &* rowStride
      let x0 = unsafe load16(row)
      let x1 = unsafe load16(row + 16)
      s0 &+= x0
      s1 &+= x1
      h0 &+= x0 &>> 8
      h1 &+= x1 &>> 8
      i &+= 1
    }
    let offset = SIMD16<Int16>(repeating: Int16(truncatingIfNeeded: count &* 128))
    return (s0 &- (h0 &<< 8) &- offset, h0, s1 &- (h1 &<< 8) &- offset, h1)
  }

  @inline(__always)
  private static func sum32(
    _ channels: UnsafePointer<UInt32>, _ count: Int, _ rows: UnsafePointer<Int16>, _ rowStride: Int
  ) -> (low: SIMD16<Int16>, high: SIMD16<Int16>) {
    var s = SIMD16<Int16>()
    var h = s
    var i = 0
    while i < count {
      let x = unsafe load16(rows + Int(channels[i]) &* rowStride)
      s &+= x
      h &+= x &>> 8
      i &+= 1
    }
    return (s &- (h &<< 8) &- SIMD16<Int16>(repeating: Int16(truncatingIfNeeded: count &* 128)), h)
  }

  @inline(__always)
  private static func sum16(
    _ channels: UnsafePointer<UInt32>, _ count: Int, _ rows: UnsafePointer<Int16>, _ rowStride: Int
  ) -> (low: SIMD8<Int16>, high: SIMD8<Int16>) {
    var s = SIMD8<Int16>()
    var h = s
    var i = 0
    while i < count {
      let x = unsafe load8(rows + Int(channels[i]) &* rowStride)
      s &+= x
      h &+= x &>> 8
      i &+= 1
    }
    return (s &- (h &<< 8) &- SIMD8<Int16>(repeating: Int16(truncatingIfNeeded: count &* 128)), h)
  }

  @inline(__always)
  private static func add(_ x: SIMD16<Int16>, to out: UnsafeMutablePointer<Int16>) {
    let raw = UnsafeMutableRawPointer(out)
    let sum = unsafe raw.loadUnaligned(as: SIMD16<Int16>.self) &+ x
    unsafe raw.storeBytes(of: sum, as: SIMD16<Int16>.self)
  }

  @inline(__always)
  private static func add(_ x: SIMD8<Int16>, to out: UnsafeMutablePointer<Int16>) {
    let raw = UnsafeMutableRawPointer(out)
    let sum = unsafe raw.loadUnaligned(as: SIMD8<Int16>.self) &+ x
    unsafe raw.storeBytes(of: sum, as: SIMD8<Int16>.self)
  }

  @inline(__always)
  private static func widenAdd(_ x: SIMD16<Int16>, to out: UnsafeMutablePointer<Int32>) {
    for i in 0..<16 { unsafe out[i] = unsafe out[i] &+ Int32(x[i]) }
  }

  @inline(__always)
  private static func widenAdd(_ x: SIMD8<Int16>, to out: UnsafeMutablePointer<Int32>) {
    for i in 0..<8 { unsafe out[i] = unsafe out[i] &+ Int32(x[i]) }
  }
}
