import ChipModel

/// Messages of a run and the way they went, from spike counts alone.
///
/// A neuron sends the same messages with every spike, so a run's traffic is the sum over neurons of spikes times output
/// axons; routes are walked once each, whatever travelled on them.
/// - Complexity: linear in the program's axons and routes.
package struct Traffic: Sendable, Equatable {
  /// (spike, destination core) pairs, the own core included.
  package var messages = 0
  /// Packets that leave cores: the messages, or with multicast one for all messages of a spike.
  package var packets = 0
  /// Messages that stay within their tile.
  package var tileMessages = 0
  /// Tile-to-tile steps of all messages, a step between chips counted as the chip's link is worth.
  package var hops = 0
  /// Packets over links within chips by direction, and over links between chips (`links`). With multicast the messages
  /// of a spike share the links of their ways.
  package var hopsByDirection = HopCount()
  /// The same by the tile they left, row by row; tiles and directions without messages are left out.
  package var linkLoads: [LinkLoad] = []
  /// Per core of the program.
  package var messagesIn: [Int]
  package var messagesOut: [Int]
  package var spikes: [Int]
  /// Hops of the messages that left each core.
  package var hopsOut: [Int]
  /// Per population: messages that its spikes became, and their hops.
  package var messagesOfPopulation: [Int]
  package var hopsOfPopulation: [Int]

  /// - Parameters:
  ///   - program: with cores and routes.
  ///   - counts: spikes per population and neuron, row-major; an empty list counts as none.
  package init(program: CompiledProgram, spikes counts: [[UInt64]]) {
    messagesIn = [Int](repeating: 0, count: program.cores.count)
    messagesOut = messagesIn
    spikes = messagesIn
    hopsOut = messagesIn
    messagesOfPopulation = [Int](repeating: 0, count: program.populations.count)
    hopsOfPopulation = messagesOfPopulation
    let mesh = Mesh(program.chip)
    let isMulticast = program.chip.multicast
    let costs = program.routes.map { Traffic.hops(of: $0, program, mesh) }
    var travelled = [Int](repeating: 0, count: program.routes.count)
    for (core, image) in program.cores.enumerated() {
      let table = image.outputAxons
      for group in image.groups {
        guard counts[group.population].count == group.populationShape.count else { continue }
        for local in 0..<group.box.count {
          let count = Int(clamping: counts[group.population][group.box.populationIndex(local, in: group.populationShape)])
          if count == 0 { continue }
          spikes[core] +|= count
          let slot = group.firstSlot + local
          let entries = Int(table.offsets[slot + 1] - table.offsets[slot])
          packets +|= count *| (isMulticast ? min(1, entries) : entries)
          for entry in Int(table.offsets[slot])..<Int(table.offsets[slot + 1]) {
            let route = Int(table.routes[entry])
            travelled[route] +|= count
            hopsOut[core] +|= count *| costs[route]
            messagesOfPopulation[group.population] +|= count
            hopsOfPopulation[group.population] +|= count *| costs[route]
          }
        }
      }
    }
    for (index, count) in travelled.enumerated() where count > 0 {
      let route = program.routes[index]
      messages +|= count
      if route.steps.isEmpty { tileMessages +|= count }
      messagesOut[route.from] +|= count
      messagesIn[route.to] +|= count
      hops +|= count *| costs[index]
    }
    for (link, count) in LinkTraffic(program: program, spikes: counts).links.map({ ($0.link, $0.packets) }) {
      if count == 0 { continue }
      if link.crossesChips { hopsByDirection.links +|= count } else { hopsByDirection.add(count, link.direction) }
      linkLoads.append(LinkLoad(x: link.from.x, y: link.from.y, direction: link.direction, messages: count))
    }
    // Row by row.
    func row(_ load: LinkLoad) -> (Int, Int, Int) {
      (load.y, load.x, load.direction.rank)
    }
    linkLoads.sort { row($0) < row($1) }
  }

  /// Hops of one message on a route, a step between chips counted as the chip's link is worth.
  static func hops(of route: Route, _ program: CompiledProgram, _ mesh: Mesh) -> Int {
    var here = mesh.tile(ofCore: program.cores[route.from].place)
    var hops = 0
    for direction in route.steps {
      let next = here.neighbour(direction)
      hops += mesh.crossesChips(here, next) ? mesh.linkHops : 1
      here = next
    }
    return hops
  }
}

extension HopCount {
  /// Adds `count` hops within a chip.
  mutating func add(_ count: Int, _ direction: MeshDirection) {
    switch direction {
    case .east: east +|= count
    case .west: west +|= count
    case .north: north +|= count
    case .south: south +|= count
    }
  }
}
