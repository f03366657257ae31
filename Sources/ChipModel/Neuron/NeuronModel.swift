/// Which rule the neurons of a population follow, with the parameters that all of them share.
///
/// A model is a file of this folder, which has its traits and its scalar rule, and a line in ``Kind``, in its traits and in
/// ``NeuronRule``; a kernel only if it should be fast.
@dynamicMemberLookup
package struct NeuronModel: Sendable, Hashable {
  /// Raw values are those of program files.
  package enum Kind: UInt8, Sendable, CaseIterable {
    case integrateFire = 0
    case augmented = 1
    case phase = 2
    case bistable = 3
    case leaky = 4
    case accumulator = 5
    case currentInput = 6

    package var traits: NeuronTraits {
      switch self {
      case .integrateFire: IntegrateFire.traits
      case .augmented: Augmented.traits
      case .phase: WeightedSpikes.traits
      case .bistable: Bistable.traits
      case .leaky: Leaky.traits
      case .accumulator: Accumulator.traits
      case .currentInput: CurrentInput.traits
      }
    }
  }
  package var kind: Kind
  /// `integrateFire`, `leaky`: potential to 0 instead of minus the threshold.
  package var hardReset = false
  /// `integrateFire`, `leaky`: fires at `v >= P + 1`, subtracts `P` (IC-SNN).
  package var strict = false
  /// `augmented`: whether the negative threshold exists.
  package var hasNegativeThreshold = false
  /// `augmented`: bound of the payload's magnitude; nil = unbounded.
  package var maximumPayload: Int32?
  /// Phases a period, 1...16; nil: no period code. An accumulator fed by a period code has its period.
  package var codePeriod: Int?
  /// `leaky`: `v -= v >> leakShift`, 1...31.
  package var leakShift = 0

  package init(
    kind: Kind, hardReset: Bool = false, strict: Bool = false, hasNegativeThreshold: Bool = false,
    maximumPayload: Int32? = nil, period: Int? = nil, leakShift: Int = 0
  ) {
    self.kind = kind
    self.hardReset = hardReset
    self.strict = strict
    self.hasNegativeThreshold = hasNegativeThreshold
    self.maximumPayload = maximumPayload
    codePeriod = period
    self.leakShift = leakShift
  }

  /// The stored value that means an infinite threshold (the neuron never fires). Finite thresholds are smaller.
  package static let infinite = Int32.max

  /// Phases a period; 1 without a period code.
  package var period: Int { codePeriod ?? 1 }

  /// Low bits that a period code adds to the potential: its unit is `2^-K` of the population's.
  package var codeBits: Int { codePeriod ?? 0 }

  package subscript<Answer>(dynamicMember trait: KeyPath<NeuronTraits, Answer>) -> Answer { kind.traits[keyPath: trait] }

  /// The name in files and on the command line.
  package var name: String {
    switch kind {
    case .integrateFire: "if"
    case .augmented: maximumPayload == 1 ? "ternary" : "augmented"
    case .phase: "phase"
    case .bistable: "bistable"
    case .leaky: "lif"
    case .accumulator: "accumulator"
    case .currentInput: "current"
    }
  }
}
