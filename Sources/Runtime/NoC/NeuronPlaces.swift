import ChipModel

/// Where each neuron of a program is: core and slot, by population and neuron.
struct NeuronPlaces: Sendable {
  private(set) var core: [[UInt32]]
  private(set) var slot: [[UInt32]]

  init(_ program: CompiledProgram) {
    core = program.populations.map { [UInt32](repeating: 0, count: $0.shape.count) }
    slot = core
    for (index, image) in program.cores.enumerated() {
      for group in image.groups {
        for local in 0..<group.box.count {
          let neuron = group.box.populationIndex(local, in: group.populationShape)
          core[group.population][neuron] = UInt32(truncatingIfNeeded: index)
          slot[group.population][neuron] = UInt32(truncatingIfNeeded: group.firstSlot + local)
        }
      }
    }
  }
}
