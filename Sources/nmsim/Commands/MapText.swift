import ChipModel
import Compiler

/// The tiles of a program as a small map: a letter for each layer, north up.
struct MapText: Sendable {
  let report: CompileReport
  let style: TextStyle
  private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").map(String.init)
  /// Letters of a tile; of more layers the last one is `+`.
  private static let most = 3

  /// Nil where there is one tile only, and where the map or its letters would not fit.
  var text: String? {
    let tiles = report.cores.map(\.tile)
    guard let first = tiles.first, tiles.contains(where: { $0 != first }) else { return nil }
    let columns = (tiles.map(\.x).min() ?? 0)...(tiles.map(\.x).max() ?? 0)
    let rows = (tiles.map(\.y).min() ?? 0)...(tiles.map(\.y).max() ?? 0)
    let names = report.placed.map(\.name)
    guard names.count <= Self.letters.count, rows.count <= 16 else { return nil }
    var held: [TileCoordinate: [String]] = [:]
    for core in report.cores {
      for (name, letter) in zip(names, Self.letters) where core.populations.contains(name) {
        if held[core.tile]?.contains(letter) != true { held[core.tile, default: []].append(letter) }
      }
    }
    let width = min(Self.most, held.values.map(\.count).max() ?? 1) + 1
    guard columns.count * width <= style.width else { return nil }
    let lines = rows.reversed().map { y -> String in
      var line = columns.map { x in
        let letters = held[TileCoordinate(x: x, y: y)]?.sorted() ?? ["."]
        let shown = letters.count > Self.most ? letters.prefix(Self.most - 1) + ["+"] : letters[...]
        return shown.joined() + String(repeating: " ", count: width - shown.count)
      }.joined()
      while line.last == " " { line.removeLast() }
      return "  \(line)\n"
    }
    let legend = zip(Self.letters, names).map { "\($0) \(ErrorText.escaped($1))" }.joined(separator: ", ")
    let corner = "(\(columns.lowerBound), \(rows.lowerBound))"
    return TextLayout.paragraph("Map of the tiles in use, from \(corner) in the south-west: \(legend).", width: style.width)
      + lines.joined()
  }
}
