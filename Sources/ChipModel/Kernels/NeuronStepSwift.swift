internal import CKernels

/// The Swift twin of the C update kernels.
enum NeuronStepSwift {
  /// See ``NeuronStep/run(level:v:narrow:wide:drive:sources:tiles:firing:settings:masks:)``.
  static func run(_ u: ck_update, flags: Int32, saturations: inout Int) -> Int {
    guard let v = unsafe u.v else { return 0 }
    let count = unsafe u.count
    if flags & Int32(CK_INTEGRATE) != 0 {
      let isDriven = unsafe u.drive != nil
      let block = unsafe isDriven ? u.drive_tile : count
      var start = 0
      while start < count {
        let length = min(block, count &- start)
        unsafe integrate(u, v + start, start, length, flags & Int32(CK_SATURATE) != 0, &saturations)
        start &+= length
      }
    }
    return unsafe flags & Int32(CK_FIRE) != 0 ? fire(u, v, flags) : 0
  }

  @inline(__always)
  private static func integrate(
    _ u: ck_update, _ v: UnsafeMutablePointer<Int32>, _ start: Int, _ length: Int, _ saturates: Bool,
    _ saturations: inout Int
  ) {
    let scale = unsafe u.fraction
    let phase = unsafe u.phase
    let narrow = unsafe u.narrow.map { unsafe $0 + start }
    let wide = unsafe u.wide.map { unsafe $0 + start }
    if unsafe u.leak > 0 {
      let leak = unsafe u.leak
      for i in 0..<length { unsafe v[i] = unsafe v[i] &- (v[i] &>> leak) }
    }
    if saturates {
      let low = unsafe u.low
      let high = unsafe u.high
      var clipped: Int32 = 0
      for i in 0..<length {
        var sum: Int32 = 0
        if let narrow = unsafe narrow { sum = unsafe Int32(narrow[i]) }
        if let wide = unsafe wide { sum = unsafe sum &+ wide[i] }
        sum = sum &<< scale
        if let drive = unsafe u.drive { sum = unsafe sum &+ drive[i] }
        let before = unsafe v[i]
        let added = sum &<< phase
        let x = before &+ added
        // Overflow of 32 bits shows as a sign that neither operand has.
        let wrapped = ((before ^ x) & (added ^ x)) < 0
        let y = wrapped ? (before < 0 ? low : high) : min(max(x, low), high)
        clipped = clipped &+ (wrapped || x != y ? 1 : 0)
        unsafe v[i] = y
      }
      saturations &+= Int(clipped)
    } else {
      if let narrow = unsafe narrow {
        let shift = scale &+ phase
        for i in 0..<length { unsafe v[i] = unsafe v[i] &+ (Int32(narrow[i]) &<< shift) }
      }
      if let wide = unsafe wide {
        let shift = scale &+ phase
        for i in 0..<length { unsafe v[i] = unsafe v[i] &+ (wide[i] &<< shift) }
      }
      if let drive = unsafe u.drive {
        for i in 0..<length { unsafe v[i] = unsafe v[i] &+ (drive[i] &<< phase) }
      }
    }
    if let narrow = unsafe narrow { unsafe narrow.update(repeating: 0, count: length) }
    if let wide = unsafe wide { unsafe wide.update(repeating: 0, count: length) }
  }

  /// Compares and resets blocks of 64 neurons into flag bytes, and packs these into bits.
  private static func fire(_ u: ck_update, _ v: UnsafeMutablePointer<Int32>, _ flags: Int32) -> Int {
    guard let limits = unsafe u.limit, let resets = unsafe u.reset, let masks = unsafe u.masks else { return 0 }
    let phase = unsafe u.phase
    let count = unsafe u.count
    let isSoft = flags & Int32(CK_RESET) != 0
    let isHard = flags & Int32(CK_HARD) != 0
    var fired = 0
    var at = 0
    var bytes = SIMD16<UInt8>()
    for start in stride(from: 0, to: count, by: 16) {
      let part = unsafe v + start
      let limit = unsafe limits + at
      let reset = unsafe resets + at
      var seen: UInt8 = 0
      unsafe withUnsafeMutableBytes(of: &bytes) { out in
        if isSoft {
          for i in 0..<16 {
            let fires = unsafe (part[i] &>> phase) > limit[i]
            unsafe part[i] = unsafe part[i] &- (fires ? reset[i] &<< phase : 0)
            unsafe out[i] = fires ? 1 : 0
            seen |= fires ? 1 : 0
          }
        } else if isHard {
          for i in 0..<16 {
            let fires = unsafe part[i] > limit[i]
            unsafe part[i] = unsafe fires ? 0 : part[i]
            unsafe out[i] = fires ? 1 : 0
            seen |= fires ? 1 : 0
          }
        } else if let negative = unsafe u.negative.map({ unsafe $0 + at }) {
          for i in 0..<16 {
            let fires = unsafe (part[i] > limit[i]) || (part[i] <= negative[i])
            unsafe out[i] = fires ? 1 : 0
            seen |= fires ? 1 : 0
          }
        } else {
          for i in 0..<16 {
            let fires = unsafe part[i] > limit[i]
            unsafe out[i] = fires ? 1 : 0
            seen |= fires ? 1 : 0
          }
        }
      }
      var mask: UInt16 = 0
      if seen != 0 {
        // Eight bytes of 0 or 1 to eight bits: the product moves byte i to bit 56 + i.
        let halves = unsafe unsafeBitCast(bytes, to: SIMD2<UInt64>.self)
        let low = (halves[0].littleEndian &* 0x0102_0408_1020_4080) &>> 56
        let high = (halves[1].littleEndian &* 0x0102_0408_1020_4080) &>> 56
        mask = UInt16(truncatingIfNeeded: low | high &<< 8)
      }
      unsafe masks[start / 16] = mask
      fired &+= mask.nonzeroBitCount
      at &+= 16
      if unsafe at == u.tile { at = 0 }
    }
    return fired
  }

  /// What ``NeuronStep`` collects spikes with, beside AVX-512: eight bits at a time from tables, without a branch for each
  /// spike. Writes up to eight channels more than there are spikes.
  static func collect(
    _ masks: UnsafePointer<UInt16>, _ order: UnsafePointer<UInt32>?, pixels: Int, padded: Int, first: UInt32,
    _ outPixels: UnsafeMutablePointer<UInt32>, _ outEnds: UnsafeMutablePointer<UInt32>,
    _ channels: UnsafeMutablePointer<UInt32>, _ counts: UnsafeMutablePointer<UInt8>
  ) -> Int {
    let words = padded / 16
    var next = 0
    var written = 0
    unsafe positionsOfBits.withUnsafeBufferPointer { positions in
      unsafe bytesOfBits.withUnsafeBufferPointer { bytes in
        @inline(__always) func take(_ bits: Int, _ channel: Int, _ count: UnsafeMutableRawPointer) {
          let found = unsafe positions[bits] &+ SIMD8(repeating: UInt32(truncatingIfNeeded: channel))
          unsafe UnsafeMutableRawPointer(channels + next).storeBytes(of: found, as: SIMD8<UInt32>.self)
          // No byte overflows into the next: counts are taken away before they reach 256.
          let ones = unsafe bytes[bits]
          unsafe count.storeBytes(of: count.loadUnaligned(as: UInt64.self) &+ ones, as: UInt64.self)
          // The sum of the bytes: not every processor of the architecture counts bits by itself.
          next &+= Int(truncatingIfNeeded: (ones &* 0x0101_0101_0101_0101) &>> 56)
        }
        for index in 0..<pixels {
          let pixel = unsafe order.map { unsafe Int($0[index]) } ?? index
          let before = next
          for word in 0..<words {
            let bits = unsafe Int(masks[pixel &* words &+ word])
            if bits == 0 { continue }
            let count = unsafe UnsafeMutableRawPointer(counts + (pixel &* padded &+ word &* 16))
            unsafe take(bits & 255, word &* 16, count)
            unsafe take(bits &>> 8, word &* 16 &+ 8, count + 8)
          }
          if next > before {
            unsafe outPixels[written] = UInt32(truncatingIfNeeded: pixel)
            unsafe outEnds[written] = first &+ UInt32(truncatingIfNeeded: next)
            written &+= 1
          }
        }
      }
    }
    return written
  }

  /// Positions of the bits of a byte, ascending, then zeros.
  private static let positionsOfBits: [SIMD8<UInt32>] = (0..<256).map { bits in
    var positions = SIMD8<UInt32>()
    for (index, bit) in (0..<8).filter({ bits >> $0 & 1 == 1 }).enumerated() { positions[index] = UInt32(bit) }
    return positions
  }

  /// A byte of 0 or 1 in memory for each bit of a byte.
  private static let bytesOfBits: [UInt64] = (0..<256).map { bits in
    var bytes: UInt64 = 0
    for bit in 0..<8 where bits >> bit & 1 == 1 { bytes |= 1 << UInt64(8 * bit) }
    return bytes.littleEndian
  }
}
