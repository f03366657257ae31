#if canImport(Glibc)
  import Glibc  // `rounded(_:)` is a call of the C library below SSE4.1
#endif

/// The integer arithmetic of the chip: rounding, saturation, and how many bits a value needs.
package enum FixedPoint {
  /// Rounds to the nearest integer, ties to the even one. Nil for a value that no `Int64` holds, or for NaN.
  package static func roundHalfEven(_ value: Double) -> Int64? {
    let rounded = value.rounded(.toNearestOrEven)
    guard rounded >= -9_223_372_036_854_775_808.0, rounded < 9_223_372_036_854_775_808.0 else { return nil }
    return Int64(rounded)
  }

  /// `value / 2^shift`, rounded to the nearest integer, ties to the even one.
  ///
  /// | value | shift | result |
  /// |------:|------:|-------:|
  /// |     6 |     2 |      2 |
  /// |    10 |     2 |      2 |
  /// |    11 |     2 |      3 |
  /// |    -6 |     2 |     -2 |
  /// |    -7 |     2 |     -2 |
  /// - Parameters:
  ///   - value: the dividend; any 64-bit integer.
  ///   - shift: 0...62.
  @inlinable @inline(__always)
  package static func shiftRightHalfEven(_ value: Int64, by shift: Int) -> Int64 {
    if shift == 0 { return value }
    let floor = value >> Int64(shift)
    let remainder = value &- (floor << Int64(shift))
    let half = Int64(1) << Int64(shift &- 1)
    if remainder > half || (remainder == half && floor & 1 == 1) { return floor &+ 1 }
    return floor
  }

  /// Lowest value of a two's complement integer of `bits` bits, 2...64.
  @inlinable @inline(__always)
  package static func lowest(bits: Int) -> Int64 { Int64.min >> Int64(64 &- bits) }

  /// Highest value of a two's complement integer of `bits` bits, 2...64.
  @inlinable @inline(__always)
  package static func highest(bits: Int) -> Int64 { Int64.max >> Int64(64 &- bits) }

  /// Saturates `value` to `low...high` and counts it where that changed it.
  @inlinable @inline(__always)
  package static func saturate(_ value: Int64, low: Int64, high: Int64, count: inout Int) -> Int64 {
    if value > high {
      count &+= 1
      return high
    }
    if value < low {
      count &+= 1
      return low
    }
    return value
  }

  /// What is left of `value` in `bits` bits, 2...64, counted where that is another number. `refuse` leaves it: nothing that was
  /// compiled exceeds the width then.
  @inlinable @inline(__always)
  package static func cut(_ value: Int64, bits: Int, _ overflow: Overflow, count: inout Int) -> Int64 {
    guard overflow != .refuse else { return value }
    let spare = Int64(64 &- bits)
    let wrapped = (value << spare) >> spare
    if wrapped == value { return value }
    count &+= 1
    return overflow == .wrap ? wrapped : value < 0 ? lowest(bits: bits) : highest(bits: bits)
  }

  /// Bits of the smallest two's complement integer that holds every value in `-magnitude...magnitude`.
  package static func bits(holding magnitude: UInt64) -> Int { 65 - magnitude.leadingZeroBitCount }
}
