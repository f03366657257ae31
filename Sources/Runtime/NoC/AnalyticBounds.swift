/// What a tick takes at least: the longest of four bounds, each of which the slowest way through the chip reaches when
/// nothing waits.
///
/// (a) a core's own generating; (b) a message's way: its sender's work before it, its hops, its processing; (c) a core's
/// first arrival and all its processing after that; (d) a link's first packet, all packets one after the other, and the
/// shortest rest of the way. Where nothing waits, (b) or (a) is the time itself and the others are below it.
struct AnalyticBounds {
  private(set) var length = 0.0
  private(set) var slowestLink: (link: Int?, time: Double) = (nil, 0)
  /// By node of the forest: when its service begins if nothing waits.
  let earliest: [Double]

  /// - Parameters:
  ///   - generating: by core, all of its generating.
  ///   - gates: by core, work of max-pool gates after the last message.
  init(_ forest: PacketForest, generating: [Double], gates: [Double]) {
    earliest = forest.earliest()
    for time in generating { length = max(length, time) }
    // What follows a node's service at least, children before parents.
    var tail = [Double](repeating: 0, count: forest.nodeCount)
    var first = [Double](repeating: .infinity, count: forest.stationCount)
    var busy = [Double](repeating: 0, count: forest.stationCount)
    var rest = first
    for node in stride(from: forest.nodeCount - 1, through: 0, by: -1) {
      let station = Int(forest.station[node])
      first[station] = min(first[station], earliest[node])
      busy[station] += forest.service[node]
      rest[station] = min(rest[station], tail[node])
      if forest.isInput(node) {
        length = max(length, earliest[node] + forest.service[node] + gates[forest.inputCore(node)])
      }
      let parent = Int(forest.parent[node])
      if parent >= 0 { tail[parent] = max(tail[parent], forest.service[node] + tail[node]) }
    }
    for link in 0..<forest.links where busy[link] > 0 {
      length = max(length, first[link] + busy[link] + rest[link])
      if busy[link] > slowestLink.time { slowestLink = (link, busy[link]) }
    }
    for core in 0..<forest.cores {
      let port = forest.port(core)
      if first[port].isFinite { length = max(length, first[port] + busy[port] + rest[port]) }
      let input = forest.input(core)
      if first[input].isFinite { length = max(length, first[input] + busy[input] + gates[core]) }
    }
  }
}

/// Running without a barrier: a core ends a tick when its own work is done and everything that can reach it has, and goes
/// on at once. What comes early waits for the tick it belongs to, so a core never does two ticks' work at a time.
/// Waiting on links is left out, as in `analytic`; inputs hold whatever comes early.
struct BarrierFreeClock {
  /// When each core begins the next tick.
  private var start: [Double]
  private let sources: [[Int]]

  init(cores: Int, sources: [[Int]]) {
    start = [Double](repeating: 0, count: cores)
    self.sources = sources
  }

  var end: Double { start.max() ?? 0 }

  mutating func advance(_ forest: PacketForest, _ bounds: AnalyticBounds, generating: [Double], gates: [Double]) {
    var end = start.indices.map { start[$0] + generating[$0] }
    for core in end.indices {
      // A core knows that a tick is over when every core that could have sent is through with it.
      for source in sources[core] { end[core] = max(end[core], start[source] + generating[source]) }
    }
    var first = [Double](repeating: .infinity, count: start.count)
    var busy = [Double](repeating: 0, count: start.count)
    // The sender's clock is the root's, handed down: parents come before their children.
    var sender = [Double](repeating: 0, count: forest.nodeCount)
    for node in 0..<forest.nodeCount {
      let parent = Int(forest.parent[node])
      sender[node] = parent < 0 ? start[Int(forest.station[node]) - forest.sender(0)] : sender[parent]
      guard forest.isInput(node) else { continue }
      let core = forest.inputCore(node)
      let arrival = max(start[core], sender[node] + bounds.earliest[node])
      first[core] = min(first[core], arrival)
      busy[core] += forest.service[node]
      end[core] = max(end[core], arrival + forest.service[node] + gates[core])
    }
    for core in end.indices where first[core].isFinite {
      end[core] = max(end[core], first[core] + busy[core] + gates[core])
    }
    start = end
  }
}
