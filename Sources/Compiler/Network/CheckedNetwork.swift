import ChipModel

/// A network that passed `Network.checked()`: every reference is an index, every shape agrees, every number is in
/// range. Lowering works on this form and needs no further checks of its own.
///
/// Population 0 is the input; the others, and the projections, keep the order of the file.
package struct CheckedNetwork: Sendable {
  /// The network as it was given. A compilation may add populations to those of the file.
  package let network: Network
  package let populations: [CheckedPopulation]
  package let projections: [CheckedProjection]
  /// Indices into `populations` without the input, every source before its targets; by depth, then by place in the file.
  package let order: [Int]
  /// Index of the population that is read as the answer.
  package let output: Int
  package let readout: Readout

  init(
    network: Network, populations: [CheckedPopulation], projections: [CheckedProjection], output: Int, readout: Readout
  ) {
    self.network = network
    self.populations = populations
    self.projections = projections
    self.output = output
    self.readout = readout
    order = populations.indices.dropFirst().sorted { (populations[$0].depth, $0) < (populations[$1].depth, $1) }
  }

  package var inputShape: MapShape { populations[0].shape }
  /// Indices of the populations of the file.
  package var placed: Range<Int> { 1..<populations.count }
  /// Number of layers `D`: the largest depth plus 1.
  package var layers: Int { (populations[placed].map(\.depth).max() ?? -1) + 1 }
  /// Phases a period where the network has period-coded populations (they share one), else nil.
  package var period: Int? { populations.lazy.compactMap(\.model.codePeriod).first }

  /// Bits of the largest of the weights that are taken as they are; 0: there are none.
  var integerWeightBits: Int {
    let most = projections.lazy.filter(\.isInteger).flatMap { $0.weights?.integers ?? [] }
      .reduce(Int32(0)) { max($0, $1 < 0 ? ~$1 : $1) }
    return most == 0 ? 0 : FixedPoint.bits(holding: UInt64(most))
  }

  package func source(of projection: CheckedProjection) -> CheckedPopulation { populations[projection.source] }

  /// No bias and no input current in the periods before this one: pairs, and accumulators that pairs feed, wait for the
  /// layers before them (BSNN).
  func gatedPeriods(_ population: CheckedPopulation) -> Int {
    let isGated =
      population.model.code == .pairs || (!population.model.fires && isFedByPairs(population))
    return isGated ? population.depth : 0
  }

  func isFedByPairs(_ population: CheckedPopulation) -> Bool {
    population.incoming.contains { source(of: projections[$0]).model.code == .pairs }
  }
}

/// One population of a checked network.
package struct CheckedPopulation: Sendable {
  package let name: String
  /// `[C, H, W]` or `[N]` as the file has it.
  package let dimensions: [Int]
  package let shape: MapShape
  package let model: NeuronModel
  /// Its values, resolved.
  package let values: NeuronValues
  /// Longest path from the input in populations; 0 where only the input feeds it, and of the input.
  package internal(set) var depth: Int
  /// Ticks that it adds before it may fire; nil: the network's.
  package internal(set) var lag: Int?
  /// Ticks more before it begins, in which partial sums of what arrives are added up.
  package internal(set) var roomForSums = 0
  /// Whether its spikes come back to it.
  package internal(set) var isInCircle = false
  /// Indices into `projections` of what arrives, in file order; empty of the input alone.
  package internal(set) var incoming: [Int]
  /// Indices into `projections` of what leaves, in file order.
  package internal(set) var outgoing: [Int]
  /// Integer weights arrive, taken as they are with scale 1.
  package let hasIntegerWeights: Bool

  package var threshold: ResolvedValues? { values.threshold }
  package var negativeThreshold: ResolvedValues? { values.negativeThreshold }
  package var spikeValue: ResolvedValues? { values.spikeValue }
  package var initial: ResolvedValues? { values.initial }
  package var bias: ResolvedValues? { values.bias }
  package var biasByStep: ResolvedTable? { values.biasByStep }
}

/// Real values of a population's neurons.
package struct NeuronValues: Sendable, Equatable {
  /// Positive threshold, > 0, may be infinite. Nil for a model that never fires.
  package var threshold: ResolvedValues?
  /// Negative threshold, finite, < 0, or 0 where the model takes that. Nil: absent.
  package var negativeThreshold: ResolvedValues?
  /// Lower limit of the potential, finite, <= 0; nil: none.
  package var floor: ResolvedValues?
  /// What a hard reset leaves; nil: 0.
  package var resetValue: ResolvedValues?
  /// Value of one spike in ANN units, finite: the given one, else the threshold (0 where that is infinite: it never
  /// fires). Nil for a model that never fires.
  package var spikeValue: ResolvedValues?
  /// Membrane potential before the first step; nil: 0.
  package var initial: ResolvedValues?
  /// Added every step; nil: none.
  package var bias: ResolvedValues?
  /// Added by adding step instead.
  package var biasByStep: ResolvedTable?
}

/// A value for each channel and step.
package struct ResolvedTable: Sendable, Equatable {
  /// `[C, T]`, row-major, finite.
  package let values: [Double]
  package let steps: Int

  /// The values of one channel, by step.
  func row(_ channel: Int) -> ArraySlice<Double> { values[(channel * steps)..<((channel + 1) * steps)] }

  /// The values of one step, by channel.
  func column(_ step: Int) -> [Double] { stride(from: step, to: values.count, by: steps).map { values[$0] } }
}

/// One projection of a checked network.
package struct CheckedProjection: Sendable {
  package let name: String
  /// Index of the source population; 0: the input.
  package internal(set) var source: Int
  /// Index of the target population.
  package let target: Int
  package let kind: Projection.Kind
  /// dense `[N_out, N_in]`, conv2d `[C_out, C_in / groups, kH, kW]`, identity `[]`, `[1]` or `[C]`; finite.
  /// Nil: an identity of ones.
  package let weights: Tensor?
  /// The weights are I8, I16 or I32, or all others into the target are: scale 1, nothing is folded into them.
  package internal(set) var isInteger: Bool
  package internal(set) var pool: PoolGeometry?
  /// Of a max pool of spikes.
  package let gate: GateRule
  package internal(set) var sourceShape: MapShape
  /// The source's shape after pooling; equal to `sourceShape` without.
  package let pooledShape: MapShape
  package let targetShape: MapShape
  /// Meaningful for conv2d, else a 1 x 1 kernel.
  package let convolution: ConvolutionGeometry
  /// Delay in ticks, 1...65535; nil: the schedule's.
  package internal(set) var delay: Int?

  /// What its gate, behind neurons of a model, needs to know.
  func gated(behind model: NeuronModel) -> Projection {
    Projection(
      name: name, source: source, target: target, kind: kind, weights: 0, pool: pool, gatePeriod: model.period,
      gateRestarts: model.code == .pairs, gate: gate)
  }

  /// The address rule; an identity has one weight a channel.
  var synapses: Synapses {
    Synapses(kind: kind, pool: pool, convolution: convolution, source: sourceShape, target: targetShape)
  }
}
