import ChipModel

/// Rules of particular chips that are not a count on a core: payloads, convolution cores, cores of several kinds.
///
/// Projections from the input are the host's work and are not looked at.
enum ChipRules {
  /// Refuses widths that a chip does not have.
  static func checkWidths(_ options: CompileOptions, _ chip: ChipDescription) throws(CompileError) {
    for (resource, need) in [(ChipResource.weightBits, options.weightBits), (.membraneBits, options.membraneBits)] {
      guard let need, let limit = resource.limit(of: chip), need > limit else { continue }
      throw .width(resource, need: need, limit: limit, chip: chip.name)
    }
  }

  /// What a network may not have on a chip, whatever the mapping.
  static func check(_ program: CompiledProgram) throws(CompileError) {
    let chip = program.chip
    for index in program.placed { try checkPayload(program.populations[index], chip) }
    if let core = chip.convolutionCore?.value {
      let (incoming, fed) = (program.incoming, program.fedPopulations)
      for index in program.placed {
        try checkLayer(index, program, core, incoming: incoming[index], fed: fed[index])
      }
    }
    if chip.crossbar?.value.binary == true {
      for projection in program.projections where program.isGated(projection) {
        throw refused(
          program, projection, "max pooling", "a crossbar has no gate",
          "use average pooling, or choose a chip that is not a crossbar")
      }
    }
  }

  /// Biases by step take memory of the core that holds their neurons.
  static func checkBiases(_ cores: [CoreImage], _ program: CompiledProgram) throws(CompileError) {
    guard let limit = program.chip.value(.biasMemoryBitsPerCore) else { return }
    for core in cores {
      let need = core.biasTableBits(program)
      guard need > limit, let group = core.groups.first(where: { !$0.biasByStep.isEmpty }) else { continue }
      throw .capacity(
        population: program.populations[group.population].name, need: need, what: "bits for biases by step on one core",
        limit: limit, chip: program.chip.name, knob: nil,
        remedy: "convert with constant biases or for fewer steps, or choose a chip with more memory for them")
    }
  }

  /// A payload is signed; a chip without payloads sends it as so many additions, so anything goes.
  private static func checkPayload(_ population: Population, _ chip: ChipDescription) throws(CompileError) {
    guard population.model.hasPayload, chip.spikePayloadBits > 0 else { return }
    let most = UInt64(population.model.maximumPayload ?? Int32.max)
    let need = FixedPoint.bits(holding: most)
    guard need <= chip.spikePayloadBits else {
      throw .capacity(
        population: population.name, need: need, what: "bits for the payload of a spike", limit: chip.spikePayloadBits,
        chip: chip.name, knob: ChipResource.payloadBits.knob, remedy: "choose a chip with wider payloads")
    }
  }

  private static func refused(
    _ program: CompiledProgram, _ projection: Projection, _ what: String, _ limit: String, _ remedy: String
  ) -> CompileError {
    .chipRule(projection: projection.name, what: what, chip: program.chip.name, limit: limit, remedy: remedy)
  }

  /// One layer on a core that runs convolution, neurons and sum pooling as a unit. A dense layer is a convolution whose
  /// kernel is the whole map.
  private static func checkLayer(
    _ index: Int, _ program: CompiledProgram, _ core: ConvolutionCore, incoming: [Int], fed: Int
  ) throws(CompileError) {
    let population = program.populations[index]
    let shape = population.shape
    let name = population.name
    func limit(_ need: Int, _ most: Int, _ what: String, _ remedy: String) throws(CompileError) {
      if need > most {
        throw .capacity(
          population: name, need: need, what: what, limit: most, chip: program.chip.name, knob: nil, remedy: remedy)
      }
    }
    try limit(shape.channels, core.maximumChannels, "channels", "use fewer channels, or choose another chip")
    try limit(
      max(shape.height, shape.width), core.maximumOutputSide, "rows or columns of outputs",
      "reduce the map, or choose another chip")
    try limit(fed, core.fanOutLayers, "layers that it feeds", "remove shortcuts, or choose another chip")
    for projectionIndex in incoming {
      let projection = program.projections[projectionIndex]
      if program.isHostCurrent(projection) { continue }
      let synapses = program.synapses(projectionIndex)
      let from = synapses.source
      func refuse(_ what: String, _ limit: String) -> CompileError {
        refused(program, projection, what, limit, "change the layer, or choose another chip")
      }
      try limit(
        from.channels, core.maximumChannels, "input channels", "use fewer channels, or choose another chip")
      try limit(
        max(from.height, from.width), core.maximumInputSide, "rows or columns of inputs",
        "reduce the map, or choose another chip")
      if let pool = projection.pool {
        guard pool.kind == .average else { throw refuse("max pooling", "it has sum pooling only") }
        let isPlain =
          pool.kernelY == pool.strideY && pool.kernelX == pool.strideX
          && [pool.top, pool.left, pool.bottom, pool.right].allSatisfy { $0 == 0 }
        guard isPlain, core.poolSizes.contains(pool.kernelY), core.poolSizes.contains(pool.kernelX) else {
          throw refuse(
            "a pool of \(pool.kernelY) x \(pool.kernelX)",
            "it pools \(core.poolSizes.map(String.init).joined(separator: ", ")) with the same stride")
        }
      }
      let traits = projection.kind.traits
      if traits.isElementwise { throw refuse("an \(traits.name)", "its cores compute convolutions only") }
      let (kernelY, kernelX) = synapses.kernel
      guard max(kernelY, kernelX) <= core.maximumKernel else {
        throw refuse(
          "a \(traits.positions == .all ? "dense layer over" : "kernel of") \(kernelY) x \(kernelX)",
          "kernels go to \(core.maximumKernel)")
      }
      guard let c = projection.window else { continue }
      guard core.strides.contains(c.strideY), core.strides.contains(c.strideX) else {
        throw refuse(
          "a stride of \(c.strideY) x \(c.strideX)",
          "strides are \(core.strides.map(String.init).joined(separator: ", "))")
      }
      guard [c.top, c.left, c.bottom, c.right].allSatisfy({ $0 <= core.maximumPadding }) else {
        throw refuse("a padding of \([c.top, c.left, c.bottom, c.right])", "padding goes to \(core.maximumPadding)")
      }
      guard c.groups == 1, c.dilationY == 1, c.dilationX == 1 else { throw refuse("groups or dilation", "it has neither") }
    }
  }

  // MARK: - Cores of several kinds

  /// Physical cores for loads on a chip whose cores differ: each core goes to a kind that holds it; nil where all are alike.
  ///
  /// A matching by augmenting paths, cores in order, kinds in the description's order, so that it is found where there is
  /// one and is the same every time.
  /// - Parameter live: the physical cores that may be used, ascending; nil: all.
  static func places(
    _ loads: [CoreLoad], names: [String], _ chip: ChipDescription, live: [Int]? = nil
  ) throws(CompileError) -> [Int]? {
    guard let types = chip.coreTypes?.value else { return nil }
    // Kinds with the number of cores over all chips; a kind holds a list of the loads that are on it.
    let chips = chip.chips ?? 1
    var held: [[Int]] = types.map { _ in [] }
    // Kind after kind on each chip, chip after chip.
    let perChip = types.reduce(0) { $0 + $1.count }
    let firsts = types.indices.map { kind in types[..<kind].reduce(0) { $0 + $1.count } }
    let positions = live.map { live in
      types.indices.map { kind in
        live.filter { (firsts[kind]..<(firsts[kind] + types[kind].count)).contains($0 % perChip) }
      }
    }
    func fits(_ load: CoreLoad, _ type: CoreType) -> Bool {
      load.neurons <= type.neurons && load.synapseBits <= type.synapseMemoryBits
    }
    func place(_ load: Int, _ tried: inout [Bool]) -> Bool {
      for (kind, type) in types.enumerated() where !tried[kind] && fits(loads[load], type) {
        tried[kind] = true
        if held[kind].count < positions?[kind].count ?? type.count * chips {
          held[kind].append(load)
          return true
        }
        for position in held[kind].indices {
          let other = held[kind][position]
          if place(other, &tried) {
            held[kind][position] = load
            return true
          }
        }
      }
      return false
    }
    for load in loads.indices {
      var tried = [Bool](repeating: false, count: types.count)
      guard place(load, &tried) else {
        throw .noCoreOfKind(
          population: names[load], neurons: loads[load].neurons, synapseBits: loads[load].synapseBits, chip: chip.name,
          isAlone: !types.contains { fits(loads[load], $0) })
      }
    }
    var result = [Int](repeating: 0, count: loads.count)
    for (kind, type) in types.enumerated() {
      for (number, load) in held[kind].sorted().enumerated() {
        result[load] = positions?[kind][number] ?? number / type.count * perChip + firsts[kind] + number % type.count
      }
    }
    return result
  }
}
