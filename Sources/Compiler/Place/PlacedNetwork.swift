import ChipModel

/// A network whose cores have their places on the chip, with routes between them.
struct PlacedNetwork {
  let program: CompiledProgram
  let loads: [CoreLoad]
  /// Swaps that each search tried a core; nil where nothing was searched.
  let movesPerCore: Double?
  /// The first core with more output axons than it may have, as some go to other chips.
  let overfull: (core: Int, need: Int, limit: Int)?

  /// - Parameter progress: called after each of `PlacementSearch.steps` parts of a search.
  init(
    _ fitted: FittedNetwork, chip: ChipDescription, options: CompileOptions, progress: @Sendable () -> Void
  ) throws(CompileError) {
    let partition = fitted.partition
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
    let limit = ChipResource.outputAxons.limit(of: chip) ?? .max
    overfull = loads.firstIndex { $0.outputAxons > limit }.map { ($0, loads[$0].outputAxons, limit) }
    self.program = program
    self.loads = loads
    self.movesPerCore = movesPerCore
  }
}
