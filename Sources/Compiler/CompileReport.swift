import ChipModel

/// What a compiled program uses of its chip, and how exactly it holds its network: the figures of the tables that
/// `compile` and `inspect` print. A function of the program alone.
package struct CompileReport: Sendable, Equatable {
  /// One population.
  package struct Population: Sendable, Equatable {
    package var name: String
    /// `[C, H, W]` or `[N]`.
    package var dimensions: [Int]
    package var neurons: Int
    package var model: NeuronModel
    package var isRelay: Bool
    /// Cores that hold a part of it.
    package var cores: Int
    /// Synapses on the chip into it, pooling and shared weights unrolled. Those from the input are the host's.
    package var synapses: Int
    /// Stored weights of the projections from populations, each once.
    package var weights: Int
    /// Weights of the projections from the input, which the host applies once per sample.
    package var hostWeights: Int
    /// Finite positive thresholds, in the unit with the fraction bits; nil: none is finite.
    package var thresholds: ClosedRange<Int>?
    /// What 1 of a weight is worth in ANN units, over the channels.
    package var units: ClosedRange<Double>
    /// Largest rounding error of a weight that arrives, ANN units.
    package var largestError: Double
    /// The same in steps of the projection's weights, the coarsest of its channels': at most 0.5 where none is cut off.
    package var relativeError: Double
    package var headroom: Headroom
    /// Synapses on the chip into one neuron, the largest number.
    package var fanIn: Int
    /// Cores that the spikes of one neuron go to, the largest number.
    package var destinations: Int
    /// Longest delay of what arrives, ticks; 0: nothing from the chip.
    package var delay: Int
    /// Bits of a spike's payload; 0: binary spikes.
    package var payloadBits: Int
    /// What it needs of a core that runs one layer; nil on chips without such cores.
    package var layer: LayerUse?
  }

  /// One core.
  package struct Core: Sendable, Equatable {
    /// Index in the program.
    package var index: Int
    /// Where it is on the chip.
    package var place: Int
    /// The tile of that place.
    package var tile: TileCoordinate
    /// Names of the populations that it holds a part of, in slot order.
    package var populations: [String]
    package var load: CoreLoad
    /// What the core at its place has.
    package var limits: CoreLimits
    /// Kinds of axon that a binary crossbar needs; nil on other cores.
    package var axonTypes: Int?
    /// The largest among its neurons.
    package var fanIn: Int
    package var destinations: Int
    /// The largest share of a limit; nil: no limit is known.
    package var fullest: Share?
  }

  package typealias Resource = ChipResource

  /// How much of a limit is used.
  package struct Share: Sendable, Equatable {
    package var resource: Resource
    /// Index of the core; nil: the chip's cores themselves.
    package var core: Int?
    package var used: Int
    package var limit: Int
    package var fraction: Double { limit > 0 ? Double(used) / Double(limit) : 0 }
  }

  /// The largest use of one resource, limited or not.
  package struct Capacity: Sendable, Equatable {
    package var resource: Resource
    package var used: Int
    /// Nil: not limited, or not known.
    package var limit: Int?
    /// Where it is used most: a core, or a population; both nil for the system.
    package var core: Int?
    package var population: String?
    package var fraction: Double? { limit.map { $0 > 0 ? Double(used) / Double($0) : 0 } }
  }

  package var network: String
  package var method: String?
  package var chip: String
  package var chipTitle: String
  package var schedule: Schedule
  /// Ticks that layers add before they may fire.
  package var lag: Int
  /// Whether that is the longest, and others have less.
  package var lagsDiffer: Bool
  /// Memory of biases that differ from step to step, all cores together; 0: there are none.
  package var biasTableBits: Int
  package var weightBits: Int
  package var membraneBits: Int
  package var fractionBits: Int
  /// Bits that the chip's accumulator has.
  package var accumulatorBits: Int
  /// Layers: the longest path in populations, `D` of the contract.
  package var depth: Int
  /// Steps that the network was calibrated for; nil: unknown.
  package var steps: Int?
  /// Ticks of an inference beyond its steps.
  package var extraTicks: Int
  package var populations: [Population]
  package var cores: [Core]
  package var limits: CoreLimits
  /// Cores of all chips together; nil: not limited.
  package var totalCores: Int?
  package var routes: Int
  /// Tile-to-tile steps of the longest route.
  package var longestRoute: Int
  /// Faults of the chip that the program lives with; nil: none.
  package var faults: ChipFaults?
  /// What they did to the routes; nil: no faults.
  package var routeFacts: RouteFacts?
  /// Chips that hold at least one core.
  package var chips: Int
  /// Area of the cores in use, and of the dies that they lie on; nil: the chip's description does not state it.
  package var coreSquareMillimetres: Double?
  package var dieSquareMillimetres: Double?
  /// Every resource in the order of `ChipResource`; those of types of axon and of layers only on chips that limit them.
  package var capacity: [Capacity]
  /// The largest share of what cores hold, and of the cores; nil: the chip has no limit.
  package var limiting: Share?
  /// Nil: no cores.
  package var mapping: MappingMetrics?
}

extension CompileReport {
  /// - Parameter spikes: as `CompileOptions.traffic`, which the mapping's figures are for.
  package init(_ program: CompiledProgram, spikes: [[UInt64]]? = nil) {
    mapping = program.cores.isEmpty ? nil : MappingMetrics(program, spikes: spikes)
    network = program.network.name
    method = program.network.method
    chip = program.chip.name
    chipTitle = program.chip.title
    schedule = program.schedule
    lag = program.lag
    lagsDiffer = program.populations.enumerated().contains { index, population in
      population.model.takesLag && population.model.fires && !population.isRelay && population.lag < program.lag
        // Partial sums, which the compiler adds, give their names to what leaves them.
        && !program.projections.contains { $0.source == index && $0.name == population.name }
    }
    biasTableBits = program.cores.map { $0.biasTableBits(program) }.sum
    weightBits = program.weightBits
    membraneBits = program.membraneBits
    fractionBits = program.fractionBits
    accumulatorBits = program.chip.accumulatorBits
    let order = program.topologicalOrder
    depth = Self.depth(program, order: order)
    steps = program.standardSteps
    extraTicks = program.ticksPerInference(steps: 0)
    let limits = CoreLimits(program.chip, weightBits: program.weightBits)
    self.limits = limits
    totalCores = program.chip.totalCores
    routes = program.routes.count
    longestRoute = program.routes.lazy.map(\.steps.count).max() ?? 0
    faults = program.faults
    routeFacts = program.faults.map { _ in RouteFacts(program) }
    let headroom = Headroom.all(program, order: order)
    let incoming = program.incoming
    let fed = program.chip.convolutionCore == nil ? [] : program.fedPopulations
    let use = Self.use(program)
    let populations = program.populations.indices.map { index in
      Self.population(
        index, program, headroom[index], incoming: incoming[index], cores: use.cores[index],
        destinations: use.destinations[index],
        layer: fed.isEmpty ? nil : LayerUse(index, program, incoming: incoming[index], fed: fed[index]))
    }
    self.populations = Array(populations[program.listed])
    let (axons, modes) = (AxonUse(program), CoreMemory.modes(program))
    cores = program.cores.indices.map { Self.core($0, program, populations, axons, modes) }
    // The first of equals: the report does not depend on an order of evaluation.
    var fullest: Share?
    for core in cores {
      if let share = core.fullest, share.fraction > fullest?.fraction ?? -1 { fullest = share }
    }
    if let totalCores {
      let share = Share(resource: .cores, core: nil, used: cores.count, limit: totalCores)
      if share.fraction > fullest?.fraction ?? -1 { fullest = share }
    }
    limiting = fullest
    chips = program.chipsInUse
    coreSquareMillimetres = program.coreSquareMillimetres
    dieSquareMillimetres = program.dieSquareMillimetres
    capacity = []
    capacity = Resource.allCases.compactMap { capacity(of: $0, program.chip) }
  }

  /// The largest use of a resource; the first of equals.
  private func capacity(of resource: Resource, _ chip: ChipDescription) -> Capacity? {
    var result = Capacity(resource: resource, used: 0, limit: resource.limit(of: chip))
    func fraction(_ used: Int, _ limit: Int?) -> Double { Double(used) / Double(max(1, limit ?? 1)) }
    switch resource {
    case .neurons, .synapseMemory, .inputAxons, .outputAxons, .axonTypes:
      if resource == .axonTypes && result.limit == nil { return nil }
      var most = -1.0
      for core in cores {
        let used = resource == .axonTypes ? core.axonTypes ?? 0 : core.load[resource] ?? 0
        let limit = resource == .axonTypes ? result.limit : core.limits[resource]
        if fraction(used, limit) > most {
          most = fraction(used, limit)
          (result.used, result.limit, result.core) = (used, limit, core.index)
        }
      }
    case .weightBits: result.used = weightBits
    case .membraneBits: result.used = membraneBits
    case .fanIn, .destinations, .delay, .payloadBits, .accumulatorBits, .kernel, .stride, .padding, .pool, .channels,
      .inputSide, .outputSide, .fanOutLayers:
      if Resource.ofLayer.contains(resource) && result.limit == nil { return nil }
      for population in placed {
        let used =
          switch resource {
          case .fanIn: population.fanIn
          case .destinations: population.destinations
          case .delay: population.delay
          case .accumulatorBits: population.headroom.sumBits
          case .payloadBits: population.payloadBits
          default: population.layer?[resource] ?? 0
          }
        if used > result.used || result.population == nil { (result.used, result.population) = (used, population.name) }
      }
    case .cores: result.used = cores.count
    case .chips: result.used = chips
    }
    return result
  }

  /// Populations that cores hold: all but an input that spikes.
  package var placed: [Population] { populations.filter { !$0.model.isInput } }

  /// Populations that the compiler added for delays that the chip has not.
  package var relays: [Population] { populations.filter(\.isRelay) }

  /// The cores by their fullest resource, fullest first; equals by synapse memory, axons, place in the program.
  package var coresByLoad: [Core] {
    func axons(_ core: Core) -> Int { core.load.inputAxons + core.load.outputAxons }
    return cores.sorted { a, b in
      let (x, y) = (a.fullest?.fraction ?? 0, b.fullest?.fraction ?? 0)
      return (x, a.load.synapseBits, axons(a), b.index) > (y, b.load.synapseBits, axons(b), a.index)
    }
  }

  private static func depth(_ program: CompiledProgram, order: [Int]) -> Int {
    var depths = program.populations.map { $0.model.isInput ? 0 : 1 }
    let incoming = program.incoming
    for index in order {
      // A relay is a delay, not a layer.
      let step = program.populations[index].isRelay ? 0 : 1
      for projection in incoming[index] where !program.isReset(program.projections[projection]) {
        depths[index] = max(depths[index], depths[program.projections[projection].source] + step)
      }
    }
    return depths.max() ?? 0
  }

  /// By population: cores that hold a part of it, and the most cores that one neuron's spikes go to.
  private static func use(_ program: CompiledProgram) -> (cores: [Int], destinations: [Int]) {
    var cores = [Int](repeating: 0, count: program.populations.count)
    var destinations = cores
    var last = [Int](repeating: -1, count: program.populations.count)
    for (number, core) in program.cores.enumerated() {
      for group in core.groups {
        let population = group.population
        if last[population] != number { cores[population] += 1 }
        last[population] = number
        destinations[population] = max(destinations[population], core.mostDestinations(of: group))
      }
    }
    return (cores, destinations)
  }

  private static func population(
    _ index: Int, _ program: CompiledProgram, _ headroom: Headroom, incoming: [Int], cores: Int, destinations: Int,
    layer: LayerUse?
  ) -> Population {
    let population = program.populations[index]
    var (synapses, weights, hostWeights, largestError, relativeError) = (0, 0, 0, 0.0, 0.0)
    let units = population.unit.filter(\.isFinite)
    var (fanIn, delay) = (0, 0)
    for projectionIndex in incoming {
      let projection = program.projections[projectionIndex]
      let count = program.weights[projection.weights].count
      largestError = max(largestError, projection.largestRoundingError)
      let steps = (0..<max(units.count, projection.shifts.count)).map { channel in
        (units.isEmpty ? 1 : units[channel % units.count])
          * Double(1 << Int(projection.shifts[channel % projection.shifts.count]))
      }
      relativeError = max(relativeError, projection.largestRoundingError / (steps.max() ?? 1))
      guard !program.isHostCurrent(projection) else {
        hostWeights += count
        continue
      }
      weights += count
      let heard = program.synapses(projectionIndex).fanIn(of: Box(whole: population.shape))
      synapses += heard.synapses
      fanIn += heard.largest
      delay = max(delay, projection.delay)
    }
    let finite = population.threshold.values.filter { $0 != NeuronModel.infinite }.map { Int($0) }
    return Population(
      name: population.name, dimensions: population.dimensions, neurons: population.shape.count,
      model: population.model, isRelay: population.isRelay,
      cores: cores, synapses: synapses, weights: weights, hostWeights: hostWeights,
      thresholds: finite.min().flatMap { low in finite.max().map { low...$0 } },
      units: (units.min() ?? 1)...(units.max() ?? 1), largestError: largestError, relativeError: relativeError,
      headroom: headroom, fanIn: fanIn, destinations: destinations, delay: delay,
      payloadBits: population.model.hasPayload
        ? FixedPoint.bits(holding: UInt64(population.model.maximumPayload?.magnitude ?? Int32.max.magnitude)) : 0,
      layer: layer)
  }

  private static func core(
    _ index: Int, _ program: CompiledProgram, _ populations: [Population], _ axons: AxonUse, _ modes: [AxonMode?]
  ) -> Core {
    let image = program.cores[index]
    var limits = CoreLimits(program.chip, weightBits: program.weightBits, place: image.place)
    var load = CoreLoad()
    load.neurons = image.groups.reduce(0) {
      $0 + limits.memory.neurons($1.box, compartments: program.compartments($1.population))
    }
    load.inputAxons = axons.inputs[index]
    load.outputAxons = axons.outputs[index]
    for block in image.blocks {
      let synapses = program.synapses(block.projection)
      let group = image.groups[block.group]
      load.synapseBits =
        load.synapseBits +| limits.memory.synapseBits(
          synapses, in: group.box, synapses.fanIn(of: group.box), mode: modes[block.projection],
          compartments: program.compartments(group.population))
    }
    load.delay = image.blocks.map { program.projections[$0.projection].delay }.max() ?? 0
    limits = limits.limited(by: load.delay)
    var fullest: Share?
    for resource in Resource.allCases where resource != .delay {
      guard let limit = limits[resource], let used = load[resource] else { continue }
      let share = Share(resource: resource, core: index, used: used, limit: limit)
      if share.fraction > fullest?.fraction ?? -1 { fullest = share }
    }
    var held: Set<Int> = []
    let names = image.groups.map(\.population).filter { held.insert($0).inserted }
      .map { program.populations[$0].name }
    let types = Resource.axonTypes.limit(of: program.chip)
    return Core(
      index: index, place: image.place, tile: Mesh(program.chip).tile(ofCore: image.place), populations: names,
      load: load, limits: limits,
      axonTypes: types.map { CrossbarRules.types(image, program, limit: $0).count },
      fanIn: image.groups.map { populations[$0.population].fanIn }.max() ?? 0,
      destinations: image.groups.map(image.mostDestinations).max() ?? 0, fullest: fullest)
  }
}

extension CoreImage {
  /// The most cores that the spikes of one neuron of a group go to.
  fileprivate func mostDestinations(of group: NeuronGroup) -> Int {
    (group.firstSlot..<(group.firstSlot + group.box.count)).reduce(0) {
      max($0, Int(outputAxons.offsets[$1 + 1] - outputAxons.offsets[$1]))
    }
  }
}
