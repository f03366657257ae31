/// A direction of travel between neighbouring tiles: east is +x, north is +y.
package enum MeshDirection: String, Sendable, CaseIterable, Hashable {
  case east, west, north, south

  /// Place among the cases.
  package var rank: Int {
    switch self {
    case .east: 0
    case .west: 1
    case .north: 2
    case .south: 3
    }
  }

  package var action: ChipAction {
    switch self {
    case .east: .hopEast
    case .west: .hopWest
    case .north: .hopNorth
    case .south: .hopSouth
    }
  }
}

/// A tile's place on the plane of all chips: chip after chip, without gaps.
package struct TileCoordinate: Sendable, Hashable {
  package var x: Int
  package var y: Int
  package init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// One step of a route: from a tile to its neighbour, within a chip or over a chip-to-chip link.
package struct MeshStep: Sendable, Hashable {
  package var from: TileCoordinate
  package var direction: MeshDirection
  package var crossesChips: Bool
  package init(from: TileCoordinate, direction: MeshDirection, crossesChips: Bool) {
    self.from = from
    self.direction = direction
    self.crossesChips = crossesChips
  }
}

/// How far a message travels: hops within chips by direction, and chip-to-chip links, which are not among those hops.
package struct HopCount: Sendable, Hashable {
  package var east: Int
  package var west: Int
  package var north: Int
  package var south: Int
  package var links: Int

  package init(east: Int = 0, west: Int = 0, north: Int = 0, south: Int = 0, links: Int = 0) {
    self.east = east
    self.west = west
    self.north = north
    self.south = south
    self.links = links
  }

  /// Hops within chips.
  package var withinChips: Int { east + west + north + south }

  package subscript(direction: MeshDirection) -> Int {
    switch direction {
    case .east: east
    case .west: west
    case .north: north
    case .south: south
    }
  }
}

/// Where cores lie, and how messages travel between them: X first, then Y.
///
/// Core `i` is on chip `i / coresPerChip`; within the chip, tile `j / coresPerTile`, at `x = tile / height`,
/// `y = tile % height`. Chips lie on a grid of `chipColumns` (one row where that is not given), row by row to the
/// north. A description without `width` and `height` has one tile a chip. Pure functions of plain numbers; indices
/// outside the chips extend the grid.
package struct Mesh: Sendable, Equatable {
  /// Tiles of one chip.
  package let width: Int
  package let height: Int
  package let coresPerTile: Int
  /// Nil: one unbounded chip.
  package let coresPerChip: Int?
  /// Nil: one row.
  package let chipColumns: Int?
  /// Hops that crossing a link counts as.
  package let linkHops: Int

  /// - Parameters:
  ///   - width: tiles of a chip from west to east; below 1 counts as 1.
  ///   - height: tiles of a chip from south to north; below 1 counts as 1.
  ///   - coresPerTile: cores of a tile; below 1 counts as 1.
  ///   - coresPerChip: nil for an unbounded chip: all its cores share one tile.
  ///   - chipColumns: chips in a row of the grid; nil: all in one row.
  ///   - linkHops: hops that crossing a link between chips counts as.
  package init(
    width: Int, height: Int, coresPerTile: Int, coresPerChip: Int?, chipColumns: Int? = nil, linkHops: Int = 1
  ) {
    self.width = max(1, width)
    self.height = max(1, height)
    self.coresPerTile = max(1, coresPerTile)
    self.coresPerChip = coresPerChip.map { max(1, $0) }
    self.chipColumns = chipColumns.map { max(1, $0) }
    self.linkHops = linkHops
  }

  /// - Note: With a width and height but no `coresPerChip`, a chip has as many cores as its tiles hold.
  package init(_ chip: ChipDescription) {
    let hops = chip.value(.linkHops) ?? 1
    let columns = chip.value(.chipColumns)
    guard let width = chip.value(.width), let height = chip.value(.height) else {
      // One tile a chip: it holds whatever cores the chip has.
      self.init(
        width: 1, height: 1, coresPerTile: chip.coresPerChip ?? 1, coresPerChip: chip.coresPerChip,
        chipColumns: columns, linkHops: hops)
      return
    }
    self.init(
      width: width, height: height, coresPerTile: chip.coresPerTile,
      coresPerChip: chip.coresPerChip ?? width * height * chip.coresPerTile, chipColumns: columns, linkHops: hops)
  }

  package func chip(ofCore core: Int) -> Int {
    guard let coresPerChip else { return 0 }
    return core / coresPerChip
  }

  /// Place of a core's tile on the plane of all chips.
  package func tile(ofCore core: Int) -> TileCoordinate {
    guard let coresPerChip else { return TileCoordinate(x: 0, y: 0) }
    let chip = core / coresPerChip
    // Cores beyond what the tiles hold share the last tile; the reader refuses such descriptions.
    let tile = min(core % coresPerChip / coresPerTile, width * height - 1)
    let (row, column) = chipColumns.map { chip.quotientAndRemainder(dividingBy: $0) } ?? (0, chip)
    return TileCoordinate(x: column * width + tile / height, y: row * height + tile % height)
  }

  /// The distinct tiles of a set of cores, counted.
  package func tileCount(cores: some Sequence<Int>) -> Int {
    var seen = Set<TileCoordinate>()
    for core in cores { seen.insert(tile(ofCore: core)) }
    return seen.count
  }

  /// The way from core to core: X first, then Y. Empty within a tile.
  package func route(from source: Int, to destination: Int) -> [MeshStep] {
    var here = tile(ofCore: source)
    let end = tile(ofCore: destination)
    var steps: [MeshStep] = []
    while here.x != end.x {
      let next = here.x < end.x ? here.x + 1 : here.x - 1
      steps.append(
        MeshStep(
          from: here, direction: here.x < end.x ? .east : .west, crossesChips: here.x / width != next / width))
      here.x = next
    }
    while here.y != end.y {
      let next = here.y < end.y ? here.y + 1 : here.y - 1
      steps.append(
        MeshStep(
          from: here, direction: here.y < end.y ? .north : .south, crossesChips: here.y / height != next / height))
      here.y = next
    }
    return steps
  }

  /// The same way, counted in closed form.
  package func hops(from source: Int, to destination: Int) -> HopCount {
    hops(from: tile(ofCore: source), to: tile(ofCore: destination))
  }

  package func hops(from a: TileCoordinate, to b: TileCoordinate) -> HopCount {
    let columns = abs(b.x / width - a.x / width)
    let rows = abs(b.y / height - a.y / height)
    let x = abs(b.x - a.x) - columns
    let y = abs(b.y - a.y) - rows
    return HopCount(
      east: b.x > a.x ? x : 0, west: b.x < a.x ? x : 0, north: b.y > a.y ? y : 0, south: b.y < a.y ? y : 0,
      links: columns + rows)
  }

  /// Hops as placement and results count them: within chips, plus `linkHops` for each link.
  package func distance(from source: Int, to destination: Int) -> Int {
    let count = hops(from: source, to: destination)
    return count.withinChips + count.links * linkHops
  }
}
