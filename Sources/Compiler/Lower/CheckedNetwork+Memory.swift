import ChipModel

extension CheckedNetwork {
  /// What compiling takes beside the network's tensors: parameters of channels, places and axons of neurons.
  package var memoryToCompile: MemoryNeed {
    var need = MemoryNeed()
    for population in populations[placed] {
      let what = "neurons of population"
      need.add(population.shape.channels, 128, for: what, population.name)
      if let table = population.biasByStep {
        need.add(table.values.count, 32, for: "biases by step of population", population.name)
      }
      need.add(population.shape.count, 16 + 24 * population.outgoing.count, for: what, population.name)
    }
    return need
  }
}

extension CompiledProgram {
  /// What `Partition` counts of every neuron: its destinations, and slots of axons.
  var memoryToPlace: MemoryNeed {
    var need = MemoryNeed()
    for population in populations { need.add(population.shape.count, 8, for: "neurons of population", population.name) }
    return need
  }
}
