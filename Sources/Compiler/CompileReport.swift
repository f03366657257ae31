import ChipModel

/// What a compiled program uses of its chip, and how exactly it holds its network: the figures of the tables that
/// `compile` and `inspect` print. A function of the program alone.
public struct CompileReport: Sendable, Equatable {
  /// One population.
  public struct Population: Sendable, Equatable {
    public var name: String
    /// `[C, H, W]` or `[N]`.
    public var dimensions: [Int]
    public var neurons: Int
    public var model: NeuronModel
    public var isRelay: Bool
    /// Cores that hold a part of it.
    public var cores: Int
    /// Synapses on the chip into it, pooling and shared weights unrolled. Those from the input are the host's.
    public var synapses: Int
    /// Stored weights of the projections from populations, each once.
    public var weights: Int
    /// Weights of the projections from the input, which the host applies once per sample.
    public var hostWeights: Int
    /// Finite positive thresholds, in the unit with the fraction bits; nil: none is finite.
    public var thresholds: ClosedRange<Int>?
    /// What 1 of a weight is worth in ANN units, over the channels.
    public var units: ClosedRange<Double>
    /// Largest rounding error of a weight that arrives, ANN units.
    public var largestError: Double
    public var headroom: Headroom

    /// The largest rounding error in units (the largest of them): at most 0.5 where no weight shift is used.
    public var relativeError: Double { units.upperBound > 0 ? largestError / units.upperBound : 0 }
  }

  /// One core.
  public struct Core: Sendable, Equatable {
    /// Index in the program.
    public var index: Int
    /// Where it is on the chip.
    public var place: Int
    /// Names of the populations that it holds a part of, in slot order.
    public var populations: [String]
    public var load: CoreLoad
    /// The largest share of a limit; nil: no limit is known.
    public var fullest: Share?
  }

  /// A resource of a core or of the chip.
  public enum Resource: String, Sendable, CaseIterable {
    case neurons
    case synapseMemory = "synapse memory"
    case inputAxons = "input axons"
    case outputAxons = "output axons"
    case cores
  }

  /// How much of a limit is used.
  public struct Share: Sendable, Equatable {
    public var resource: Resource
    /// Index of the core; nil: the chip's cores themselves.
    public var core: Int?
    public var used: Int
    public var limit: Int
    public var fraction: Double { limit > 0 ? Double(used) / Double(limit) : 0 }
  }

  public var network: String
  public var method: String?
  public var chip: String
  public var chipTitle: String
  public var schedule: Schedule
  public var weightBits: Int
  public var membraneBits: Int
  public var fractionBits: Int
  /// Bits that the chip's accumulator has.
  public var accumulatorBits: Int
  /// Layers: the longest path in populations, `D` of the contract.
  public var depth: Int
  /// Steps that the network was calibrated for; nil: unknown.
  public var steps: Int?
  /// Ticks of an inference beyond its steps.
  public var extraTicks: Int
  public var populations: [Population]
  public var cores: [Core]
  public var limits: CoreLimits
  /// Cores of all chips together; nil: not limited.
  public var totalCores: Int?
  public var routes: Int
  /// Tile-to-tile steps of the longest route.
  public var longestRoute: Int
  /// The largest share of any limit; nil: the chip has none.
  public var limiting: Share?
}

extension CompileReport {
  public init(_ program: CompiledProgram) {
    network = program.network.name
    method = program.network.method
    chip = program.chip.name
    chipTitle = program.chip.title
    schedule = program.schedule
    weightBits = program.weightBits
    membraneBits = program.membraneBits
    fractionBits = program.fractionBits
    accumulatorBits = program.chip.accumulatorBits
    let order = program.topologicalOrder
    depth = Self.depth(program, order: order)
    steps = program.network.steps
    extraTicks = program.ticksPerInference(steps: 0)
    let limits = CoreLimits(program.chip, weightBits: program.weightBits)
    self.limits = limits
    totalCores = program.chip.totalCores
    routes = program.routes.count
    longestRoute = program.routes.lazy.map(\.steps.count).max() ?? 0
    let headroom = Headroom.all(program, order: order)
    populations = program.populations.indices.map { Self.population($0, program, headroom[$0]) }
    cores = program.cores.indices.map { Self.core($0, program, limits) }
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
  }

  /// Populations that the compiler added for delays that the chip has not.
  public var relays: [Population] { populations.filter(\.isRelay) }

  /// The cores by their fullest resource, fullest first; equals by synapse memory, axons, place in the program.
  public var coresByLoad: [Core] {
    func axons(_ core: Core) -> Int { core.load.inputAxons + core.load.outputAxons }
    return cores.sorted { a, b in
      let (x, y) = (a.fullest?.fraction ?? 0, b.fullest?.fraction ?? 0)
      return (x, a.load.synapseBits, axons(a), b.index) > (y, b.load.synapseBits, axons(b), a.index)
    }
  }

  private static func depth(_ program: CompiledProgram, order: [Int]) -> Int {
    var depths = [Int](repeating: 1, count: program.populations.count)
    for index in order {
      for projection in program.projections where projection.source == index {
        depths[projection.target] = max(depths[projection.target], depths[index] + 1)
      }
    }
    // A relay is a delay, not a layer.
    return zip(depths, program.populations).map { $1.isRelay ? 0 : $0 }.max() ?? 0
  }

  private static func population(_ index: Int, _ program: CompiledProgram, _ headroom: Headroom) -> Population {
    let population = program.populations[index]
    var (synapses, weights, hostWeights, largestError) = (0, 0, 0, 0.0)
    for projection in program.projections where projection.target == index {
      let tensor = program.weights[projection.weights]
      largestError = max(largestError, projection.largestRoundingError)
      if let source = projection.source {
        weights += tensor.count
        synapses +=
          SynapseCount(
            projection, source: program.populations[source].shape, weights: tensor, box: Box(whole: population.shape)
          ).total
      } else {
        hostWeights += tensor.count
      }
    }
    let finite = population.threshold.values.filter { $0 != NeuronModel.infinite }.map { Int($0) }
    let units = population.unit.filter(\.isFinite)
    return Population(
      name: population.name, dimensions: population.dimensions, neurons: population.shape.count,
      model: population.model, isRelay: population.isRelay,
      cores: program.cores.count { $0.groups.contains { $0.population == index } }, synapses: synapses,
      weights: weights, hostWeights: hostWeights,
      thresholds: finite.min().flatMap { low in finite.max().map { low...$0 } },
      units: (units.min() ?? 1)...(units.max() ?? 1), largestError: largestError,
      headroom: headroom)
  }

  private static func core(_ index: Int, _ program: CompiledProgram, _ limits: CoreLimits) -> Core {
    let image = program.cores[index]
    var load = CoreLoad()
    load.neurons = image.neuronCount
    load.inputAxons = image.inputAxons.count
    load.outputAxons = image.outputAxons.count
    for block in image.blocks {
      load.synapseBits +=
        SynapseMemory.stored(
          program.projections[block.projection], source: block.sourceShape, weights: program.weights[block.weights],
          box: image.groups[block.group].box, sharesConvolutions: limits.sharesConvolutions) * limits.bitsPerSynapse
    }
    var fullest: Share?
    for resource in Resource.allCases {
      guard let limit = limits[resource], let used = load[resource] else { continue }
      let share = Share(resource: resource, core: index, used: used, limit: limit)
      if share.fraction > fullest?.fraction ?? -1 { fullest = share }
    }
    var names: [String] = []
    for group in image.groups {
      let name = program.populations[group.population].name
      if !names.contains(name) { names.append(name) }
    }
    return Core(index: index, place: image.place, populations: names, load: load, fullest: fullest)
  }
}

extension CoreLimits {
  /// The limit of a core's resource; nil: not limited, or no resource of a core.
  public subscript(resource: CompileReport.Resource) -> Int? {
    switch resource {
    case .neurons: neurons
    case .synapseMemory: synapseBits
    case .inputAxons: inputAxons
    case .outputAxons: outputAxons
    case .cores: nil
    }
  }
}

extension CoreLoad {
  /// How much of a core's resource is used; nil: no resource of a core.
  public subscript(resource: CompileReport.Resource) -> Int? {
    switch resource {
    case .neurons: neurons
    case .synapseMemory: synapseBits
    case .inputAxons: inputAxons
    case .outputAxons: outputAxons
    case .cores: nil
    }
  }
}
