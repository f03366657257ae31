import ChipModel

/// A binary crossbar: a synapse is a bit, its weight one of a few that each neuron keeps, chosen by the axon's type.
enum CrossbarRules {
  /// Finds types for the axons of each core, first come first served; refuses a core that needs more than there are.
  ///
  /// - Parameters:
  ///   - cores: built; every weight of a pair of axon and neuron is taken as the crossbar would have to hold it.
  ///   - refusals: one for each population whose synapses do not fit; the first is thrown.
  static func check(
    _ cores: [CoreImage], _ program: CompiledProgram, refusals: inout [CompileError]
  ) throws(CompileError) {
    guard let crossbar = program.chip.crossbar?.value, crossbar.binary, crossbar.axonTypes > 0 else { return }
    var refused: Set<Int> = []
    for core in cores where !core.groups.contains(where: { refused.contains($0.population) }) {
      let use = types(core, program, limit: crossbar.axonTypes)
      guard let population = use.overflow else { continue }
      refused.insert(population)
      refusals.append(
        .axonTypes(
          population: program.populations[population].name, need: use.count, limit: crossbar.axonTypes,
          chip: program.chip.name))
    }
    if let first = refusals.first { throw first }
  }

  /// How many types of axon the core needs, and the first population whose synapses do not fit `limit` types.
  static func types(
    _ core: CoreImage, _ program: CompiledProgram, limit: Int
  ) -> (count: Int, overflow: Int?) {
    let columns = (0..<core.inputAxons.count).map { column(core, $0, program) }
    // Slices of weights: an axon has one weight for all neurons that it reaches.
    let alike = columns.map { Set($0).subtracting([0]) }
    if alike.allSatisfy({ $0.count <= 1 }) {
      let kinds = alike.reduce(into: Set()) { $0.formUnion($1) }.count
      if kinds <= limit { return (kinds, nil) }
    }
    /// By type: the weight of each neuron, 0 = not settled.
    var tables: [[Int64]] = []
    var first: Int?
    for column in columns {
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
      let synapses = program.synapses(block.projection)
      let group = core.groups[block.group]
      let (c, y, x) = block.sourceShape.position(source)
      for py in synapses.windowRows(of: y) {
        for px in synapses.windowColumns(of: x) {
          synapses.forEachSynapse(of: (c, py, px), in: group.box) { c, y, x, weight in
            guard let local = group.box.localIndex(c, y, x) else { return }
            let shift = block.shifts.count == 1 ? block.shifts[0] : block.shifts[c - group.box.channels.lowerBound]
            result[group.firstSlot + local] += Int64(program.weights[block.weights][weight]) << Int64(shift)
          }
        }
      }
    }
    return result
  }
}
