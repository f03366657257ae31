import ChipModel

/// Builds core images, axon tables and routes from a partition and a placement.
struct CoreBuilder {
  let populations: [Population]
  let projections: [Projection]
  private(set) var cores: [CoreImage] = []
  private(set) var routes: [Route] = []
  /// (source population, neuron) of every input axon of every core, in axon order.
  private var axonSources: [[(population: Int, neuron: Int)]] = []

  /// - Parameter places: physical core of each of the partition's cores.
  init(_ partition: Partition, places: [Int], mesh: Mesh) {
    populations = partition.populations
    projections = partition.projections
    // Where each neuron is: core and slot.
    var coreOf = populations.map { [UInt32](repeating: 0, count: $0.shape.count) }
    var slotOf = coreOf
    for (index, core) in partition.cores.enumerated() {
      var image = CoreImage(place: places[index])
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
    connect(coreOf, slotOf, mesh)
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
      gatedPeriods: p.gatedPeriods, threshold: part(p.threshold), negativeThreshold: part(p.negativeThreshold),
      bias: part(p.bias), initial: part(p.initial),
      takesInput: projections.contains { $0.target == index && $0.source == nil })
  }

  private mutating func addInputAxons(_ core: Int) {
    // Entries per (source population, neuron), collected block by block, then ordered by source.
    var entries: [(population: Int, neuron: Int, block: Int)] = []
    for (number, group) in cores[core].groups.enumerated() {
      for (index, projection) in projections.enumerated() where projection.target == group.population {
        guard let source = projection.source else { continue }
        let from = populations[source].shape
        let block = cores[core].blocks.count
        cores[core].blocks.append(
          SynapseBlock(
            projection: index, kind: projection.kind, weights: projection.weights,
            shifts: projection.shifts.count == 1 ? projection.shifts : Array(projection.shifts[group.box.channels]),
            pool: projection.pool, convolution: projection.convolution, delay: projection.delay, sourceShape: from,
            group: number, gateStart: populations[source].start, gatePeriod: projection.gatePeriod,
            gateRestarts: projection.gateRestarts))
        let reach = Reach(projection, source: from, target: group.populationShape, box: group.box)
        for c in reach.channels {
          for y in reach.rows {
            for x in reach.columns { entries.append((source, from.index(c, y, x), block)) }
          }
        }
      }
    }
    entries.sort { ($0.population, $0.neuron, $0.block) < ($1.population, $1.neuron, $1.block) }
    var axons = InputAxons()
    var sources: [(population: Int, neuron: Int)] = []
    for entry in entries {
      let isNew = sources.last.map { $0.population != entry.population || $0.neuron != entry.neuron } ?? true
      if isNew {
        sources.append((entry.population, entry.neuron))
        axons.offsets.append(UInt32(axons.blocks.count))
      }
      axons.blocks.append(UInt32(entry.block))
      axons.sources.append(UInt32(entry.neuron))
      axons.offsets[axons.offsets.count - 1] = UInt32(axons.blocks.count)
    }
    cores[core].inputAxons = axons
    axonSources.append(sources)
  }

  /// Output axons and routes: one entry per (neuron, destination core), destinations in core order.
  private mutating func connect(_ coreOf: [[UInt32]], _ slotOf: [[UInt32]], _ mesh: Mesh) {
    var positions = cores.map { [UInt32](repeating: 0, count: $0.neuronCount + 1) }
    for sources in axonSources {
      for axon in sources {
        positions[Int(coreOf[axon.population][axon.neuron])][Int(slotOf[axon.population][axon.neuron]) + 1] += 1
      }
    }
    for core in cores.indices {
      for slot in 1..<positions[core].count { positions[core][slot] += positions[core][slot - 1] }
      let total = Int(positions[core].last ?? 0)
      cores[core].outputAxons = OutputAxons(
        offsets: positions[core], routes: [UInt32](repeating: 0, count: total),
        axons: [UInt32](repeating: 0, count: total))
    }
    // From here on `positions` is where each slot's next entry goes.
    for (destination, sources) in axonSources.enumerated() {
      var routeFrom = [Int](repeating: -1, count: cores.count)
      for (axon, source) in sources.enumerated() {
        let core = Int(coreOf[source.population][source.neuron])
        let slot = Int(slotOf[source.population][source.neuron])
        if routeFrom[core] < 0 {
          routeFrom[core] = routes.count
          routes.append(
            Route(
              from: core, to: destination,
              steps: mesh.route(from: cores[core].place, to: cores[destination].place).map(\.direction)))
        }
        let position = Int(positions[core][slot])
        positions[core][slot] += 1
        cores[core].outputAxons.routes[position] = UInt32(routeFrom[core])
        cores[core].outputAxons.axons[position] = UInt32(axon)
      }
    }
  }
}
