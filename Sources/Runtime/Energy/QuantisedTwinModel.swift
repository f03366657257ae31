import ChipModel

/// The spiking network beside its quantised twin: the same network as an ANN whose activations hold what spikes can tell in T
/// steps, the counts 0 to T in `ceil(log2(T + 1))` bits, on hardware of the same kind (Yan et al. 2024, arXiv 2409.08290).
///
/// Both add at 22 nm and move their values over the links of the same mapping: the spiking network one bit for each spike and
/// hop, the twin every activation once, in all its bits; a sparse event costs twelve times what a bit of a dense stream does.
/// A product of the twin is as many additions as its activation has bits.
package struct QuantisedTwinModel: BuiltInEnergyModel {
  package init() {}

  package let name = "quantisedTwin"
  package let title = "Quantised twin"
  package let source = "Yan et al. 2024, 22 nm (constants secondhand)"
  package let formula =
    "joules = additions x 0.05448 pJ + bits x hops x 3.0 pJ (events) or 0.25 pJ (the twin's values); a product of the twin "
    + "is an addition for each bit of its activation; even at rate x (twin - updates) / (spiking - updates)"
  package let leavesOut = "memory, addressing, static power, host input encoding"
  package let comparesRuns = false

  static let addition = 0.05448e-12
  /// Moving a bit by one hop.
  static let sparseBit = 3.0e-12
  static let denseBit = 0.25e-12

  package func put(_ run: CountedRun, into energy: inout RunResult.Energy) { energy.others.append(account(of: run)) }

  package func account(of run: CountedRun) -> EnergyAccount {
    let (program, counts) = (run.program, run.counts)
    let payload = max(1, program.chip.spikePayloadBits)
    let spiking = [
      item("spiking", "accumulate", counts.additions, Self.addition),
      item("spiking", "neuronUpdate", counts.neuronVisits, Self.addition),
      item("spiking", "spikeBitHop", counts.hops *| payload, Self.sparseBit),
    ]
    var account = EnergyAccount(spiking, of: run)
    account.name = name
    account.source = source
    guard let macs = program.network.ann.multiplyAccumulates, run.samples > 0 else {
      account.missing.append("cost of the ANN")
      return account
    }
    let bits = QuantisedTwin.bits(of: program, steps: run.steps)
    // Every neuron that fires sends its value once; what an input of currents sends stays with the host, as its spikes do.
    let once = program.populations.map { [UInt64](repeating: $0.model.fires ? 1 : 0, count: $0.shape.count) }
    let ways = program.cores.isEmpty ? 0 : Traffic(program: program, spikes: once).hops
    let twin = [
      item("twin", "accumulate", macs *| bits *| run.samples, Self.addition),
      item("twin", "valueBitHop", ways *| bits *| run.samples, Self.denseBit),
    ]
    account.items += twin
    var result = QuantisedTwin()
    func joules(_ items: some Sequence<EnergyItem>) -> Double { items.reduce(0) { $0 + ($1.joules ?? 0) } / Double(run.samples) }
    result.bits = bits
    result.joulesPerInference = joules(twin)
    let own = joules(spiking)
    let fixed = joules(spiking[1...1])
    account.joulesPerInference = own
    guard let other = result.joulesPerInference, other > 0 else { return account }
    result.ratio = own / other
    let rate = KeyFigures(run, bill: nil).spikeRate
    result.breakEvenSpikeRate = rate.flatMap { rate in own > fixed ? max(0, rate * (other - fixed) / (own - fixed)) : nil }
    let (hops, dense) = (joules(spiking[2...2]), joules(twin[1...1]))
    result.ratioByHopEnergy = [0, 0.1, 1, 10].map { (own + ($0 - 1) * hops) / max(.leastNormalMagnitude, other + ($0 - 1) * dense) }
    account.twin = result
    return account
  }

  private func item(_ unit: String, _ action: String, _ count: Int, _ each: Double) -> EnergyItem {
    EnergyItem(unit: unit, action: action, count: count, joulesEach: each)
  }
}

/// An ANN of few bits that a spiking network is compared with.
package struct QuantisedTwin: JSONRecord {
  package var bits = 1
  package var joulesPerInference: Double?
  package var ratio: Double?
  package var breakEvenSpikeRate: Double?
  package var ratioByHopEnergy: [Double]?
  package init() {}

  /// Bits that hold the largest number that a neuron of a program can send in so many steps.
  package static func bits(of program: CompiledProgram, steps: Int) -> Int {
    let largest = program.placed.map { program.populations[$0].model }.filter(\.fires).map { mostSent($0, steps: steps) }
    return max(1, Int.bitWidth - (largest.max() ?? steps).leadingZeroBitCount)
  }

  /// In units of its least spike: `T` spikes, each of its largest count where it has a bound; of a period code the digits of each
  /// period, of which a hard reset leaves one, in any of `T` steps.
  static func mostSent(_ model: NeuronModel, steps: Int) -> Int {
    if !model.isPeriodic || model.hardReset { return steps *| Int(model.hasPayload ? model.maximumPayload ?? 1 : 1) }
    let unfinished = (1 << model.period) - (1 << (model.period - steps % model.period))
    return (steps / model.period) *| ((1 << model.period) - 1) + unfinished
  }

  package static let fields: [JSONField<QuantisedTwin>] = [
    .required("bits", \.bits, .integer(1...64), "bits of an activation, that hold what a neuron can send: of counts ceil(log2(T + 1))"),
    .optional("joulesPerInference", \.joulesPerInference, .amount, "the twin's, of one sample", unit: "J"),
    .optional("ratio", \.ratio, .amount, "the spiking network's joules over the twin's"),
    .optional(
      "breakEvenSpikeRate", \.breakEvenSpikeRate, .amount, "spikes of a neuron and step at which the ratio would be 1",
      null: "where nothing grows with spikes"),
    .optional(
      "ratioByHopEnergy", \.ratioByHopEnergy, .amounts, "the ratio where moving costs 0, 0.1, 1 and 10 times as much"),
  ]
}
