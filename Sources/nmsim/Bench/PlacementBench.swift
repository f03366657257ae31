import ChipModel
import Compiler

/// How long placing takes as cores grow, up to a million clusters, and what it gains.
struct PlacementBench {
  struct Row: Sendable {
    var clusters: Int
    var timing = Timing()
    /// Hops a message, in order and searched.
    var inOrder = 0.0
    var searched = 0.0
  }

  static let sizes = [1_000, 10_000, 100_000, 1_000_000]

  /// Each size once: a search does as much work whatever the machine does beside it.
  static func run(_ sizes: [Int] = sizes) -> [Row] {
    sizes.map { size in
      let graph = ClusterGraph(clusters: size)
      var row = Row(clusters: size)
      (row.inOrder, row.searched) = row.timing.measure { () throws(Never) in graph.placed() }
      return row
    }
  }

  static func table(_ rows: [Row]) -> Table {
    Table(
      rows,
      [
        .count("Clusters placed", \.clusters), .number("Time") { .text(NumberFormat.seconds($0.timing.median)) },
        .number("Processor") { .text(NumberFormat.seconds($0.timing.processorMedian)) },
        .number("Hops in order") { .text(NumberFormat.decimal($0.inOrder, places: 2)) },
        .number("Searched") { .text(NumberFormat.decimal($0.searched, places: 2)) },
      ])
  }

  static func document(_ rows: [Row]) -> JSONOutput {
    .array(
      rows.map { row in
        .object([
          ("clusters", .int(row.clusters)), ("seconds", .double(row.timing.median)),
          ("processorSeconds", .double(row.timing.processorMedian)), ("hopsInOrder", .double(row.inOrder)),
          ("hopsSearched", .double(row.searched)),
        ])
      })
  }
}
