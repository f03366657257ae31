/// The period codes (weighted spikes, Kim et al. 2018; BSNN, Li, Zhao and Zeng 2022, equation 5): phase `k` of a period
/// of `K` steps is worth `2^-(1 + k)`. In units of `2^-K` that is the left shift `K - 1 - k`, so nothing is ever divided.
package enum PhaseCode {
  /// Phase of local step `s`, `0..<period`. A population without a period code has period 1 and phase 0, shift 0.
  @inlinable @inline(__always)
  package static func phase(step: Int, period: Int) -> Int { step % period }

  /// Left shift of sums and thresholds in local step `s`.
  @inlinable @inline(__always)
  package static func shift(step: Int, period: Int) -> Int { period &- 1 &- step % period }

  /// Period of local step `s`.
  @inlinable @inline(__always)
  package static func periodIndex(step: Int, period: Int) -> Int { step / period }

  /// Bistable units: the member that fires in local step `s`; the other one integrates. B (1) fires in even periods.
  @inlinable @inline(__always)
  package static func firingMember(step: Int, period: Int) -> Int { (step / period) & 1 == 0 ? 1 : 0 }
}

extension Parameter {
  package static let period = Parameter(
    "period", .integer(1...16), unit: "phases", source: "Kim et al. 2018; Li, Zhao, Zeng 2022", "Phases of a period.")
}

extension ParameterKey<Int> {
  package static var period: Self { Self(.period) }
}
