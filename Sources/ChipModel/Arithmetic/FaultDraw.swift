/// Random numbers that are a function of what they are drawn for, not of when: a counter-based generator.
///
/// A draw is a chain of keys: the seed, what the fault is of, and the indices of the place (sample, population, step,
/// neuron; or core; or weight and bit). Each link is one output of SplitMix64 (Steele, Lea and Flood 2014) started from the
/// key before. So a place has the same number in every engine, mapping, order and thread; and because a fault happens where
/// the number is below the rate, the faults of a lower rate are among those of a higher one with the same seed.
package struct FaultDraw: Sendable, Equatable {
  /// What is drawn; the values are part of every result with faults.
  package enum Kind: UInt64, Sendable {
    case deadCore = 1
    case deadLink = 2
    case weightBit = 3
    case membraneBit = 4
    case lostSpike = 5
    case duplicatedSpike = 6
    /// No fault: a spike of a random input.
    case inputSpike = 7
  }

  private let key: UInt64

  package init(_ kind: Kind, seed: UInt64) {
    key = FaultDraw.mix(FaultDraw.mix(seed &+ FaultDraw.step) &+ kind.rawValue &* FaultDraw.step)
  }

  private init(key: UInt64) { self.key = key }

  /// The draw of one place under this one.
  @inlinable @inline(__always)
  package subscript(index: Int) -> FaultDraw {
    FaultDraw(key: FaultDraw.mix(key &+ (UInt64(truncatingIfNeeded: index) &+ 1) &* FaultDraw.step))
  }

  /// 64 random bits.
  @inlinable @inline(__always)
  package var bits: UInt64 { key }

  /// Whether an event of this probability happens here: never at 0, always at 1.
  @inlinable @inline(__always)
  package func happens(_ rate: Double) -> Bool { Double(key >> 11) * 0x1p-53 < rate }

  /// Uniform in `0 < u <= 1`, 53 bits.
  package var unit: Double { Double((key >> 11) + 1) * 0x1p-53 }

  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
