import ChipModel
internal import CKernels

/// The Swift twin of the C delivery kernels: the same addresses, layouts and sums, whatever the compiler's flags.
///
/// Loops stay at `SIMD16`: wider ones become calls.
enum DeliverSwift {
  /// Packed pairs into 16-bit accumulators; register sums are exact modulo 2^16.
  static func pairs(_ d: ck_delivery, into out: UnsafeMutablePointer<Int16>) {
    unsafe forEachPart(d, limit: Int.max) { first, end, offset in
      unsafe forEachBlock(d, first.group) { row, at, channel in
        if unsafe d.half >= 16 {
          let sums = unsafe sum16(d, row, first.spike, end)
          unsafe add(sums.total &- (sums.high &<< 8) &- offset, d, channel, to: out + at)
          unsafe add(sums.high, d, channel + d.half, to: out + at + d.half)
        } else {
          let sums = unsafe sum8(d, row, first.spike, end)
          let offset = SIMD8<Int16>(repeating: offset[0])
          unsafe add(sums.total &- (sums.high &<< 8) &- offset, d, channel, to: out + at)
          unsafe add(sums.high, d, channel + d.half, to: out + at + d.half)
        }
      }
    }
  }

  /// Packed pairs into 32-bit accumulators; a register sum holds at most 255 weights of 8 bits.
  static func pairs(_ d: ck_delivery, into out: UnsafeMutablePointer<Int32>) {
    unsafe forEachPart(d, limit: 255) { first, end, offset in
      if unsafe d.payloads != nil, end == first.spike + 1, unsafe d.payloads[first.spike].magnitude > 255 {
        unsafe scaled(d, first, into: out)
        return
      }
      unsafe forEachBlock(d, first.group) { row, at, channel in
        if unsafe d.half >= 16 {
          let sums = unsafe sum16(d, row, first.spike, end)
          unsafe widenAdd(sums.total &- (sums.high &<< 8) &- offset, d, channel, to: out + at)
          unsafe widenAdd(sums.high, d, channel + d.half, to: out + at + d.half)
        } else {
          let sums = unsafe sum8(d, row, first.spike, end)
          let offset = SIMD8<Int16>(repeating: offset[0])
          unsafe widenAdd(sums.total &- (sums.high &<< 8) &- offset, d, channel, to: out + at)
          unsafe widenAdd(sums.high, d, channel + d.half, to: out + at + d.half)
        }
      }
    }
  }

  /// One spike whose payload is too large for 16-bit register sums.
  private static func scaled(
    _ d: ck_delivery, _ spike: (group: Int, spike: Int), into out: UnsafeMutablePointer<Int32>
  ) {
    let payload = unsafe d.payloads[spike.spike]
    let base = unsafe Int(d.rows[spike.spike]) &* d.row_stride
    let width = unsafe d.half >= 16 ? 16 : 8
    unsafe forEachBlock(d, spike.group) { row, at, channel in
      for i in 0..<width {
        let lane = unsafe row[base &+ i]
        let (low, high) = unsafe (payload &* factor(d, channel &+ i), payload &* factor(d, channel &+ d.half &+ i))
        unsafe out[at &+ i] = unsafe out[at &+ i] &+ Int32((lane & 0xff) &- 128) &* low
        unsafe out[at &+ d.half &+ i] = unsafe out[at &+ d.half &+ i] &+ Int32(lane &>> 8) &* high
      }
    }
  }

  /// One weight a lane, times the payload where there is one, into 32-bit accumulators.
  static func wide(_ d: ck_delivery, into out: UnsafeMutablePointer<Int32>) {
    for group in unsafe 0..<d.groups {
      for position in unsafe Int(d.starts[group])..<Int(d.starts[group &+ 1]) {
        let base = unsafe d.weights + Int(d.rows[position]) &* d.row_stride
        let payload = unsafe d.payloads == nil ? 1 : d.payloads[position]
        let key = unsafe Int(d.keys[group])
        for run in unsafe Int(d.run_starts[key])..<Int(d.run_starts[key &+ 1]) {
          var row = unsafe base + Int(d.run_taps[run]) &* d.tap_lanes
          for entry in unsafe Int(d.run_targets[run])..<Int(d.run_targets[run &+ 1]) {
            let to = unsafe out + Int(d.targets[entry])
            if unsafe d.payloads == nil {
              for i in unsafe 0..<d.tap_lanes { unsafe to[i] = unsafe to[i] &+ Int32(row[i]) }
            } else {
              for i in unsafe 0..<d.tap_lanes { unsafe to[i] = unsafe to[i] &+ Int32(row[i]) &* payload }
            }
            unsafe row += d.tap_lanes
          }
        }
      }
    }
  }

  // MARK: - Iteration

  /// Calls `body(first, end, offset)` for parts of groups whose |payloads| add up to at most `limit` (or of one spike);
  /// `offset` is 128 times their sum.
  @inline(__always)
  private static func forEachPart(
    _ d: ck_delivery, limit: Int, _ body: ((group: Int, spike: Int), Int, SIMD16<Int16>) -> Void
  ) {
    for group in unsafe 0..<d.groups {
      var first = unsafe Int(d.starts[group])
      let last = unsafe Int(d.starts[group &+ 1])
      while first < last {
        var end = first
        var sum = 0
        if let payloads = unsafe d.payloads {
          var size = 0
          while end < last {
            let payload = unsafe Int(payloads[end])
            if end > first && size &+ abs(payload) > limit { break }
            size &+= abs(payload)
            sum &+= payload
            end &+= 1
          }
        } else {
          end = last &- first > limit ? first &+ limit : last
          sum = end &- first
        }
        body((group, first), end, SIMD16(repeating: Int16(truncatingIfNeeded: sum &* 128)))
        first = end
      }
    }
  }

  /// Calls `body(weights of the vector in row 0, accumulator of its first low channel, that channel)` for every vector of the
  /// group.
  @inline(__always)
  private static func forEachBlock(_ d: ck_delivery, _ group: Int, _ body: (UnsafePointer<Int16>, Int, Int) -> Void) {
    let key = unsafe Int(d.keys[group])
    let width = unsafe d.half >= 16 ? 16 : 8
    for run in unsafe Int(d.run_starts[key])..<Int(d.run_starts[key &+ 1]) {
      var weights = unsafe d.weights + Int(d.run_taps[run]) &* d.tap_lanes
      for entry in unsafe Int(d.run_targets[run])..<Int(d.run_targets[run &+ 1]) {
        let target = unsafe Int(d.targets[entry])
        var lane = 0
        while unsafe lane < d.tap_lanes {
          let channel = unsafe lane &+ lane / d.half &* d.half
          unsafe body(weights + lane, target &+ channel, channel)
          lane &+= width
        }
        unsafe weights += d.tap_lanes
      }
    }
  }

  // MARK: - Register sums

  @inline(__always)
  private static func sum16(
    _ d: ck_delivery, _ weights: UnsafePointer<Int16>, _ first: Int, _ end: Int
  ) -> (total: SIMD16<Int16>, high: SIMD16<Int16>) {
    var total = SIMD16<Int16>()
    var high = total
    if let payloads = unsafe d.payloads {
      for i in first..<end {
        let x = unsafe load16(weights + Int(d.rows[i]) &* d.row_stride)
        let payload = SIMD16<Int16>(repeating: unsafe Int16(truncatingIfNeeded: payloads[i]))
        total &+= x &* payload
        high &+= (x &>> 8) &* payload
      }
    } else {
      let rows = unsafe d.rows
      let stride = unsafe d.row_stride
      var i = first
      while i < end {
        let x = unsafe load16(weights + Int(rows.unsafelyUnwrapped[i]) &* stride)
        total &+= x
        high &+= x &>> 8
        i &+= 1
      }
    }
    return (total, high)
  }

  @inline(__always)
  private static func sum8(
    _ d: ck_delivery, _ weights: UnsafePointer<Int16>, _ first: Int, _ end: Int
  ) -> (total: SIMD8<Int16>, high: SIMD8<Int16>) {
    var total = SIMD8<Int16>()
    var high = total
    for i in first..<end {
      let x = unsafe load8(weights + Int(d.rows[i]) &* d.row_stride)
      let payload = SIMD8<Int16>(repeating: unsafe d.payloads == nil ? 1 : Int16(truncatingIfNeeded: d.payloads[i]))
      total &+= x &* payload
      high &+= (x &>> 8) &* payload
    }
    return (total, high)
  }

  @inline(__always)
  private static func load16(_ pointer: UnsafePointer<Int16>) -> SIMD16<Int16> {
    unsafe UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<Int16>.self)
  }

  @inline(__always)
  private static func load8(_ pointer: UnsafePointer<Int16>) -> SIMD8<Int16> {
    unsafe UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Int16>.self)
  }

  /// What a channel's sum is multiplied by.
  @inline(__always)
  private static func factor(_ d: ck_delivery, _ channel: Int) -> Int32 {
    unsafe d.factors == nil ? 1 : Int32(d.factors[channel])
  }

  @inline(__always)
  private static func add(_ x: SIMD16<Int16>, _ d: ck_delivery, _ channel: Int, to out: UnsafeMutablePointer<Int16>) {
    let raw = UnsafeMutableRawPointer(out)
    let y = unsafe d.factors == nil ? x : x &* load16(d.factors + channel)
    unsafe raw.storeBytes(of: raw.loadUnaligned(as: SIMD16<Int16>.self) &+ y, as: SIMD16<Int16>.self)
  }

  @inline(__always)
  private static func add(_ x: SIMD8<Int16>, _ d: ck_delivery, _ channel: Int, to out: UnsafeMutablePointer<Int16>) {
    let raw = UnsafeMutableRawPointer(out)
    let y = unsafe d.factors == nil ? x : x &* load8(d.factors + channel)
    unsafe raw.storeBytes(of: raw.loadUnaligned(as: SIMD8<Int16>.self) &+ y, as: SIMD8<Int16>.self)
  }

  @inline(__always)
  private static func widenAdd(_ x: SIMD16<Int16>, _ d: ck_delivery, _ channel: Int, to out: UnsafeMutablePointer<Int32>) {
    for i in 0..<16 { unsafe out[i] = unsafe out[i] &+ Int32(x[i]) &* factor(d, channel &+ i) }
  }

  @inline(__always)
  private static func widenAdd(_ x: SIMD8<Int16>, _ d: ck_delivery, _ channel: Int, to out: UnsafeMutablePointer<Int32>) {
    for i in 0..<8 { unsafe out[i] = unsafe out[i] &+ Int32(x[i]) &* factor(d, channel &+ i) }
  }
}
