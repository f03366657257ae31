import ChipModel

/// Builds core images, axon tables and routes from a partition; `place` puts them on the mesh.
struct CoreBuilder {
  private let program: CompiledProgram
  private var populations: [Population] { program.populations }
  private(set) var cores: [CoreImage] = []
  private(set) var routes: [Route] = []
  private(set) var inputPort = InputPort()
  /// Per population, the projections that arrive.
  private let incoming: [[Int]]
  private let synapses: [Synapses]

  /// The cores in the partition's order, each at the physical core of its index until `place` says otherwise.
  init(_ partition: Partition) {
    program = partition.program
    incoming = program.incoming
    synapses = program.projections.indices.map(program.synapses)
    // Where each neuron is: core and slot.
    var coreOf = populations.map { [UInt32](repeating: 0, count: $0.shape.count) }
    var slotOf = coreOf
    for (index, core) in partition.cores.enumerated() {
      var image = CoreImage(place: index)
      var slot = 0
      for part in core.parts {
        let group = group(part.population, part.box, firstSlot: slot)
        for local in 0..<part.box.count {
          let neuron = part.box.populationIndex(local, in: group.populationShape)
          coreOf[part.population][neuron] = UInt32(index)
          slotOf[part.population][neuron] = UInt32(slot + local)
        }
        slot += part.box.count
        image.groups.append(group)
      }
      cores.append(image)
    }
    for index in cores.indices { addInputAxons(index) }
    connect(coreOf, slotOf)
  }

  private func group(_ index: Int, _ box: Box, firstSlot: Int) -> NeuronGroup {
    let p = populations[index]
    func part(_ values: UnitValues) -> UnitValues {
      if values.values.count == 1 { return values }
      if values.values.count == p.shape.count && p.shape.pixels > 1 {
        return UnitValues((0..<box.count).map { values.values[box.populationIndex($0, in: p.shape)] })
      }
      return UnitValues(Array(values.values[box.channels]))
    }
    return NeuronGroup(
      population: index, populationShape: p.shape, box: box, firstSlot: firstSlot, model: p.model, start: p.start,
      lag: p.lag, gatedPeriods: p.gatedPeriods, threshold: part(p.threshold),
      negativeThreshold: part(p.negativeThreshold), levels: p.levels.mapped(part),
      bias: part(p.bias), biasByStep: p.biasByStep.map(part), initial: part(p.initial),
      takesInput: incoming[index].contains { program.isHostCurrent(program.projections[$0]) })
  }

  private mutating func addInputAxons(_ core: Int) {
    // Blocks and what each hears, then axons in the order of their sources.
    var heard: [(source: SourcePart, block: UInt32, fanIn: FanIn)] = []
    for (number, group) in cores[core].groups.enumerated() {
      for index in incoming[group.population] {
        let projection = program.projections[index]
        let source = projection.source
        if program.isHostCurrent(projection) { continue }
        let block = cores[core].blocks.count
        cores[core].blocks.append(
          SynapseBlock(
            projection: index, kind: projection.kind, weights: projection.weights,
            shifts: projection.shifts.count == 1 ? projection.shifts : Array(projection.shifts[group.box.channels]),
            pool: projection.pool, convolution: projection.convolution, delay: projection.delay,
            sourceShape: program.sourceShape(projection), group: number, gateStart: populations[source].firstFiringTick,
            gatePeriod: projection.gatePeriod, gateRestarts: projection.gateRestarts, gate: projection.gate))
        heard.append((SourcePart(projection), UInt32(block), synapses[index].fanIn(of: group.box)))
      }
    }
    var axons = InputAxons()
    axons.offsets.reserveCapacity(heard.reduce(1) { $0 + $1.fanIn.count })
    heard.sort { ($0.source, $0.block) < ($1.source, $1.block) }
    var first = 0
    while first < heard.count {
      let source = heard[first].source
      let shape = cores[core].blocks[Int(heard[first].block)].sourceShape
      let end = heard[first...].firstIndex { $0.source != source } ?? heard.count
      if end - first == 1 {
        CoreBuilder.add(heard[first].fanIn, heard[first].block, shape, to: &axons)
      } else {
        CoreBuilder.merge(heard[first..<end].map { ($0.block, $0.fanIn) }, shape, into: &axons)
      }
      first = end
    }
    cores[core].inputAxons = axons
  }

  /// One block of a source: what it hears is in the order of neurons already.
  private static func add(_ fanIn: FanIn, _ block: UInt32, _ shape: MapShape, to axons: inout InputAxons) {
    for c in fanIn.channels {
      for y in fanIn.rows {
        for x in fanIn.columns {
          axons.blocks.append(block)
          axons.sources.append(UInt32(shape.index(c, y, x)))
          axons.offsets.append(UInt32(axons.blocks.count))
        }
      }
    }
  }

  /// Several blocks of a source: an axon has an entry for each block that its neuron is in, in block order.
  private static func merge(
    _ parts: [(block: UInt32, fanIn: FanIn)], _ shape: MapShape, into axons: inout InputAxons
  ) {
    let rows = parts.map { part in (0..<shape.height).map { row in part.fanIn.rows.contains(row) } }
    let columns = parts.map { part in (0..<shape.width).map { column in part.fanIn.columns.contains(column) } }
    for c in 0..<shape.channels {
      let here = parts.indices.filter { parts[$0].fanIn.channels.contains(c) }
      guard !here.isEmpty else { continue }
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          let before = axons.blocks.count
          for part in here where rows[part][y] && columns[part][x] {
            axons.blocks.append(parts[part].block)
            axons.sources.append(UInt32(shape.index(c, y, x)))
          }
          if axons.blocks.count > before { axons.offsets.append(UInt32(axons.blocks.count)) }
        }
      }
    }
  }

  /// Calls `body(axon, source population, neuron)` for every input axon of a core.
  private func forEachAxon(_ core: Int, _ body: (Int, Int, Int) -> Void) {
    let image = cores[core]
    // Axons of one source follow one another, so the population is looked up once a block.
    let sources = image.blocks.map { block in
      let projection = program.projections[block.projection]
      return (population: projection.source, first: projection.firstSource)
    }
    for axon in 0..<image.inputAxons.count {
      let first = Int(image.inputAxons.offsets[axon])
      let source = sources[Int(image.inputAxons.blocks[first])]
      body(axon, source.population, source.first + Int(image.inputAxons.sources[first]))
    }
  }

  /// Output axons and routes: one entry per (neuron, destination core), destinations in core order.
  private mutating func connect(_ coreOf: [[UInt32]], _ slotOf: [[UInt32]]) {
    var positions = cores.map { [UInt32](repeating: 0, count: $0.neuronCount + 1) }
    var senders = Senders(program)
    for core in cores.indices {
      forEachAxon(core) { _, source, neuron in
        guard source > 0 else { return }
        let population = senders.next(source, neuron)
        positions[Int(coreOf[population][neuron])][Int(slotOf[population][neuron]) + 1] += 1
      }
    }
    var tables: [OutputAxons] = []
    for core in cores.indices {
      for slot in 1..<positions[core].count { positions[core][slot] += positions[core][slot - 1] }
      let total = Int(positions[core].last ?? 0)
      tables.append(
        OutputAxons(
          offsets: positions[core], routes: [UInt32](repeating: 0, count: total),
          axons: [UInt32](repeating: 0, count: total)))
    }
    // From here on `positions` is where each slot's next entry goes.
    senders = Senders(program)
    var routes: [Route] = []
    var routeFrom = [Int](repeating: -1, count: cores.count)
    for destination in cores.indices {
      let first = routes.count
      forEachAxon(destination) { axon, source, neuron in
        guard source > 0 else { return }
        let population = senders.next(source, neuron)
        let core = Int(coreOf[population][neuron])
        let slot = Int(slotOf[population][neuron])
        if routeFrom[core] < 0 {
          routeFrom[core] = routes.count
          routes.append(Route(from: core, to: destination, steps: []))
        }
        let position = Int(positions[core][slot])
        positions[core][slot] += 1
        tables[core].routes[position] = UInt32(routeFrom[core])
        tables[core].axons[position] = UInt32(axon)
      }
      for route in routes[first...] { routeFrom[route.from] = -1 }
    }
    for core in cores.indices { cores[core].outputAxons = tables[core] }
    self.routes = routes
    if !program.input.model.isHostCurrent { enter() }
  }

  /// The input's entries, by neuron and core.
  private mutating func enter() {
    var counts = [UInt32](repeating: 0, count: program.input.shape.count + 1)
    var entries: [(neuron: Int, core: Int, axon: Int)] = []
    for core in cores.indices {
      forEachAxon(core) { axon, population, neuron in
        guard population == 0 else { return }
        counts[neuron + 1] += 1
        entries.append((neuron, core, axon))
      }
    }
    for neuron in counts.indices.dropFirst() { counts[neuron] += counts[neuron - 1] }
    entries.sort { ($0.neuron, $0.core, $0.axon) < ($1.neuron, $1.core, $1.axon) }
    inputPort = InputPort(
      offsets: counts, cores: entries.map { UInt32(truncatingIfNeeded: $0.core) },
      axons: entries.map { UInt32(truncatingIfNeeded: $0.axon) })
  }

  /// Puts the cores on the mesh.
  mutating func place(_ places: [Int], mesh: Mesh) {
    for core in cores.indices { cores[core].place = places[core] }
    for index in routes.indices {
      routes[index].steps = mesh.route(from: places[routes[index].from], to: places[routes[index].to]).map(\.direction)
    }
  }
}

/// Who sends to each axon, where a neuron of which there are several serves so many axons as the chip lets it.
private struct Senders {
  private let copies: [[Int]]
  private let limit: Int
  /// By population that is there more than once and neuron: axons so far.
  private var served: [[Int]]

  init(_ program: CompiledProgram) {
    copies = program.copies
    limit = program.chip.destinationsPerNeuron ?? Int.max
    served = zip(program.populations, copies).map { [Int](repeating: 0, count: $1.isEmpty ? 0 : $0.shape.count) }
  }

  /// The population whose neuron serves the next axon.
  mutating func next(_ population: Int, _ neuron: Int) -> Int {
    if copies[population].isEmpty { return population }
    let number = served[population][neuron] / limit
    served[population][neuron] += 1
    return number == 0 ? population : copies[population][min(number, copies[population].count) - 1]
  }
}
