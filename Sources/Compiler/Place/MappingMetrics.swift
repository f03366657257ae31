import ChipModel
import Runtime

/// What papers print of a mapping: distances, links and the busiest cores, for given spikes of its neurons.
package struct MappingMetrics: Sendable, Equatable {
  /// Whether the spikes were counted on data; else every neuron spikes once.
  package var isMeasured: Bool
  package var messages: Int
  /// Tile-to-tile steps of a message, on average.
  package var meanHops: Double
  /// Packets over links, all links together: with multicast the union of a spike's ways, else the hops of its messages.
  package var linkPackets: Int
  /// Over the busiest link, and over all links that any passed, on average.
  package var busiestLink: Int
  package var meanLink: Double
  /// Of the core that has most of each.
  package var busiestSynapticOperations: Int
  package var busiestNeurons: Int
  package var busiestMessagesIn: Int

  /// - Parameters:
  ///   - program: with cores.
  ///   - spikes: as `CompileOptions.traffic`; nil: of every neuron one.
  init(_ program: CompiledProgram, spikes: [[UInt64]]?) {
    isMeasured = spikes != nil
    var counters = RunCounters(program: program, steps: 1)
    counters.samples = 1
    for index in counters.spikes.indices {
      let given = spikes.map { $0[index] } ?? [1]
      guard given.count != counters.spikes[index].count else {
        counters.spikes[index] = given
        continue
      }
      counters.spikes[index] = counters.spikes[index].map { _ in given.first ?? 0 }
    }
    for index in counters.gatedSpikes.indices { counters.gatedSpikes[index] = counters.gatedSpikes[index].map { _ in 1 } }
    let counts = OperationCounts(program: program, counters: counters, steps: 1)
    messages = counts.messages
    meanHops = counts.messages == 0 ? 0 : Double(counts.hops) / Double(counts.messages)
    let links = counts.linkLoads.map(\.messages)
    linkPackets = links.sum
    busiestLink = links.max() ?? 0
    meanLink = links.isEmpty ? 0 : Double(linkPackets) / Double(links.count)
    busiestSynapticOperations = counts.cores.map(\.synapticOperations).max() ?? 0
    busiestNeurons = counts.cores.map(\.neurons).max() ?? 0
    busiestMessagesIn = counts.cores.map(\.messagesIn).max() ?? 0
  }
}
