import ChipModel

/// Packets over each link of a mesh with multicast, where a link between chips is as many as the hops it counts as.
struct LinkLoads {
  private let rows: Int
  /// By column, row and direction.
  private(set) var packets: [Int64]
  /// Scratch of one tree: farthest rows of each column, and the columns that it reaches.
  private var reach: [(low: Int32, high: Int32)]
  private var columns: [Int32] = []

  /// Whether the links between such places are few enough to be counted: ways between chips may count as 65,536 hops each.
  static func fits(_ points: [MeshPoint]) -> Bool {
    Tensor.elementCount([Int(points.map(\.x).max() ?? 0) + 1, Int(points.map(\.y).max() ?? 0) + 1]) ?? .max <= 1 << 20
  }

  /// - Parameter points: all places that cores may have, which fit.
  init(_ points: [MeshPoint]) {
    let width = Int(points.map(\.x).max() ?? 0) + 1
    rows = Int(points.map(\.y).max() ?? 0) + 1
    packets = [Int64](repeating: 0, count: width * rows * 4)
    reach = [(Int32, Int32)](repeating: (-1, -1), count: width)
  }

  var busiest: Int64 { packets.max() ?? 0 }

  /// Adds packets to every link of the union of the ways from a source, X first, then Y, each once.
  ///
  /// - Parameter price: of so many packets over a link.
  /// - Returns: by how much all links together cost more.
  @inline(__always)
  mutating func add(
    _ packets: Int64, from source: MeshPoint, to targets: some Sequence<MeshPoint>, price: (Int64) -> Double
  ) -> Double {
    var (west, east) = (source.x, source.x)
    columns.removeAll(keepingCapacity: true)
    for point in targets {
      west = min(west, point.x)
      east = max(east, point.x)
      let column = Int(point.x)
      if reach[column].low < 0 {
        reach[column] = (source.y, source.y)
        columns.append(point.x)
      }
      reach[column] = (min(reach[column].low, point.y), max(reach[column].high, point.y))
    }
    var change = 0.0
    for x in source.x..<east { change += add(packets, x, source.y, 0, price) }
    for x in west..<source.x { change += add(packets, x + 1, source.y, 1, price) }
    for column in columns {
      let (low, high) = reach[Int(column)]
      for y in source.y..<high { change += add(packets, column, y, 2, price) }
      for y in low..<source.y { change += add(packets, column, y + 1, 3, price) }
      reach[Int(column)] = (-1, -1)
    }
    return change
  }

  @inline(__always)
  private mutating func add(_ more: Int64, _ x: Int32, _ y: Int32, _ direction: Int, _ price: (Int64) -> Double) -> Double {
    let index = (Int(x) * rows + Int(y)) * 4 + direction
    let before = packets[index]
    packets[index] = before &+ more
    return price(before &+ more) - price(before)
  }
}

/// Takes packets from the busiest links of a placement for a chip with multicast, at the price of few hops.
///
/// Anneals from the placement of fewest hops. A packet costs its hops, and the more the more a link has: the fourth power of
/// a link's packets keeps one from standing out. Of the placements on the way it keeps the one whose hops and busiest link
/// together, each by its share, are least.
struct LinkRelief: SwapsCores {
  private let traffic: MulticastTraffic
  private let usable: [Int]
  private let points: [MeshPoint]
  private var generator: SeededGenerator
  var coreAt: [Int32]
  var positionOf: [Int]
  private var loads: LinkLoads
  /// Packets of the busiest link at the start, by which loads are measured.
  private let scale: Double
  /// Scratch of one move: trees met.
  private var seen: [Int]
  private var stamp = 0

  /// - Parameter usable: physical cores that may be used, ascending.
  init(traffic: MulticastTraffic, mesh: Mesh, usable: [Int], places: [Int], seed: UInt64) {
    self.traffic = traffic
    self.usable = usable
    points = (0..<((usable.last ?? -1) + 1)).map { MeshPoint(mesh, core: $0) }
    generator = SeededGenerator(seed: seed)
    coreAt = [Int32](repeating: -1, count: points.count)
    positionOf = places
    for (core, place) in places.enumerated() { coreAt[place] = Int32(truncatingIfNeeded: core) }
    seen = [Int](repeating: 0, count: traffic.weights.count)
    loads = LinkLoads(points)
    for tree in traffic.weights.indices {
      _ = loads.add(
        traffic.weights[tree], from: points[places[Int(traffic.sources[tree])]],
        to: traffic.ends(of: tree).lazy.map { [points] in points[places[Int($0)]] }, price: { _ in 0 })
    }
    scale = Double(max(1, loads.busiest))
  }

  /// Hops and busiest link, each by its share: what is least in the end.
  struct Cost: Equatable {
    var hops: Int64
    var busiest: Int64
    var product: Double { Double(hops + 1) * Double(busiest + 1).squareRoot().squareRoot() }
    /// Whether neither is more than another's.
    func isWithin(_ other: Cost) -> Bool { hops <= other.hops && busiest <= other.busiest }
  }

  var cost: Cost { Cost(hops: loads.packets.reduce(0, &+), busiest: loads.busiest) }

  private static let rounds = 60
  private static let workLimit = 60_000_000
  private static let movesPerCore = 2_000.0
  /// First temperature over the cost a core, and what remains of it from round to round.
  private static let startRatio = 0.01
  private static let cooling = 0.92

  /// The best placement within bounds; nil: none was met.
  mutating func run(effort: Double, bounds: Cost) -> (cost: Cost, places: [Int])? {
    let cores = positionOf.count
    var now = cost
    var best = now.isWithin(bounds) ? (cost: now, places: positionOf) : nil
    let perMove = 8 * traffic.trees.reduce(0) { $0 + $1.count } * (4 + traffic.targets.count / traffic.weights.count) / cores
    let moves = Int(min(Double(Self.workLimit / (perMove + 20)), Self.movesPerCore * Double(cores)) * effort)
    var temperature = max(1, Double(now.hops) / Double(cores) * Self.startRatio)
    for _ in 0..<Self.rounds {
      for _ in 0..<max(1, moves / Self.rounds) {
        let random = generator.next()
        let core = Int((random >> 32) % UInt64(cores))
        attempt(core, usable[Int((random & 0xffff_ffff) % UInt64(usable.count))], temperature: temperature)
      }
      now = cost
      if now.isWithin(bounds), now.product < best?.cost.product ?? .infinity { best = (now, positionOf) }
      temperature *= Self.cooling
    }
    return best
  }

  /// Swaps a core with what is at a position, and back where that costs too much.
  private mutating func attempt(_ core: Int, _ position: Int, temperature: Double) {
    let from = positionOf[core]
    if points[from] == points[position] { return }
    let other = Int(coreAt[position])
    var trees = traffic.trees[core]
    if other >= 0 {
      stamp &+= 1
      for tree in trees { seen[Int(tree)] = stamp }
      trees += traffic.trees[other].filter { seen[Int($0)] != stamp }
    }
    var change = add(trees, sign: -1)
    swap(core, position)
    change += add(trees, sign: 1)
    guard change > 0 else { return }
    let chance = Double(generator.next() >> 11) * 0x1p-53
    if change / temperature < 20, chance < PlacementSearch.exponential(-change / temperature) { return }
    _ = add(trees, sign: -1)
    swap(core, from)
    _ = add(trees, sign: 1)
  }

  private mutating func add(_ trees: [Int32], sign: Int64) -> Double {
    var change = 0.0
    let (points, positionOf, traffic, scale) = (points, positionOf, traffic, scale)
    for tree in trees {
      let tree = Int(tree)
      change += loads.add(
        sign * traffic.weights[tree], from: points[positionOf[Int(traffic.sources[tree])]],
        to: traffic.ends(of: tree).lazy.map { points[positionOf[Int($0)]] }
      ) { packets in
        let share = Double(packets) / scale
        return Double(packets) * (1 + share * share * share)
      }
    }
    return change
  }
}
