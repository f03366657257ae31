/// The nodes of a graph in an order in which every edge leads forward (Kahn 1962), always the lowest index that is ready:
/// a function of the graph alone. Nodes that lead to one another in a circle are one part (Tarjan 1972), at one place.
package struct TopologicalOrder: Sendable {
  /// Each part before those it leads to; nodes of a part ascending.
  package private(set) var parts: [[Int]] = []
  /// By node: edges of the longest path to it, those inside a part left out.
  package private(set) var depths: [Int]
  /// By node: whether it is on a circle.
  package private(set) var isCyclic: [Bool]

  /// - Parameters:
  ///   - count: number of nodes.
  ///   - edges: each from a node to one that comes after it; a pair may occur more than once.
  /// - Complexity: linear in the edges, and a heap's logarithm in the nodes.
  package init(count: Int, edges: some Sequence<(from: Int, to: Int)>) {
    var targets = [[Int]](repeating: [], count: count)
    isCyclic = [Bool](repeating: false, count: count)
    for edge in edges {
      targets[edge.from].append(edge.to)
      if edge.from == edge.to { isCyclic[edge.to] = true }
    }
    let (members, partOf) = TopologicalOrder.components(targets)
    var waiting = members.map { _ in 0 }
    for (node, next) in targets.enumerated() {
      for target in next where partOf[target] != partOf[node] { waiting[partOf[target]] += 1 }
    }
    // Parts are ready by their lowest node.
    var ready = MinHeap()
    for part in members.indices where waiting[part] == 0 { ready.push(.init(order: members[part][0], item: part)) }
    depths = [Int](repeating: 0, count: count)
    parts.reserveCapacity(members.count)
    var partDepths = members.map { _ in 0 }
    while let part = ready.pop()?.item {
      parts.append(members[part])
      for node in members[part] {
        depths[node] = partDepths[part]
        if members[part].count > 1 { isCyclic[node] = true }
        for target in targets[node] where partOf[target] != part {
          let next = partOf[target]
          partDepths[next] = max(partDepths[next], partDepths[part] + 1)
          waiting[next] -= 1
          if waiting[next] == 0 { ready.push(.init(order: members[next][0], item: next)) }
        }
      }
    }
  }

  /// The nodes, part by part.
  package var nodes: [Int] { parts.flatMap { $0 } }

  package var hasCycle: Bool { isCyclic.contains(true) }

  /// The strongly connected parts, their nodes ascending, and the part of each node.
  private static func components(_ targets: [[Int]]) -> (members: [[Int]], partOf: [Int]) {
    let none = -1
    var (members, partOf) = ([[Int]](), [Int](repeating: none, count: targets.count))
    var found = partOf
    var lowest = partOf
    var (open, path): ([Int], [(node: Int, next: Int)]) = ([], [])
    var count = 0
    for root in targets.indices where found[root] == none {
      path.append((root, 0))
      while let (node, next) = path.last {
        if next == 0 {
          (found[node], lowest[node]) = (count, count)
          count += 1
          open.append(node)
        } else {
          lowest[node] = min(lowest[node], lowest[targets[node][next - 1]])
        }
        var place = next
        while place < targets[node].count, found[targets[node][place]] != none {
          // What is in a finished part leads no way back.
          if partOf[targets[node][place]] == none { lowest[node] = min(lowest[node], found[targets[node][place]]) }
          place += 1
        }
        if place < targets[node].count {
          path[path.count - 1].next = place + 1
          path.append((targets[node][place], 0))
          continue
        }
        path.removeLast()
        guard lowest[node] == found[node] else { continue }
        var part: [Int] = []
        while let last = open.popLast() {
          partOf[last] = members.count
          part.append(last)
          if last == node { break }
        }
        members.append(part.sorted())
      }
    }
    return (members, partOf)
  }
}
