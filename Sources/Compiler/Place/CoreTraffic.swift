import ChipModel

/// Spikes that travel between cores, as a graph: what placement weighs distances with.
///
/// An edge joins two cores that send each other messages; its weight is the number of messages in both directions. The
/// own core is no edge: its distance is 0 wherever it lies. A core's neighbours are ascending, each once.
struct CoreTraffic: Sendable {
  /// Core `i` has the edges `offsets[i]..<offsets[i + 1]`.
  private(set) var offsets: [Int]
  private(set) var neighbours: [Int32]
  private(set) var weights: [Int64]

  var coreCount: Int { offsets.count - 1 }

  /// - Parameters:
  ///   - cores, routes: as built, placed anywhere.
  ///   - spikes: per population and neuron, row-major; one value for all neurons of a population, none for a silent one.
  ///     Nil: every neuron fires as often as any other.
  init(cores: [CoreImage], routes: [Route], spikes: [[UInt64]]?) {
    var onRoute = [Int64](repeating: 0, count: routes.count)
    for core in cores {
      let table = core.outputAxons
      core.forEachSender(spikes) { slot, count in
        for entry in table.entries(of: slot) { onRoute[Int(table.routes[entry])] += count }
      }
    }
    self.init(
      coreCount: cores.count, edges: routes.enumerated().map { ($1.from, $1.to, onRoute[$0]) })
  }

  /// - Parameter edges: two cores and the messages between them; a pair may occur more than once.
  init(coreCount: Int, edges: [(Int, Int, Int64)]) {
    let edges = edges.filter { $0.0 != $0.1 && $0.2 > 0 }
    let ends = edges.flatMap { [(from: $0.0, to: $0.1, weight: $0.2), (from: $0.1, to: $0.0, weight: $0.2)] }
    // By neighbour first: each core's edges then come in the order of their neighbours.
    let ordered = CoreTraffic.grouped(CoreTraffic.grouped(ends, coreCount) { $0.to }, coreCount) { $0.from }
    offsets = [0]
    neighbours = []
    weights = []
    var next = 0
    for core in 0..<coreCount {
      while next < ordered.count, ordered[next].from == core {
        let (_, to, weight) = ordered[next]
        if neighbours.count > offsets[core], Int(neighbours[neighbours.count - 1]) == to {
          weights[weights.count - 1] += weight
        } else {
          neighbours.append(Int32(truncatingIfNeeded: to))
          weights.append(weight)
        }
        next += 1
      }
      offsets.append(neighbours.count)
    }
  }

  /// The edges by ascending `key`, in their order where it is the same.
  private static func grouped(
    _ ends: [(from: Int, to: Int, weight: Int64)], _ coreCount: Int, by key: ((from: Int, to: Int, weight: Int64)) -> Int
  ) -> [(from: Int, to: Int, weight: Int64)] {
    var next = [Int](repeating: 0, count: coreCount + 1)
    for end in ends { next[key(end) + 1] += 1 }
    for index in 1..<max(1, next.count) { next[index] += next[index - 1] }
    var result = ends
    for end in ends {
      result[next[key(end)]] = end
      next[key(end)] += 1
    }
    return result
  }

  /// Spike-weighted hops of a placement.
  ///
  /// - Parameter places: physical core of each core.
  func hops(places: [Int], mesh: Mesh) -> Int64 {
    let points = places.map { MeshPoint(mesh, core: $0) }
    var total: Int64 = 0
    for core in 0..<coreCount {
      for edge in offsets[core]..<offsets[core + 1] {
        total += weights[edge] * points[core].distance(to: points[Int(neighbours[edge])])
      }
    }
    // Every edge was met from both ends.
    return total / 2
  }
}

/// A tile's place with chip-to-chip links stretched to the hops they count as, so that distances are |dx| + |dy|.
struct MeshPoint: Sendable, Equatable {
  var x: Int32
  var y: Int32
  /// Number of the tile, for distances that are looked up.
  var tile: Int32 = 0

  init(_ mesh: Mesh, core: Int) {
    let tile = mesh.tile(ofCore: core)
    x = Int32(clamping: tile.x + (mesh.linkHops - 1) * (tile.x / mesh.width))
    y = Int32(clamping: tile.y + (mesh.linkHops - 1) * (tile.y / mesh.height))
  }

  @inline(__always)
  func distance(to other: MeshPoint) -> Int64 {
    Int64(abs(x &- other.x)) &+ Int64(abs(y &- other.y))
  }
}
