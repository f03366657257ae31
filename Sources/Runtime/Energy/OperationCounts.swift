import ChipModel

/// Every operation of a run, derived from spike counts: exact integers, equal to what the chip interpreter counts one by one.
///
/// A spike of one neuron reaches the same synapses every time, so operations are sums over neurons of spikes times fan-out;
/// behind a max-pool gate, of the spikes that passed times the fan-out of the pooled neuron. Synaptic operations are
/// attributed to the population that receives, and counted when the message arrives at its core: in the tick of the
/// emission, also where the delay carries the weight beyond the receiver's window.
/// - Complexity: linear in neurons, axons and weights; independent of steps and spikes.
public struct OperationCounts: Sendable, Equatable {
  /// One population over all samples.
  public struct PopulationCounts: Sendable, Equatable {
    /// Events of its neurons, whatever count they carry.
    public var spikes = 0
    /// Synaptic operations that it received.
    public var synapticOperations = 0
    /// The same once for each unit of the payload: what a chip without payloads adds.
    public var additions = 0
    /// Additions with a weight that is not zero, once for each unit of the payload.
    public var effectiveACs = 0
    /// Messages that its spikes became, and their hops; 0 for a program without cores.
    public var messages = 0
    /// Tile-to-tile steps of the messages.
    public var hops = 0
    /// Updates that reached the membrane's width.
    public var saturations = 0
    /// Sums of a tick that the chip's accumulator did not hold.
    public var accumulatorOverflows = 0
    /// Neurons times the ticks of their window, once for each compartment that the chip makes a neuron of.
    public var neuronVisits = 0
    /// Those in which the neuron had something to do (`NeuronUpdates`); nil: not counted.
    public var neuronUpdates: Int?
    package init() {}
  }

  /// One core over all samples.
  package struct CoreCounts: Sendable, Equatable {
    package var neurons = 0
    package var neuronVisits = 0
    /// Those in which the neuron had something to do; nil: not counted.
    package var neuronUpdates: Int?
    package var saturations = 0
    package var spikes = 0
    /// Synaptic operations that it performed.
    package var synapticOperations = 0
    package var operationsByKind = ByKind<Int>()
    package var messagesIn = 0
    package var messagesOut = 0
    /// Hops of the messages that left it.
    package var hops = 0
    package init() {}
  }

  package var populations: [PopulationCounts]
  /// In the program's order; empty for a program without cores.
  package var cores: [CoreCounts]
  /// That the sums are of.
  public var samples: Int
  /// Events of neurons, whatever count they carry.
  public var spikes: Int
  /// Spikes that reached a synapse inside the map.
  public var synapticOperations: Int
  /// Synaptic operations once for each unit of the payload, zero weights too.
  public var additions: Int
  /// Both through each kind of projection.
  package var operationsByKind = ByKind<Int>()
  package var additionsByKind = ByKind<Int>()
  /// `Effective_ACs`: sum over spikes of |payload| times its weights that are not zero.
  public var effectiveACs: Int
  /// `Effective_MACs`: multiply-accumulates of the host's input encoding with neither factor zero.
  public var effectiveMACs: Int
  /// `Dense`: the same with nothing skipped: every synapse (one winner per max-pool window) every step, and the input
  /// encoding once a sample.
  public var dense: Int
  /// Neurons times the ticks of their window, once for each compartment that the chip makes a neuron of.
  public var neuronVisits: Int
  /// Those in which the neuron had something to do; nil: not counted.
  public var neuronUpdates: Int?
  /// Updates that reached the membrane's width.
  public var saturations: Int
  /// Pairs of a spike and a destination core.
  public var messages: Int
  /// Packets that left cores: the messages, or with multicast one for all messages of a spike.
  public var packets: Int
  /// Messages that stay within their tile.
  public var tileMessages: Int
  /// Tile-to-tile steps, a step between chips counted as the chip's link is worth.
  public var hops: Int
  /// Steps by direction within chips; `links`: steps between chips.
  package var hopsByDirection: HopCount
  /// The same by the tile they left, row by row.
  package var linkLoads: [LinkLoad]

  /// - Parameters:
  ///   - program: that ran.
  ///   - counters: of all samples, workers added up.
  ///   - steps: `T` of each sample.
  package init(program: CompiledProgram, counters: RunCounters, steps: Int) {
    self.init(program: program, counters: counters, steps: steps, FanOutTables(program))
  }

  /// - Parameter tables: of the program: who counts often makes them once.
  init(program: CompiledProgram, counters: RunCounters, steps: Int, _ tables: FanOutTables) {
    samples = counters.samples
    populations = program.populations.map { _ in PopulationCounts() }
    var synapses = 0
    var inputSynapses = 0
    for (index, projection) in program.projections.enumerated() {
      let fanOut = tables.fanOut[index]
      if program.isHostCurrent(projection) {
        if program.populations[projection.target].original == nil { inputSynapses +|= fanOut.total }
        continue
      }
      if !program.isReset(projection) { synapses +|= fanOut.total }
      let carried = counters.arriving(program, index, asPayload: true)
      let arriving = counters.arriving(program, index)
      let operations = fanOut.operations(spikes: arriving)
      let additions = carried == arriving ? operations : fanOut.operations(spikes: carried)
      let nonZero = tables.nonZero[index]
      var effective = 0
      for neuron in carried.indices { effective +|= Int(clamping: carried[neuron]) *| nonZero[neuron] }
      populations[projection.target].synapticOperations +|= operations
      populations[projection.target].additions +|= additions
      populations[projection.target].effectiveACs +|= effective
      operationsByKind[projection.kind.traits.operation] +|= operations
      additionsByKind[projection.kind.traits.operation] +|= additions
    }
    for index in populations.indices {
      populations[index].spikes = counters.spikes[index].reduce(0) { $0 +| Int(clamping: $1) }
      populations[index].saturations = counters.saturations[index]
      populations[index].accumulatorOverflows = counters.accumulatorOverflows[index]
      let population = program.populations[index]
      let each = program.compartments(index)
      populations[index].neuronVisits =
        population.neurons *| population.windowTicks(steps: steps) *| counters.samples *| each
      populations[index].neuronUpdates = counters.updates.map { $0[index].reduce(0) { $0 +| Int(clamping: $1) } *| each }
    }
    let updated = populations.map { $0.neuronUpdates ?? 0 }.sum
    neuronUpdates = counters.updates == nil ? nil : updated
    spikes = populations.map(\.spikes).sum
    synapticOperations = populations.map(\.synapticOperations).sum
    additions = populations.map(\.additions).sum
    effectiveACs = populations.map(\.effectiveACs).sum
    effectiveMACs = counters.inputMACs
    saturations = populations.map(\.saturations).sum
    neuronVisits = populations.map(\.neuronVisits).sum
    dense = synapses *| steps *| counters.samples +| inputSynapses *| counters.samples

    let updatesOfCores = counters.updates.map { tables.updatesOfCores($0) }
    let traffic = Traffic(program: program, spikes: counters.spikes)
    for index in populations.indices {
      populations[index].messages = traffic.messagesOfPopulation[index]
      populations[index].hops = traffic.hopsOfPopulation[index]
    }
    messages = traffic.messages
    packets = traffic.packets
    tileMessages = traffic.tileMessages
    hops = traffic.hops
    hopsByDirection = traffic.hopsByDirection
    linkLoads = traffic.linkLoads
    cores = program.cores.enumerated().map { core, image in
      var counts = CoreCounts()
      counts.neurons = image.neuronCount
      counts.neuronVisits =
        image.groups.map { $0.box.count *| (steps + $0.lag) *| program.compartments($0.population) }.sum *| counters.samples
      counts.neuronUpdates = updatesOfCores?[core]
      if core < counters.saturationsByCore.count { counts.saturations = counters.saturationsByCore[core] }
      counts.spikes = traffic.spikes[core]
      counts.messagesIn = traffic.messagesIn[core]
      counts.messagesOut = traffic.messagesOut[core]
      counts.hops = traffic.hopsOut[core]
      for (block, fanOut) in zip(image.blocks, tables.ofBlocks[core]) {
        let operations = fanOut.operations(spikes: counters.arriving(program, block.projection))
        counts.synapticOperations +|= operations
        counts.operationsByKind[block.kind.traits.operation] +|= operations
      }
      return counts
    }
  }

  /// Refuses counts that 64 bits did not hold.
  package func check(_ program: CompiledProgram) throws(CountError) {
    try CountError.check([
      ("neuronVisits", neuronVisits), ("Dense", dense), ("spikes", spikes), ("synapticOperations", synapticOperations),
      ("additions", additions), ("Effective_ACs", effectiveACs), ("Effective_MACs", effectiveMACs),
      ("messages", messages), ("hops", hops), ("packets", packets),
    ])
  }

  /// Refuses a run of which some counts are known to pass 64 bits before it begins: those that its spikes do not decide.
  package static func check(_ program: CompiledProgram, steps: Int, samples: Int) throws(CountError) {
    try CountError.check([
      (
        "neuronVisits",
        program.populations.enumerated().map { $1.neurons *| $1.windowTicks(steps: steps) *| program.compartments($0) }.sum
          *| samples
      ),
      ("Dense", program.projections.indices.map { program.synapses($0).fanOut.total }.sum *| steps *| samples),
    ])
  }
}

/// What each spike of a program reaches.
struct FanOutTables: Sendable {
  /// By projection: all synapses, and by neuron those whose weight is not 0 (none of projections that the host computes).
  let fanOut: [FanOut]
  let nonZero: [[Int]]
  /// By core and block: synapses that lie there.
  let ofBlocks: [[FanOut]]
  /// By population on cores, in their order: the core of each neuron; none of the others.
  private let coreOf: [[UInt32]]
  private let cores: Int
  private let compartments: [Int]

  init(_ program: CompiledProgram) {
    let rules = program.projections.indices.map { program.synapses($0) }
    fanOut = rules.map(\.fanOut)
    nonZero = zip(rules, program.projections).map {
      program.isHostCurrent($1) ? [] : $0.nonZero(program.weights[$1.weights])
    }
    ofBlocks = program.cores.map { image in
      image.blocks.map { rules[$0.projection].fanOut(into: image.groups[$0.group].box) }
    }
    cores = program.cores.count
    compartments = program.populations.indices.map(program.compartments)
    let places = NeuronPlaces(program)
    coreOf = program.populations.indices.map { program.placed.contains($0) ? places.core[$0] : [] }
  }

  /// Updates of a core's neurons, by core.
  fileprivate func updatesOfCores(_ updates: [[UInt64]]) -> [Int] {
    var sums = [Int](repeating: 0, count: cores)
    for (population, places) in coreOf.enumerated() where cores > 0 {
      for (core, updates) in zip(places, updates[population]) {
        sums[Int(core)] +|= Int(clamping: updates) *| compartments[population]
      }
    }
    return sums
  }
}
