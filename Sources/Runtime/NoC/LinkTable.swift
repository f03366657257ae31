import ChipModel

extension MeshStep: Comparable {
  package static func < (a: MeshStep, b: MeshStep) -> Bool {
    (a.from.x, a.from.y, a.direction.rank) < (b.from.x, b.from.y, b.direction.rank)
  }
}

/// The links that a program's routes use, in order, and the way of each route over them.
struct LinkTable: Sendable {
  let links: [MeshStep]
  let ways: LinkWays
  /// Of one message on each route, a step between chips counted as the chip's link is worth.
  let hops: [Int]

  init(_ program: CompiledProgram) {
    let mesh = Mesh(program.chip)
    var found: [MeshStep] = []
    var numbers = LinkNumbers(program.cores.lazy.map { mesh.tile(ofCore: $0.place) })
    var ways = LinkWays()
    for route in program.routes {
      var here = mesh.tile(ofCore: program.cores[route.from].place)
      for direction in route.steps {
        let next = here.neighbour(direction)
        let number = numbers.number(here, direction)
        if Int(number) == found.count {
          found.append(MeshStep(from: here, direction: direction, crossesChips: mesh.crossesChips(here, next)))
        }
        ways.append(number)
        here = next
      }
      ways.endRoute()
    }
    let order = found.indices.sorted { found[$0] < found[$1] }
    var rank = [Int32](repeating: 0, count: found.count)
    for (place, number) in order.enumerated() { rank[number] = Int32(truncatingIfNeeded: place) }
    ways.renumber(rank)
    links = order.map { found[$0] }
    self.ways = ways
    hops = program.routes.indices.map { [links] route in
      ways[route].reduce(0) { $0 + (links[Int($1)].crossesChips ? mesh.linkHops : 1) }
    }
  }
}

/// Numbers links in the order in which they are asked for: by a table over the tiles that hold cores, where nearly all ways
/// stay, and by looking up elsewhere.
private struct LinkNumbers {
  private struct Key: Hashable {
    var tile: TileCoordinate
    var direction: MeshDirection
  }
  private var table: [Int32] = []
  private var elsewhere: [Key: Int32] = [:]
  private var count: Int32 = 0
  private let columns: Range<Int>
  private let rows: Range<Int>

  /// Tiles of the largest table.
  private static let most = 1 << 22

  init(_ tiles: some Sequence<TileCoordinate>) {
    var (left, right, bottom, top) = (Int.max, 0, Int.max, 0)
    for tile in tiles {
      (left, right) = (min(left, tile.x), max(right, tile.x + 1))
      (bottom, top) = (min(bottom, tile.y), max(top, tile.y + 1))
    }
    let area = left < right ? Tensor.elementCount([right - left, top - bottom]) ?? Int.max : 0
    let isSmall = (1...LinkNumbers.most).contains(area)
    columns = isSmall ? left..<right : 0..<0
    rows = isSmall ? bottom..<top : 0..<0
    table = [Int32](repeating: -1, count: isSmall ? area * 4 : 0)
  }

  mutating func number(_ tile: TileCoordinate, _ direction: MeshDirection) -> Int32 {
    guard columns.contains(tile.x), rows.contains(tile.y) else {
      let number = elsewhere[Key(tile: tile, direction: direction), default: count]
      elsewhere[Key(tile: tile, direction: direction)] = number
      if number == count { count += 1 }
      return number
    }
    let place = ((tile.y - rows.lowerBound) * columns.count + tile.x - columns.lowerBound) * 4 + direction.rank
    if table[place] < 0 {
      table[place] = count
      count += 1
    }
    return table[place]
  }
}

/// The links of each route, one after the other.
struct LinkWays: Sendable, ExpressibleByArrayLiteral {
  private var starts = [0]
  private var links: [Int32] = []

  init() {}

  init(arrayLiteral ways: [Int32]...) {
    for way in ways {
      links += way
      endRoute()
    }
  }

  subscript(route: Int) -> ArraySlice<Int32> { links[starts[route]..<starts[route + 1]] }

  mutating func append(_ link: Int32) { links.append(link) }
  mutating func endRoute() { starts.append(links.count) }
  mutating func renumber(_ numbers: [Int32]) {
    for index in links.indices { links[index] = numbers[Int(links[index])] }
  }
}
