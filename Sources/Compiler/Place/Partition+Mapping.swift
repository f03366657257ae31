import ChipModel

extension Partition {
  /// Puts every neuron where an explicit mapping wants it, and checks all that the automatic split respects: every
  /// neuron once, distinct places on the chip, the limits of each core and neuron.
  mutating func follow(_ mapping: Mapping, order: [Int]) throws(CompileError) {
    let parts = try located(mapping)
    try checkPlaces(mapping)
    try checkNeurons(parts)
    cores = mapping.cores.map { _ in Core() }
    var boxes = populations.map { _ in [(core: Int, box: Box)]() }
    for (core, list) in parts.enumerated() {
      for part in list { boxes[part.population].append((core, part.box)) }
    }
    // From the output backwards: what a neuron sends to is known when it is put.
    for population in order.reversed() where !populations[population].model.isInput {
      try checkNeuron(population)
      for (core, box) in boxes[population] { put(box, population, on: core) }
    }
    for (core, list) in parts.enumerated() {
      cores[core].parts = list
      if let broken = cores[core].load.broken(limits) {
        throw .mapping(
          .overfull(core: core, what: broken.noun, need: broken.need, limit: broken.limit, chip: chip.name))
      }
      let place = mapping.cores[core].place
      if let broken = cores[core].load.broken(CoreLimits(chip, weightBits: program.weightBits, place: place)) {
        throw .mapping(
          .wrongKind(
            core: core, place: place, what: broken.noun, need: broken.need, limit: broken.limit, chip: chip.name))
      }
      if chip.convolutionCore != nil {
        guard list.count == 1, list[0].box == Box(whole: populations[list[0].population].shape) else {
          throw .mapping(.layerCore(core: core, parts: list.count, chip: chip.name))
        }
      }
    }
  }

  /// Names as indices, every box inside its population.
  private func located(_ mapping: Mapping) throws(CompileError) -> [[(population: Int, box: Box)]] {
    let placed = populations.indices.filter { !populations[$0].model.isInput }
    let names = placed.map { populations[$0].name }
    // Only looked up, never iterated.
    let indices = Dictionary(zip(names, placed), uniquingKeysWith: { first, _ in first })
    var result: [[(population: Int, box: Box)]] = []
    for (core, entry) in mapping.cores.enumerated() {
      var list: [(population: Int, box: Box)] = []
      for (number, part) in entry.parts.enumerated() {
        guard let index = indices[part.population] else {
          throw .mapping(
            .unknownPopulation(
              core: core, part: number, name: part.population, suggestion: closest(to: part.population, in: names)))
        }
        let shape = populations[index].shape
        let axes = [
          ("channels", part.box.channels, shape.channels), ("rows", part.box.rows, shape.height),
          ("columns", part.box.columns, shape.width),
        ]
        for (axis, range, size) in axes where range.isEmpty || range.lowerBound < 0 || range.upperBound > size {
          throw .mapping(
            .outside(
              core: core, part: number, population: part.population, axis: axis, range: range, size: size))
        }
        list.append((index, part.box))
      }
      result.append(list)
    }
    return result
  }

  private func checkPlaces(_ mapping: Mapping) throws(CompileError) {
    var taken: [Int: Int] = [:]
    for (core, entry) in mapping.cores.enumerated() {
      if let limit = chip.totalCores, entry.place < 0 || entry.place >= limit {
        throw .mapping(.placeOutside(core: core, place: entry.place, limit: limit, chip: chip.name))
      }
      if let first = taken.updateValue(core, forKey: entry.place) {
        throw .mapping(.placeTaken(place: entry.place, first: first, second: core))
      }
    }
  }

  private func checkNeurons(_ parts: [[(population: Int, box: Box)]]) throws(CompileError) {
    /// Core of each neuron plus 1; 0: none yet.
    var owner = populations.map { [UInt32](repeating: 0, count: $0.neurons) }
    for (core, list) in parts.enumerated() {
      for part in list {
        let shape = populations[part.population].shape
        for local in 0..<part.box.count {
          let neuron = part.box.populationIndex(local, in: shape)
          let first = owner[part.population][neuron]
          if first > 0 {
            throw .mapping(
              .repeated(
                population: populations[part.population].name, neuron: Self.coordinates(neuron, shape),
                first: Int(first) - 1, second: core))
          }
          owner[part.population][neuron] = UInt32(core) + 1
        }
      }
    }
    for (population, owners) in owner.enumerated() {
      if let neuron = owners.firstIndex(of: 0) {
        throw .mapping(
          .missing(
            population: populations[population].name, count: owners.count { $0 == 0 },
            neuron: Self.coordinates(neuron, populations[population].shape)))
      }
    }
  }

  private static func coordinates(_ neuron: Int, _ shape: MapShape) -> [Int] {
    [neuron / shape.pixels, neuron / shape.width % shape.height, neuron % shape.width]
  }
}
