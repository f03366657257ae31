import ChipModel

/// What a part of a chip did, or did in a part of the time, in the counts that every price is a multiple of. Integers:
/// parts add up to the whole exactly, in any order.
package struct ActionEvents: Sendable, Hashable {
  /// Synaptic operations by kind of projection; additions where spikes carry no payload on the chip.
  package var dense = 0
  package var convolution = 0
  package var identity = 0
  /// Neurons visited, and those of them that had something to do.
  package var visits = 0
  package var updates = 0
  package var spikes = 0
  /// Packets that leave cores: messages, or with multicast one for all messages of a spike.
  package var messagesOut = 0
  package var messagesIn = 0
  package var tileMessages = 0
  /// Packets over links within chips by direction, and between chips.
  package var east = 0
  package var west = 0
  package var north = 0
  package var south = 0
  package var links = 0

  package init() {}

  /// All of it as numbers, in the order of declaration; and back, unless the number of numbers is another.
  var numbers: [Int] {
    [
      dense, convolution, identity, visits, updates, spikes, messagesOut, messagesIn, tileMessages, east, west, north,
      south, links,
    ]
  }

  static let count = ActionEvents().numbers.count

  init?(numbers n: [Int]) {
    guard n.count == ActionEvents.count else { return nil }
    (dense, convolution, identity, visits, updates, spikes) = (n[0], n[1], n[2], n[3], n[4], n[5])
    (messagesOut, messagesIn, tileMessages) = (n[6], n[7], n[8])
    (east, west, north, south, links) = (n[9], n[10], n[11], n[12], n[13])
  }

  /// Everything of a run.
  package init(_ counts: OperationCounts, program: CompiledProgram) {
    // Without payloads on the chip a spike of payload c is c additions at each synapse.
    let hasPayloads = program.chip.spikePayloadBits > 0
    func operations(_ kind: Projection.Kind) -> Int {
      (hasPayloads ? counts.byKind[kind]?.operations : counts.byKind[kind]?.additions) ?? 0
    }
    dense = operations(.dense)
    convolution = operations(.convolution)
    identity = operations(.identity)
    visits = counts.neuronVisits
    updates = counts.neuronUpdates ?? counts.neuronVisits
    spikes = counts.spikes
    messagesOut = counts.packets
    messagesIn = counts.messages
    tileMessages = counts.tileMessages
    east = counts.hopsByDirection.east
    west = counts.hopsByDirection.west
    north = counts.hopsByDirection.north
    south = counts.hopsByDirection.south
    links = counts.hopsByDirection.links
  }

  package var operations: Int { dense +| convolution +| identity }

  /// How many of an action these are.
  package func count(_ action: ChipAction) -> Int {
    switch action {
    case .synapticOperation: dense
    case .convolutionOperation: convolution
    case .identityOperation: identity
    case .weightRead, .dendriteUpdate: operations
    case .neuronAccess, .membraneRead: visits
    case .neuronUpdate, .membraneWrite: updates
    case .spike: spikes
    case .axonOut: messagesOut
    case .axonIn: messagesIn
    case .tileMessage: tileMessages
    case .hopEast: east
    case .hopWest: west
    case .hopNorth: north
    case .hopSouth: south
    case .link: links
    }
  }

  /// Known joules, added in the order of the actions; what has no price is left out.
  package func joules(_ prices: CostTable) -> Double {
    ChipAction.allCases.reduce(0) { $0 + (prices.total($1, count: count($1)) ?? 0) }
  }

  mutating func addOperations(_ kind: Projection.Kind, _ count: Int) {
    switch kind {
    case .dense: dense +|= count
    case .convolution: convolution +|= count
    case .identity: identity +|= count
    }
  }

  /// One message's way, `count` times: where it goes, not who processes it.
  ///
  /// - Parameters:
  ///   - route: of the message.
  ///   - way: what it adds to the packets of its spike.
  ///   - count: spikes.
  mutating func addWay(_ route: Route, _ way: (leaving: Int, steps: RouteSteps), _ count: Int) {
    messagesOut +|= count *| way.leaving
    let way = way.steps
    if route.steps.isEmpty { tileMessages +|= count }
    east +|= count *| way.east
    west +|= count *| way.west
    north +|= count *| way.north
    south +|= count *| way.south
    links +|= count *| way.links
  }

  /// Adds `other`, its operations `units` times, everything else `times` times.
  mutating func add(_ other: ActionEvents, times: Int = 1, units: Int? = nil) {
    let units = units ?? times
    dense +|= other.dense *| units
    convolution +|= other.convolution *| units
    identity +|= other.identity *| units
    visits +|= other.visits *| times
    updates +|= other.updates *| times
    spikes +|= other.spikes *| times
    messagesOut +|= other.messagesOut *| times
    messagesIn +|= other.messagesIn *| times
    tileMessages +|= other.tileMessages *| times
    east +|= other.east *| times
    west +|= other.west *| times
    north +|= other.north *| times
    south +|= other.south *| times
    links +|= other.links *| times
  }
}

/// Steps of a route by direction.
struct RouteSteps: Sendable {
  var east = 0
  var west = 0
  var north = 0
  var south = 0
  var links = 0

  init() {}

  init(_ route: Route, _ program: CompiledProgram, _ mesh: Mesh) {
    var here = mesh.tile(ofCore: program.cores[route.from].place)
    for direction in route.steps {
      let next = here.neighbour(direction)
      add(MeshLink(from: here, direction: direction, crossesChips: mesh.crossesChips(here, next)))
      here = next
    }
  }

  mutating func add(_ link: MeshLink) {
    if link.crossesChips { return links += 1 }
    switch link.direction {
    case .east: east += 1
    case .west: west += 1
    case .north: north += 1
    case .south: south += 1
    }
  }

  /// By route of the program.
  static func all(_ program: CompiledProgram) -> [RouteSteps] {
    let mesh = Mesh(program.chip)
    return program.routes.map { RouteSteps($0, program, mesh) }
  }
}
