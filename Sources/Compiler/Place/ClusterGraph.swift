import ChipModel

/// A made network of clusters, each as much as a core holds, to measure placement by itself: at sizes at which building
/// neurons would hide it.
///
/// Layers of 48 clusters; a cluster sends messages to the four next to it in the next layer. The mesh is a square, a core a tile.
package struct ClusterGraph: Sendable {
  private let traffic: CoreTraffic
  private let mesh: Mesh
  package let clusters: Int
  private let messages: Int64

  /// - Parameter clusters: from 1 to 4,000,000.
  package init(clusters: Int) {
    self.clusters = clusters
    let width = 48
    var edges: [(Int, Int, Int64)] = []
    edges.reserveCapacity(4 * clusters)
    for cluster in 0..<clusters {
      let (layer, column) = cluster.quotientAndRemainder(dividingBy: width)
      for (distance, messages) in [(-1, 250), (0, 1000), (1, 250), (2, 60)] {
        let next = (layer + 1) * width + (column + distance + width) % width
        if next < clusters { edges.append((cluster, next, Int64(messages))) }
      }
    }
    messages = edges.reduce(0) { $0 + $1.2 }
    traffic = CoreTraffic(coreCount: clusters, edges: edges)
    let side = Int(Double(clusters).squareRoot().rounded(.up))
    mesh = Mesh(width: side, height: side, coresPerTile: 1, coresPerChip: side * side)
  }

  /// Hops a message where the clusters lie in order, and where a search puts them.
  /// - Complexity: bounded work of the search, whatever the clusters are.
  package func placed(seed: UInt64 = 1) -> (inOrder: Double, searched: Double) {
    func hops(_ places: [Int]) -> Double { Double(traffic.hops(places: places, mesh: mesh)) / Double(max(1, messages)) }
    let positions = mesh.width * mesh.height
    var search = PlacementSearch(traffic: traffic, mesh: mesh, positionCount: positions, seed: seed)
    return (hops(Array(0..<clusters)), hops(search.run()))
  }
}
