import ChipModel

/// The neurons that a projection reads: of a population some that follow one another.
struct SourcePart: Hashable, Comparable {
  var population: Int
  /// Nil: all.
  var neurons: Range<Int>?
  /// Which of their axons at a core.
  var axon: UInt8

  init(_ projection: Projection) {
    (population, neurons, axon) = (projection.source, projection.sources, projection.axon)
  }

  private var key: (Int, Int, Int, UInt8) { (population, neurons?.lowerBound ?? -1, neurons?.upperBound ?? -1, axon) }

  static func < (a: SourcePart, b: SourcePart) -> Bool { a.key < b.key }
}

/// Source neurons that already have an input axon on a core, as a union of products (see `FanIn`).
///
/// A neuron that reaches a core through two projections needs one axon and one message, so a further projection adds what no
/// earlier one has.
struct NeuronSet: Sendable {
  private(set) var parts: [(source: SourcePart, fanIn: FanIn)] = []
  /// By source: places in `parts`. Only looked up, never iterated.
  private var places: [SourcePart: [Int]] = [:]

  /// What the set has of a source.
  func parts(of source: SourcePart) -> [FanIn] { places[source]?.map { parts[$0].fanIn } ?? [] }

  /// What is there already, as copies of a population hear the same, is not kept twice.
  mutating func insert(_ fanIn: FanIn, of source: SourcePart) {
    if places[source]?.contains(where: { parts[$0].fanIn.hears(fanIn) }) == true { return }
    places[source, default: []].append(parts.count)
    parts.append((source, fanIn))
  }
}

extension FanIn {
  /// Calls `body(channel, row, column)` for every neuron that none of `others` has, which are of the same source.
  func forEach(notIn others: [FanIn], _ body: (Int, Int, Int) -> Void) {
    if others.contains(where: { $0.hears(self) }) { return }
    let rowSets = others.map { Set($0.rows) }
    let columnSets = others.map { Set($0.columns) }
    for c in channels {
      let here = others.indices.filter { others[$0].channels.contains(c) }
      for y in rows {
        let inRow = here.filter { rowSets[$0].contains(y) }
        for x in columns where !inRow.contains(where: { columnSets[$0].contains(x) }) { body(c, y, x) }
      }
    }
  }

  /// Number of neurons that none of `others` has.
  func count(notIn others: [FanIn]) -> Int {
    if others.isEmpty { return count }
    if others.contains(where: { $0.hears(self) }) { return 0 }
    if others.count == 1 { return count - overlap(others[0]) }
    var result = 0
    forEach(notIn: others) { _, _, _ in result += 1 }
    return result
  }

  /// Whether the same neurons are meant.
  fileprivate func hears(_ other: FanIn) -> Bool {
    channels == other.channels && rows == other.rows && columns == other.columns
  }

  private func overlap(_ other: FanIn) -> Int {
    let rowSet = Set(other.rows)
    let columnSet = Set(other.columns)
    return channels.clamped(to: other.channels).count * rows.count { rowSet.contains($0) }
      * columns.count { columnSet.contains($0) }
  }
}
