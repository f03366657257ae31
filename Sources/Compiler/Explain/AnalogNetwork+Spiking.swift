import ChipModel

extension AnalogNetwork {
  /// The network that a spiking one stands for: the same weights, and ReLU (or LeakyReLU, where there is a negative
  /// threshold) instead of neurons. Layers are in the order of `network.order`.
  ///
  /// Real weights of a spiking network are those of the original, so this is the original but for the bound of a Clip,
  /// which only the threshold keeps. With integer weights a spike is worth 1, and activations are in units of a weight.
  /// - Throws: `AnalogNetworkError` where a shape has no analogue.
  init(_ network: CheckedNetwork) throws(AnalogNetworkError) {
    var place = [Int](repeating: 0, count: network.populations.count)
    for (layer, population) in network.order.enumerated() { place[population] = layer }
    let layers = network.order.map { index -> AnalogLayer in
      let population = network.populations[index]
      let isRead = index == network.output && population.outgoing.isEmpty
      return AnalogLayer(
        name: population.name, shape: population.shape.list,
        connections: population.incoming.map { Self.connection(network.projections[$0], network, place) },
        bias: population.bias.map { bias in
          (0..<population.shape.count).map { Float(bias.value(at: $0, shape: population.shape)) }
        }, activation: isRead ? AnalogActivation.none : Self.activation(population))
    }
    self.init(
      name: network.network.name, inputShape: network.inputShape.list, layers: layers, output: place[network.output])
    try validate()
  }

  private static func activation(_ population: CheckedPopulation) -> AnalogActivation {
    if !population.model.fires { return .none }
    // What a neuron takes back it sent too much: in the end it is a ReLU.
    guard let threshold = population.threshold?.entries.first, threshold.isFinite, !population.model.countsSent,
      let negative = population.negativeThreshold?.entries.first
    else { return .relu }
    return .leakyRelu(slope: Float(-threshold / negative))
  }

  private static func connection(
    _ projection: CheckedProjection, _ network: CheckedNetwork, _ place: [Int]
  ) -> AnalogConnection {
    let source = network.source(of: projection)
    var weights = projection.weights?.doubles ?? []
    if projection.isInteger { scale(&weights, projection, source) }
    let c = projection.convolution
    return AnalogConnection(
      source: source.model.isInput ? .input : .layer(place[projection.source]),
      pool: projection.pool.map {
        NetworkPool(
          kind: $0.kind, kernel: [$0.kernelY, $0.kernelX],
          stride: [$0.strideY, $0.strideX], padding: [$0.top, $0.left, $0.bottom, $0.right])
      }, kind: AnalogConnection.Kind(projection.kind), weights: weights.map { Float($0) },
      weightShape: projection.kind.traits.isElementwise ? [] : projection.synapses.weightShape,
      stride: [c.strideY, c.strideX], padding: [c.top, c.left, c.bottom, c.right], dilation: [c.dilationY, c.dilationX],
      groups: c.groups)
  }

  /// Integer weights: a spike is worth 1 and stands for a threshold of activation; an average pool is a sum.
  private static func scale(_ weights: inout [Double], _ projection: CheckedProjection, _ source: CheckedPopulation) {
    let area = projection.pool.map { $0.kind == .average ? Double($0.area) : 1 } ?? 1
    let pooled = projection.pooledShape
    if weights.isEmpty { weights = [Double](repeating: 1, count: pooled.channels) }
    if weights.count == 1, projection.kind.traits.isElementwise {
      weights = [Double](repeating: weights[0], count: pooled.channels)
    }
    func gain(_ channel: Int) -> Double {
      guard let threshold = source.threshold else { return area }
      return area / threshold.value(at: channel * source.shape.pixels, shape: source.shape)
    }
    let synapses = projection.synapses
    for row in 0..<synapses.weightRows {
      synapses.forEachChannel(ofRow: row) { channel, run in
        for index in run { weights[index] *= gain(channel) }
      }
    }
  }
}
