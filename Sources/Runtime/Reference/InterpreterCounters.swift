import ChipModel

/// What the interpreter counts, event by event. The engine derives the same numbers from spike counts.
package struct InterpreterCounters: Sendable, Equatable {
  /// Spikes and |payload| per population and neuron, row-major.
  package var spikes: [[UInt64]]
  package var payloads: [[UInt64]]
  package var spikesByStep: [[Int]]
  package var spikesByCore: [Int]
  /// Synaptic operations by the population that receives, and by the core that performs them.
  package var synapticOperations: [Int]
  package var synapticOperationsByCore: [Int]
  /// |payload| for every synapse with a weight that is not zero.
  package var effectiveAdditions: Int
  package var saturations: [Int]
  package var saturationsByCore: [Int]
  package var accumulatorOverflows: [Int]
  package var messages: Int
  package var messagesIn: [Int]
  package var hops: Int
  package var neuronVisits: Int
  package var samples: Int

  init(program: CompiledProgram, steps: Int) {
    spikes = program.populations.map { [UInt64](repeating: 0, count: $0.model.fires ? $0.shape.count : 0) }
    payloads = program.populations.map { [UInt64](repeating: 0, count: $0.model.hasPayload ? $0.shape.count : 0) }
    spikesByStep = program.populations.map { _ in [Int](repeating: 0, count: steps) }
    spikesByCore = [Int](repeating: 0, count: program.cores.count)
    synapticOperations = [Int](repeating: 0, count: program.populations.count)
    synapticOperationsByCore = [Int](repeating: 0, count: program.cores.count)
    effectiveAdditions = 0
    saturations = [Int](repeating: 0, count: program.populations.count)
    saturationsByCore = [Int](repeating: 0, count: program.cores.count)
    accumulatorOverflows = saturations
    messages = 0
    messagesIn = [Int](repeating: 0, count: program.cores.count)
    hops = 0
    neuronVisits = 0
    samples = 0
  }

  mutating func note(spike payload: Int32, core: Int?, population: Int, neuron: Int, step: Int) {
    spikes[population][neuron] += 1
    if !payloads[population].isEmpty { payloads[population][neuron] += UInt64(payload.magnitude) }
    spikesByStep[population][step] += 1
    if let core { spikesByCore[core] += 1 }
  }
}
