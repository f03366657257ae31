/// What of a network takes another form on a chip, by index of its populations and projections.
struct NetworkForm: Equatable {
  /// Projections whose average pools are populations.
  var pools: [Int] = []
  /// By population that hears its sources through sums: how many parts these are in.
  var parts: [Int: Int] = [:]
  /// Populations whose weights are sums of slices.
  var sliced: Set<Int> = []
  /// By population that is on the chip more than once: how often.
  var copies: [Int: Int] = [:]
}

/// A population whose neurons are on the chip more than once.
package struct CopiedPopulation: Sendable, Equatable {
  package var population: String
  /// How often.
  package var count: Int
}
