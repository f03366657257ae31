import ChipModel

/// The chip model: every action of the chip description counted and priced, and static power over time.
package struct ChipEnergyModel: BuiltInEnergyModel {
  package init() {}

  package let name = "chip"
  package let title = "Chip model"
  package let source = "the chip's description"
  package let formula = "joules = count x joules each, + static power x time"
  package let leavesOut = ChipBill.leavesOut

  package func account(of run: CountedRun) -> EnergyAccount { bill(run).account }

  package func put(_ run: CountedRun, into energy: inout RunResult.Energy) {
    var bill = bill(run)
    bill.share(run)
    energy.chip = bill
  }

  private func bill(_ run: CountedRun) -> ChipBill {
    ChipBill(program: run.program, counts: run.counts, steps: run.steps, samples: run.samples, time: run.time)
  }
}

/// The account of the chip model: a table of unit, action, count, joules each, joules; unknown constants are listed as
/// missing, never taken as zero.
package struct ChipBill: JSONRecord {
  package var items: [EnergyItem] = []
  package var joulesPerInference: Double?
  package var staticJoules: Double?
  package var missing: [String] = []
  package var notModelled: String?
  package var technologyNanometres: Int?
  package var staticWatts: Double?
  package var memoryBitsInUse: Int?
  package var memoryBitsOfChips: Int?
  /// In the result's order.
  package var joulesByPopulation: [Double]?
  package var joulesByCore: [Double]?
  package var joulesByTick: [Double]?
  /// An inference that stops when its output is read after the step that reaches the target, static power included: the
  /// same step as the spike model's. Nil: not reached or not observed.
  package var joulesToTarget: Double?

  package init() {}

  /// What no bill of any chip includes.
  static let leavesOut = "host input encoding, configuration, chip input and output"

  package static let fields: [JSONField<ChipBill>] = [
    .member("items", \.items, .objects(), "every action that was counted or has a price"),
    .optional("joulesPerInference", \.joulesPerInference, .amount, "what is known, for one sample, static power with it", unit: "J"),
    .optional(
      "staticJoules", \.staticJoules, .amount, "static power over time, all samples", unit: "J",
      null: "where power or time is unknown"),
    .member("missing", \.missing, .texts, "what has no price and is not in the sum"),
    .optional(
      "technologyNanometres", \.technologyNanometres, .integer(1...10_000), "of the chip", unit: "nm",
      absent: "where its description does not say"),
    .optional(
      "staticWatts", \.staticWatts, .amount, "power that flows all the time in the chips and cores in use", unit: "W",
      absent: "where its description does not say"),
    .optional(
      "memoryBitsInUse", \.memoryBitsInUse, .count,
      "memory for synapses of the cores in use, which estimates of static power go by",
      unit: "bits", absent: "where static power is stated, or memory is not limited"),
    .optional(
      "memoryBitsOfChips", \.memoryBitsOfChips, .count, "the same of all cores of the chips in use", unit: "bits",
      absent: "where static power is stated, or memory is not limited"),
    .optional("notModelled", \.notModelled, .text, "what no chip's energy breakdown includes"),
    .optional(
      "joulesByPopulation", \.joulesByPopulation, .amounts, "without static power, over all samples", unit: "J",
      null: unpriced),
    .optional("joulesByCore", \.joulesByCore, .amounts, "without static power, over all samples", unit: "J", null: unpriced),
    .optional(
      "joulesByTick", \.joulesByTick, .amounts, "without static power, by tick of an inference, over all samples",
      unit: "J", null: "where ticks were not counted"),
    .optional(
      "joulesToTarget", \.joulesToTarget, .amount, "of a sample up to the step from which the accuracy stays at the target",
      unit: "J", null: "where ticks were not counted or no step reaches it"),
  ]
  private static let unpriced = "where nothing has a price"

  /// - Parameters:
  ///   - program: whose chip states the prices.
  ///   - counts: of all samples.
  ///   - steps: `T` of each sample.
  ///   - samples: that `counts` are of.
  ///   - neuronUpdates: neurons that had something to do, for a chip that prices an update apart from a visit; nil: what
  ///     `counts` says, and where that was not counted either every visited neuron.
  ///   - time: nil: the chip's own tick.
  package init(
    program: CompiledProgram, counts: OperationCounts, steps: Int, samples: Int, neuronUpdates: Int? = nil,
    time: ChipTime? = nil
  ) {
    let prices = program.prices
    let time = time ?? ChipTime(stated: program, steps: steps)
    var events = ActionEvents(counts, program: program)
    if let neuronUpdates { events[.updates] = neuronUpdates }
    for action in ChipAction.allCases {
      let count = events.count(action)
      // Actions that the chip does not price and the run did not do are of no interest.
      if count == 0 && prices[action] == nil { continue }
      let item = EnergyItem(
        unit: action.unit.rawValue, action: action.rawValue, count: count, joulesEach: prices.each(action),
        source: prices.cost(of: action)?.provenance)
      if item.joules == nil { missing.append("energy of \(action.rawValue)") }
      items.append(item)
    }
    let power = ChipBill.staticWatts(program)
    staticWatts = power
    if power == nil {
      missing.append("static power")
      memoryBitsInUse = program.chip.memoryBits(cores: program.cores.count)
      let cores = program.chip.coresPerChip.map { max(program.cores.count, $0 *| program.chipsInUse) }
      memoryBitsOfChips = program.chip.memoryBits(cores: cores ?? program.cores.count)
    }
    if time.secondsPerTick == nil { missing.append("time of a tick") }
    if let power, let seconds = time.secondsPerInference { staticJoules = power * seconds * Double(samples) }
    joulesPerInference = samples == 0 ? 0 : knownJoules / Double(samples)
    notModelled = ChipBill.leavesOut
    technologyNanometres = program.chip.value(.technologyNanometres)
  }

  /// Of actions, over all samples, summed in the order of the items.
  package var actionJoules: Double { items.reduce(0.0) { $0 + ($1.joules ?? 0) } }

  /// The same with static power.
  package var knownJoules: Double { actionJoules + (staticJoules ?? 0) }

  /// Static power that is in no sum, because nobody knows how long an inference takes.
  package var wattsOfUnknownTime: Double? { staticJoules == nil ? staticWatts.flatMap { $0 > 0 ? $0 : nil } : nil }

  /// Whether anything that happened has a price: without any, the sum says nothing.
  package var isPriced: Bool { staticJoules != nil || items.contains { $0.joules != nil && $0.count > 0 } }

  /// Of an inference; nil where nothing has a price.
  package var pricedJoules: Double? { isPriced ? joulesPerInference : nil }

  var account: EnergyAccount {
    EnergyAccount(
      name: "chip", source: "the chip's description", items: items, joulesPerInference: pricedJoules, missing: missing)
  }

  /// Watts that flow all the time in the chips and cores in use; nil where nothing is known.
  static func staticWatts(_ program: CompiledProgram) -> Double? {
    let power = program.chip.power
    guard !power.known.isEmpty else { return nil }
    let chips = Double(program.chipsInUse)
    let megahertz = Double(program.chip.value(.clockHertz) ?? 0) / 1e6
    return (power.value(.perChip) ?? 0) * chips + (power.value(.perCore) ?? 0) * Double(program.cores.count)
      + (power.value(.perMegahertz) ?? 0) * chips * megahertz
  }

  /// Shares the bill out by population, core and tick, and up to the target accuracy.
  fileprivate mutating func share(_ run: CountedRun) {
    guard isPriced else { return }
    let prices = run.program.prices
    let shares = BillShares(program: run.program, counters: run.record.counters, counts: run.counts, ticks: run.ticks)
    joulesByPopulation = shares.populations[run.program.listed].map { $0.joules(prices) }
    joulesByCore = shares.cores.map { $0.joules(prices) }
    guard let ticks = run.ticks else { return }
    joulesByTick = ticks.map { $0.joules(prices) }
    guard let stepsToTarget = run.stepsToTarget, run.samples > 0 else { return }
    let count = run.program.populations[run.program.output.population].start + stepsToTarget
    var spent = ActionEvents()
    for tick in ticks.prefix(count) { spent.add(tick) }
    let power = staticJoules == nil ? 0 : ChipBill.staticWatts(run.program) ?? 0
    joulesToTarget = spent.joules(prices) / Double(run.samples) + power * (run.time.seconds(ticks: count) ?? 0)
  }
}
