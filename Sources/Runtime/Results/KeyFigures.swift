import ChipModel

/// What every reader of a spiking network's bill asks for first: how often neurons and synapses are used, how far spikes go,
/// and what an inference takes in energy and in energy times delay.
///
/// Davies et al. 2021 (Proc. IEEE 109, 911 to 934) ask for energy, delay and their product of one inference; Yan et al. 2024
/// (arXiv 2409.08290) for the spike rate and the length of ways, beside T. Idle, dynamic and active are NeuroBench's words
/// (Yik et al. 2025): what flows without work, what the work adds, and both.
package struct KeyFigures: JSONRecord {
  package var spikeRate: Double?
  package var spikesPerSynapse: Double?
  package var hopsPerSpike: Double?
  package var synapticOperationsPerMAC: Double?
  package var idleJoules: Double?
  package var dynamicJoules: Double?
  package var activeJoules: Double?
  package var energyDelayProduct: Double?
  package var coreSquareMillimetres: Double?
  package var dieSquareMillimetres: Double?
  package init() {}

  package static let fields: [JSONField<KeyFigures>] = [
    .optional("spikeRate", \.spikeRate, .amount, "spikes of a neuron and step, mean", null: "without neurons that fire"),
    .optional(
      "spikesPerSynapse", \.spikesPerSynapse, .amount, "spikes through a synapse in an inference, mean",
      null: "without synapses on the chip"),
    .optional(
      "hopsPerSpike", \.hopsPerSpike, .amount, "tile-to-tile steps of the messages of a spike, mean",
      null: "without cores or spikes"),
    .optional(
      "synapticOperationsPerMAC", \.synapticOperationsPerMAC, .amount,
      "synaptic operations for each multiply-accumulate of the ANN", null: "where the network does not say the ANN's cost"),
    .optional(
      "idleJoules", \.idleJoules, .amount, "static power over the time of an inference, chip model", unit: "J",
      null: "where power or time is unknown"),
    .optional(
      "dynamicJoules", \.dynamicJoules, .amount, "actions of an inference that have a price, chip model", unit: "J",
      null: "where nothing has a price"),
    .optional(
      "activeJoules", \.activeJoules, .amount, "both, as far as they are known", unit: "J",
      null: "where nothing has a price"),
    .optional(
      "energyDelayProduct", \.energyDelayProduct, .amount, "activeJoules times the time of an inference", unit: "J s",
      null: "where one of the two is unknown"),
    .optional(
      "coreSquareMillimetres", \.coreSquareMillimetres, .amount, "area of the cores in use", unit: "mm2",
      absent: unstated),
    .optional(
      "dieSquareMillimetres", \.dieSquareMillimetres, .amount, "area of the dies of the chips in use", unit: "mm2",
      absent: unstated),
  ]
  private static let unstated = "where the description does not state it"

  /// - Parameter bill: of the same run.
  init(_ run: CountedRun, bill: ChipBill?) {
    self.init()
    let (program, counts) = (run.program, run.counts)
    let inferences = Double(run.samples)
    coreSquareMillimetres = program.coreSquareMillimetres
    dieSquareMillimetres = program.dieSquareMillimetres
    guard run.samples > 0 else { return }
    let neurons = program.placed.map { program.populations[$0] }.filter(\.model.fires).map(\.shape.count).sum
    let fired = counts.spikes - (program.populations.first?.model.isInput == true ? counts.populations[0].spikes : 0)
    if neurons > 0 { spikeRate = Double(fired) / (Double(neurons) * Double(run.steps) * inferences) }
    let synapses = program.projections.indices.filter { !program.isHostCurrent(program.projections[$0]) }
      .map { program.synapses($0).fanOut.total }.sum
    if synapses > 0 { spikesPerSynapse = Double(counts.synapticOperations) / (Double(synapses) * inferences) }
    if !program.cores.isEmpty, counts.spikes > 0 { hopsPerSpike = Double(counts.hops) / Double(counts.spikes) }
    if let macs = program.network.ann.multiplyAccumulates, macs > 0 {
      synapticOperationsPerMAC = Double(counts.synapticOperations) / (Double(macs) * inferences)
    }
    guard let bill, let active = bill.pricedJoules else { return }
    activeJoules = active
    idleJoules = bill.staticJoules.map { $0 / inferences }
    dynamicJoules = bill.items.contains { $0.joules != nil && $0.count > 0 } ? bill.actionJoules / inferences : nil
    energyDelayProduct = run.time.secondsPerInference.map { active * $0 }
  }
}
