import ChipModel

/// Source neurons that already have an input axon on a core, as a union of products (see ``Reach``).
///
/// A neuron that reaches a core through two projections needs one axon and one message, so what a further reach adds is
/// what no earlier one covers.
struct NeuronSet: Sendable {
  private(set) var parts: [(source: Int, reach: Reach)] = []

  /// Calls `body(channel, row, column)` for every neuron of `reach` that is not in the set yet.
  func forEachNew(_ reach: Reach, of source: Int, _ body: (Int, Int, Int) -> Void) {
    let known = parts.filter { $0.source == source }.map(\.reach)
    let rows = known.map { Set($0.rows) }
    let columns = known.map { Set($0.columns) }
    for c in reach.channels {
      let here = known.indices.filter { known[$0].channels.contains(c) }
      for y in reach.rows {
        let inRow = here.filter { rows[$0].contains(y) }
        for x in reach.columns where !inRow.contains(where: { columns[$0].contains(x) }) { body(c, y, x) }
      }
    }
  }

  /// Number of neurons of `reach` that are not in the set yet.
  func newCount(_ reach: Reach, of source: Int) -> Int {
    let known = parts.filter { $0.source == source }.map(\.reach)
    if known.isEmpty { return reach.count }
    if known.count == 1 { return reach.count - NeuronSet.overlap(reach, known[0]) }
    var count = 0
    forEachNew(reach, of: source) { _, _, _ in count += 1 }
    return count
  }

  mutating func insert(_ reach: Reach, of source: Int) { parts.append((source, reach)) }

  private static func overlap(_ a: Reach, _ b: Reach) -> Int {
    let rows = Set(b.rows)
    let columns = Set(b.columns)
    return a.channels.clamped(to: b.channels).count * a.rows.count { rows.contains($0) }
      * a.columns.count { columns.contains($0) }
  }
}
