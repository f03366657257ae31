import ChipModel

/// What `compile` makes: the program and the account of how it was made.
package struct CompileResult: Sendable {
  package var program: CompiledProgram
  /// What the compiler proved, one per population.
  package var headroom: [Headroom]
  /// What each core uses, in the program's order.
  package var loads: [CoreLoad]
  /// Populations with channels whose units follow the membrane instead of their weights.
  package var coarser: [CoarserUnits]
  /// Channels whose weights are far above their thresholds, and cut off for the sake of the others.
  package var cutOff: [CoarserUnits]
  /// Populations that average pools became.
  package var poolLayers: [String]
  /// Populations that hear their sources through sums of parts.
  package var sums: [PartialSums] = []
  /// Populations whose weights are sums of slices, and those whose neurons are there more than once.
  package var sliced: [String] = []
  package var copies: [CopiedPopulation] = []
  /// Parameters that the chip's formats do not hold exactly.
  package var rounded: [RoundedParameters] = []
  /// Swaps a core that each search for a placement tried; nil where nothing was searched. Below a few hundred the search
  /// was cut short by its budget of work, because the cores are many.
  package var movesPerCore: Double?

  /// The figures of the tables.
  package var report: CompileReport { CompileReport(program) }
}

/// Channels of a population whose weights alone would ask for units so fine that the membrane does not hold their
/// thresholds, biases or initial potentials; their units are as fine as it holds, their weights coarser.
package struct CoarserUnits: Sendable, Equatable {
  package var population: String
  package var channels: Int
}

/// Thresholds or biases of a population that a chip's mantissas and exponents do not hold exactly.
package struct RoundedParameters: Sendable, Equatable {
  package var population: String
  package var format: ChipFormat
  /// Largest difference, ANN units.
  package var largest: Double
}

extension CompiledProgram {
  /// Compiles a checked network for a chip: lowering, partition, placement, core images and routes.
  ///
  /// Deterministic: the same network, chip and options give the same bytes.
  /// - Parameters:
  ///   - network: to compile.
  ///   - chip: for which.
  ///   - options: bits, schedule, placement.
  ///   - progress: called after each of ``placementSteps`` parts of the search for a placement, where there is one.
  /// - Throws: ``CompileError``, naming population, number and limit.
  package static func compile(
    _ network: CheckedNetwork, chip: ChipDescription, options: CompileOptions = CompileOptions(),
    progress: @Sendable () -> Void = {}
  ) throws(CompileError) -> CompileResult {
    var fitted = try FittedNetwork.fit(network, chip: chip, options: options)
    if let traffic = options.traffic {
      try CompiledProgram.check(traffic, fitted.lowering.program.populations)
      if options.mapping == nil { fitted = fitted.weighed(by: traffic) }
    }
    let (lowering, partition) = (fitted.lowering, fitted.partition)
    var program = partition.program
    var built = fitted.built
    let faults = options.faults
    var live: LiveChip?
    if let faults, faults.hasDeadCores || faults.hasDeadLinks {
      // Cores of several kinds may need any of the chips.
      let all = chip.coreTypes == nil ? 0 : (chip.totalCores ?? 1) - 1
      live = try LiveChip(
        chip, faults: faults, need: partition.cores.count,
        including: options.mapping?.cores.map(\.place).max() ?? all)
    }
    var places = options.mapping?.cores.map(\.place)
    if let places, let faults {
      let dead = places.filter { faults.isDead(core: $0) }
      if !dead.isEmpty { throw .deadPlaces(dead.sorted(), chip: chip.name) }
    }
    if places == nil {
      let names = partition.cores.map { core in
        core.parts.first.map { program.populations[$0.population].name } ?? ""
      }
      places = try ChipRules.places(partition.cores.map(\.load), names: names, chip, live: live?.cores)
    }
    var movesPerCore: Double?
    let placed =
      places
      ?? Placement.places(
        cores: partition.cores.count, chip: chip, kind: options.placement, seed: options.seed,
        effort: options.placementEffort, progress: progress, live: live,
        movesPerCore: &movesPerCore
      ) {
        CoreTraffic(cores: built.cores, routes: built.routes, spikes: options.traffic)
      } multicast: {
        MulticastTraffic(cores: built.cores, routes: built.routes, spikes: options.traffic)
      }
    built.place(placed, mesh: Mesh(chip))
    program.cores = built.cores
    program.routes = built.routes
    program.inputPort = built.inputPort
    try live?.route(&program.routes, places: placed, chip: chip.name)
    program.faults = faults
    var loads = partition.cores.map(\.load)
    // Counted in the tables: the partition's figure is a bound where cores were joined.
    for (core, slots) in AxonUse(program).outputs.enumerated() { loads[core].outputAxons = slots }
    return CompileResult(
      program: program, headroom: lowering.headroom, loads: loads, coarser: lowering.coarser,
      cutOff: lowering.cutOff, poolLayers: fitted.poolLayers, sums: lowering.sums, sliced: lowering.sliced,
      copies: lowering.copied, rounded: lowering.rounded, movesPerCore: movesPerCore)
  }

  /// Parts of a placement's search that ``compile(_:chip:options:progress:)`` reports.
  package static var placementSteps: Int { PlacementSearch.steps }

  /// Refuses spike counts that are not the network's.
  private static func check(_ traffic: [[UInt64]], _ populations: [Population]) throws(CompileError) {
    guard traffic.count == populations.count else {
      throw .option(
        "traffic has \(max(0, traffic.count - 1)) populations, the network \(populations.count - 1); count spikes on this network")
    }
    for (counts, population) in zip(traffic, populations) where counts.count > 1 {
      guard counts.count == population.shape.count else {
        throw .option(
          "traffic of population '\(population.name)' has \(groupedText(Int64(counts.count))) values for "
            + "\(groupedText(Int64(population.shape.count))) neurons; count spikes on this network")
      }
    }
  }

  /// The same network in integers without cores: what calibration runs on the engine.
  /// - Parameter fits: with the pools that the cores ask for, as ``compile(_:chip:options:progress:)`` has them; else pools
  ///   that may be folded are.
  package static func lower(
    _ network: CheckedNetwork, chip: ChipDescription, options: CompileOptions = CompileOptions(), fits: Bool = false
  ) throws(CompileError) -> CompiledProgram {
    if fits { return try FittedNetwork.fit(network, chip: chip, options: options).lowering.program }
    let network = try network.coded(options.inputCoding, for: chip)
    let pools = options.pools == .layer ? network.poolsThatCanBeLayers : []
    return try lower(network, NetworkForm(pools: pools), chip: chip, options: options)
  }

  /// - Parameter network: with the codes that the chip takes.
  static func lower(
    _ network: CheckedNetwork, _ form: NetworkForm, chip: ChipDescription, options: CompileOptions
  ) throws(CompileError) -> CompiledProgram {
    let lowering = try Lowering(network.in(form), chip: chip, options: options, form: form)
    try lowering.checkMemory()
    return lowering.program
  }
}

extension Network {
  /// The program that runs this network on a chip: integers, cores, axons and routes.
  ///
  /// Deterministic: the same network, chip and numbers give the same program.
  /// - Parameters:
  ///   - chip: for which.
  ///   - numbers: take the place of the chip's for this program: `weightBits`, `membraneBits`, `fractionBits`.
  /// - Throws: `NmsimError`: the network makes no sense or does not fit the chip; the line names part, number and limit.
  public func compiled(
    for chip: ChipDescription, with numbers: [ChipNumber: Int] = [:]
  ) throws(NmsimError) -> CompiledProgram {
    for number in ChipNumber.allCases {
      guard let value = numbers[number] else { continue }
      guard let parameter = number.parameter else {
        throw NmsimError("'\(number.rawValue)' is the chip's alone; set it in the chip's description")
      }
      guard parameter.allows(.integer(value)) else {
        throw NmsimError("'\(number.rawValue)' is \(value); give \(parameter.allowedText)")
      }
    }
    return try NmsimError.from {
      try chip.check(file: "chip description")
      return try CompiledProgram.compile(checked(), chip: chip, options: CompileOptions(numbers: numbers)).program
    }
  }

  /// The program that runs this network on a chip.
  /// - Parameters:
  ///   - chip: the name of a built-in description, or the path of one.
  ///   - numbers: take the place of the chip's for this program: `weightBits`, `membraneBits`, `fractionBits`.
  /// - Throws: `NmsimError`.
  public func compiled(for chip: String, with numbers: [ChipNumber: Int] = [:]) throws(NmsimError) -> CompiledProgram {
    try compiled(for: ChipDescription(chip), with: numbers)
  }

  /// Steps of its calibration, the default of a run.
  package var steps: Int? {
    guard case .number(let value)? = provenance.first(where: { $0.key == "steps" })?.value else { return nil }
    return Int(exactly: value).flatMap { ActiveWindow.steps.contains($0) ? $0 : nil }
  }
}

extension Lowering {
  /// The lowered network as a program without cores.
  var program: CompiledProgram {
    let source = network.network
    func text(_ key: String) -> String? {
      for entry in source.provenance where entry.key == key {
        if case .text(let value) = entry.value { return value }
      }
      return nil
    }
    return CompiledProgram(
      network: ProgramNetwork(
        name: source.name, method: text("method"),
        preprocessing: source.input.preprocessing, inputRange: source.input.runRange,
        calibratedRange: source.input.calibratedRange, images: source.input.images,
        labels: source.input.labels,
        ann: source.ann ?? ANNFacts(),
        steps: source.steps, provenance: source.history),
      chip: chip, schedule: timing.schedule, lag: timing.lag, fractionBits: fractionBits, weightBits: weightBits,
      membraneBits: membraneBits, populations: populations, projections: projections, weights: weights,
      output: ProgramOutput(
        population: network.output, readout: network.readout,
        spikeValue: network.populations[network.output].spikeValue?.entries ?? [1],
        activation: source.output.activation, task: source.output.task))
  }
}

extension ProvenanceValue {
  /// The value as one line of text.
  var text: String {
    switch self {
    case .text(let value): value
    case .number(let value): decimal(value)
    case .flag(let value): value ? "true" : "false"
    }
  }
}
