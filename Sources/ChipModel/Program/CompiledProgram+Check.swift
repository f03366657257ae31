/// Every invariant that the engine, the interpreter and the accounts rely on. A program that passes cannot make them trap,
/// whatever file it came from.
extension CompiledProgram {
  /// - Throws: ``ProgramError/invariant(_:)``, naming the part and the numbers.
  public func check() throws(ProgramError) {
    try checkWidths()
    for index in populations.indices { try checkPopulation(index) }
    for index in projections.indices { try checkProjection(index) }
    try checkGraph()
    if !cores.isEmpty || !routes.isEmpty {
      for index in cores.indices { try checkCore(index) }
      try checkPlaces()
      try checkRoutes()
    }
  }

  private func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(ProgramError) {
    if !condition { throw .invariant(text()) }
  }

  private func checkWidths() throws(ProgramError) {
    try require((2...16).contains(weightBits), "\(weightBits) weight bits, allowed are 2...16")
    try require((2...32).contains(membraneBits), "\(membraneBits) membrane bits, allowed are 2...32")
    try require((0...15).contains(fractionBits), "\(fractionBits) fraction bits, allowed are 0...15")
    try require(MapShape(network.inputDimensions) != nil, "the input's shape is none")
    do throws(PreprocessingError) {
      try network.preprocessing.check(shape: network.inputDimensions)
    } catch {
      throw .invariant("preprocessing: \(error)")
    }
    try require(network.steps.map { (1...1_000_000).contains($0) } ?? true, "a number of steps outside 1...1,000,000")
    try require((1...65_536).contains(populations.count), "\(populations.count) populations, allowed are 1...65,536")
    try require(projections.count <= 65_536, "\(projections.count) projections, allowed are 65,536")
    try require(populations.indices.contains(output.population), "the output is population \(output.population)")
    let total = populations.reduce(0) { $0 + (MapShape($1.dimensions)?.count ?? 0) }
    try require(total <= MapShape.maximumCount, "\(total) neurons, allowed are \(MapShape.maximumCount)")
  }

  // MARK: - Populations and projections

  private func checkPopulation(_ index: Int) throws(ProgramError) {
    let p = populations[index]
    let name = "population \(index)"
    guard let shape = MapShape(p.dimensions) else { throw .invariant("\(name): its shape is none") }
    for values in [p.threshold, p.negativeThreshold, p.bias, p.initial] {
      try require(values.fits(shape), "\(name): \(values.values.count) parameters for \(shape.count) neurons")
    }
    try checkModel(p.model, name)
    let high = FixedPoint.highest(bits: membraneBits)
    let low = FixedPoint.lowest(bits: membraneBits)
    for value in p.threshold.values {
      try require(
        value == NeuronModel.infinite || (value >= 1 && Int64(value) << Int64(p.model.period - 1) <= high),
        "\(name): threshold \(value) does not fit \(membraneBits) bits")
      try require(value != NeuronModel.infinite - 1 || !p.model.strict, "\(name): threshold \(value) is too large")
    }
    if p.model.hasNegativeThreshold {
      for value in p.negativeThreshold.values {
        try require(value <= -1 && Int64(value) >= low, "\(name): negative threshold \(value)")
      }
    }
    for value in p.initial.values + p.bias.values {
      try require(Int64(value) >= low && Int64(value) <= high, "\(name): \(value) does not fit \(membraneBits) bits")
    }
    try require((0...1_000_000).contains(p.start), "\(name): starts at tick \(p.start)")
    try require((0...1_000_000).contains(p.gatedPeriods), "\(name): gated for \(p.gatedPeriods) periods")
    try require(p.unit.count == 1 || p.unit.count == shape.channels, "\(name): \(p.unit.count) units")
    try require(p.unit.allSatisfy { $0.isFinite && $0 > 0 }, "\(name): a unit that is not positive")
    try require([16, 32, 64].contains(p.accumulatorBits), "\(name): an accumulator of \(p.accumulatorBits) bits")
    if output.population == index {
      try require(
        output.readout == .potential || p.model.kind != .accumulator, "\(name): it is read by spikes and never fires")
    }
  }

  private func checkModel(_ model: NeuronModel, _ name: String) throws(ProgramError) {
    try require((1...16).contains(model.period), "\(name): period \(model.period), allowed are 1...16")
    let codes: [NeuronModel.Kind] = [.phase, .bistable, .accumulator]
    try require(model.period == 1 || codes.contains(model.kind), "\(name): a period without a period code")
    try require(
      model.kind == .leaky ? (1...31).contains(model.leakShift) : model.leakShift == 0,
      "\(name): leak shift \(model.leakShift)")
    try require(model.maximumPayload.map { $0 >= 1 } ?? true, "\(name): largest payload below 1")
    let isAugmented = model.kind == .augmented
    try require(isAugmented || (!model.hasNegativeThreshold && model.maximumPayload == nil), "\(name): payload without augmented spikes")
    let isPlain = model.kind == .integrateFire || model.kind == .leaky
    try require(isPlain || (!model.hardReset && !model.strict), "\(name): reset or comparison that its model has not")
  }

  private func checkProjection(_ index: Int) throws(ProgramError) {
    let p = projections[index]
    let name = "projection \(index)"
    try require(p.source.map { populations.indices.contains($0) } ?? true, "\(name): source \(p.source ?? -1)")
    try require(populations.indices.contains(p.target), "\(name): target \(p.target)")
    try require(weights.indices.contains(p.weights), "\(name): weights \(p.weights)")
    try require((1...65_535).contains(p.delay), "\(name): delay \(p.delay), allowed are 1...65,535")
    try require((1...16).contains(p.gatePeriod), "\(name): gate period \(p.gatePeriod)")
    let target = populations[p.target].shape
    let source = p.source.map { populations[$0].shape } ?? inputShape
    if let from = p.source { try require(populations[from].model.kind != .accumulator, "\(name): its source never fires") }
    try require(p.shifts.count == 1 || p.shifts.count == target.channels, "\(name): \(p.shifts.count) weight shifts")
    try require(p.shifts.allSatisfy { $0 <= 30 }, "\(name): a weight shift above 30")
    var pooled = source
    if let pool = p.pool {
      guard let output = pool.output(of: source), pool.top < pool.kernelY, pool.bottom < pool.kernelY,
        pool.left < pool.kernelX, pool.right < pool.kernelX
      else { throw .invariant("\(name): its pooling does not fit the source") }
      pooled = output
    }
    let tensor = weights[p.weights]
    switch p.kind {
    case .dense:
      try require(
        tensor.shape == [target.count, pooled.count],
        "\(name): weights \(tensor.shape) for \(pooled.count) inputs and \(target.count) neurons")
    case .identity:
      try require(
        tensor.shape.count == 2 && tensor.shape[0] == target.channels && (1...65_536).contains(tensor.shape[1])
          && pooled == target, "\(name): weights \(tensor.shape) for an identity of \(target.channels) channels")
    case .convolution:
      let c = p.convolution
      try require(
        c.groups >= 1 && pooled.channels % c.groups == 0 && target.channels % c.groups == 0,
        "\(name): \(c.groups) groups")
      try require(
        tensor.shape == [target.channels, pooled.channels / c.groups, c.kernelY, c.kernelX]
          && c.output(of: pooled, channels: target.channels) == target,
        "\(name): weights \(tensor.shape) do not lead from its source to its target")
      let reach = pooled.pixels.multipliedReportingOverflow(by: c.kernelY * c.kernelX)
      try require(!reach.overflow && reach.partialValue <= 1 << 32, "\(name): too many positions")
    }
  }

  private func checkGraph() throws(ProgramError) {
    try require(topologicalOrder.count == populations.count, "its populations form a cycle")
    for (index, p) in projections.enumerated() where p.source == nil {
      // The host's exact sum must fit 64 bits: fan-in x weight x 2^shift x input x 2^fraction.
      let bounds = SumBound.perChannel(
        p, weights: weights[p.weights], channels: populations[p.target].shape.channels, payload: InputEncoder.valueRange)
      try require(
        bounds.allSatisfy { $0.shifted(by: fractionBits).magnitude < SumBound.limit >> 8 },
        "projection \(index): its sums do not fit 64 bits")
    }
    // Sums delivered in one tick, payloads included, must fit 64 bits after every shift.
    var payloads = [ClosedRange<Int64>](repeating: 0...1, count: populations.count)
    for index in topologicalOrder {
      var sum = SumBound()
      for p in projections where p.target == index {
        let bounds = SumBound.perChannel(
          p, weights: weights[p.weights], channels: populations[index].shape.channels,
          payload: p.source.map { payloads[$0] } ?? InputEncoder.valueRange)
        var largest = SumBound()
        for bound in bounds {
          largest.high = max(largest.high, bound.high)
          largest.low = min(largest.low, bound.low)
        }
        sum.add(largest)
      }
      let shifted = sum.shifted(by: fractionBits)
      payloads[index] = populations[index].payloadRange(sum: shifted, membraneBits: membraneBits)
      try require(
        shifted.shifted(by: populations[index].model.period).magnitude < SumBound.limit >> 8,
        "population \(index): one tick's sum does not fit 64 bits")
    }
  }

  // MARK: - Cores

  private func checkCore(_ index: Int) throws(ProgramError) {
    let core = cores[index]
    let name = "core \(index)"
    var slot = 0
    for group in core.groups {
      try require(populations.indices.contains(group.population), "\(name): population \(group.population)")
      let p = populations[group.population]
      try require(group.firstSlot == slot && group.populationShape == p.shape, "\(name): slots out of order")
      let whole = Box(whole: p.shape)
      try require(
        !group.box.channels.isEmpty && !group.box.rows.isEmpty && !group.box.columns.isEmpty
          && group.box.channels.clamped(to: whole.channels) == group.box.channels
          && group.box.rows.clamped(to: whole.rows) == group.box.rows
          && group.box.columns.clamped(to: whole.columns) == group.box.columns,
        "\(name): neurons outside population \(group.population)")
      try require(
        group.model == p.model && group.start == p.start && group.gatedPeriods == p.gatedPeriods,
        "\(name): its neurons are not those of population \(group.population)")
      let takesInput = projections.contains { $0.source == nil && $0.target == group.population }
      try require(group.takesInput == takesInput, "\(name): input current")
      try checkParameters(group, p, name)
      slot += group.box.count
    }
    for block in core.blocks {
      try require(
        projections.indices.contains(block.projection) && core.groups.indices.contains(block.group),
        "\(name): a block without projection or neurons")
      let p = projections[block.projection]
      let group = core.groups[block.group]
      guard let source = p.source else { throw .invariant("\(name): a block of an input projection") }
      let shifts = p.shifts.count == 1 ? p.shifts : Array(p.shifts[group.box.channels])
      try require(
        p.target == group.population && block.kind == p.kind && block.weights == p.weights && block.shifts == shifts
          && block.pool == p.pool && block.convolution == p.convolution && block.delay == p.delay
          && block.sourceShape == populations[source].shape && block.gateStart == populations[source].start
          && block.gatePeriod == p.gatePeriod && block.gateRestarts == p.gateRestarts,
        "\(name): a block that is not its projection's")
    }
    try checkTables(core, slots: slot, name)
  }

  private func checkParameters(_ group: NeuronGroup, _ p: Population, _ name: String) throws(ProgramError) {
    let shape = group.box.shape
    for (mine, all) in [
      (group.threshold, p.threshold), (group.negativeThreshold, p.negativeThreshold), (group.bias, p.bias),
      (group.initial, p.initial),
    ] {
      try require(mine.fits(shape), "\(name): \(mine.values.count) parameters for \(shape.count) neurons")
      if mine.values.count == 1 && all.values.count == 1 {
        try require(mine == all, "\(name): parameters that are not population \(group.population)'s")
        continue
      }
      for local in 0..<group.box.count {
        let neuron = group.box.populationIndex(local, in: p.shape)
        try require(
          mine.value(at: local, shape: shape) == all.value(at: neuron, shape: p.shape),
          "\(name): parameters that are not population \(group.population)'s")
      }
    }
  }

  private func checkTables(_ core: CoreImage, slots: Int, _ name: String) throws(ProgramError) {
    func monotonic(_ offsets: [UInt32], count: Int, entries: Int) -> Bool {
      offsets.count == count + 1 && offsets.first == 0 && Int(offsets[count]) == entries
        && zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 }
    }
    let axons = core.inputAxons
    try require(
      !axons.offsets.isEmpty && axons.blocks.count == axons.sources.count
        && monotonic(axons.offsets, count: axons.offsets.count - 1, entries: axons.blocks.count),
      "\(name): input axons out of order")
    for (block, source) in zip(axons.blocks, axons.sources) {
      try require(
        Int(block) < core.blocks.count && Int(source) < core.blocks[Int(block)].sourceShape.count,
        "\(name): an input axon without synapses")
    }
    let outputs = core.outputAxons
    try require(
      outputs.routes.count == outputs.axons.count
        && monotonic(outputs.offsets, count: slots, entries: outputs.routes.count), "\(name): output axons out of order")
    for (route, axon) in zip(outputs.routes, outputs.axons) {
      try require(
        Int(route) < routes.count && cores.indices.contains(routes[Int(route)].to)
          && Int(axon) < cores[routes[Int(route)].to].inputAxons.count, "\(name): an output axon that leads nowhere")
    }
  }

  /// Every neuron is on exactly one core, every core on its own place.
  private func checkPlaces() throws(ProgramError) {
    var seen = populations.map { [Bool](repeating: false, count: $0.shape.count) }
    for (index, core) in cores.enumerated() {
      for group in core.groups {
        for local in 0..<group.box.count {
          let neuron = group.box.populationIndex(local, in: group.populationShape)
          try require(!seen[group.population][neuron], "core \(index): a neuron of population \(group.population) twice")
          seen[group.population][neuron] = true
        }
      }
    }
    for (population, neurons) in seen.enumerated() {
      try require(!neurons.contains(false), "population \(population): a neuron on no core")
    }
    var places = Set<Int>()
    for (index, core) in cores.enumerated() {
      let most = chip.totalCores ?? 1 << 24
      try require(
        (0..<most).contains(core.place) && places.insert(core.place).inserted, "core \(index): place \(core.place)")
    }
  }

  private func checkRoutes() throws(ProgramError) {
    let mesh = Mesh(chip)
    for (index, route) in routes.enumerated() {
      try require(
        cores.indices.contains(route.from) && cores.indices.contains(route.to), "route \(index): between no cores")
      try require(route.steps.count <= 1 << 20, "route \(index): too long")
      var here = mesh.tile(ofCore: cores[route.from].place)
      for direction in route.steps {
        here = here.neighbour(direction)
        try require(here.x >= 0 && here.y >= 0, "route \(index): leaves the mesh")
      }
      try require(here == mesh.tile(ofCore: cores[route.to].place), "route \(index): does not end at its core")
    }
    for (core, image) in cores.enumerated() {
      for route in image.outputAxons.routes {
        try require(routes[Int(route)].from == core, "core \(core): a route of another core")
      }
    }
  }
}
