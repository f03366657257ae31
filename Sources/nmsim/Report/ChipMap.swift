import ChipModel
import Runtime

/// Cores on the tiles of the mesh, coloured by a quantity.
///
/// The cores of a tile share it in a grid. Small maps have a hover text per core; large ones are drawn as
/// a few dozen shades, so that ten thousand cores stay a few dozen kilobytes.
struct ChipMap: Sendable {
  /// Tiles in use, row by row.
  let tiles: [TileCoordinate]
  let cores: [RunResult.Core]
  /// Index of a core's tile in `tiles`, and its position and the number of cores there.
  private let places: [(tile: TileCoordinate, slot: Int)]
  private let cellsPerSide: Int
  private let origin: TileCoordinate
  private let width: Int
  private let height: Int
  /// Whether the mesh goes on beyond the map.
  let isCropped: Bool
  private let mesh: RunResult.Mesh?

  private static let across = 240.0
  private static let top = 24.0
  /// The side of a tile.
  private var tile: Double { min(Self.across / Double(width), Self.across / Double(height), 60) }
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

  /// Upper left corner of a tile in the drawing, y downwards.
  private func corner(_ tile: TileCoordinate) -> (x: Double, y: Double) {
    (self.tile * Double(tile.x - origin.x), Self.top + self.tile * Double(height - 1 - (tile.y - origin.y)))
  }

  private func cell(_ index: Int) -> (x: Double, y: Double, side: Double) {
    let place = places[index]
    let corner = corner(place.tile)
    let margin = 0.07 * tile
    let side = (tile - 2 * margin) / Double(cellsPerSide)
    let gap = cellsPerSide > 1 ? min(2, side * 0.12) : 0
    return (
      corner.x + margin + side * Double(place.slot % cellsPerSide) + gap / 2,
      corner.y + margin + side * Double(place.slot / cellsPerSide) + gap / 2, side - gap
    )
  }

  /// One quantity on the map, with its scale.
  struct Layer: Picture {
    let map: ChipMap
    let title: String
    /// One a core, at least 0.
    let quantities: [Double]
    /// The value of the full colour.
    let most: Double
    let text: @Sendable (Double) -> String
    /// At the end of the scale; nil: no scale.
    var end: String?
    /// Of each core: what stands in its square, and its colour, 0: that of quantities.
    var labels: [(text: String, color: Int)] = []
    var links: [LinkLoad] = []
    var samples = 1.0

    var classes: String { "chart chipmap" }
    var summary: String { "\(title), by core" }
    var size: (width: Double, height: Double) {
      let height = map.tile * Double(map.height) + ChipMap.top + (links.isEmpty ? 26 : 42)
      return (ChipMap.across, height)
    }

    var values: CSV {
      var csv = CSV(["core", "x", "y", "layers", title])
      for (index, core) in map.cores.enumerated() {
        let numbers = [core.x.map { "\($0)" } ?? "", core.y.map { "\($0)" } ?? ""]
        csv.add(
          ["\(index)"] + numbers
            + [core.layers.map(\.name).joined(separator: " "), JSONOutput.numberText(quantities[index]) ?? ""])
      }
      return csv
    }

    var content: String {
      "<text x=\"0\" y=\"12\">\(HTML.text(title))</text>" + map.outlines + cells + arrows + scale
    }

    /// Squares as dark as on the page, and arrows for links.
    var latex: String {
      let c = HTML.coordinate
      var lines = ["% Needs \\usepackage{tikz}", "\\begin{tikzpicture}[x=0.02cm, y=-0.02cm]"]
      lines.append("\\node[anchor=south west] at (0,\(c(ChipMap.top))) {\(LaTeX.text(title))};")
      for index in quantities.indices {
        let cell = map.cell(index)
        let (x, y) = (cell.x + cell.side / 2, cell.y + cell.side / 2)
        lines.append(
          "\\fill[blue!\(c((labels.isEmpty ? 100 : 45) * opacity(quantities[index])))] (\(c(cell.x)),\(c(cell.y))) rectangle ++(\(c(cell.side)),\(c(cell.side)));")
        let label = labels.isEmpty ? "" : labels[index].text
        if !label.isEmpty { lines.append("\\node at (\(c(x)),\(c(y))) {\(LaTeX.text(label))};") }
      }
      let most = Double(links.map(\.messages).max() ?? 0)
      for link in links where link.messages > 0 {
        let from = TileCoordinate(x: link.x, y: link.y)
        let to = from.neighbour(link.direction)
        guard map.contains(from), map.contains(to) else { continue }
        let (a, b, half) = (map.corner(from), map.corner(to), map.tile / 2)
        lines.append(
          "\\draw[->, orange, line width=\(c(0.3 + 2 * Double(link.messages) / most))pt] (\(c(a.x + half)),\(c(a.y + half))) -- "
            + "(\(c(b.x + half)),\(c(b.y + half)));")
      }
      if let end { lines.append("\\node[anchor=north west] at (0,\(c(size.height - 26))) {darkest: \(LaTeX.text(end))};") }
      return (lines + ["\\end{tikzpicture}"]).joined(separator: "\n") + "\n"
    }

    private func opacity(_ value: Double) -> Double {
      value <= 0 || most <= 0 ? 0.07 : 0.12 + 0.88 * min(1, value / most)
    }

    private var cells: String {
      let c = HTML.coordinate
      if quantities.count <= ChipMap.mostHovered {
        return quantities.indices.map { index in
          let cell = map.cell(index)
          let label = labels.isEmpty ? ("", 0) : labels[index]
          let place = "x=\"\(c(cell.x))\" y=\"\(c(cell.y))\" width=\"\(c(cell.side))\" height=\"\(c(cell.side))\""
          let shade = label.1 == 0 ? opacity(quantities[index]) : 0.15 + 0.3 * min(1, most > 0 ? quantities[index] / most : 0)
          let name = PlaceName.core(index, map.cores[index])
          let rect = "<rect class=\"\(label.1 == 0 ? "cell" : "s\(label.1)")\" data-core=\"\(index)\" \(place) "
            + "fill-opacity=\"\(c(shade))\"><title>\(name): \(HTML.text(text(quantities[index])))"
            + "\(HTML.text(map.held(index)))</title></rect>"
          guard !label.0.isEmpty, 7.5 * Double(label.0.count) <= cell.side else { return rect }
          return rect + "<text class=\"inside\" x=\"\(c(cell.x + cell.side / 2))\" y=\"\(c(cell.y + cell.side / 2 + 4))\">"
            + "\(HTML.text(label.0))</text>"
        }.joined()
      }
      let shades = 24
      var paths = [String](repeating: "", count: shades + 1)
      for index in quantities.indices {
        let cell = map.cell(index)
        let shade = Int((opacity(quantities[index]) * Double(shades)).rounded())
        paths[min(shades, max(0, shade))] += "M\(c(cell.x)) \(c(cell.y))h\(c(cell.side))v\(c(cell.side))h-\(c(cell.side))z"
      }
      return paths.indices.filter { !paths[$0].isEmpty }.map {
        "<path class=\"heat\" fill-opacity=\"\(c(Double($0) / Double(shades)))\" d=\"\(paths[$0])\"/>"
      }.joined()
    }

    /// Links with messages: wedges that end where the messages go, wider with more; the two directions of a link lie side
    /// by side.
    private var arrows: String {
      let most = links.map(\.messages).max() ?? 0
      guard most > 0 else { return "" }
      let c = HTML.coordinate
      var result = ""
      // Of many links those with most messages: the others would be hair lines.
      let least = links.count > ChipMap.mostLinks ? links.map(\.messages).sorted(by: >)[ChipMap.mostLinks] : 0
      for link in links where link.messages > least {
        let from = TileCoordinate(x: link.x, y: link.y)
        let to = from.neighbour(link.direction)
        guard map.contains(from), map.contains(to) else { continue }
        let (a, b, tile) = (map.corner(from), map.corner(to), map.tile)
        let (dx, dy) = ((b.x - a.x) / tile, (b.y - a.y) / tile)
        let load = Double(link.messages) / Double(most)
        let half = max(0.6, 0.11 * tile * load)
        // To the right of the direction of travel.
        let x = a.x + tile / 2 - dy * 0.14 * tile + dx * 0.15 * tile
        let y = a.y + tile / 2 + dx * 0.14 * tile + dy * 0.15 * tile
        result += "<path class=\"link\" d=\"M\(c(x - dy * half)) \(c(y + dx * half))L\(c(x + dx * 0.7 * tile)) "
          + "\(c(y + dy * 0.7 * tile))L\(c(x + dy * half)) \(c(y - dx * half))Z\" fill-opacity=\"\(c(0.45 + 0.55 * load))\">"
          + "<title>\(PlaceName.link(link)): \(PageNumber.count(Double(link.messages) / samples)) messages per inference"
          + "</title></path>"
      }
      return result
    }

    private var scale: String {
      let c = HTML.coordinate
      let y = map.tile * Double(map.height) + ChipMap.top + 8
      var result = ""
      if let end {
        result = "<text x=\"0\" y=\"\(c(y + 12))\">0</text><text class=\"end\" x=\"\(c(size.width))\" y=\"\(c(y + 12))\">"
          + "\(HTML.text(end))</text>"
        let room = size.width - 24 - 7 * Double(end.count)
        for step in 0..<12 {
          result += "<rect class=\"cell\" x=\"\(c(14 + room / 12 * Double(step)))\" y=\"\(c(y + 4))\" "
            + "width=\"\(c(room / 12 + 0.1))\" height=\"7\" fill-opacity=\"\(c(0.07 + 0.93 * Double(step) / 11))\"/>"
        }
      }
      guard let most = links.map(\.messages).max(), most > 0 else { return result }
      return result + "<text x=\"0\" y=\"\(c(y + 29))\">Widest link: \(PageNumber.count(Double(most) / samples)) messages</text>"
    }
  }

  /// What a core holds, in words.
  private func held(_ core: Int) -> String {
    let layers = cores[core].layers.map { "\($0.name), \(NumberFormat.count($0.neurons, of: "neuron"))" }
    return layers.isEmpty ? "" : "; holds " + layers.joined(separator: "; ")
  }

  private var outlines: String {
    let c = HTML.coordinate
    func x(_ column: Int) -> String { c(tile * Double(column)) }
    func y(_ row: Int) -> String { c(Self.top + tile * Double(row)) }
    var path = ""
    if width * height <= Self.mostHovered {
      for row in 0...height { path += "M0 \(y(row))H\(x(width))" }
      for column in 0...width { path += "M\(x(column)) \(y(0))V\(y(height))" }
    } else {
      path = "M0 \(y(0))H\(x(width))V\(y(height))H0z"
    }
    var edges = ""
    if let chipWidth = mesh?.width, let chipHeight = mesh?.height, width > chipWidth || height > chipHeight {
      for column in 1..<max(2, width) where (column + origin.x) % chipWidth == 0 && column < width {
        edges += "M\(x(column)) \(y(0))V\(y(height))"
      }
      for row in 1..<max(2, height) where (row + origin.y) % chipHeight == 0 && row < height {
        edges += "M0 \(y(height - row))H\(x(width))"
      }
    }
    return "<path class=\"tile\" d=\"\(path)\"/>" + (edges.isEmpty ? "" : "<path class=\"chipline\" d=\"\(edges)\"/>")
  }

  private func contains(_ tile: TileCoordinate) -> Bool {
    tile.x >= origin.x && tile.x - origin.x < width && tile.y >= origin.y && tile.y - origin.y < height
  }
}
