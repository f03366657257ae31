import ChipModel

/// NeuroBench's own figures, under its own keys and definitions (Yik et al. 2025), beside nmsim's.
///
/// Counts are per sample, summed over steps. Where NeuroBench counts something that spike totals do not determine (an
/// average-pooled spike makes its whole layer multiply-accumulates of the pooled values), the figure is unknown.
package struct NeuroBench: Sendable, Equatable {
  /// Bytes of weights and neuron parameters as stored.
  package var footprint: Int
  /// Zero weights among all, connection layers only.
  package var connectionSparsity: Double
  /// One minus spikes over neurons, steps and samples.
  package var activationSparsity: Double
  package var classificationAccuracy: Double?
  /// Per sample; nil: not determined by spike totals.
  package var effectiveMACs: Double?
  package var effectiveACs: Double?
  package var dense: Double?

  package init(program: CompiledProgram, counts: OperationCounts, steps: Int, samples: Int, accuracy: Double?) {
    var bytes = 0
    var zeros = 0
    var weights = 0
    for projection in program.projections where projection.kind != .identity {
      let tensor = program.weights[projection.weights]
      weights += tensor.count
      for index in 0..<tensor.count where tensor[index] == 0 { zeros += 1 }
    }
    for tensor in program.weights { bytes += (tensor.count * program.weightBits + 7) / 8 }
    for population in program.populations {
      let parameters = population.threshold.values.count + population.bias.values.count + population.initial.values.count
      bytes += parameters * ((program.membraneBits + 7) / 8)
    }
    footprint = bytes
    connectionSparsity = weights == 0 ? 0 : Double(zeros) / Double(weights)
    let spiking = program.populations.filter { $0.model.kind != .accumulator }
    let places = spiking.reduce(0) { $0 + $1.shape.count } * steps * samples
    activationSparsity = places == 0 ? 1 : 1 - Double(counts.spikes) / Double(places)
    classificationAccuracy = accuracy
    let isPooled = program.projections.contains { $0.pool?.kind == .average && $0.source != nil }
    let carries = program.populations.contains { $0.model.hasPayload }
    guard samples > 0, !isPooled, !carries else { return }
    // Its model of the network feeds the input current in every step.
    effectiveMACs = Double(counts.effectiveMACs) / Double(samples) * Double(steps)
    effectiveACs = Double(counts.effectiveACs) / Double(samples)
    let inputDense = program.projections.filter { $0.source == nil }.reduce(0) { sum, projection in
      sum
        + FanOut(
          projection: projection, weights: program.weights[projection.weights], source: program.inputShape,
          target: program.populations[projection.target].shape
        ).total.reduce(0, +)
    }
    dense = Double(counts.dense) / Double(samples) + Double(inputDense) * Double(steps - 1)
  }
}
