import ChipModel

/// The links that a spike's messages put packets on: each message its own, or on a chip with multicast, where the
/// messages of one spike share the links of their ways, one packet a link.
struct PacketWays {
  /// On a chip with multicast.
  private let table: LinkTable?
  private let alone: [RouteSteps]
  /// Number of the neuron whose spike used a link last.
  private var lastUse: [Int]
  private var neuron = 0
  private var hasSent = false

  init(_ program: CompiledProgram) {
    let table = program.chip.multicast ? LinkTable(program) : nil
    alone = RouteSteps.all(program)
    lastUse = [Int](repeating: 0, count: table?.links.count ?? 0)
    self.table = table
  }

  /// Begins the messages of another neuron's spike.
  mutating func begin() {
    neuron += 1
    hasSent = false
  }

  /// What the spike's next message adds: packets that leave the core, and links that carry one more.
  mutating func next(route: Int) -> (leaving: Int, steps: RouteSteps) {
    defer { hasSent = true }
    guard let table else { return (1, alone[route]) }
    var steps = RouteSteps()
    for index in table.ways[route] where lastUse[Int(index)] != neuron {
      lastUse[Int(index)] = neuron
      steps.add(table.links[Int(index)])
    }
    return (hasSent ? 0 : 1, steps)
  }
}
