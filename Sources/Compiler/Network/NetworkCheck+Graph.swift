import ChipModel

/// Where a projection starts and ends, as indices; source nil = the input.
struct ProjectionEnds {
  let source: Int?
  let target: Int
}

extension NetworkCheck {
  // MARK: References

  func resolveEnds() throws(NetworkCheckError) -> [ProjectionEnds] {
    var ends: [ProjectionEnds] = []
    for (index, projection) in network.projections.enumerated() {
      let subject = NetworkCheckError.Subject.projection(index, projection.name)
      var source: Int?
      if let from = projection.from, from != "input" {
        guard let found = populationIndex[from] else {
          throw NetworkCheckError(subject, unknownPopulation(key: "from", name: from))
        }
        source = found
        if !network.populations[found].neuron.model.traits.fires {
          throw NetworkCheckError(subject, .accumulatorFeeds(source: from))
        }
      }
      if projection.to == "input" { throw NetworkCheckError(subject, .inputAsTarget) }
      guard let target = populationIndex[projection.to] else {
        throw NetworkCheckError(subject, unknownPopulation(key: "to", name: projection.to))
      }
      ends.append(ProjectionEnds(source: source, target: target))
    }
    return ends
  }

  // MARK: Order

  /// Depth of every population: the longest path from the input, counted in populations, from 0.
  /// - Throws: `cycle` with its members in the direction of the spikes.
  func depthsInOrder(
    ends: [ProjectionEnds], incoming: [[Int]], outgoing: [[Int]]
  ) throws(NetworkCheckError) -> [Int] {
    let order = TopologicalOrder(
      count: incoming.count, edges: ends.lazy.compactMap { end in end.source.map { (from: $0, to: end.target) } })
    guard !order.hasCycle else {
      throw NetworkCheckError(.network, .cycle(cycleMembers(ends: ends, incoming: incoming, isStuck: order.isStuck)))
    }
    var depths = [Int](repeating: 0, count: incoming.count)
    for population in order.nodes {
      for projection in outgoing[population] {
        let target = ends[projection].target
        depths[target] = max(depths[target], depths[population] + 1)
      }
    }
    return depths
  }

  /// Walks back from the first population that never became ready: each such one has a source that never did either, so
  /// the walk must meet itself.
  private func cycleMembers(ends: [ProjectionEnds], incoming: [[Int]], isStuck: [Bool]) -> [String] {
    var visitedAt = [Int?](repeating: nil, count: isStuck.count)
    var path: [Int] = []
    var current = isStuck.firstIndex(of: true)
    while let population = current {
      if let start = visitedAt[population] {
        let members = Array(path[start...].reversed())
        // Start with the one that comes first in the file, so that the message does not depend on the walk.
        let first = members.indices.min { members[$0] < members[$1] } ?? 0
        return (members[first...] + members[..<first]).map { populationNames[$0] }
      }
      visitedAt[population] = path.count
      path.append(population)
      current = incoming[population].lazy.compactMap { ends[$0].source }.first { isStuck[$0] }
    }
    return path.map { populationNames[$0] }
  }

  // MARK: Codes

  /// Rate and period codes do not mix: a spike of one means nothing in the other. A `bistable` pair listens to the
  /// members of pairs only, so `phase` and `bistable` do not mix either. All periods are equal.
  /// - Returns: the period of each population, nil for rate codes; an accumulator has that of its sources.
  func checkCodes(
    ends: [ProjectionEnds], incoming: [[Int]], order: [Int]
  ) throws(NetworkCheckError) -> [Int?] {
    var firstWithPeriod: Int?
    for (index, population) in network.populations.enumerated() {
      guard let period = population.neuron.period else { continue }
      guard let first = firstWithPeriod else {
        firstWithPeriod = index
        continue
      }
      let other = network.populations[first]
      if let otherPeriod = other.neuron.period, otherPeriod != period {
        throw NetworkCheckError(
          .population(index, population.name),
          .periods(other: other.name, period: period, otherPeriod: otherPeriod))
      }
    }

    var periods = network.populations.map(\.neuron.period)
    for index in network.populations.indices {
      let population = network.populations[index]
      var code: SpikeCode? = SpikeCode(population.neuron.model)
      for projection in incoming[index] {
        guard let source = ends[projection].source, let sourceCode = SpikeCode(network.populations[source].neuron.model)
        else { continue }
        if let code, code != sourceCode {
          throw NetworkCheckError(
            .population(index, population.name),
            .codes(source: populationNames[source], sourceCode: sourceCode.rawValue, targetCode: code.rawValue))
        }
        code = sourceCode
        if !population.neuron.model.traits.fires { periods[index] = network.populations[source].neuron.period }
      }
    }
    return periods
  }
}

/// How a spike train means a number; nil for a model that never fires.
private enum SpikeCode: String {
  case rate = "rate code"
  case phase = "phase code"
  case bistable = "bistable code"

  init?(_ model: NetworkNeuron.Model) {
    switch model.traits.code {
    case .rate: self = .rate
    case .phase: self = .phase
    case .pairs: self = .bistable
    case .none: return nil
    }
  }
}
