/// What a max-pooling gate lets through at a tick.
package enum GateRule: String, ParameterChoice {
  /// By how much the window's largest signed count changed: what has left the gate is the largest count.
  case count
  /// The spike, or none, of the source with the largest count (Li, Zhao and Zeng 2022).
  case winner
}

/// Compiled synapses from one population to another.
package struct Projection: Sendable, Equatable {
  package var name: String
  package var source: Int
  /// Neurons of the source that it reads, row-major: whole channels, or of a dense projection without a pool any; nil: all.
  package var sources: Range<Int>?
  /// Which of a source neuron's axons at a core it hears, where a neuron has several there.
  package var axon: UInt8
  package var target: Int
  package var kind: Kind
  /// Index into the program's weights.
  package var weights: Int
  /// Weights are delivered as `w << shift`; one value for all output channels or one per output channel.
  package var shifts: [UInt8]
  package var pool: PoolGeometry?
  /// Meaningful for convolutions only.
  package var convolution: ConvolutionGeometry
  /// Ticks from a spike's emission to its arrival, >= 1.
  package var delay: Int
  /// Max-pooling gates: period of the code that the source's spikes carry (1 = a rate code), and whether counts restart
  /// with every period (bistable sources).
  package var gatePeriod: Int
  package var gateRestarts: Bool
  /// Which rule max-pooling gates follow; meaningful for max pools only.
  package var gate: GateRule
  /// For reports: the largest rounding error of a weight, in ANN units.
  package var largestRoundingError: Double

  package init(
    name: String, source: Int, sources: Range<Int>? = nil, axon: UInt8 = 0, target: Int, kind: Kind, weights: Int, shifts: [UInt8] = [0], pool: PoolGeometry? = nil,
    convolution: ConvolutionGeometry = ConvolutionGeometry(kernelY: 1, kernelX: 1), delay: Int = 1,
    gatePeriod: Int = 1, gateRestarts: Bool = false, gate: GateRule = .winner, largestRoundingError: Double = 0
  ) {
    self.name = name
    self.source = source
    self.sources = sources
    self.axon = axon
    self.target = target
    self.kind = kind
    self.weights = weights
    self.shifts = shifts
    self.pool = pool
    self.convolution = convolution
    self.delay = delay
    self.gatePeriod = gatePeriod
    self.gateRestarts = gateRestarts
    self.gate = gate
    self.largestRoundingError = largestRoundingError
  }

  /// The map that it reads of a source.
  package func sourceShape(of source: MapShape) -> MapShape {
    guard let sources else { return source }
    let isWhole = sources.lowerBound % source.pixels == 0 && sources.count % source.pixels == 0
    return isWhole
      ? MapShape(channels: sources.count / source.pixels, height: source.height, width: source.width)
      : MapShape(channels: sources.count)
  }

  /// The first neuron of the source that it reads.
  package var firstSource: Int { sources?.lowerBound ?? 0 }

  @inlinable @inline(__always)
  package func shift(channel: Int) -> Int { Int(shifts.count == 1 ? shifts[0] : shifts[channel]) }
}
