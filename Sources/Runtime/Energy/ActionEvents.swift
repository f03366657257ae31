import ChipModel

/// What a part of a chip did, or did in a part of the time, in the counts that every price is a multiple of. Integers:
/// parts add up to the whole exactly, in any order.
package struct ActionEvents: Sendable, Hashable {
  package enum Count: Int, CaseIterable, Sendable {
    /// Synaptic operations by kind; additions where spikes carry no payload on the chip.
    case dense, convolution, identity
    /// Neurons visited, and those of them that had something to do.
    case visits, updates
    case spikes
    /// Packets that leave cores: messages, or with multicast one for all messages of a spike.
    case messagesOut
    case messagesIn, tileMessages
    /// Packets over links within chips by direction, and between chips.
    case east, west, north, south, links
  }

  private var counts = SIMD16<Int>()
  static let count = Count.allCases.count

  package init() {}

  package subscript(count: Count) -> Int {
    get { counts[count.rawValue] }
    set { counts[count.rawValue] = newValue }
  }

  /// All of it as numbers, in the order of ``Count``; and back, unless the number of numbers is another.
  var numbers: [Int] { Count.allCases.map { self[$0] } }

  init?(numbers: [Int]) {
    guard numbers.count == ActionEvents.count else { return nil }
    for (count, number) in zip(Count.allCases, numbers) { self[count] = number }
  }

  /// Everything of a run.
  package init(_ counts: OperationCounts, program: CompiledProgram) {
    // Without payloads on the chip a spike of payload c is c additions at each synapse.
    let operations = program.chip.spikePayloadBits > 0 ? counts.operationsByKind : counts.additionsByKind
    for operation in SynapticOperation.allCases { addOperations(operation, operations[operation]) }
    self[.visits] = counts.neuronVisits
    self[.updates] = counts.neuronUpdates ?? counts.neuronVisits
    // The host makes the spikes of an input.
    self[.spikes] = counts.spikes - counts.populations[0].spikes
    self[.messagesOut] = counts.packets
    self[.messagesIn] = counts.messages
    self[.tileMessages] = counts.tileMessages
    add(counts.hopsByDirection, 1)
  }

  /// What neurons did, but for what their spikes caused.
  init(visits: Int, updates: Int?, spikes: Int) {
    self[.visits] = visits
    self[.updates] = updates ?? visits
    self[.spikes] = spikes
  }

  package var operations: Int { self[.dense] +| self[.convolution] +| self[.identity] }

  /// How many of an action these are.
  package func count(_ action: ChipAction) -> Int {
    switch action {
    case .synapticOperation: self[.dense]
    case .convolutionOperation: self[.convolution]
    case .identityOperation: self[.identity]
    case .weightRead, .dendriteUpdate: operations
    case .neuronAccess, .membraneRead: self[.visits]
    case .neuronUpdate, .membraneWrite: self[.updates]
    case .spike: self[.spikes]
    case .axonOut: self[.messagesOut]
    case .axonIn: self[.messagesIn]
    case .tileMessage: self[.tileMessages]
    case .hopEast: self[.east]
    case .hopWest: self[.west]
    case .hopNorth: self[.north]
    case .hopSouth: self[.south]
    case .link: self[.links]
    }
  }

  /// Known joules, added in the order of the actions; what has no price is left out.
  package func joules(_ prices: CostTable) -> Double {
    ChipAction.allCases.reduce(0) { $0 + (prices.total($1, count: count($1)) ?? 0) }
  }

  mutating func addOperations(_ operation: SynapticOperation, _ count: Int) {
    switch operation {
    case .dense: self[.dense] +|= count
    case .convolution: self[.convolution] +|= count
    case .identity: self[.identity] +|= count
    }
  }

  /// One message's way, `count` times: where it goes, not who processes it.
  ///
  /// - Parameters:
  ///   - route: of the message.
  ///   - way: what it adds to the packets of its spike.
  ///   - count: spikes.
  mutating func addWay(_ route: Route, _ way: (leaving: Int, hops: HopCount), _ count: Int) {
    self[.messagesOut] +|= count *| way.leaving
    if route.steps.isEmpty { self[.tileMessages] +|= count }
    add(way.hops, count)
  }

  private mutating func add(_ hops: HopCount, _ count: Int) {
    self[.east] +|= count *| hops.east
    self[.west] +|= count *| hops.west
    self[.north] +|= count *| hops.north
    self[.south] +|= count *| hops.south
    self[.links] +|= count *| hops.links
  }

  /// Adds `other`, its operations `units` times, everything else `times` times.
  mutating func add(_ other: ActionEvents, times: Int = 1, units: Int? = nil) {
    let units = units ?? times
    for place in 0..<ActionEvents.count {
      counts[place] +|= other.counts[place] *| (place <= Count.identity.rawValue ? units : times)
    }
  }
}
