import ChipModel

extension Network {
  /// Its populations by what feeds them.
  var populationOrder: TopologicalOrder {
    let places = populationPlaces
    return TopologicalOrder(
      count: populations.count,
      edges: projections.compactMap { projection in
        guard let from = projection.from.flatMap({ places[$0] }), let to = places[projection.to] else { return nil }
        return (from: from, to: to)
      })
  }

  /// Ticks from a spike to its arrival by projection, where nothing delays it, so that a population hears all that
  /// belongs to a step in one tick: NIR's edges take no time, and one step where they lead back.
  func shortestDelays(_ order: TopologicalOrder) -> [Int] {
    let places = populationPlaces
    return projections.map { projection in
      guard let to = places[projection.to] else { return 0 }
      guard let from = projection.from.flatMap({ places[$0] }) else { return order.depths[to] }
      return max(1, order.depths[to] - order.depths[from])
    }
  }

  /// Potentials that a bias alone brings to 0 in some steps, the first of them first: a population that hears a step
  /// so many ticks later begins then with what belongs to it. Nil: a step keeps nothing.
  static func potentials(before ticks: Int, bias: Double, keeps: Double) -> [Double]? {
    guard keeps > 0 else { return nil }
    var potentials: [Double] = []
    for _ in 0..<ticks { potentials.append(((potentials.last ?? 0) - bias) / keeps) }
    return potentials.reversed()
  }

  private var populationPlaces: [String: Int] {
    Dictionary(populations.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }
}
