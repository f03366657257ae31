import ChipModel
import Runtime

/// Cores on the tiles of the mesh, coloured by a quantity.
///
/// A tile is ten units wide; its cores share it in a grid. Small maps have a hover text per core; large ones are drawn as
/// a few dozen shades, so that ten thousand cores stay a few dozen kilobytes.
struct ChipMap: Sendable {
  /// Tiles in use, row by row.
  let tiles: [TileCoordinate]
  private let cores: [RunResult.Core]
  /// Index of a core's tile in `tiles`, and its position and the number of cores there.
  private let places: [(tile: TileCoordinate, slot: Int)]
  private let cellsPerSide: Int
  private let origin: TileCoordinate
  private let width: Int
  private let height: Int
  /// Whether the mesh goes on beyond the map.
  let isCropped: Bool
  private let mesh: RunResult.Mesh?

  private static let tile = 10.0
  /// Beyond this many tiles a side the map cannot be read.
  private static let widest = 512
  private static let mostHovered = 1_024
  private static let mostLinks = 4_096

  /// Nil where a core has no place, or the cores lie too far apart to draw.
  init?(_ cores: [RunResult.Core], _ mesh: RunResult.Mesh?) {
    guard !cores.isEmpty else { return nil }
    var counts: [TileCoordinate: Int] = [:]
    var places: [(tile: TileCoordinate, slot: Int)] = []
    for core in cores {
      guard let x = core.x, let y = core.y else { return nil }
      let tile = TileCoordinate(x: x, y: y)
      places.append((tile, counts[tile, default: 0]))
      counts[tile, default: 0] += 1
    }
    let xs = places.map(\.tile.x)
    let ys = places.map(\.tile.y)
    guard var left = xs.min(), var right = xs.max(), var bottom = ys.min(), var top = ys.max() else { return nil }
    // Some surroundings on the chip, or the whole chip where most of it is used or there are several.
    if let width = mesh?.width, let height = mesh?.height, (right - left) / width < 8, (top - bottom) / height < 8 {
      (left, right) = Self.surroundings(left, right, chip: width, least: 4)
      (bottom, top) = Self.surroundings(bottom, top, chip: height, least: 4)
      // A square map shows its tiles as large as a narrow one.
      (left, right) = Self.surroundings(left, right, chip: width, least: top - bottom + 1)
      (bottom, top) = Self.surroundings(bottom, top, chip: height, least: right - left + 1)
    }
    let across = right - left + 1
    let along = top - bottom + 1
    guard across <= Self.widest, along <= Self.widest else { return nil }
    isCropped = mesh?.width.map { across % $0 != 0 } ?? false || mesh?.height.map { along % $0 != 0 } ?? false
    origin = TileCoordinate(x: left, y: bottom)
    width = across
    height = along
    tiles = counts.keys.sorted { ($0.y, $0.x) < ($1.y, $1.x) }
    let most = counts.values.max() ?? 1
    var side = 1
    while side * side < most { side += 1 }
    cellsPerSide = side
    self.cores = cores
    self.places = places
    self.mesh = mesh
  }

  /// The part of an axis to show: at least so many tiles where the chip has them.
  private static func surroundings(_ first: Int, _ last: Int, chip: Int, least: Int) -> (Int, Int) {
    let start = first - first % chip
    let end = last - last % chip + chip - 1
    let wanted = max(last - first + 1, least)
    if end - start + 1 > chip ? chip <= 32 : 10 * wanted >= 6 * chip { return (start, end) }
    guard end - start + 1 == chip else { return (first, last) }
    let low = max(start, min(first, end + 1 - wanted))
    return (low, min(end, low + wanted - 1))
  }

  /// Lower left corner of a tile in the drawing, y downwards.
  private func corner(_ tile: TileCoordinate) -> (x: Double, y: Double) {
    (Self.tile * Double(tile.x - origin.x), Self.tile * Double(height - 1 - (tile.y - origin.y)))
  }

  private func cell(_ index: Int) -> (x: Double, y: Double, side: Double) {
    let place = places[index]
    let corner = corner(place.tile)
    let inner = Self.tile - 1.4
    let side = inner / Double(cellsPerSide)
    let gap = cellsPerSide > 1 ? min(0.5, side * 0.12) : 0
    return (
      corner.x + 0.7 + side * Double(place.slot % cellsPerSide) + gap / 2,
      corner.y + 0.7 + side * Double(place.slot / cellsPerSide) + gap / 2, side - gap
    )
  }

  /// One map with its scale.
  /// - Parameters:
  ///   - values: one a core, at least 0.
  ///   - top: the value of the full colour, and its name where it is no count.
  func figure(
    _ title: String, _ values: [Double], top: Double, text: (Double) -> String, run: ReportRun, path: String,
    links: [LinkLoad] = [], top name: String? = nil
  ) -> String {
    let c = HTML.coordinate
    let (w, h) = (Self.tile * Double(width), Self.tile * Double(height))
    let shapes = outlines + cells(values, top: top, text: text) + lines(links, samples: run.samples)
    let list = values.count <= 4_096 && path != "messages" && path != "joules"
      ? " data-run=\"\(run.number)\" data-column=\"cores.\(path)\" data-values=\""
        + values.compactMap(JSONOutput.numberText).joined(separator: " ") + "\"" : ""
    return """
      <figure class="map"><h3>\(HTML.text(title))</h3>
      <svg viewBox="-0.5 -0.5 \(c(w + 1)) \(c(h + 1))" role="img" aria-label="\(HTML.text(title)), by core"\(list)>\(shapes)</svg>
      <div class="ramp"><span>0</span><b></b><span>\(name ?? PageNumber.count(top))</span></div></figure>
      """
  }

  private var outlines: String {
    let c = HTML.coordinate
    var path = ""
    if width * height <= Self.mostHovered {
      for y in 0..<height {
        for x in 0..<width {
          path += "M\(c(Self.tile * Double(x) + 0.3)) \(c(Self.tile * Double(y) + 0.3))h9.4v9.4h-9.4z"
        }
      }
    } else {
      path = "M0 0H\(c(Self.tile * Double(width)))V\(c(Self.tile * Double(height)))H0z"
    }
    var edges = ""
    if let chipWidth = mesh?.width, let chipHeight = mesh?.height, width > chipWidth || height > chipHeight {
      for x in 1..<max(2, width) where (x + origin.x) % chipWidth == 0 && x < width {
        edges += "M\(c(Self.tile * Double(x))) 0V\(c(Self.tile * Double(height)))"
      }
      for y in 1..<max(2, height) where (y + origin.y) % chipHeight == 0 && y < height {
        edges += "M0 \(c(Self.tile * Double(height - y)))H\(c(Self.tile * Double(width)))"
      }
    }
    return "<path class=\"tile\" d=\"\(path)\"/>" + (edges.isEmpty ? "" : "<path class=\"chipline\" d=\"\(edges)\"/>")
  }

  private func opacity(_ value: Double, _ top: Double) -> Double {
    value <= 0 || top <= 0 ? 0.07 : 0.12 + 0.88 * min(1, value / top)
  }

  private func cells(_ values: [Double], top: Double, text: (Double) -> String) -> String {
    let c = HTML.coordinate
    if values.count <= Self.mostHovered {
      return values.indices.map { index in
        let cell = cell(index)
        let tile = places[index].tile
        return "<rect class=\"cell\" x=\"\(c(cell.x))\" y=\"\(c(cell.y))\" width=\"\(c(cell.side))\" "
          + "height=\"\(c(cell.side))\" fill-opacity=\"\(c(opacity(values[index], top)))\">"
          + "<title>core \(index), tile \(tile.x), \(tile.y): \(HTML.text(text(values[index])))</title></rect>"
      }.joined()
    }
    let shades = 24
    var paths = [String](repeating: "", count: shades + 1)
    for index in values.indices {
      let cell = cell(index)
      let shade = Int((opacity(values[index], top) * Double(shades)).rounded())
      paths[min(shades, max(0, shade))] += "M\(c(cell.x)) \(c(cell.y))h\(c(cell.side))v\(c(cell.side))h-\(c(cell.side))z"
    }
    return paths.indices.filter { !paths[$0].isEmpty }.map {
      "<path class=\"bucket\" style=\"fill-opacity:\(c(Double($0) / Double(shades)));fill:rgb(var(--map))\" d=\"\(paths[$0])\"/>"
    }.joined()
  }

  /// Links with messages, wider and darker with more; the two directions of a link lie side by side.
  private func lines(_ links: [LinkLoad], samples: Double) -> String {
    let most = links.map(\.messages).max() ?? 0
    guard most > 0 else { return "" }
    let c = HTML.coordinate
    var result = ""
    // Of many links those with most messages: the others would be hair lines.
    let least = links.count > Self.mostLinks ? links.map(\.messages).sorted(by: >)[Self.mostLinks] : 0
    for link in links where link.messages > least {
      let from = TileCoordinate(x: link.x, y: link.y)
      let to = from.neighbour(link.direction)
      guard contains(from), contains(to) else { continue }
      let (a, b) = (corner(from), corner(to))
      let (dx, dy) = ((b.x - a.x) / Self.tile, (b.y - a.y) / Self.tile)
      // To the right of the direction of travel.
      let (ox, oy) = (-dy * 0.9, dx * 0.9)
      let load = Double(link.messages) / Double(most)
      let start = (x: a.x + 5 + ox + dx * 1.5, y: a.y + 5 + oy + dy * 1.5)
      result += "<path class=\"link\" d=\"M\(c(start.x)) \(c(start.y))l\(c(dx * 7)) \(c(dy * 7))\" "
        + "style=\"stroke-width:\(c(0.8 + 2.7 * load))px\" stroke-opacity=\"\(c(0.35 + 0.65 * load))\">"
        + "<title>\(link.x), \(link.y) \(link.direction.rawValue): "
        + "\(PageNumber.count(Double(link.messages) / samples)) messages</title></path>"
    }
    return result
  }

  private func contains(_ tile: TileCoordinate) -> Bool {
    tile.x >= origin.x && tile.x - origin.x < width && tile.y >= origin.y && tile.y - origin.y < height
  }
}
