import ChipModel
internal import CKernels

/// The Swift twin of the C update kernels.
enum NeuronStepSwift {
  /// See ``NeuronStep/run(level:_:sent:sums:drive:sources:tiles:firing:settings:span:)``.
  static func run(_ update: ck_update, flags: Int32, saturations: inout Int) -> Int {
    var fired = 0
    for step in unsafe 0..<update.steps {
      var u = unsafe update
      unsafe u.narrow = update.narrow.map { unsafe $0 + step &* update.narrow_step }
      unsafe u.wide = update.wide.map { unsafe $0 + step &* update.wide_step }
      unsafe u.drive = update.drive.map { unsafe $0 + step &* update.drive_step }
      unsafe u.masks = update.masks.map { unsafe $0 + step &* update.mask_step }
      fired &+= unsafe runStep(u, flags: flags, saturations: &saturations)
    }
    return fired
  }

  private static func runStep(_ u: ck_update, flags: Int32, saturations: inout Int) -> Int {
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

  /// Compares and resets blocks of neurons into flag bytes, and packs these into bits: two loops, because one with both
  /// would not be vectorised.
  private static func fire(_ u: ck_update, _ v: UnsafeMutablePointer<Int32>, _ flags: Int32) -> Int {
    guard let limits = unsafe u.limit, let resets = unsafe u.reset, let masks = unsafe u.masks else { return 0 }
    let count = unsafe u.count
    let tile = unsafe u.tile
    return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { buffer in
      guard let marks = buffer.baseAddress else { return 0 }
      var fired = 0
      var at = 0
      var start = 0
      while start < count {
        let length = min(1024, tile &- at, count &- start)
        unsafe mark(
          v + start, limits + at, resets + at, u.negative.map { unsafe $0 + at }, u.sent.map { unsafe $0 + start },
          length, phase: u.phase, flags, marks)
        for word in 0..<(length / 16) {
          let bytes = unsafe UnsafeRawPointer(marks + word &* 16)
          let low = unsafe bytes.loadUnaligned(as: UInt64.self).littleEndian
          let high = unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
          // Eight bytes of 0 or 1 to eight bits: the product moves byte i to bit 56 + i.
          let lowBits = (low &* 0x0102_0408_1020_4080) &>> 56
          let highBits = (high &* 0x0102_0408_1020_4080) &>> 56
          unsafe masks[start / 16 &+ word] = UInt16(truncatingIfNeeded: lowBits | highBits &<< 8)
          fired &+= Int(truncatingIfNeeded: ((low &+ high) &* 0x0101_0101_0101_0101) &>> 56)
        }
        start &+= length
        at = at &+ length == tile ? 0 : at &+ length
      }
      return fired
    }
  }

  /// A byte for each of a block's neurons: 1 where it fires.
  @inline(__always)
  private static func mark(
    _ v: UnsafeMutablePointer<Int32>, _ limit: UnsafePointer<Int32>, _ reset: UnsafePointer<Int32>,
    _ negative: UnsafePointer<Int32>?, _ sent: UnsafePointer<Int32>?, _ length: Int, phase: Int32, _ flags: Int32,
    _ marks: UnsafeMutablePointer<UInt8>
  ) {
    if flags & Int32(CK_RESET) != 0 {
      for i in 0..<length {
        unsafe marks[i] = (v[i] &>> phase) > limit[i] ? 1 : 0
      }
      // Not in the same loop: the compiler would make a branch of what depends on the comparison.
      for i in 0..<length {
        unsafe v[i] = unsafe v[i] &- (reset[i] &<< phase) & (0 &- Int32(marks[i]))
      }
    } else if flags & Int32(CK_HARD) != 0 {
      for i in 0..<length {
        let before = unsafe v[i]
        let fires = unsafe (before &>> phase) > limit[i]
        unsafe v[i] = fires ? 0 : before
        unsafe marks[i] = fires ? 1 : 0
      }
    } else if let negative = unsafe negative, let sent = unsafe sent {
      for i in 0..<length {
        let above: UInt8 = unsafe v[i] > limit[i] ? 1 : 0
        let below: UInt8 = unsafe v[i] <= negative[i] ? 1 : 0
        let canTakeBack: UInt8 = unsafe sent[i] > 0 ? 1 : 0
        unsafe marks[i] = above | below & canTakeBack
      }
    } else if let negative = unsafe negative {
      for i in 0..<length {
        let above: UInt8 = unsafe v[i] > limit[i] ? 1 : 0
        let below: UInt8 = unsafe v[i] <= negative[i] ? 1 : 0
        unsafe marks[i] = above | below
      }
    } else {
      for i in 0..<length { unsafe marks[i] = v[i] > limit[i] ? 1 : 0 }
    }
  }

  /// What ``NeuronStep`` collects spikes with, beside AVX-512: eight bits at a time from tables, without a branch for each
  /// spike. Writes nothing behind so many spikes.
  static func collect(
    _ masks: UnsafePointer<UInt16>, _ order: UnsafePointer<UInt32>?, pixels: Int, padded: Int, first: UInt32, spikes: Int,
    _ outPixels: UnsafeMutablePointer<UInt32>, _ outEnds: UnsafeMutablePointer<UInt32>,
    _ channels: UnsafeMutablePointer<UInt32>, _ counts: UnsafeMutablePointer<UInt8>?
  ) -> Int {
    let words = padded / 16
    var next = 0
    var written = 0
    unsafe positionsOfBits.withUnsafeBufferPointer { positions in
      unsafe bytesOfBits.withUnsafeBufferPointer { bytes in
        @inline(__always) func take(_ bits: Int, _ channel: Int, _ count: UnsafeMutableRawPointer?) {
          let found = unsafe positions[bits] &+ SIMD8(repeating: UInt32(truncatingIfNeeded: channel))
          if next &+ 8 <= spikes {
            unsafe UnsafeMutableRawPointer(channels + next).storeBytes(of: found, as: SIMD8<UInt32>.self)
          } else {
            for lane in 0..<min(8, spikes &- next) { unsafe channels[next &+ lane] = found[lane] }
          }
          // No byte overflows into the next: counts are taken away before they reach 256.
          let ones = unsafe bytes[bits]
          if let count = unsafe count {
            unsafe count.storeBytes(of: count.loadUnaligned(as: UInt64.self) &+ ones, as: UInt64.self)
          }
          // The sum of the bytes: not every processor of the architecture counts bits by itself.
          next &+= Int(truncatingIfNeeded: (ones &* 0x0101_0101_0101_0101) &>> 56)
        }
        for index in 0..<pixels {
          let pixel = unsafe order.map { unsafe Int($0[index]) } ?? index
          let before = next
          for word in 0..<words {
            let bits = unsafe Int(masks[pixel &* words &+ word])
            if bits == 0 { continue }
            let count = unsafe counts.map { unsafe UnsafeMutableRawPointer($0 + (pixel &* padded &+ word &* 16)) }
            unsafe take(bits & 255, word &* 16, count)
            unsafe take(bits &>> 8, word &* 16 &+ 8, count.map { unsafe $0 + 8 })
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
