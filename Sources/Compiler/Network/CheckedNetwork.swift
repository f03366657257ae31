import ChipModel

/// A network that passed `Network.checked()`: every reference is an index, every shape agrees, every number is in
/// range. Lowering works on this form and needs no further checks of its own.
///
/// Populations and projections keep the order of the file.
package struct CheckedNetwork: Sendable {
  /// The network as it was given.
  package let network: Network
  package let inputShape: MapShape
  package let populations: [CheckedPopulation]
  package let projections: [CheckedProjection]
  /// Indices into `populations`, every source before its targets; by depth, then by place in the file.
  package let order: [Int]
  /// Index of the population that is read as the answer.
  package let output: Int
  package let readout: NetworkOutput.Readout

  /// Number of layers `D`: the largest depth plus 1.
  package var layers: Int { (populations.map(\.depth).max() ?? -1) + 1 }
  /// Phases a period where the network has period-coded populations (they share one), else nil.
  package var period: Int? { populations.lazy.compactMap(\.period).first }
}

/// One population of a checked network.
package struct CheckedPopulation: Sendable {
  package let name: String
  /// `[C, H, W]` or `[N]` as the file has it.
  package let dimensions: [Int]
  package let shape: MapShape
  package let model: NetworkNeuron.Model
  /// Positive threshold, > 0, may be infinite. Nil for `accumulator`.
  package let threshold: ResolvedValues?
  /// Negative threshold, finite, < 0. Nil: absent.
  package let negativeThreshold: ResolvedValues?
  /// Value of one spike in ANN units, finite: the given one, else the threshold (0 where that is infinite: it never
  /// fires). Nil for `accumulator`.
  package let spikeValue: ResolvedValues?
  /// Membrane potential before the first step; nil: 0.
  package let initial: ResolvedValues?
  /// Added every step; nil: none.
  package let bias: ResolvedValues?
  package let hardReset: Bool
  package let strict: Bool
  /// `augmented`: largest payload, nil = unbounded; `ternary`: 1; else nil.
  package let maximumPayload: Int?
  /// Phases a period, 1...16: of `phase` and `bistable`, and of an `accumulator` that they feed. Nil: rate code.
  package let period: Int?
  /// 1...31 for `lif`, else nil.
  package let leakShift: Int?
  /// Longest path from the input in populations; 0 where only the input feeds it.
  package let depth: Int
  /// Indices into `projections` of what arrives, in file order; never empty.
  package let incoming: [Int]
  /// Indices into `projections` of what leaves, in file order.
  package let outgoing: [Int]
  /// Integer weights arrive, taken as they are with scale 1.
  package let hasIntegerWeights: Bool
}

/// One projection of a checked network.
package struct CheckedProjection: Sendable {
  package let name: String
  /// Index of the source population; nil: the input.
  package let source: Int?
  /// Index of the target population.
  package let target: Int
  package let kind: NetworkProjection.Kind
  /// dense `[N_out, N_in]`, conv2d `[C_out, C_in / groups, kH, kW]`, identity `[]`, `[1]` or `[C]`; finite.
  /// Nil: an identity of ones.
  package let weights: Tensor?
  /// The weights are I8, I16 or I32, or all others into the target are: scale 1, nothing is folded into them.
  package let isInteger: Bool
  package let pool: PoolGeometry?
  package let sourceShape: MapShape
  /// The source's shape after pooling; equal to `sourceShape` without.
  package let pooledShape: MapShape
  package let targetShape: MapShape
  /// Meaningful for conv2d, else a 1 x 1 kernel.
  package let convolution: ConvolutionGeometry
  /// Delay in ticks, 1...65535; nil: the schedule's.
  package let delay: Int?
}
