import ChipModel

extension CheckedNetwork {
  /// Whether the average pool of a projection can be a population. What a pool of the input averages are no spikes; behind
  /// payloads and period codes one neuron that counts to a threshold is no average; integer weights hold no divisor.
  func poolCanBeLayer(_ projection: CheckedProjection) -> Bool {
    guard projection.pool?.kind == .average, !projection.isInteger else { return false }
    let source = source(of: projection)
    let spikesAreAlike = source.spikeValue.map { $0.isUniformPerChannel || source.shape.pixels == 1 } ?? true
    return !source.model.isInput && source.model.code == .rate && (!source.model.hasPayload || source.model.countsSent) && spikesAreAlike
  }

  /// Projections whose pools can be populations.
  var poolsThatCanBeLayers: [Int] { projections.indices.filter { poolCanBeLayer(projections[$0]) } }

  /// Those of a projection, of projections into a population, or else of projections out of it.
  /// - Parameter name: of the projection or the population.
  func poolsThatCanBeLayers(at name: String) -> [Int] {
    let into = poolsThatCanBeLayers.filter {
      projections[$0].name == name || populations[projections[$0].target].name == name
    }
    return into.isEmpty ? poolsThatCanBeLayers.filter { source(of: projections[$0]).name == name } : into
  }

  /// The same network with average pools as populations: neurons with weights 1 and the kernel's area as threshold, half of
  /// which is there before the first step. A spike of such a neuron is worth one of the neurons that it pools.
  ///
  /// Projections and populations keep their indices; what is added follows them. Projections of equal pools share one.
  /// - Parameter pools: projections, of ``poolsThatCanBeLayers``.
  func withPoolsAsLayers(_ pools: [Int]) -> CheckedNetwork {
    if pools.isEmpty { return self }
    struct Key: Hashable {
      var source: Int
      var pool: PoolGeometry
      var delay: Int?
    }
    var populations = populations
    var projections = projections
    // Only looked up, never iterated.
    var known: [Key: Int] = [:]
    var names = Set(populations.map(\.name))
    for index in pools {
      guard poolCanBeLayer(projections[index]), let pool = projections[index].pool else { continue }
      let old = projections[index]
      // A delay of the file's is kept where a tick is left for the second way.
      let delay = old.delay.map { max(1, $0 - 1) }
      let key = Key(source: old.source, pool: pool, delay: delay)
      let layer = known[key] ?? populations.count
      if known.updateValue(layer, forKey: key) == nil {
        let name = Self.unusedName("\(populations[old.source].name).pool", &names)
        populations.append(.pool(name, pool, of: populations[old.source], shape: old.pooledShape))
        projections.append(
          CheckedProjection(
            name: name, source: old.source, target: layer, kind: .identity,
            weights: Tensor(shape: [1], storage: .int8([1])), isInteger: true, pool: pool, gate: old.gate,
            sourceShape: old.sourceShape, pooledShape: old.pooledShape, targetShape: old.pooledShape,
            convolution: ConvolutionGeometry(kernelY: 1, kernelX: 1), delay: delay))
      }
      projections[index].source = layer
      projections[index].pool = nil
      projections[index].sourceShape = old.pooledShape
      projections[index].delay = old.delay.map { _ in 1 }
    }
    for index in populations.indices {
      populations[index].incoming = projections.indices.filter { projections[$0].target == index }
      populations[index].outgoing = projections.indices.filter { projections[$0].source == index }
    }
    let depths = TopologicalOrder(
      count: populations.count, edges: projections.lazy.filter { $0.source > 0 }.map { (from: $0.source, to: $0.target) }
    ).depths
    for index in populations.indices { populations[index].depth = depths[index] }
    return CheckedNetwork(
      network: network, populations: populations, projections: projections, output: output, readout: readout)
  }

  private static func unusedName(_ wanted: String, _ names: inout Set<String>) -> String {
    var name = wanted
    var number = 1
    while !names.insert(name).inserted {
      number += 1
      name = "\(wanted).\(number)"
    }
    return name
  }
}

extension CheckedPopulation {
  /// The neurons of an average pool; projections and depth are not settled.
  /// - Parameters:
  ///   - source: the pooled population.
  ///   - shape: of its pooled map.
  fileprivate static func pool(
    _ name: String, _ pool: PoolGeometry, of source: CheckedPopulation, shape: MapShape
  ) -> CheckedPopulation {
    let area = Double(pool.area)
    let takesBack = source.model.countsSent
    return CheckedPopulation(
      name: name, dimensions: [shape.channels, shape.height, shape.width], shape: shape,
      model: NeuronModel(kind: takesBack ? .signed : .integrateFire),
      values: NeuronValues(
        threshold: .uniform(area), negativeThreshold: takesBack ? .uniform(0) : nil, spikeValue: source.spikeValue,
        initial: .uniform((area / 2).rounded(.toNearestOrEven))),
      depth: 0, incoming: [], outgoing: [], hasIntegerWeights: true)
  }
}
