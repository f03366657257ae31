/// The nodes of a graph in an order in which every edge leads forward (Kahn 1962), always the lowest index that is ready:
/// a function of the graph alone.
package struct TopologicalOrder: Sendable {
  /// Without those that are on a cycle or behind one.
  package private(set) var nodes: [Int] = []
  /// By node: edges of the longest path to it; of one on a cycle or behind one, of those that lead there from outside.
  package private(set) var depths: [Int]
  /// By node: whether it is on a cycle or behind one.
  package private(set) var isStuck: [Bool]

  /// - Parameters:
  ///   - count: number of nodes.
  ///   - edges: each from a node to one that comes after it; a pair may occur more than once.
  /// - Complexity: linear in the edges, and a heap's logarithm in the nodes.
  package init(count: Int, edges: some Sequence<(from: Int, to: Int)>) {
    var waiting = [Int](repeating: 0, count: count)
    var targets = [[Int]](repeating: [], count: count)
    for edge in edges {
      waiting[edge.to] += 1
      targets[edge.from].append(edge.to)
    }
    var ready = MinHeap<Int>()
    for node in 0..<count where waiting[node] == 0 { ready.push(node) }
    nodes.reserveCapacity(count)
    depths = [Int](repeating: 0, count: count)
    while let next = ready.pop() {
      nodes.append(next)
      for target in targets[next] {
        depths[target] = max(depths[target], depths[next] + 1)
        waiting[target] -= 1
        if waiting[target] == 0 { ready.push(target) }
      }
    }
    isStuck = waiting.map { $0 > 0 }
  }

  package var hasCycle: Bool { nodes.count < isStuck.count }
}
