/// What of a network takes another form on a chip, by index of its populations and projections.
struct NetworkForm: Equatable {
  /// Projections whose average pools are populations.
  var pools: [Int] = []
  /// By population that hears sources through sums.
  var parts: [Int: FanInParts] = [:]
  /// Populations whose weights are sums of slices.
  var sliced: Set<Int> = []
  /// By population that is on the chip more than once: how often.
  var copies: [Int: Int] = [:]

  /// Whether populations, slices or copies are added because of the chip's limits.
  var isSplit: Bool { !parts.isEmpty || !sliced.isEmpty || !copies.isEmpty }

  /// Adds what another form has beyond the same beginning.
  mutating func add(_ other: NetworkForm) {
    pools += other.pools.filter { !pools.contains($0) }
    parts.merge(other.parts) { $0.count >= $1.count ? $0 : $1 }
    sliced.formUnion(other.sliced)
    copies.merge(other.copies, uniquingKeysWith: max)
  }
}

/// How the sources of a population are shared out.
struct FanInParts: Equatable {
  /// Parts that are added up apart.
  var count: Int
  /// Of 1,024 of the sources, those that it hears itself.
  var direct = 0
}

/// A population whose neurons are on the chip more than once.
package struct CopiedPopulation: Sendable, Equatable {
  package var population: String
  /// How often.
  package var count: Int
}
