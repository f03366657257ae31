import ChipModel

extension CompiledProgram {
  /// What running takes beside the program itself, before spikes: neurons with their padded channels, taps unrolled, and tables
  /// of sums.
  package var memoryToRun: MemoryNeed {
    var need = MemoryNeed()
    for population in populations {
      let shape = population.shape
      need.add(shape.pixels, PaddedChannels.count(shape.channels), EnginePlan.bytesPerLane, for: "neurons of population",
        population.name)
      need.add(shape.count, EnginePlan.bytesPerNeuron, for: "neurons of population", population.name)
    }
    for (index, projection) in projections.enumerated() {
      let synapses = synapses(index)
      need.add(synapses.mostTaps, EnginePlan.bytesPerTap, for: "taps of projection", projection.name)
      need.add(synapses.from.count, EnginePlan.bytesPerNeuron, for: "taps of projection", projection.name)
      if projection.window?.groups == 1 {
        let channels = (sourceShape(projection).channels, populations[projection.target].shape.channels)
        need.add(
          LookUps.tableBytes(weights: weights[projection.weights].count, channels: channels), 1,
          for: "tables of projection", projection.name)
      }
    }
    return need
  }
}

extension EnginePlan {
  /// Potentials, initial potentials, sums, currents, counts and marks of one neuron or padding lane.
  static let bytesPerLane = 32
  /// Counters of spikes, updates and places.
  static let bytesPerNeuron = 24
  /// An entry of a tap table and of the delivery table that is made of it.
  static let bytesPerTap = 20
}
