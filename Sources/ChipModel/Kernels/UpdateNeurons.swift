/// The neuron update, in two passes over blocks: an arithmetic pass without branches (sum, saturate, compare) that
/// vectorises, then a scan of the flag bytes that resets the neurons that fired and emits their spikes.
///
/// Equal to ``NeuronRule`` bit for bit. Used where every intermediate is proven to fit 32 bits; elsewhere
/// ``UpdateReference`` runs the rule itself.
enum UpdateNeurons {
  /// What the arithmetic pass of a step needs beside the arrays.
  struct Step {
    /// Left shift of the delivered sums: the fraction bits.
    var fractionShift: Int32
    /// Left shift of the summed current: the phase.
    var phaseShift: Int32
    /// Leak of `lif`, 0 = none.
    var leakShift: Int32
    var low: Int32
    var high: Int32
    /// Whether saturation is possible and must be counted.
    var saturates: Bool
  }

  /// `v = saturate(v - leak + ((accumulators << fraction) + drive) << phase)`; accumulators are cleared; flags mark
  /// `v >= bound << phase` (and `v <= negative`). Parameter tiles of `tile` values repeat over the population.
  ///
  /// - Returns: the number of saturations.
  static func integrate(
    v: inout [Int32], narrow: inout [Int16], wide: inout [Int32], hasNarrow: Bool, hasWide: Bool, drive: [Int32],
    hasDrive: Bool, step: Step
  ) -> Int {
    let count = v.count
    let tile = hasDrive ? drive.count : count
    var saturations = 0
    unsafe v.withUnsafeMutableBufferPointer { v in
      unsafe narrow.withUnsafeMutableBufferPointer { narrow in
        unsafe wide.withUnsafeMutableBufferPointer { wide in
          unsafe drive.withUnsafeBufferPointer { drive in
            guard let v = v.baseAddress else { return }
            var start = 0
            while start < count {
              let length = min(tile, count &- start)
              let part = unsafe v + start
              if step.leakShift > 0 {
                for i in 0..<length { unsafe part[i] = unsafe part[i] &- (part[i] &>> step.leakShift) }
              }
              if step.saturates {
                let scale = step.fractionShift
                let phase = step.phaseShift
                var clipped: Int32 = 0
                for i in 0..<length {
                  var sum: Int32 = 0
                  if hasNarrow { sum = unsafe Int32(narrow[start &+ i]) }
                  if hasWide { sum = unsafe sum &+ wide[start &+ i] }
                  sum = sum &<< scale
                  if hasDrive { sum = unsafe sum &+ drive[i] }
                  let before = unsafe part[i]
                  let added = sum &<< phase
                  let x = before &+ added
                  // Overflow of 32 bits shows as a sign that neither operand has.
                  let wrapped = ((before ^ x) & (added ^ x)) < 0
                  let bound = wrapped ? (before < 0 ? step.low : step.high) : x
                  let y = min(max(bound, step.low), step.high)
                  clipped = clipped &+ (wrapped || x != y ? 1 : 0)
                  unsafe part[i] = y
                }
                saturations &+= Int(clipped)
              } else {
                unsafe add(
                  part, narrow: hasNarrow ? narrow.baseAddress.map { unsafe $0 + start } : nil,
                  wide: hasWide ? wide.baseAddress.map { unsafe $0 + start } : nil,
                  drive: hasDrive ? drive.baseAddress : nil, length: length, step: step)
              }
              if hasNarrow, let base = narrow.baseAddress { unsafe (base + start).update(repeating: 0, count: length) }
              if hasWide, let base = wide.baseAddress { unsafe (base + start).update(repeating: 0, count: length) }
              start &+= length
            }
          }
        }
      }
    }
    return saturations
  }

  @inline(__always)
  private static func add(
    _ v: UnsafeMutablePointer<Int32>, narrow: UnsafeMutablePointer<Int16>?, wide: UnsafeMutablePointer<Int32>?,
    drive: UnsafePointer<Int32>?, length: Int, step: Step
  ) {
    let sumShift = step.fractionShift &+ step.phaseShift
    let phase = step.phaseShift
    if let narrow = unsafe narrow {
      if let drive = unsafe drive, unsafe wide == nil {
        for i in 0..<length {
          unsafe v[i] = unsafe v[i] &+ (Int32(narrow[i]) &<< sumShift) &+ (drive[i] &<< phase)
        }
        return
      }
      for i in 0..<length { unsafe v[i] = unsafe v[i] &+ (Int32(narrow[i]) &<< sumShift) }
    }
    if let wide = unsafe wide {
      if let drive = unsafe drive {
        for i in 0..<length { unsafe v[i] = unsafe v[i] &+ (wide[i] &<< sumShift) &+ (drive[i] &<< phase) }
        return
      }
      for i in 0..<length { unsafe v[i] = unsafe v[i] &+ (wide[i] &<< sumShift) }
      return
    }
    if let drive = unsafe drive {
      for i in 0..<length { unsafe v[i] = unsafe v[i] &+ (drive[i] &<< phase) }
    }
  }

  /// Marks neurons that fire: byte 1 where `v >= bound << phase`, or where `negative` exists and `v <= negative`.
  ///
  /// - Returns: whether any byte is set.
  static func flag(
    v: [Int32], bound: [Int32], negative: [Int32], hasNegative: Bool, phaseShift: Int32, flags: inout [UInt8]
  ) -> Bool {
    let count = v.count
    let tile = bound.count
    var any: UInt8 = 0
    unsafe v.withUnsafeBufferPointer { v in
      unsafe bound.withUnsafeBufferPointer { bound in
        unsafe negative.withUnsafeBufferPointer { negative in
          unsafe flags.withUnsafeMutableBufferPointer { flags in
            guard let v = v.baseAddress, let bound = bound.baseAddress, let flags = flags.baseAddress else { return }
            var start = 0
            while start < count {
              let length = min(tile, count &- start)
              let part = unsafe v + start
              let out = unsafe flags + start
              var seen: UInt8 = 0
              if hasNegative, let negative = negative.baseAddress {
                for i in 0..<length {
                  let flag: UInt8 = unsafe part[i] >= bound[i] || part[i] <= negative[i] ? 1 : 0
                  unsafe out[i] = flag
                  seen |= flag
                }
              } else if phaseShift == 0 {
                for i in 0..<length {
                  let flag: UInt8 = unsafe part[i] >= bound[i] ? 1 : 0
                  unsafe out[i] = flag
                  seen |= flag
                }
              } else {
                for i in 0..<length {
                  // Shifting the potential right (toward minus infinity) instead of the bound left cannot overflow and
                  // asks the same: v >= bound * 2^p exactly where floor(v / 2^p) >= bound.
                  let flag: UInt8 = unsafe (part[i] &>> phaseShift) >= bound[i] ? 1 : 0
                  unsafe out[i] = flag
                  seen |= flag
                }
              }
              any |= seen
              start &+= length
            }
          }
        }
      }
    }
    return any != 0
  }

  /// Calls `body(index)` for every set flag in order.
  @inline(__always)
  static func forEachFlag(_ flags: [UInt8], _ body: (Int) -> Void) {
    unsafe flags.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      var word = 0
      let words = bytes.count / 8
      while word < words {
        var bits = unsafe base.loadUnaligned(fromByteOffset: word &* 8, as: UInt64.self).littleEndian
        while bits != 0 {
          body(word &* 8 &+ bits.trailingZeroBitCount &>> 3)
          bits &= bits &- 1
        }
        word &+= 1
      }
      var index = words &* 8
      while index < bytes.count {
        if unsafe bytes[index] != 0 { body(index) }
        index &+= 1
      }
    }
  }
}
