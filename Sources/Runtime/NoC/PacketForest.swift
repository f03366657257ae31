/// The packets of one tick as trees of stations: the sending core, links, the receiving core's input.
///
/// A station serves one packet at a time. Without multicast every tree is a path; with it the ways of one spike's copies
/// share their beginning. Times are femtoseconds in doubles.
struct PacketForest: Sendable {
  /// Stations: links, then each core's port within its tile, then each core's input, then each core as a sender.
  let links: Int
  let cores: Int
  var stationCount: Int { links + 3 * cores }
  func port(_ core: Int) -> Int { links + core }
  func input(_ core: Int) -> Int { links + cores + core }
  func sender(_ core: Int) -> Int { links + 2 * cores + core }

  /// By node; parents come before their children, -1 = none.
  private(set) var station: [Int32] = []
  private(set) var service: [Double] = []
  private(set) var parent: [Int32] = []
  private(set) var firstChild: [Int32] = []
  private(set) var nextSibling: [Int32] = []
  /// First node of each packet, in the load's order.
  private(set) var roots: [Int32] = []

  init(_ load: TickLoad, ways: LinkWays, linkTimes: [Double], tileTime: Double) {
    links = linkTimes.count
    cores = load.cores.count
    for packet in load.packets {
      let root = add(sender(Int(packet.core)), packet.generation, under: -1)
      roots.append(Int32(truncatingIfNeeded: root))
      for copy in load.copies[packet.copies] {
        var here = root
        let way = ways[Int(copy.route)]
        for link in way { here = child(of: here, Int(link), linkTimes[Int(link)]) }
        if way.isEmpty { here = child(of: here, port(Int(packet.core)), tileTime) }
        add(input(Int(copy.core)), copy.processing, under: here)
      }
    }
  }

  /// The node under `node` at a station, new unless a copy of the packet goes there already.
  private mutating func child(of node: Int, _ wanted: Int, _ time: Double) -> Int {
    var next = firstChild[node]
    while next >= 0 {
      if Int(station[Int(next)]) == wanted { return Int(next) }
      next = nextSibling[Int(next)]
    }
    return add(wanted, time, under: node)
  }

  @discardableResult
  private mutating func add(_ place: Int, _ time: Double, under node: Int) -> Int {
    let index = station.count
    station.append(Int32(truncatingIfNeeded: place))
    service.append(time)
    parent.append(Int32(truncatingIfNeeded: node))
    firstChild.append(-1)
    nextSibling.append(-1)
    guard node >= 0 else { return index }
    // At the end of the siblings: copies keep their order.
    var last = firstChild[node]
    if last < 0 {
      firstChild[node] = Int32(truncatingIfNeeded: index)
      return index
    }
    while nextSibling[Int(last)] >= 0 { last = nextSibling[Int(last)] }
    nextSibling[Int(last)] = Int32(truncatingIfNeeded: index)
    return index
  }

  var nodeCount: Int { station.count }
  func isInput(_ node: Int) -> Bool {
    let place = Int(station[node])
    return place >= links + cores && place < links + 2 * cores
  }
  func inputCore(_ node: Int) -> Int { Int(station[node]) - links - cores }

  /// The root above a leaf, and how long the way between them takes when it is free.
  func origin(of leaf: Int) -> (root: Int, travel: Double) {
    var (root, travel) = (Int(parent[leaf]), 0.0)
    while parent[root] >= 0 {
      travel += service[root]
      root = Int(parent[root])
    }
    return (root, travel)
  }

  /// When service begins at each node if nothing ever waits but a core for its own packets.
  func earliest() -> [Double] {
    var start = [Double](repeating: 0, count: nodeCount)
    var sent = [Double](repeating: 0, count: cores)
    for node in 0..<nodeCount {
      if parent[node] < 0 {
        let core = Int(station[node]) - links - 2 * cores
        start[node] = sent[core]
        sent[core] += service[node]
      } else {
        start[node] = start[Int(parent[node])] + service[Int(parent[node])]
      }
    }
    return start
  }
}
