import ChipModel

/// A binary crossbar: a synapse is a bit, its weight one of a few that each neuron keeps, chosen by the axon's type.
enum CrossbarRules {
  /// Finds types for the axons of each core, first come first served; refuses a core that needs more than there are.
  ///
  /// - Parameter cores: built; every weight of a pair of axon and neuron is taken as the crossbar would have to hold it.
  static func check(_ cores: [CoreImage], _ program: CompiledProgram) throws(CompileError) {
    guard let crossbar = program.chip.crossbar?.value, crossbar.binary, crossbar.axonTypes > 0 else { return }
    for core in cores {
      let use = types(core, program, limit: crossbar.axonTypes)
      guard let population = use.overflow else { continue }
      throw .axonTypes(
        population: program.populations[population].name, need: use.count, limit: crossbar.axonTypes,
        chip: program.chip.name)
    }
  }

  /// How many types of axon the core needs, and the first population whose synapses do not fit `limit` types.
  static func types(
    _ core: CoreImage, _ program: CompiledProgram, limit: Int
  ) -> (count: Int, overflow: Int?) {
    /// By type: the weight of each neuron, 0 = not settled.
    var tables: [[Int64]] = []
    var first: Int?
    for axon in 0..<core.inputAxons.count {
      let column = column(core, axon, program)
      let fitting = tables.firstIndex { table in
        zip(table, column).allSatisfy { $0 == 0 || $1 == 0 || $0 == $1 }
      }
      let type = fitting ?? tables.count
      if fitting == nil { tables.append([Int64](repeating: 0, count: column.count)) }
      for slot in column.indices where column[slot] != 0 { tables[type][slot] = column[slot] }
      if tables.count > limit && first == nil {
        let slot = column.firstIndex { $0 != 0 } ?? 0
        first = core.groups.last { $0.firstSlot <= slot }?.population ?? 0
      }
    }
    return (tables.count, first)
  }

  /// Weights from one axon to every slot of the core; parallel synapses add up.
  private static func column(_ core: CoreImage, _ axon: Int, _ program: CompiledProgram) -> [Int64] {
    var result = [Int64](repeating: 0, count: core.neuronCount)
    for entry in Int(core.inputAxons.offsets[axon])..<Int(core.inputAxons.offsets[axon + 1]) {
      let block = core.blocks[Int(core.inputAxons.blocks[entry])]
      let source = Int(core.inputAxons.sources[entry])
      let map = block.sourceShape
      let (c, y, x) = (source / map.pixels, source % map.pixels / map.width, source % map.width)
      let pooled = block.pool?.output(of: map) ?? map
      for py in block.pool?.windowsY(containing: y, count: pooled.height) ?? y..<(y + 1) {
        for px in block.pool?.windowsX(containing: x, count: pooled.width) ?? x..<(x + 1) {
          add(core, block, program.weights[block.weights], pooled, (c, py, px), to: &result)
        }
      }
    }
    return result
  }

  /// Adds the weights of the synapses of one pooled neuron.
  private static func add(
    _ core: CoreImage, _ block: SynapseBlock, _ weights: WeightTensor, _ pooled: MapShape,
    _ from: (c: Int, y: Int, x: Int), to column: inout [Int64]
  ) {
    let group = core.groups[block.group]
    func put(_ c: Int, _ y: Int, _ x: Int, _ weight: Int32) {
      guard let local = group.box.localIndex(c, y, x) else { return }
      let shift = block.shifts.count == 1 ? block.shifts[0] : block.shifts[c - group.box.channels.lowerBound]
      column[group.firstSlot + local] += Int64(weight) << Int64(shift)
    }
    switch block.kind {
    case .dense:
      let position = (from.c * pooled.height + from.y) * pooled.width + from.x
      for local in 0..<group.box.count {
        let neuron = group.box.populationIndex(local, in: group.populationShape)
        let shape = group.populationShape
        put(
          neuron / shape.pixels, neuron % shape.pixels / shape.width, neuron % shape.width,
          weights[neuron * weights.shape[1] + position])
      }
    case .identity:
      for part in 0..<weights.shape[1] { put(from.c, from.y, from.x, weights[from.c * weights.shape[1] + part]) }
    case .convolution:
      let g = block.convolution
      let sources = pooled.channels / g.groups
      let targets = weights.shape[0] / g.groups
      let first = from.c / sources * targets
      for ky in 0..<g.kernelY {
        guard let y = g.outputRow(from.y, tap: ky, height: group.populationShape.height) else { continue }
        for kx in 0..<g.kernelX {
          guard let x = g.outputColumn(from.x, tap: kx, width: group.populationShape.width) else { continue }
          for c in first..<(first + targets) {
            put(c, y, x, weights[((c * sources + from.c % sources) * g.kernelY + ky) * g.kernelX + kx])
          }
        }
      }
    }
  }
}
