import ChipModel
import Synchronization

/// What each sample did by itself: its spikes, and what it cost on the chip. For files that list samples.
package final class SampleCosts: Sendable {
  /// Of one sample.
  package struct Sample: Sendable, Equatable {
    /// Of the network's neurons.
    package var spikes: Int
    package var synapticOperations: Int
    /// Of actions that have a price, without static power.
    package var joules: Double
  }

  private let costs: SpikeCosts
  private let prices: CostTable
  private let steps: Int
  private let found: Mutex<[Sample?]>

  package init(_ program: CompiledProgram, steps: Int, samples: Int) {
    costs = SpikeCosts(program)
    prices = program.prices
    self.steps = steps
    found = Mutex([Sample?](repeating: nil, count: max(0, samples)))
  }

  /// Takes in a finished sample; called from any thread.
  package func observe(_ sample: Int, _ outcome: SampleOutcome, _ trains: SampleTrains) {
    var events = ActionEvents()
    for tick in costs.ticks(trains, steps: steps) { events.add(tick) }
    let costs = Sample(spikes: events[.spikes], synapticOperations: events.operations, joules: events.joules(prices))
    found.withLock { if $0.indices.contains(sample) { $0[sample] = costs } }
  }

  /// By sample of the run; nil: not finished.
  package var samples: [Sample?] { found.withLock { $0 } }
}
