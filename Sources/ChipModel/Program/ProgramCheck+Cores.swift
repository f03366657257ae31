extension ProgramCheck {
  /// Core images and routes: copies agree with the program, every index is inside, every neuron is somewhere once.
  func checkCores() throws(ProgramError) {
    try checkPlaces()
    var held = [Int](repeating: 0, count: shapes.count)
    var delayed = 0
    for (core, image) in program.cores.enumerated() {
      let neurons = try checkGroups(image, core, &held)
      let delay = try checkBlocks(image, core)
      // Both factors are far below 2^30; the sum is checked each time.
      delayed += neurons * (delay + 1)
      try range("number of delayed sums up to here", delayed, 0...ProgramLimits.delayedSums, .core(core))
      try checkInputAxons(image, core)
      try checkOffsets(
        image.outputAxons.offsets, slots: neurons, entries: image.outputAxons.routes.count, "output axons", .core(core))
      try count(
        "output axon table", image.outputAxons.axons.count, [image.outputAxons.routes.count], .core(core))
    }
    try checkCoverage(held)
    try checkRoutes()
    try checkOutputAxons()
    try checkInputPort()
  }

  private func checkPlaces() throws(ProgramError) {
    let limit = program.chip.totalCores ?? ProgramLimits.places
    var seen: Set<Int> = []
    for (core, image) in program.cores.enumerated() {
      try index("physical core", image.place, below: limit, .core(core))
      try rule(seen.insert(image.place).inserted, "physical core \(image.place) is taken twice", .core(core))
    }
  }

  // MARK: - Neurons

  /// Number of neurons of the core; adds them to those held of each population.
  private func checkGroups(
    _ image: CoreImage, _ core: Int, _ held: inout [Int]
  ) throws(ProgramError) -> Int {
    var slots = 0
    for (number, group) in image.groups.enumerated() {
      let place = ProgramPlace.group(core: core, group: number)
      try index("population", group.population, below: shapes.count, place)
      let shape = shapes[group.population]
      let population = program.populations[group.population]
      try rule(!population.model.isInput, "no core holds the input", place)
      let owner = "population \(group.population)"
      try same(group.populationShape == shape, "the shape", owner, place)
      try checkBox("channels", group.box.channels, shape.channels, place)
      try checkBox("rows", group.box.rows, shape.height, place)
      try checkBox("columns", group.box.columns, shape.width, place)
      try same(group.model == population.model, "the neuron model", owner, place)
      try same(group.start == population.start, "the first tick", owner, place)
      try same(group.lag == population.lag, "the lag", owner, place)
      try same(group.biasByStep.count == population.biasByStep.count, "the number of biases by step", owner, place)
      try same(group.gatedPeriods == population.gatedPeriods, "the number of gated periods", owner, place)
      try same(group.takesInput == takesInput[group.population], "the input", owner, place)
      try range("first slot", group.firstSlot, slots...slots, place)
      try checkParameters(
        threshold: group.threshold, negative: group.negativeThreshold, levels: group.levels, bias: group.bias, table: group.biasByStep,
        initial: group.initial, model: group.model, shape: group.box.shape, place)
      slots += group.box.count
      held[group.population] += group.box.count
      // Together with the size of its tables this bounds what is allocated for it by the size of the file.
      try range(
        "number of neurons on cores of population \(group.population)", held[group.population], 1...shape.count, place)
    }
    return slots
  }

  private func checkBox(
    _ what: String, _ part: Range<Int>, _ size: Int, _ place: ProgramPlace
  ) throws(ProgramError) {
    guard part.lowerBound >= 0, part.upperBound <= size, !part.isEmpty else {
      throw .invalid(
        place, .rule("\(what) \(part.lowerBound)..<\(part.upperBound) are not a part of 0..<\(size)"))
    }
  }

  private func same(
    _ isSame: Bool, _ what: String, _ from: String, _ place: ProgramPlace
  ) throws(ProgramError) {
    guard isSame else { throw .invalid(place, .differs(what: what, from: from)) }
  }

  /// Every neuron of every population on exactly one core: the right number, and none twice.
  private func checkCoverage(_ held: [Int]) throws(ProgramError) {
    for (population, count) in held.enumerated() where count != program.populations[population].neurons {
      throw .invalid(
        .population(population, program.populations[population].name),
        .rule("\(count) of its \(shapes[population].count) neurons are on cores"))
    }
    var seen = program.populations.map { [Bool](repeating: false, count: $0.neurons) }
    for (core, image) in program.cores.enumerated() {
      for (number, group) in image.groups.enumerated() {
        for local in 0..<group.box.count {
          let neuron = group.box.populationIndex(local, in: group.populationShape)
          guard !seen[group.population][neuron] else {
            throw .invalid(
              .group(core: core, group: number),
              .rule("neuron \(neuron) of population \(group.population) is on a core already"))
          }
          seen[group.population][neuron] = true
        }
      }
    }
  }

  // MARK: - Synapses

  /// The core's longest delay.
  private func checkBlocks(_ image: CoreImage, _ core: Int) throws(ProgramError) -> Int {
    var delay = 1
    for (number, block) in image.blocks.enumerated() {
      let place = ProgramPlace.block(core: core, block: number)
      try index("projection", block.projection, below: program.projections.count, place)
      try index("group", block.group, below: image.groups.count, place)
      let projection = program.projections[block.projection]
      let group = image.groups[block.group]
      try rule(
        !program.isHostCurrent(projection),
        "projection \(block.projection) comes from the input, which the host adds", place)
      try rule(
        projection.target == group.population,
        "projection \(block.projection) ends at population \(projection.target), group \(block.group) is of "
          + "population \(group.population)", place)
      let owner = "projection \(block.projection)"
      try same(block.kind == projection.kind, "the kind", owner, place)
      try same(block.weights == projection.weights, "the weight tensor", owner, place)
      try same(block.pool == projection.pool, "the pool", owner, place)
      try same(block.convolution == projection.convolution, "the convolution", owner, place)
      try same(block.delay == projection.delay, "the delay", owner, place)
      try same(block.sourceShape == program.sourceShape(projection), "the source's shape", owner, place)
      try same(
        block.gateStart == program.populations[projection.source].firstFiringTick, "the gate's first tick", owner, place)
      try same(block.gate == projection.gate, "the gate's rule", owner, place)
      try same(block.gatePeriod == projection.gatePeriod, "the gate's period", owner, place)
      try same(block.gateRestarts == projection.gateRestarts, "the gate's restart", owner, place)
      try count("weight shift", block.shifts.count, [1, group.box.channels.count], place)
      try range("weight shift", Int(block.shifts.max() ?? 0), 0...ProgramLimits.weightShift, place)
      delay = max(delay, block.delay)
    }
    return delay
  }

  // MARK: - Axons

  private func checkOffsets(
    _ offsets: [UInt32], slots: Int?, entries: Int, _ what: String, _ place: ProgramPlace
  ) throws(ProgramError) {
    if let slots { try count("table of \(what)", offsets.count, [slots + 1], place) }
    try rule(
      offsets.first == 0 && Int(offsets.last ?? 0) == entries,
      "the table of \(what) does not go from 0 to \(entries)", place)
    var before: UInt32 = 0
    for offset in offsets {
      guard offset >= before else { throw .invalid(place, .rule("the table of \(what) goes back")) }
      before = offset
    }
  }

  private func checkInputAxons(_ image: CoreImage, _ core: Int) throws(ProgramError) {
    let axons = image.inputAxons
    try checkOffsets(axons.offsets, slots: nil, entries: axons.blocks.count, "input axons", .core(core))
    try count("input axon table", axons.sources.count, [axons.blocks.count], .core(core))
    let sizes = image.blocks.map { UInt32(clamping: $0.sourceShape.count) }
    for entry in axons.blocks.indices {
      let block = Int(axons.blocks[entry])
      guard block < sizes.count else {
        return try index("synapse block of input axon entry \(entry)", block, below: sizes.count, .core(core))
      }
      guard axons.sources[entry] < sizes[block] else {
        let source = Int(axons.sources[entry])
        return try index("source of input axon entry \(entry)", source, below: Int(sizes[block]), .core(core))
      }
    }
  }

  /// Every spike of the input arrives at an input axon.
  private func checkInputPort() throws(ProgramError) {
    let port = program.inputPort
    let neurons = program.input.model.isHostCurrent ? 0 : program.input.shape.count
    try checkOffsets(port.offsets, slots: neurons, entries: port.cores.count, "the input's axons", .program)
    try count("table of the input's axons", port.axons.count, [port.cores.count], .program)
    for entry in port.cores.indices {
      let core = Int(port.cores[entry])
      try index("core of the input's entry \(entry)", core, below: program.cores.count, .program)
      try index(
        "axon of the input's entry \(entry)", Int(port.axons[entry]), below: program.cores[core].inputAxons.count, .program)
    }
  }

  /// Every route begins and ends at cores and leads from the one's tile to the other's.
  private func checkRoutes() throws(ProgramError) {
    let mesh = Mesh(program.chip)
    for (number, route) in program.routes.enumerated() {
      let place = ProgramPlace.route(number)
      try index("first core", route.from, below: program.cores.count, place)
      try index("last core", route.to, below: program.cores.count, place)
      var here = mesh.tile(ofCore: program.cores[route.from].place)
      for step in route.steps { here = here.neighbour(step) }
      let end = mesh.tile(ofCore: program.cores[route.to].place)
      try rule(
        here == end,
        "its \(route.steps.count) steps lead to tile (\(here.x), \(here.y)), core \(route.to) is on tile "
          + "(\(end.x), \(end.y))", place)
    }
  }

  /// Every message leaves on a route of its core and arrives at an input axon.
  private func checkOutputAxons() throws(ProgramError) {
    let from = program.routes.map(\.from)
    let axons = program.routes.map { UInt32(clamping: program.cores[$0.to].inputAxons.count) }
    for (core, image) in program.cores.enumerated() {
      let table = image.outputAxons
      for entry in table.routes.indices {
        let route = Int(table.routes[entry])
        guard route < from.count else {
          return try index("route of output axon entry \(entry)", route, below: from.count, .core(core))
        }
        guard from[route] == core else {
          throw .invalid(.core(core), .rule("output axon entry \(entry) takes route \(route) of core \(from[route])"))
        }
        guard table.axons[entry] < axons[route] else {
          let axon = Int(table.axons[entry])
          return try index("input axon of output axon entry \(entry)", axon, below: Int(axons[route]), .core(core))
        }
      }
    }
  }
}
