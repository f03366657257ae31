import ChipModel

/// What faults did to a program's routes.
package struct RouteFacts: Sendable, Equatable {
  /// Routes that do not go X first, then Y.
  package var detours = 0
  /// Steps that these routes have more than the way without faults, all routes together.
  package var extraSteps = 0
  /// Whether the links that routes use wait for one another in a circle: then routers with finite buffers need a second
  /// virtual channel, or messages may block for ever. Ways of X first, then Y never do.
  package var hasCycle = false

  package init(_ program: CompiledProgram) {
    let mesh = Mesh(program.chip)
    for route in program.routes {
      let direct = mesh.route(from: program.cores[route.from].place, to: program.cores[route.to].place)
      if direct.map(\.direction) != route.steps {
        detours += 1
        extraSteps += route.steps.count - direct.count
      }
    }
    if detours > 0 { hasCycle = RouteFacts.hasCycle(program, mesh) }
  }

  /// Dally and Seitz 1987: deadlock needs a cycle in the graph of channels, an edge from each channel to one that a route
  /// takes right after it.
  private static func hasCycle(_ program: CompiledProgram, _ mesh: Mesh) -> Bool {
    struct Channel: Hashable {
      var tile: TileCoordinate
      var direction: MeshDirection
    }
    // Numbered in the order in which routes use them; only looked up.
    var numbers: [Channel: Int] = [:]
    var edges = Set<Int>()
    for route in program.routes {
      var here = mesh.tile(ofCore: program.cores[route.from].place)
      var last: Int?
      for direction in route.steps {
        let channel = Channel(tile: here, direction: direction)
        let number = numbers[channel] ?? numbers.count
        numbers[channel] = number
        if let last { edges.insert(last << 32 | number) }
        last = number
        here = here.neighbour(direction)
      }
    }
    return TopologicalOrder(
      count: numbers.count, edges: edges.lazy.map { (from: $0 >> 32, to: $0 & 0xffff_ffff) }
    ).hasCycle
  }
}
