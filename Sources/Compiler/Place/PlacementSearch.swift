import ChipModel

/// Searches the placement with the fewest spike-weighted hops.
///
/// A quadratic assignment problem: cores on mesh positions, message counts times distances. Starts from the better of
/// row-major and snake order, then anneals (Kirkpatrick, Gelatt and Vecchi 1983) by swapping a core with whatever lies
/// near its own place or near a core that it exchanges messages with, and ends with a descent. Costs are integers and
/// updated by difference, work is bounded by a count of steps and not by a clock, so a search is a function of its input
/// and seed alone.
struct PlacementSearch {
  private let traffic: CoreTraffic
  private let mesh: Mesh
  /// Positions of one tile are consecutive: tile `t` has `tileStarts[t]..<tileStarts[t + 1]` of `slots`.
  private let slots: [Int32]
  private let tileStarts: [Int32]
  private let tileOf: [Int32]
  private let points: [MeshPoint]
  /// The tiles as a grid, `columns` by `rows`; -1 where no chip is.
  private let grid: [Int32]
  private let columns: Int
  private let rows: Int
  /// Where links are dead: hops from tile to tile and back, row by row; else empty, and distances are |dx| + |dy|.
  private let ways: [Int32]
  /// Whether distances are |dx| + |dy| of few bits.
  private let isNarrow: Bool
  private let gridPlace: [(column: Int32, row: Int32)]

  private var generator: SeededGenerator
  /// Positions that may be used, ascending.
  private let usable: [Int]
  /// Core at each position, -1 = none; position and place of each core.
  private var coreAt: [Int32]
  private var positionOf: [Int]
  private var place: [MeshPoint]
  /// Spike-weighted hops now.
  private(set) var cost: Int64

  /// - Parameter positionCount: the first so many physical cores may be used; at least the number of cores.
  init(traffic: CoreTraffic, mesh: Mesh, positionCount: Int, seed: UInt64) {
    self.init(traffic: traffic, mesh: mesh, positions: Array(0..<positionCount), seed: seed)
  }

  /// - Parameters:
  ///   - usable: physical cores that may be used, ascending; at least as many as there are cores.
  ///   - live: the chip where links are dead: its routes are what distances are then. Beyond 1,024 tiles distances stay
  ///     those without faults.
  init(traffic: CoreTraffic, mesh: Mesh, positions usable: [Int], live: LiveChip? = nil, seed: UInt64) {
    let positionCount = (usable.last ?? -1) + 1
    self.usable = usable
    self.traffic = traffic
    self.mesh = mesh
    let order = PlacementSearch.snake(mesh, usable)
    var slots: [Int32] = []
    var tileStarts: [Int32] = []
    var tileOf = [Int32](repeating: 0, count: positionCount)
    var points: [MeshPoint] = []
    var places: [(column: Int32, row: Int32)] = []
    var columns = 0
    var rows = 0
    var last: TileCoordinate?
    for position in order {
      let tile = mesh.tile(ofCore: position)
      if tile != last {
        tileStarts.append(Int32(truncatingIfNeeded: slots.count))
        var point = MeshPoint(mesh, core: position)
        point.tile = Int32(truncatingIfNeeded: points.count)
        points.append(point)
        places.append((Int32(truncatingIfNeeded: tile.x), Int32(truncatingIfNeeded: tile.y)))
        columns = max(columns, tile.x + 1)
        rows = max(rows, tile.y + 1)
        last = tile
      }
      tileOf[position] = Int32(truncatingIfNeeded: points.count - 1)
      slots.append(Int32(truncatingIfNeeded: position))
    }
    tileStarts.append(Int32(truncatingIfNeeded: slots.count))
    var grid = [Int32](repeating: -1, count: columns * rows)
    for (tile, place) in places.enumerated() {
      grid[Int(place.column) * rows + Int(place.row)] = Int32(truncatingIfNeeded: tile)
    }
    if var live, live.faults.hasDeadLinks, points.count <= 1024 {
      ways = live.lengths(tileStarts.dropLast().map { Int(slots[Int($0)]) })
    } else {
      ways = []
    }
    isNarrow = ways.isEmpty && points.allSatisfy(PullKernel.fits)
    self.slots = slots
    self.tileStarts = tileStarts
    self.tileOf = tileOf
    self.points = points
    self.grid = grid
    self.columns = columns
    self.rows = rows
    gridPlace = places
    generator = SeededGenerator(seed: seed)
    coreAt = [Int32](repeating: -1, count: positionCount)
    positionOf = []
    place = []
    cost = 0
    let rowMajor = Array(usable.prefix(traffic.coreCount))
    let snake = Array(order.prefix(traffic.coreCount))
    put(hops(snake) < hops(rowMajor) ? snake : rowMajor)
  }

  /// Position of each core after a search of `effort` times the normal length.
  ///
  /// Several independent short searches from the same start, as one alone now and then settles on a bad arrangement of
  /// whole layers, which no swap of two cores leaves; longer ones from the best of their ends.
  /// - Parameters:
  ///   - effort: 1 is normal.
  ///   - progress: called after each of ``steps`` parts of the search, from any thread.
  mutating func run(effort: Double = 1, progress: @Sendable () -> Void = {}) -> [Int] {
    guard traffic.coreCount > 1, points.count > 1, !traffic.neighbours.isEmpty else { return positionOf }
    let seeds = (0..<(Self.tries + Self.finals)).map { _ in generator.next() }
    let start = self
    let tries = Processors.map(Self.tries) { index in
      start.searched(seed: seeds[index], effort: effort * Self.tryEffort, heat: 1, progress)
    }
    let best = tries.indices.sorted { (tries[$0].cost, $0) < (tries[$1].cost, $1) }
    let finals = Processors.map(Self.finals) { index in
      tries[best[index]].searched(seed: seeds[Self.tries + index], effort: effort, heat: Self.reheat, progress)
    }
    for end in tries + finals where end.cost < cost { put(end.positionOf) }
    return positionOf
  }

  /// The same search after one annealing and one descent.
  private func searched(seed: UInt64, effort: Double, heat: Double, _ progress: @Sendable () -> Void) -> Self {
    var search = self
    search.generator = SeededGenerator(seed: seed)
    search.anneal(effort: effort, heat: heat, progress: progress)
    search.descend(work: Int(Double(Self.workLimit / 4) * max(1, effort)))
    return search
  }

  /// Swaps that one search tries: so many a core, as far as its work allows.
  private func moves(effort: Double) -> Int {
    let degree = max(1, traffic.neighbours.count / traffic.coreCount)
    let most = Double(PlacementSearch.workLimit / (2 * degree + 20))
    return max(1, Int(min(Double(max(traffic.coreCount, 16)) * PlacementSearch.movesPerCore, most) * effort))
  }

  /// The same a core.
  func movesPerCore(effort: Double) -> Double { Double(moves(effort: effort)) / Double(max(1, traffic.coreCount)) }

  private mutating func anneal(effort: Double, heat: Double, progress: () -> Void) {
    var best = positionOf
    var bestCost = cost
    let moves = moves(effort: effort)
    let rounds = PlacementSearch.rounds
    let hot = startTemperature()
    let end = max(hot * PlacementSearch.coolingRatio, 0.5)
    var temperature = max(hot * heat, end)
    let factor = temperature > end ? PlacementSearch.root(of: end / temperature, rounds) : 1
    let widest = max(columns, rows)
    for round in 0..<rounds {
      // The window in which a core looks for a new place shrinks with the temperature.
      let window = max(1, widest * (rounds - round) / (2 * rounds))
      for _ in 0..<max(1, moves / rounds) { propose(window: window, temperature: temperature) }
      if cost < bestCost {
        bestCost = cost
        best = positionOf
      }
      temperature *= factor
      progress()
    }
    put(best)
  }

  /// Reports of a search's progress.
  static let steps = (tries + finals) * rounds
  /// Temperatures of one search.
  private static let rounds = 250
  /// Searches from the start, their length, how many are taken on, and how hot these begin.
  private static let tries = 8
  private static let tryEffort = 0.15
  private static let finals = 2
  private static let reheat = 0.5
  /// Elementary steps of a search of normal length, at most; its moves for each core.
  private static let workLimit = 120_000_000
  private static let movesPerCore = 6_000.0
  /// First temperature over the mean cost of a bad swap, and last temperature over the first.
  private static let startRatio = 0.3
  private static let coolingRatio = 1e-2

  private mutating func put(_ places: [Int]) {
    for index in coreAt.indices { coreAt[index] = -1 }
    for (core, place) in places.enumerated() { coreAt[place] = Int32(truncatingIfNeeded: core) }
    positionOf = places
    place = places.map { points[Int(tileOf[$0])] }
    cost = hops(places)
  }

  /// Spike-weighted hops of a placement; twice as many where distances are looked up.
  private func hops(_ places: [Int]) -> Int64 {
    if ways.isEmpty { return traffic.hops(places: places, mesh: mesh) }
    var total: Int64 = 0
    for core in 0..<traffic.coreCount {
      let here = points[Int(tileOf[places[core]])]
      for edge in traffic.offsets[core]..<traffic.offsets[core + 1] {
        let there = points[Int(tileOf[places[Int(traffic.neighbours[edge])]])]
        total += traffic.weights[edge] * distance(here, there)
      }
    }
    // Every edge was met from both ends.
    return total / 2
  }

  @inline(__always)
  private func distance(_ a: MeshPoint, _ b: MeshPoint) -> Int64 {
    if ways.isEmpty { return a.distance(to: b) }
    return Int64(ways[Int(a.tile) &* points.count &+ Int(b.tile)])
  }

  /// All positions, tile by tile along columns that alternate up and down, so that neighbours in order are neighbours on
  /// the mesh.
  static func snake(_ mesh: Mesh, _ cores: [Int]) -> [Int] {
    cores.map { (core: $0, chip: mesh.chip(ofCore: $0), tile: mesh.tile(ofCore: $0)) }
      .sorted { a, b in
        if a.chip != b.chip { return a.chip < b.chip }
        if a.tile.x != b.tile.x { return a.tile.x < b.tile.x }
        if a.tile.y != b.tile.y { return a.tile.x % 2 == 0 ? a.tile.y < b.tile.y : a.tile.y > b.tile.y }
        return a.core < b.core
      }.map(\.core)
  }

  // MARK: - Moves

  /// Proposes one swap and takes it with the probability of Metropolis.
  @inline(__always)
  private mutating func propose(window: Int, temperature: Double) {
    let random = generator.next()
    let core = Int(((random >> 32) &* UInt64(traffic.coreCount)) >> 32)
    var tile = tileOf[positionOf[core]]
    var distance = window
    let edges = traffic.offsets[core]..<traffic.offsets[core + 1]
    if random & 1 == 0, !edges.isEmpty {
      // Beside a core that it exchanges messages with.
      let edge = edges.lowerBound + Int(((random & 0xffff_ffff) &* UInt64(edges.count)) >> 32)
      tile = tileOf[positionOf[Int(traffic.neighbours[edge])]]
      distance = 1
    }
    let to = near(tile, window: distance)
    guard to >= 0, tileOf[to] != tileOf[positionOf[core]] else { return }
    let change = difference(core, to)
    guard takes(change, temperature) else { return }
    swap(core, to)
    cost += change
  }

  /// Whether a change of cost is taken, with the probability of Metropolis.
  @inline(__always)
  private mutating func takes(_ change: Int64, _ temperature: Double) -> Bool {
    guard change > 0 else { return true }
    let ratio = Double(change) / temperature
    guard ratio < 20 else { return false }
    return Double(generator.next() >> 11) * 0x1p-53 < PlacementSearch.exponential(-ratio)
  }

  /// A random position on a tile at most `window` columns and rows away; -1: none there.
  @inline(__always)
  private mutating func near(_ tile: Int32, window: Int) -> Int {
    let random = generator.next()
    let side = UInt64(2 * window + 1)
    let column = Int(gridPlace[Int(tile)].column) + Int(((random >> 43) &* side) >> 21) - window
    let row = Int(gridPlace[Int(tile)].row) + Int(((random >> 22 & 0x1f_ffff) &* side) >> 21) - window
    guard column >= 0, column < columns, row >= 0, row < rows else { return -1 }
    let found = Int(grid[column * rows + row])
    guard found >= 0 else { return -1 }
    let count = UInt64(tileStarts[found + 1] - tileStarts[found])
    return Int(slots[Int(tileStarts[found]) + Int(((random & 0x3f_ffff) &* count) >> 22)])
  }

  /// Change of cost if `core` went to position `to`, and what lies there to the core's place.
  @inline(__always)
  private func difference(_ core: Int, _ to: Int) -> Int64 {
    let other = Int(coreAt[to])
    let here = place[core]
    let there = points[Int(tileOf[to])]
    if here == there { return 0 }
    var change = pull(core, from: here, to: there, except: Int32(truncatingIfNeeded: other))
    if other >= 0 { change &+= pull(other, from: there, to: here, except: Int32(truncatingIfNeeded: core)) }
    return change
  }

  @inline(__always)
  private func pull(_ core: Int, from here: MeshPoint, to there: MeshPoint, except: Int32) -> Int64 {
    let edges = traffic.offsets[core]..<traffic.offsets[core + 1]
    if isNarrow {
      return PullKernel.change(
        edges, neighbours: traffic.neighbours, weights: traffic.weights, places: place, from: here, to: there, except: except)
    }
    var change: Int64 = 0
    for edge in edges {
      let neighbour = traffic.neighbours[edge]
      if neighbour == except { continue }
      let point = place[Int(neighbour)]
      change &+= traffic.weights[edge] &* (distance(there, point) &- distance(here, point))
    }
    return change
  }

  private mutating func swap(_ core: Int, _ to: Int) {
    let from = positionOf[core]
    let other = coreAt[to]
    coreAt[to] = Int32(truncatingIfNeeded: core)
    coreAt[from] = other
    positionOf[core] = to
    if other >= 0 {
      positionOf[Int(other)] = from
      place[Int(other)] = place[core]
    }
    place[core] = points[Int(tileOf[to])]
  }

  /// Takes every improving swap until none is left or the work is done.
  private mutating func descend(work: Int) {
    let degree = max(1, traffic.neighbours.count / traffic.coreCount)
    var left = work / (2 * degree + 20)
    var improved = true
    while improved {
      improved = false
      for core in 0..<traffic.coreCount {
        for to in usable {
          left -= 1
          if left <= 0 { return }
          let change = difference(core, to)
          if change < 0 {
            swap(core, to)
            cost += change
            improved = true
          }
        }
      }
    }
  }

  /// A part of what a bad random swap costs: hotter would forget the start, which is a good one.
  private mutating func startTemperature() -> Double {
    var sum = 0.0
    var count = 0
    for _ in 0..<400 {
      let core = Int(generator.next() % UInt64(traffic.coreCount))
      let change = difference(core, usable[Int(generator.next() % UInt64(usable.count))])
      if change > 0 {
        sum += Double(change)
        count += 1
      }
    }
    return count == 0 ? 1 : max(1, sum / Double(count) * PlacementSearch.startRatio)
  }

  /// `exp(x)` for x <= 0, by squaring: the same bits on every platform, near enough for annealing.
  @inline(__always)
  static func exponential(_ x: Double) -> Double {
    let small = x / 1024
    var result = 1 + small * (1 + small / 2 * (1 + small / 3))
    for _ in 0..<10 { result *= result }
    return result
  }

  /// The `count`-th root of `ratio` in 0...1, by bisection: no platform's mathematics library decides.
  private static func root(of ratio: Double, _ count: Int) -> Double {
    var low = 0.0
    var high = 1.0
    for _ in 0..<60 {
      let middle = (low + high) / 2
      var power = 1.0
      for _ in 0..<count { power *= middle }
      if power < ratio { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
