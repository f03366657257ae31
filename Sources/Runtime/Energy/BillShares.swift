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
    /// Spikes by neuron, as often as the chip adds them.
    func added(_ projection: Int) -> [UInt64] {
      let source = program.projections[projection].source
      let isGated = program.isGated(program.projections[projection])
      let spikes = isGated ? counters.gatedSpikes[projection] : counters.spikes[source]
      let payloads = isGated ? counters.gatedPayloads[projection] : counters.payloads[source]
      return hasPayloads || payloads.isEmpty ? spikes : payloads
    }
    populations = counts.populations.map { count in
      var events = ActionEvents()
      events.visits = count.neuronVisits
      events.updates = count.neuronUpdates ?? count.neuronVisits
      events.spikes = count.spikes
      return events
    }
    cores = counts.cores.map { count in
      var events = ActionEvents()
      events.visits = count.neuronVisits
      events.updates = count.neuronUpdates ?? count.neuronVisits
      events.spikes = count.spikes
      events.messagesIn = count.messagesIn
      return events
    }
    let spikes = program.projections.indices.map(added)
    for (index, projection) in program.projections.enumerated() where !program.isHostCurrent(projection) {
      let operations = program.synapses(index).fanOut.operations(spikes: spikes[index])
      populations[projection.target].addOperations(projection.kind, operations)
    }
    var ways = PacketWays(program)
    for (core, image) in program.cores.enumerated() {
      for block in image.blocks {
        let fanOut = program.synapses(block.projection).fanOut(into: image.groups[block.group].box)
        cores[core].addOperations(block.kind, fanOut.operations(spikes: spikes[block.projection]))
      }
      for group in image.groups {
        let counted = counters.spikes[group.population]
        guard counted.count == group.populationShape.count else { continue }
        for local in 0..<group.box.count {
          let count = Int(clamping: counted[group.box.populationIndex(local, in: group.populationShape)])
          guard count > 0 else { continue }
          let slot = group.firstSlot + local
          ways.begin()
          for entry in Int(image.outputAxons.offsets[slot])..<Int(image.outputAxons.offsets[slot + 1]) {
            let route = Int(image.outputAxons.routes[entry])
            let way = ways.next(route: route)
            cores[core].addWay(program.routes[route], way, count)
            populations[group.population].addWay(program.routes[route], way, count)
            populations[group.population].messagesIn +|= count
          }
        }
      }
    }
  }
}
