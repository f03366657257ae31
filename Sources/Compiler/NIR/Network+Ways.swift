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

  /// Ticks from a spike to its arrival by projection, where nothing delays it: NIR's edges take no time, and one step
  /// where they lead back.
  func shortestDelays(_ order: TopologicalOrder) -> [Int] {
    let places = populationPlaces
    return projections.map { projection in
      guard let to = places[projection.to] else { return 0 }
      guard let from = projection.from.flatMap({ places[$0] }) else {
        return schedule == .continuous ? 0 : order.depths[to]
      }
      return schedule == .continuous ? 1 : max(1, order.depths[to] - order.depths[from])
    }
  }

  private var populationPlaces: [String: Int] {
    Dictionary(populations.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }
}
