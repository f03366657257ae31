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

  /// Packets over each link that routes use, in the order of ``TickTimer/links``.
  package var linkPackets: [Int]

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
    let table = LinkTable(program)
    let isMulticast = program.chip.multicast
    linkPackets = [Int](repeating: 0, count: table.links.count)
    // Which neuron's spikes used a link last: a tree passes each link once.
    var lastUse = [Int](repeating: 0, count: table.links.count)
    var neurons = 0
    var travelled = [Int](repeating: 0, count: program.routes.count)
    program.forEachSender(counts) { sender, count in
      neurons += 1
      spikes[sender.core] +|= count
      var entries = 0
      for route in program.routes(of: sender) {
        entries += 1
        travelled[route] +|= count
        hopsOut[sender.core] +|= count *| table.hops[route]
        messagesOfPopulation[sender.population] +|= count
        hopsOfPopulation[sender.population] +|= count *| table.hops[route]
        guard isMulticast else { continue }
        for link in table.ways[route] where lastUse[Int(link)] != neurons {
          lastUse[Int(link)] = neurons
          linkPackets[Int(link)] +|= count
        }
      }
      packets +|= count *| (isMulticast ? min(1, entries) : entries)
    }
    program.forEachEntry(counts) { core, count in
      messages +|= count
      messagesIn[core] +|= count
      messagesOfPopulation[0] +|= count
    }
    for (index, count) in travelled.enumerated() where count > 0 {
      let route = program.routes[index]
      messages +|= count
      if route.steps.isEmpty { tileMessages +|= count }
      messagesOut[route.from] +|= count
      messagesIn[route.to] +|= count
      hops +|= count *| table.hops[index]
      if !isMulticast { for link in table.ways[index] { linkPackets[Int(link)] +|= count } }
    }
    for (link, count) in zip(table.links, linkPackets) where count > 0 {
      hopsByDirection.add(link, count)
      linkLoads.append(LinkLoad(x: link.from.x, y: link.from.y, direction: link.direction, messages: count))
    }
    // Row by row.
    func row(_ load: LinkLoad) -> (Int, Int, Int) {
      (load.y, load.x, load.direction.rank)
    }
    linkLoads.sort { row($0) < row($1) }
  }
}

extension HopCount {
  /// Adds `count` packets over a link.
  mutating func add(_ link: MeshStep, _ count: Int = 1) {
    if link.crossesChips { return links +|= count }
    switch link.direction {
    case .east: east +|= count
    case .west: west +|= count
    case .north: north +|= count
    case .south: south +|= count
    }
  }
}
