import ChipModel

/// A network that passed `Network.checked()`: every reference is an index, every shape agrees, every number is in
/// range. Lowering works on this form and needs no further checks of its own.
///
/// Populations and projections keep the order of the file.
public struct CheckedNetwork: Sendable {
  /// The network as it was given.
  public let network: Network
  public let inputShape: MapShape
  public let populations: [CheckedPopulation]
  public let projections: [CheckedProjection]
  /// Indices into `populations`, every source before its targets; by depth, then by place in the file.
  public let order: [Int]
  /// Index of the population that is read as the answer.
  public let output: Int
  public let readout: NetworkOutput.Readout

  /// Number of layers `D`: the largest depth plus 1.
  public var layers: Int { (populations.map(\.depth).max() ?? -1) + 1 }
  /// Phases a period where the network has period-coded populations (they share one), else nil.
  public var period: Int? { populations.lazy.compactMap(\.period).first }
}

/// One population of a checked network.
public struct CheckedPopulation: Sendable {
  public let name: String
  /// `[C, H, W]` or `[N]` as the file has it.
  public let dimensions: [Int]
  public let shape: MapShape
  public let model: NetworkNeuron.Model
  /// Positive threshold, > 0, may be infinite. Nil for `accumulator`.
  public let threshold: ResolvedValues?
  /// Negative threshold, finite, < 0. Nil: absent.
  public let negativeThreshold: ResolvedValues?
  /// Value of one spike in ANN units, finite: the given one, else the threshold (0 where that is infinite: it never
  /// fires). Nil for `accumulator`.
  public let spikeValue: ResolvedValues?
  /// Membrane potential before the first step; nil: 0.
  public let initial: ResolvedValues?
  /// Added every step; nil: none.
  public let bias: ResolvedValues?
  public let hardReset: Bool
  public let strict: Bool
  /// `augmented`: largest payload, nil = unbounded; `ternary`: 1; else nil.
  public let maximumPayload: Int?
  /// Phases a period, 1...16: of `phase` and `bistable`, and of an `accumulator` that they feed. Nil: rate code.
  public let period: Int?
  /// 1...31 for `lif`, else nil.
  public let leakShift: Int?
  /// Longest path from the input in populations; 0 where only the input feeds it.
  public let depth: Int
  /// Indices into `projections` of what arrives, in file order; never empty.
  public let incoming: [Int]
  /// Indices into `projections` of what leaves, in file order.
  public let outgoing: [Int]
  /// Integer weights arrive, taken as they are with scale 1.
  public let hasIntegerWeights: Bool
}

/// One projection of a checked network.
public struct CheckedProjection: Sendable {
  public let name: String
  /// Index of the source population; nil: the input.
  public let source: Int?
  /// Index of the target population.
  public let target: Int
  public let kind: NetworkProjection.Kind
  /// dense `[N_out, N_in]`, conv2d `[C_out, C_in / groups, kH, kW]`, identity `[]`, `[1]` or `[C]`; finite.
  /// Nil: an identity of ones.
  public let weights: Tensor?
  /// The weights are I8, I16 or I32, or all others into the target are: scale 1, nothing is folded into them.
  public let isInteger: Bool
  public let pool: PoolGeometry?
  public let sourceShape: MapShape
  /// The source's shape after pooling; equal to `sourceShape` without.
  public let pooledShape: MapShape
  public let targetShape: MapShape
  /// Meaningful for conv2d, else a 1 x 1 kernel.
  public let convolution: ConvolutionGeometry
  /// Delay in ticks, 1...65535; nil: the schedule's.
  public let delay: Int?
}
