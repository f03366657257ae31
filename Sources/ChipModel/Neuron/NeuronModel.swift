/// Which rule the neurons of a population follow, with the parameters that all of them share.
package struct NeuronModel: Sendable, Hashable {
  package enum Kind: UInt8, Sendable, CaseIterable {
    /// Integrate and fire: one spike, soft or hard reset.
    case integrateFire = 0
    /// Spikes with a signed count; double thresholds (Yu et al. 2020).
    case augmented = 1
    /// Weighted spikes: current and threshold scaled by the phase (Kim et al. 2018).
    case phase = 2
    /// Two complementary members a unit, one firing, one integrating (BSNN, Li, Zhao and Zeng 2022).
    case bistable = 3
    /// Integrate and fire after a leak by an arithmetic shift.
    case leaky = 4
    /// Never fires; the answer is its potential.
    case accumulator = 5
  }
  package var kind: Kind
  /// `integrateFire`, `leaky`: potential to 0 instead of minus the threshold.
  package var hardReset: Bool
  /// `integrateFire`, `leaky`: fires at `v >= P + 1`, subtracts `P` (IC-SNN).
  package var strict: Bool
  /// `augmented`: whether the negative threshold exists.
  package var hasNegativeThreshold: Bool
  /// `augmented`: bound of the payload's magnitude; nil = unbounded.
  package var maximumPayload: Int32?
  /// Phases a period, 1...16; 1 = no period code. An accumulator fed by a period code has its period.
  package var period: Int
  /// `leaky`: `v -= v >> leakShift`, 1...31.
  package var leakShift: Int

  package init(
    kind: Kind, hardReset: Bool = false, strict: Bool = false, hasNegativeThreshold: Bool = false,
    maximumPayload: Int32? = nil, period: Int = 1, leakShift: Int = 0
  ) {
    self.kind = kind
    self.hardReset = hardReset
    self.strict = strict
    self.hasNegativeThreshold = hasNegativeThreshold
    self.maximumPayload = maximumPayload
    self.period = period
    self.leakShift = leakShift
  }

  /// The stored value that means an infinite threshold (the neuron never fires). Finite thresholds are smaller.
  package static let infinite = Int32.max

  /// The name in files and on the command line.
  package var name: String {
    switch kind {
    case .integrateFire: "if"
    case .augmented: maximumPayload == 1 ? "ternary" : "augmented"
    case .phase: "phase"
    case .bistable: "bistable"
    case .leaky: "lif"
    case .accumulator: "accumulator"
    }
  }

  /// Whether spikes carry a count other than 1.
  package var hasPayload: Bool { kind == .augmented }
}
