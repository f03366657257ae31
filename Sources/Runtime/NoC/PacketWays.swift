import ChipModel

/// The links that a spike's messages put packets on: each message its own, or on a chip with multicast, where the
/// messages of one spike share the links of their ways, one packet a link.
struct PacketWays {
  private let table: LinkTable
  private let isMulticast: Bool
  /// By route, of messages that travel alone.
  private let alone: [HopCount]
  /// Number of the neuron whose spike used a link last.
  private var lastUse: [Int]
  private var neuron = 0
  private var hasSent = false

  init(_ program: CompiledProgram) {
    let table = LinkTable(program)
    self.table = table
    isMulticast = program.chip.multicast
    alone = program.chip.multicast ? [] : program.routes.indices.map { HopCount(table.ways[$0], table) }
    lastUse = [Int](repeating: 0, count: isMulticast ? table.links.count : 0)
  }

  /// Begins the messages of another neuron's spike.
  mutating func begin() {
    neuron += 1
    hasSent = false
  }

  /// What the spike's next message adds: packets that leave the core, and links that carry one more.
  mutating func next(route: Int) -> (leaving: Int, hops: HopCount) {
    guard isMulticast else { return (1, alone[route]) }
    defer { hasSent = true }
    let links = table.ways[route].filter { lastUse[Int($0)] != neuron }
    for link in links { lastUse[Int(link)] = neuron }
    return (hasSent ? 0 : 1, HopCount(links, table))
  }
}

extension HopCount {
  fileprivate init(_ links: some Sequence<Int32>, _ table: LinkTable) {
    self.init()
    for link in links { add(table.links[Int(link)]) }
  }
}
