import ChipModel

extension CheckedNetwork {
  /// Whether the weights of a projection can be split by its source: all of a part's channels reach what the others reach.
  func canSplit(_ projection: CheckedProjection) -> Bool {
    let source = source(of: projection).model
    return !source.isHostCurrent && source.code == .rate && projection.delay == nil
      && projection.kind.traits.joinsChannels(groups: projection.convolution.groups)
  }

  /// Whether partial sums can stand before a population: a rate code arrives, and it may begin a tick later.
  func canHaveSums(_ population: Int) -> Bool {
    let arriving = populations[population].incoming.map { projections[$0] }
    return arriving.contains(where: canSplit) && !populations[population].isInCircle
      && arriving.allSatisfy { $0.delay == nil && [.rate, .none].contains(source(of: $0).model.code) }
      && populations[population].model.period == 1
  }

  /// The same network with a tick more before some populations, in which what they add up is added up in parts.
  func withRoomForSums(before split: [Int]) -> CheckedNetwork {
    if split.isEmpty { return self }
    // A node of its own stands for the sums of a population. Only looked up, never iterated.
    let count = populations.count
    let node = Dictionary(uniqueKeysWithValues: split.enumerated().map { ($1, count + $0) })
    let order = TopologicalOrder(
      count: count + split.count,
      edges: projections.lazy.filter { $0.source > 0 }.map { (from: $0.source, to: node[$0.target] ?? $0.target) }
        + split.map { (from: node[$0] ?? $0, to: $0) })
    var deeper = populations
    for index in deeper.indices { deeper[index].depth = order.depths[index] }
    for index in split { deeper[index].roomForSums = 1 }
    return CheckedNetwork(
      network: network, populations: deeper, projections: projections, output: output, readout: readout)
  }
}
