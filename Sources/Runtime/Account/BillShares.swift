import ChipModel

/// The chip's bill by population, by core and by tick: counts that add up to the whole bill's, without static power.
///
/// Synaptic operations belong to the population and core that receive, visits, updates and spikes to where the neuron is.
/// A message belongs to the population that sent it, with its way and its arrival; among cores, its leaving and its way to
/// the sender, its arrival to the receiver.
package struct BillShares: Sendable, Equatable {
  package var populations: [ActionEvents]
  /// In the program's order; empty without cores.
  package var cores: [ActionEvents]
  /// By tick of an inference, all samples added up; nil: not observed.
  package var ticks: [ActionEvents]?

  /// - Complexity: linear in neurons, axons and weights.
  package init(
    program: CompiledProgram, counters: EngineCounters, counts: OperationCounts, ticks: [ActionEvents]? = nil
  ) {
    self.ticks = ticks
    let hasPayloads = program.chip.spikePayloadBits > 0
    /// Spikes by neuron, as often as the chip adds them.
    func added(_ projection: Int) -> [UInt64] {
      guard let source = program.projections[projection].source else { return [] }
      let isGated = program.projections[projection].isGated
      let spikes = isGated ? counters.gatedSpikes[projection] : counters.spikes[source]
      let payloads = isGated ? counters.gatedPayloads[projection] : counters.payloads[source]
      return hasPayloads || payloads.isEmpty ? spikes : payloads
    }
    populations = counts.populations.map { count in
      var events = ActionEvents()
      events.visits = count.neuronUpdates
      events.updates = count.updatedNeurons ?? count.neuronUpdates
      events.spikes = count.spikes
      return events
    }
    cores = counts.cores.map { count in
      var events = ActionEvents()
      events.visits = count.neuronUpdates
      events.updates = count.updatedNeurons ?? count.neuronUpdates
      events.spikes = count.spikes
      events.messagesIn = count.messagesIn
      return events
    }
    let spikes = program.projections.indices.map(added)
    for (index, projection) in program.projections.enumerated() where projection.source != nil {
      let from = projection.source.map { program.populations[$0].shape } ?? program.inputShape
      let total = FanOut(
        projection: projection, weights: program.weights[projection.weights], source: from,
        target: program.populations[projection.target].shape
      ).total
      var operations = 0
      for neuron in 0..<min(total.count, spikes[index].count) { operations += Int(spikes[index][neuron]) * total[neuron] }
      populations[projection.target].addOperations(projection.kind, operations)
    }
    var ways = PacketWays(program)
    for (core, image) in program.cores.enumerated() {
      for block in image.blocks {
        let fanOut = BlockFanOut(block, group: image.groups[block.group], weights: program.weights[block.weights])
        cores[core].addOperations(block.kind, fanOut.operations(spikes: spikes[block.projection]))
      }
      for group in image.groups {
        let counted = counters.spikes[group.population]
        guard counted.count == group.populationShape.count else { continue }
        for local in 0..<group.box.count {
          let count = Int(counted[group.box.populationIndex(local, in: group.populationShape)])
          guard count > 0 else { continue }
          let slot = group.firstSlot + local
          ways.begin()
          for entry in Int(image.outputAxons.offsets[slot])..<Int(image.outputAxons.offsets[slot + 1]) {
            let route = Int(image.outputAxons.routes[entry])
            let way = ways.next(route: route)
            cores[core].addWay(program.routes[route], way, count)
            populations[group.population].addWay(program.routes[route], way, count)
            populations[group.population].messagesIn += count
          }
        }
      }
    }
  }
}
