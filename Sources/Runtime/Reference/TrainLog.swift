import ChipModel

/// What the interpreter's neurons did in one sample, in the engine's form.
struct TrainLog: Sendable {
  /// By population, or projection behind a gate, and step.
  private var spikes: [[[(neuron: Int, payload: Int32)]]]
  private var passed: [[[(neuron: Int, payload: Int32)]]]

  init(_ program: CompiledProgram, steps: Int) {
    let empty = [[(neuron: Int, payload: Int32)]](repeating: [], count: steps)
    spikes = program.populations.map { _ in empty }
    passed = program.projections.map { $0.isGated ? empty : [] }
  }

  mutating func note(population: Int, step: Int, neuron: Int, payload: Int32) {
    spikes[population][step].append((neuron, payload))
  }

  /// A spike that a max-pool gate let through; steps beyond the source's window are not its own.
  mutating func notePassed(projection: Int, step: Int, pooled: Int, payload: Int32) {
    guard passed[projection].indices.contains(step) else { return }
    passed[projection][step].append((pooled, payload))
  }

  func trains(_ program: CompiledProgram) -> SampleTrains {
    SampleTrains(
      populations: program.populations.enumerated().map { index, population in
        SpikeTrain(shape: population.shape, hasPayload: population.model.hasPayload, spikes: spikes[index])
      },
      gated: program.projections.enumerated().map { index, projection in
        guard projection.isGated, let source = projection.source else { return nil }
        let population = program.populations[source]
        guard let pooled = projection.pool?.output(of: population.shape) else { return nil }
        return SpikeTrain(shape: pooled, hasPayload: population.model.hasPayload, spikes: passed[index])
      })
  }
}
