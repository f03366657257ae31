import ChipModel

/// Which node of a graph defines which value, and an order to walk them in.
struct NodeOrder {
  private let nodes: [ONNXNode]
  /// Values that no node defines: weights and inputs.
  private let given: Set<String>
  private var producers: [String: Int] = [:]

  /// - Throws: `.graph` where a value is defined twice.
  init(_ nodes: [ONNXNode], given: Set<String>) throws(ImportError) {
    (self.nodes, self.given) = (nodes, given)
    for (index, node) in nodes.enumerated() {
      for name in node.outputs where !name.isEmpty {
        guard !given.contains(name), producers.updateValue(index, forKey: name) == nil else {
          throw .graph(what: "\(node.place) defines '\(printable(name))' again", remedy: "export the model again")
        }
      }
    }
  }

  /// Is there such a value?
  func defines(_ name: String) -> Bool { given.contains(name) || producers[name] != nil }

  /// The nodes that a value needs, each after those that it reads, otherwise in their own order.
  ///
  /// - Complexity: linear in the number of values.
  /// - Throws: `.graph` where a needed value is defined nowhere or by itself.
  func nodes(leadingTo output: String) throws(ImportError) -> [ONNXNode] {
    var isNeeded = [Bool](repeating: false, count: nodes.count)
    var open = producers[output].map { [$0] } ?? []
    while let index = open.popLast() {
      if isNeeded[index] { continue }
      isNeeded[index] = true
      open += nodes[index].inputs.compactMap { producers[$0] }
    }
    var result: [ONNXNode] = []
    var isPlaced = [Bool](repeating: false, count: nodes.count)
    var isOpen = isPlaced
    for start in nodes.indices where isNeeded[start] && !isPlaced[start] {
      // Nodes that wait for one they read, and how many of their inputs were looked at.
      var path = [(node: start, next: 0)]
      isOpen[start] = true
      while let (index, next) = path.last {
        let node = nodes[index]
        guard next < node.inputs.count else {
          result.append(node)
          isPlaced[index] = true
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let name = node.inputs[next]
        if name.isEmpty || given.contains(name) { continue }
        guard let producer = producers[name] else {
          throw .graph(
            what: "\(node.place) reads '\(printable(name))', which nothing defines", remedy: "export the model again")
        }
        if isPlaced[producer] { continue }
        guard !isOpen[producer] else {
          throw .graph(
            what: "\(node.place) reads '\(printable(name))', which depends on what it computes",
            remedy: "give a feed-forward network")
        }
        isOpen[producer] = true
        path.append((producer, 0))
      }
    }
    return result
  }
}

extension ONNXNode {
  /// For messages: `node 'conv1' (Conv)`.
  var place: String { "node '\(printable(label))' (\(printable(operation)))" }
}
