import ChipModel

/// NeuroBench's own figures, under its own keys and definitions (Yik et al. 2025), beside nmsim's.
///
/// Counts are per sample, summed over steps. Where NeuroBench counts something that spike totals do not determine (an
/// average-pooled spike makes its whole layer multiply-accumulates of the pooled values), the figure is unknown.
package struct NeuroBench: JSONRecord {
  package var footprint: Int?
  package var connectionSparsity: Double?
  package var activationSparsity: Double?
  package var classificationAccuracy: Double?
  package var synapticOperations = Operations()
  package init() {}

  package struct Operations: JSONRecord {
    package var effectiveMACs: Double?
    package var effectiveACs: Double?
    package var dense: Double?
    package init() {}

    package static let fields: [JSONField<Operations>] = [
      .optional("Effective_MACs", \.effectiveMACs, .amount, "multiply-accumulates, neither factor zero", null: unknown),
      .optional("Effective_ACs", \.effectiveACs, .amount, "accumulates, weight and spike not zero", null: unknown),
      .optional("Dense", \.dense, .amount, "the same with nothing skipped", null: unknown),
    ]
    private static let unknown = "where sums of spikes do not determine it"
  }

  package static let fields: [JSONField<NeuroBench>] = [
    .optional("Footprint", \.footprint, .count, "weights and neuron parameters as stored", unit: "bytes"),
    .optional("ConnectionSparsity", \.connectionSparsity, .fraction, "zero weights among all of connection layers"),
    .optional("ActivationSparsity", \.activationSparsity, .number, "1 minus spikes over neurons, steps and samples"),
    .optional(
      "ClassificationAccuracy", \.classificationAccuracy, .fraction, "fraction decided right", null: "without labels"),
    .member("SynapticOperations", \.synapticOperations, .object, "operations of one sample, over all steps"),
  ]

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
    for population in program.populations[program.placed] {
      let parameters = population.threshold.values.count + population.bias.values.count + population.initial.values.count
      bytes += parameters * ((program.membraneBits + 7) / 8)
    }
    footprint = bytes
    connectionSparsity = weights == 0 ? 0 : Double(zeros) / Double(weights)
    let spiking = program.populations.filter(\.model.fires)
    let places = spiking.map(\.shape.count).sum *| steps *| samples
    activationSparsity = places == 0 ? 1 : 1 - Double(counts.spikes) / Double(places)
    classificationAccuracy = accuracy
    let isPooled = program.projections.contains { $0.pool?.kind == .average && !program.isHostCurrent($0) }
    let carries = program.populations.contains { $0.model.hasPayload }
    guard samples > 0, !isPooled, !carries else { return }
    // Its model of the network feeds the input current in every step.
    synapticOperations.effectiveMACs = Double(counts.effectiveMACs) / Double(samples) * Double(steps)
    synapticOperations.effectiveACs = Double(counts.effectiveACs) / Double(samples)
    let inputDense = program.projections.indices.filter { program.isHostCurrent(program.projections[$0]) }
      .reduce(0) { $0 + program.synapses($1).fanOut.total }
    synapticOperations.dense = Double(counts.dense) / Double(samples) + Double(inputDense) * Double(steps - 1)
  }
}
