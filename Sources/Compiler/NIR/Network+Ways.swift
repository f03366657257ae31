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

  /// The potential that a bias alone brings to 0 in some steps, and the highest one between: a population that hears a
  /// step so many ticks later begins then with what belongs to it. Nil: it is more than 256 times the bias, or a step
  /// keeps nothing.
  static func potential(
    before ticks: Int, bias: Double, keeps: Double
  ) -> (first: Double, between: Double)? {
    var (first, between) = (0.0, 0.0)
    for _ in 0..<(bias == 0 ? 0 : ticks) {
      between = max(between, first)
      first = (first - bias) / keeps
      guard abs(first) <= 256 * abs(bias) else { return nil }
    }
    return (first, between)
  }

  private var populationPlaces: [String: Int] {
    Dictionary(populations.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }
}
