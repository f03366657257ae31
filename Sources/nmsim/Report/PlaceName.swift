import ChipModel
import Runtime

/// What places of a chip are called: on pages, in tables, in the terminal.
enum PlaceName {
  /// `tile (2, 1)`: second and third column and row, x to the east, y to the north.
  static func tile(_ x: Int, _ y: Int) -> String { "tile (\(x), \(y))" }

  /// `core 9, tile (2, 1)`; without a tile where the document does not say.
  static func core(_ index: Int, _ core: RunResult.Core?) -> String {
    guard let x = core?.x, let y = core?.y else { return "core \(index)" }
    return "core \(index), \(tile(x, y))"
  }

  /// `link from tile (2, 1) north`
  static func link(_ link: LinkLoad) -> String { "link from \(tile(link.x, link.y)) \(link.direction.rawValue)" }
}

extension BusiestPlace {
  /// Its core or link.
  func place(_ run: RunResult) -> String {
    if let core { return PlaceName.core(core, run.cores.indices.contains(core) ? run.cores[core] : nil) }
    // The document has `2,1 north`.
    let words = (link ?? "").split(separator: " ")
    let numbers = (words.first ?? "").split(separator: ",")
    guard numbers.count == 2, let direction = words.dropFirst().first else { return "link \(link ?? "")" }
    return "link from tile (\(numbers[0]), \(numbers[1])) \(direction)"
  }
}
