import ChipModel

/// Where a projection starts and ends, as indices; 0 is the input.
struct ProjectionEnds {
  let source: Int
  let target: Int
}

extension NetworkCheck {
  // MARK: References

  func resolveEnds() throws(NetworkCheckError) -> [ProjectionEnds] {
    var ends: [ProjectionEnds] = []
    for (index, projection) in network.projections.enumerated() {
      let subject = NetworkCheckError.Subject.projection(index, projection.name)
      let from = projection.from ?? "input"
      guard let source = populationIndex[from] else {
        throw unknownPopulation(subject, "from", from)
      }
      if source > 0, !network.populations[source - 1].neuron.model.traits.fires {
        throw NetworkCheckError(
          subject, "from",
          "the source '\(shownName(from))' is an accumulator, which never fires; start from a spiking population")
      }
      if projection.to == "input" {
        throw NetworkCheckError(subject, "to", "'to' is 'input'; the input receives nothing, name a population")
      }
      guard let target = populationIndex[projection.to] else {
        throw unknownPopulation(subject, "to", projection.to)
      }
      ends.append(ProjectionEnds(source: source, target: target))
    }
    return ends
  }

  // MARK: Order

  /// Depth of every population: the longest path from the input, counted in populations, from 0, those of a circle as one;
  /// and which are in a circle.
  /// - Throws: a circle whose neurons send more than spikes, or that a max pool is part of.
  func depthsInOrder(ends: [ProjectionEnds]) throws(NetworkCheckError) -> TopologicalOrder {
    let order = TopologicalOrder(
      count: network.populations.count + 1, edges: ends.lazy.filter { $0.source > 0 }.map { (from: $0.source, to: $0.target) })
    for (index, population) in network.populations.enumerated() where order.isCyclic[index + 1] {
      let traits = population.neuron.model.traits
      guard traits.code == .rate, !traits.hasPayload else {
        throw NetworkCheckError(
          .population(index, population.name), "neuron.model",
          "its spikes come back to it, which neurons of model '\(population.neuron.model.name)' cannot take; use if, lif or cuba")
      }
      guard network.lag == 0, (population.lag ?? 0) == 0, network.schedule != .separated else {
        throw NetworkCheckError(
          .population(index, population.name), "its spikes come back to it, so that no layer can wait for another; remove the lag")
      }
    }
    for (index, projection) in network.projections.enumerated() where projection.pool?.kind == .max {
      guard order.isCyclic[ends[index].target], order.depths[ends[index].source] == order.depths[ends[index].target],
        ends[index].source > 0
      else { continue }
      throw NetworkCheckError(
        .projection(index, projection.name), "pool", "a max pool is part of a circle of projections; pool by average there")
    }
    return order
  }

  // MARK: Codes

  /// Rate and period codes do not mix: a spike of one means nothing in the other. A `bistable` pair listens to the
  /// members of pairs only, so `phase` and `bistable` do not mix either. All periods are equal.
  /// - Returns: the period of each population, nil for rate codes; a population that never fires has that of its sources.
  func checkCodes(ends: [ProjectionEnds], incoming: [[Int]]) throws(NetworkCheckError) -> [Int?] {
    var first: NetworkPopulation?
    for (index, population) in network.populations.enumerated() {
      guard let period = population.neuron[.period] else { continue }
      if let other = first, let otherPeriod = other.neuron[.period], otherPeriod != period {
        throw NetworkCheckError(
          .population(index, population.name), "neuron.period",
          "period is \(period), but population '\(shownName(other.name))' has \(otherPeriod); a network has one period")
      }
      first = first ?? population
    }

    let input = network.input.coding?.kind.traits
    if input?.code == .phase, let own = network.input.period, let period = first?.neuron[.period], own != period {
      throw NetworkCheckError(
        .input, "period", "period is \(own), but the populations have \(period); a network has one period")
    }
    var periods: [Int?] = [input?.code == .phase ? network.input.period ?? first?.neuron[.period] ?? 8 : nil]
    for (index, population) in network.populations.enumerated() {
      var code = population.neuron.model.traits.code
      var period = population.neuron[.period]
      func mismatch(_ source: String, _ sourceCode: String, _ own: String) -> NetworkCheckError {
        NetworkCheckError(
          .population(index, population.name),
          "its \(own) does not match the \(sourceCode) of its source '\(source)'; use one code")
      }
      for projection in incoming[index + 1] where ends[projection].source > 0 {
        let source = network.populations[ends[projection].source - 1]
        let sourceCode = source.neuron.model.traits.code
        if let name = code.name, let sourceName = sourceCode.name, code != sourceCode {
          throw mismatch(shownName(source.name), sourceName, name)
        }
        if sourceCode == .switches, code != .switches {
          throw NetworkCheckError(
            .population(index, population.name), "neuron.model",
            "its source '\(shownName(source.name))' turns currents on and off, which model '\(population.neuron.model.name)' does not"
              + " have; use switch or integrator")
        }
        code = sourceCode
        if !population.neuron.model.traits.fires { period = source.neuron[.period] }
      }
      // Pairs take the bits of an input in every period, as they take its current.
      if let input, incoming[index + 1].contains(where: { ends[$0].source == 0 }) {
        if let name = code.name, let inputName = input.code.name, (code == .rate) != (input.code == .rate) || code == .switches {
          throw mismatch("input", inputName, name)
        }
        if !population.neuron.model.traits.fires { period = period ?? periods[0] }
      }
      periods.append(period)
    }
    return periods
  }
}
