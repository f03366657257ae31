import ChipModel

/// Messages of a chip with multicast, as placement weighs them: for each set of cores that neurons of a core send to, how
/// often they do.
struct MulticastTraffic: Sendable {
  private(set) var sources: [Int32] = []
  private(set) var weights: [Int64] = []
  /// Tree `t` ends in the cores `targets[offsets[t]..<offsets[t + 1]]`, its own core left out.
  private(set) var offsets: [Int] = [0]
  private(set) var targets: [Int32] = []
  /// By core: the trees that begin or end in it.
  private(set) var trees: [[Int32]]

  /// Cores in which a tree ends.
  func ends(of tree: Int) -> ArraySlice<Int32> { targets[offsets[tree]..<offsets[tree + 1]] }

  /// - Parameters:
  ///   - cores, routes: as built, placed anywhere.
  ///   - spikes: per population and neuron, row-major; one value for all neurons of a population, none for a silent one.
  ///     Nil: every neuron fires as often as any other.
  init(cores: [CoreImage], routes: [Route], spikes: [[UInt64]]?) {
    trees = [[Int32]](repeating: [], count: cores.count)
    for (number, core) in cores.enumerated() {
      // Only looked up, never iterated: trees are in the order of their first neurons.
      var known: [[Int32]: Int] = [:]
      core.forEachSender(spikes) { slot, count in
        let ends = core.outputAxons.entries(of: slot)
          .map { Int32(truncatingIfNeeded: routes[Int(core.outputAxons.routes[$0])].to) }.filter { Int($0) != number }
        if ends.isEmpty { return }
        if let tree = known[ends] {
          weights[tree] += count
          return
        }
        let tree = weights.count
        known[ends] = tree
        sources.append(Int32(truncatingIfNeeded: number))
        weights.append(count)
        targets += ends
        offsets.append(targets.count)
        for core in [Int32(truncatingIfNeeded: number)] + ends {
          trees[Int(core)].append(Int32(truncatingIfNeeded: tree))
        }
      }
    }
  }
}

extension CoreImage {
  /// Calls `body(slot, spikes)` for every neuron that fires.
  func forEachSender(_ spikes: [[UInt64]]?, _ body: (Int, Int64) -> Void) {
    for group in groups {
      let counts = spikes?[group.population] ?? [1]
      guard !counts.isEmpty else { continue }
      for local in 0..<group.box.count {
        let index = counts.count == 1 ? 0 : group.box.populationIndex(local, in: group.populationShape)
        // Capped so that weighted distances stay far from overflow whatever the counts are.
        let count = Int64(min(counts[index], 1 << 32))
        if count > 0 { body(group.firstSlot + local, count) }
      }
    }
  }
}

/// Improves a placement for a chip with multicast: the links of a spike's ways count once each, and the busiest of them
/// should carry little.
///
/// Anneals from the placement that is best message by message, several times at once, for fewest hops; from each end on it
/// relieves the busiest link (``LinkRelief``). What it returns is never worse in either than the placement that it was given.
struct MulticastSearch: SwapsCores {
  private let traffic: MulticastTraffic
  private let mesh: Mesh
  private let usable: [Int]
  private let points: [MeshPoint]
  private var generator: SeededGenerator
  var coreAt: [Int32]
  var positionOf: [Int]
  private var costs: [Int64]
  private(set) var cost: Int64 = 0
  /// Scratch of one tree: farthest rows of each column, valid where the stamp is the tree's.
  private var reach: [(stamp: Int, low: Int32, high: Int32)]
  private var stamp = 0
  private var seen: [Int]
  private var seenStamp = 0
  /// Scratch of one move: trees whose hops it changes, and what they become.
  private var touched: [(tree: Int, hops: Int64)] = []

  /// - Parameter usable: physical cores that may be used, ascending, whose links are few enough (`LinkLoads.fits`).
  init(traffic: MulticastTraffic, mesh: Mesh, usable: [Int], places: [Int], seed: UInt64) {
    self.traffic = traffic
    self.mesh = mesh
    self.usable = usable
    points = (0..<((usable.last ?? -1) + 1)).map { MeshPoint(mesh, core: $0) }
    generator = SeededGenerator(seed: seed)
    coreAt = [Int32](repeating: -1, count: points.count)
    positionOf = places
    costs = [Int64](repeating: 0, count: traffic.weights.count)
    reach = [(Int, Int32, Int32)](repeating: (0, 0, 0), count: Int(points.map(\.x).max() ?? 0) + 1)
    seen = [Int](repeating: 0, count: traffic.weights.count)
    put(places)
  }

  private static let rounds = 60
  private static let workLimit = 120_000_000
  private static let movesPerCore = 12_000.0
  /// First temperatures of the searches, over the hops a core: so hot that ends hardly depend on the start, or so that they keep
  /// it, where the start is a good one.
  private static let startRatios = [0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.05, 0.05]
  private static let cooling = 0.92

  mutating func run(effort: Double = 1) -> [Int] {
    let start = positionOf
    guard start.count > 1, usable.count > 1, !costs.isEmpty else { return start }
    let bounds = relief(seed: 0).cost
    let seeds = Self.startRatios.map { _ in generator.next() }
    let ends = Processors.map(seeds.count) { [self] index in
      var search = self
      search.generator = SeededGenerator(seed: seeds[index])
      search.anneal(startRatio: Self.startRatios[index], effort: effort)
      var relief = search.relief(seed: search.generator.next())
      return relief.run(effort: effort, bounds: bounds)
    }
    var best = (cost: bounds, places: start)
    for case let end? in ends where end.cost.product < best.cost.product { best = end }
    return best.places
  }

  /// From where the cores are now.
  private func relief(seed: UInt64) -> LinkRelief {
    LinkRelief(traffic: traffic, mesh: mesh, usable: usable, places: positionOf, seed: seed)
  }

  private mutating func put(_ places: [Int]) {
    for index in coreAt.indices { coreAt[index] = -1 }
    for (core, place) in places.enumerated() { coreAt[place] = Int32(truncatingIfNeeded: core) }
    positionOf = places
    cost = 0
    for tree in costs.indices {
      costs[tree] = hops(tree)
      cost += costs[tree]
    }
  }

  /// Links of the union of a tree's ways, X first, then Y, times its spikes: along the source's row to the farthest columns,
  /// in each column to the farthest rows.
  @inline(__always)
  private mutating func hops(_ tree: Int) -> Int64 {
    let source = points[positionOf[Int(traffic.sources[tree])]]
    stamp &+= 1
    var (west, east) = (source.x, source.x)
    var links = 0
    for index in traffic.offsets[tree]..<traffic.offsets[tree + 1] {
      let point = points[positionOf[Int(traffic.targets[index])]]
      west = min(west, point.x)
      east = max(east, point.x)
      let column = Int(point.x)
      if reach[column].stamp != stamp { reach[column] = (stamp, source.y, source.y) }
      if point.y > reach[column].high {
        links &+= Int(point.y &- reach[column].high)
        reach[column].high = point.y
      } else if point.y < reach[column].low {
        links &+= Int(reach[column].low &- point.y)
        reach[column].low = point.y
      }
    }
    return Int64(links &+ Int(east &- west)) &* traffic.weights[tree]
  }

  /// How many hops more the trees of a core that has moved take, those left out that this move has met.
  @inline(__always)
  private mutating func change(of core: Int) -> Int64 {
    var change: Int64 = 0
    for tree in traffic.trees[core] {
      let tree = Int(tree)
      if seen[tree] == seenStamp { continue }
      seen[tree] = seenStamp
      let now = hops(tree)
      if now == costs[tree] { continue }
      touched.append((tree, now))
      change &+= now &- costs[tree]
    }
    return change
  }

  /// Swaps a core with what is at a position, and back where that costs too much.
  @inline(__always)
  private mutating func attempt(_ core: Int, _ position: Int, temperature: Double) {
    let from = positionOf[core]
    if points[from] == points[position] { return }
    let other = Int(coreAt[position])
    swap(core, position)
    seenStamp &+= 1
    touched.removeAll(keepingCapacity: true)
    var change = change(of: core)
    if other >= 0 { change &+= self.change(of: other) }
    if change > 0 {
      let ratio = Double(change) / temperature
      let chance = Double(generator.next() >> 11) * 0x1p-53
      guard ratio < 20, chance < PlacementSearch.exponential(-ratio) else {
        swap(core, from)
        return
      }
    }
    for (tree, now) in touched { costs[tree] = now }
    cost += change
  }

  private mutating func anneal(startRatio: Double, effort: Double) {
    let cores = positionOf.count
    let work = max(1, 2 * traffic.trees.reduce(0) { $0 + $1.count } * (1 + traffic.targets.count / costs.count) / cores)
    let moves = Int(min(Double(Self.workLimit / (work + 20)), Self.movesPerCore * Double(cores)) * effort)
    var best = (cost: cost, places: positionOf)
    var temperature = max(1, Double(cost) / Double(cores) * startRatio)
    for _ in 0..<Self.rounds {
      for _ in 0..<max(1, moves / Self.rounds) {
        let random = generator.next()
        let core = Int((random >> 32) % UInt64(cores))
        let trees = traffic.trees[core]
        var position = usable[Int((random & 0xffff_ffff) % UInt64(usable.count))]
        if generator.next() & 1 == 0, !trees.isEmpty {
          position = near(Int(trees[Int(generator.next() % UInt64(trees.count))]))
        }
        attempt(core, position, temperature: temperature)
      }
      if cost < best.cost { best = (cost, positionOf) }
      temperature *= Self.cooling
    }
    put(best.places)
    descend(moves: moves)
  }

  /// A position beside the source of a tree: what is sent from there passes.
  private mutating func near(_ tree: Int) -> Int {
    let place = positionOf[Int(traffic.sources[tree])]
    let column = mesh.height * mesh.coresPerTile
    let random = generator.next()
    let way = [mesh.coresPerTile, -mesh.coresPerTile, column, -column][Int(random & 3)]
    let wanted = place + way + Int((random >> 2) % UInt64(mesh.coresPerTile)) - place % mesh.coresPerTile
    guard points.indices.contains(wanted), coreAt[wanted] >= 0 || isUsable(wanted) else { return place }
    return wanted
  }

  private func isUsable(_ position: Int) -> Bool {
    var (low, high) = (0, usable.count)
    while low < high {
      let middle = (low + high) / 2
      if usable[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low < usable.count && usable[low] == position
  }

  /// Takes every improving swap until none is left or the work is done.
  private mutating func descend(moves: Int) {
    var left = moves
    var before = cost + 1
    while cost < before {
      before = cost
      for core in positionOf.indices {
        for position in usable {
          left -= 1
          if left <= 0 { return }
          attempt(core, position, temperature: 1e-9)
        }
      }
    }
  }
}
