import ChipModel

/// NeuroBench's own figures, under its own keys and definitions (Yik et al. 2025), beside nmsim's.
///
/// Counts are per sample, summed over steps. Where spikes are average-pooled or carry counts NeuroBench counts layer by layer
/// and step by step, which sums of spikes do not tell: operations are then known of runs that were counted by step.
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
      .optional(
        "Dense", \.dense, .amount, "the same with nothing skipped", null: "where such layers are split over populations"),
    ]
    private static let unknown = "where spikes are average-pooled or carry counts and the run was not counted by tick"
  }

  package static let fields: [JSONField<NeuroBench>] = [
    .optional("Footprint", \.footprint, .count, "weights and neuron parameters as stored", unit: "bytes"),
    .optional("ConnectionSparsity", \.connectionSparsity, .fraction, "zero weights among all of connection layers"),
    .optional("ActivationSparsity", \.activationSparsity, .number, "1 minus spikes over neurons, steps and samples"),
    .optional(
      "ClassificationAccuracy", \.classificationAccuracy, .fraction, "fraction decided right", null: "without labels"),
    .member("SynapticOperations", \.synapticOperations, .object, "operations of one sample, over all steps"),
  ]

  /// - Parameter operations: counted layer by layer and step by step; nil: they were not.
  package init(
    program: CompiledProgram, counts: OperationCounts, operations: LayerOperations?, steps: Int, samples: Int,
    accuracy: Double?
  ) {
    var bytes = 0
    var zeros = 0
    var weights = 0
    for projection in program.projections where !projection.kind.traits.isElementwise {
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
    guard samples > 0 else { return }
    // Its model of the network feeds the input current in every step.
    let inputMACs = Double(counts.effectiveMACs) / Double(samples) * Double(steps)
    let inputDense = program.projections.indices.filter { program.isHostCurrent(program.projections[$0]) }
      .reduce(0) { $0 + program.synapses($1).fanOut.total }
    guard !LayerInputs.areNeeded(by: program) else {
      synapticOperations.dense = LayerInputs(program).map { Double($0.dense +| inputDense) * Double(steps) }
      if let operations {
        synapticOperations.effectiveMACs = inputMACs + Double(operations.multiplyAccumulates) / Double(samples)
        synapticOperations.effectiveACs = Double(operations.accumulates) / Double(samples)
      }
      return
    }
    synapticOperations.effectiveMACs = inputMACs
    synapticOperations.effectiveACs = Double(counts.effectiveACs) / Double(samples)
    synapticOperations.dense = Double(counts.dense) / Double(samples) + Double(inputDense) * Double(steps - 1)
  }
}
