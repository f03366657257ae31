import ChipModel

/// What faults leave of a chip: the cores that may be used, and the way from one to another.
///
/// A message goes X first, then Y, as on a chip without faults, wherever that way is whole. Else it goes a shortest way
/// over live links (fewest tile-to-tile steps), and at each tile takes the first of east, west, north, south that is on
/// one. A dead core's router still forwards. Cores that only dead links join to the largest connected part of the chips
/// are not used.
struct LiveChip {
  let mesh: Mesh
  let faults: ChipFaults
  /// Physical cores that may be used, ascending.
  let cores: [Int]
  private let plane: TilePlane
  /// Steps from every tile to `fieldOf`; -1: cut off.
  private var field: [Int32] = []
  private var fieldOf: TileCoordinate?

  /// As many chips as hold `need` cores and the physical core `including`, their faults looked up.
  ///
  /// - Throws: ``CompileError/tooFewLiveCores(need:live:cores:chip:)`` where all chips together have fewer usable cores.
  init(_ chip: ChipDescription, faults: ChipFaults, need: Int, including: Int = 0) throws(CompileError) {
    let mesh = Mesh(chip)
    // A chip without a number of cores is one tile that holds any: the first that live are taken.
    let perChip = mesh.coresPerChip ?? LiveChip.mostCores(need)
    let most = mesh.coresPerChip == nil ? 1 : chip.chips ?? max(1, LiveChip.mostCores(need) / perChip)
    var chips = min(most, max(1, (need + perChip - 1) / perChip, including / perChip + 1))
    var survey = try LiveChip.survey(mesh, faults, chips: chips, perChip: perChip, chip: chip)
    while survey.cores.count < need {
      guard chips < most else {
        throw .tooFewLiveCores(need: need, live: survey.cores.count, cores: chips * perChip, chip: chip.name)
      }
      chips = min(most, chips + max(1, (need - survey.cores.count) / perChip))
      survey = try LiveChip.survey(mesh, faults, chips: chips, perChip: perChip, chip: chip)
    }
    self.mesh = mesh
    self.faults = faults
    cores = survey.cores
    plane = survey.plane
  }

  /// Cores that are looked at where the chip sets no limit: a chip so broken that these hold too few is not one.
  private static func mostCores(_ need: Int) -> Int { 64 * min(need, 1 << 24) + (1 << 16) }

  private struct Survey {
    var cores: [Int]
    var plane: TilePlane
  }

  private static func survey(
    _ mesh: Mesh, _ faults: ChipFaults, chips: Int, perChip: Int, chip: ChipDescription
  ) throws(CompileError) -> Survey {
    let (all, overflow) = chips.multipliedReportingOverflow(by: perChip)
    guard !overflow, all <= 1 << 28 else {
      throw .option("chip '\(chip.name)' is too large for faults: more than \(groupedText(1 << 28)) cores are needed")
    }
    let plane = TilePlane(mesh, chips: chips)
    var cores = (0..<all).filter { !faults.isDead(core: $0) }
    guard faults.hasDeadLinks else { return Survey(cores: cores, plane: plane) }
    guard plane.count <= 1 << 22 else {
      throw .option(
        "chip '\(chip.name)' is too large for dead links: \(groupedText(Int64(plane.count))) tiles, at most "
          + "\(groupedText(1 << 22))")
    }
    let parts = LiveChip.parts(plane, faults)
    // The part with the most live cores; the first of equals.
    var sizes = [Int](repeating: 0, count: plane.count)
    for core in cores { sizes[Int(parts[plane.index(mesh.tile(ofCore: core))])] += 1 }
    let largest = sizes.indices.max { (sizes[$0], $1) < (sizes[$1], $0) } ?? 0
    cores = cores.filter { Int(parts[plane.index(mesh.tile(ofCore: $0))]) == largest }
    return Survey(cores: cores, plane: plane)
  }

  /// By tile: the lowest tile that it is connected to.
  private static func parts(_ plane: TilePlane, _ faults: ChipFaults) -> [Int32] {
    var part = [Int32](repeating: -1, count: plane.count)
    for start in 0..<plane.count where plane.exists(start) && part[start] < 0 {
      part[start] = Int32(truncatingIfNeeded: start)
      var waiting = [start]
      while let tile = waiting.popLast() {
        for direction in MeshDirection.allCases {
          guard let next = plane.neighbour(tile, direction), part[next] < 0 else { continue }
          if faults.isDead(from: plane.tile(tile), direction) { continue }
          part[next] = Int32(truncatingIfNeeded: start)
          waiting.append(next)
        }
      }
    }
    return part
  }

  // MARK: - Routes

  /// Gives every route its steps.
  ///
  /// - Parameter places: physical core of each of the program's cores.
  /// - Throws: ``CompileError/cutOff(pairs:chip:)`` naming cores that no live link joins.
  mutating func route(_ routes: inout [Route], places: [Int], chip: String) throws(CompileError) {
    var cut: [CutOff] = []
    for index in routes.indices {
      let (from, to) = (places[routes[index].from], places[routes[index].to])
      if let steps = steps(from: from, to: to) {
        routes[index].steps = steps
      } else {
        cut.append(CutOff(from: from, to: to))
      }
    }
    guard cut.isEmpty else { throw .cutOff(pairs: cut, chip: chip) }
  }

  /// The way between two physical cores; nil: there is none.
  mutating func steps(from: Int, to: Int) -> [MeshDirection]? {
    let direct = mesh.route(from: from, to: to)
    if !faults.hasDeadLinks || direct.allSatisfy({ !faults.isDead(from: $0.from, $0.direction) }) {
      return direct.map(\.direction)
    }
    let (start, end) = (mesh.tile(ofCore: from), mesh.tile(ofCore: to))
    guard plane.contains(start), plane.contains(end) else { return nil }
    if fieldOf != end {
      field = distances(to: end)
      fieldOf = end
    }
    var here = plane.index(start)
    guard field[here] >= 0 else { return nil }
    var steps: [MeshDirection] = []
    while field[here] > 0 {
      // East and west come first among the cases.
      let choice = MeshDirection.allCases.first { direction in
        guard let next = plane.neighbour(here, direction) else { return false }
        return field[next] == field[here] - 1 && !faults.isDead(from: plane.tile(here), direction)
      }
      guard let choice, let next = plane.neighbour(here, choice) else { return nil }
      steps.append(choice)
      here = next
    }
    return steps
  }

  /// Hops from each of some cores to each other and back, row by row, a link between chips counted as it is worth.
  mutating func lengths(_ cores: [Int]) -> [Int32] {
    var result = [Int32](repeating: 0, count: cores.count * cores.count)
    for (column, to) in cores.enumerated() {
      for (row, from) in cores.enumerated() where row != column {
        var here = mesh.tile(ofCore: from)
        var hops = 0
        for direction in steps(from: from, to: to) ?? [] {
          let next = here.neighbour(direction)
          hops += mesh.crossesChips(here, next) ? mesh.linkHops : 1
          here = next
        }
        result[row * cores.count + column] += Int32(clamping: hops)
        result[column * cores.count + row] += Int32(clamping: hops)
      }
    }
    return result
  }

  /// Breadth-first over live links, which work both ways.
  private func distances(to end: TileCoordinate) -> [Int32] {
    var steps = [Int32](repeating: -1, count: plane.count)
    var waiting = [plane.index(end)]
    steps[waiting[0]] = 0
    var head = 0
    while head < waiting.count {
      let tile = waiting[head]
      head += 1
      for direction in MeshDirection.allCases {
        guard let next = plane.neighbour(tile, direction), steps[next] < 0 else { continue }
        if faults.isDead(from: plane.tile(tile), direction) { continue }
        steps[next] = steps[tile] + 1
        waiting.append(next)
      }
    }
    return steps
  }
}

/// Two physical cores that no way joins.
package struct CutOff: Sendable, Equatable {
  package var from: Int
  package var to: Int
}

/// The tiles of a number of chips as one grid with numbers.
struct TilePlane {
  private let columns: Int
  private let rows: Int
  private let mesh: Mesh
  private let chips: Int
  private let chipsAcross: Int

  init(_ mesh: Mesh, chips: Int) {
    self.mesh = mesh
    self.chips = chips
    chipsAcross = min(chips, mesh.chipColumns ?? chips)
    columns = chipsAcross * mesh.width
    rows = (chips + chipsAcross - 1) / chipsAcross * mesh.height
  }

  var count: Int { columns * rows }
  func index(_ tile: TileCoordinate) -> Int { tile.y * columns + tile.x }
  func tile(_ index: Int) -> TileCoordinate { TileCoordinate(x: index % columns, y: index / columns) }

  /// Whether a chip has the tile: the last row of chips may be short.
  func contains(_ tile: TileCoordinate) -> Bool {
    guard tile.x >= 0, tile.y >= 0, tile.x < columns, tile.y < rows else { return false }
    return tile.y / mesh.height * chipsAcross + tile.x / mesh.width < chips
  }

  func exists(_ index: Int) -> Bool { contains(tile(index)) }

  func neighbour(_ index: Int, _ direction: MeshDirection) -> Int? {
    let next = tile(index).neighbour(direction)
    return contains(next) ? self.index(next) : nil
  }
}
