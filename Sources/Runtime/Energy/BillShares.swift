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
    program: CompiledProgram, counters: RunCounters, counts: OperationCounts, ticks: [ActionEvents]? = nil
  ) {
    self.ticks = ticks
    let hasPayloads = program.chip.spikePayloadBits > 0
    // The host makes the spikes of an input.
    populations = zip(counts.populations, program.populations).map {
      ActionEvents(visits: $0.neuronVisits, updates: $0.neuronUpdates, spikes: $1.model.isInput ? 0 : $0.spikes)
    }
    cores = counts.cores.map {
      var events = ActionEvents(visits: $0.neuronVisits, updates: $0.neuronUpdates, spikes: $0.spikes)
      events[.messagesIn] = $0.messagesIn
      return events
    }
    /// Spikes by neuron, as often as the chip adds them.
    let spikes = program.projections.indices.map { counters.arriving(program, $0, asPayload: !hasPayloads) }
    for (index, projection) in program.projections.enumerated() where !program.isHostCurrent(projection) {
      let operations = program.synapses(index).fanOut.operations(spikes: spikes[index])
      populations[projection.target].addOperations(projection.kind.traits.operation, operations)
    }
    for (core, image) in program.cores.enumerated() {
      for block in image.blocks {
        let fanOut = program.synapses(block.projection).fanOut(into: image.groups[block.group].box)
        cores[core].addOperations(block.kind.traits.operation, fanOut.operations(spikes: spikes[block.projection]))
      }
    }
    var ways = PacketWays(program)
    program.forEachSender(counters.spikes) { sender, count in
      ways.begin()
      for route in program.routes(of: sender) {
        let way = ways.next(route: route)
        cores[sender.core].addWay(program.routes[route], way, count)
        populations[sender.population].addWay(program.routes[route], way, count)
        populations[sender.population][.messagesIn] +|= count
      }
    }
    program.forEachEntry(counters.spikes) { populations[0][.messagesIn] +|= $1 }
  }
}
