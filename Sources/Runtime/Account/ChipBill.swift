import ChipModel

/// The chip model: every action of the chip description counted and priced.
///
/// A bill is a table of unit, action, count, joules each, joules; unknown constants are listed as missing, never taken as
/// zero. Not modelled, whatever the chip: host input encoding, configuration, chip input and output.
package struct ChipBill: Sendable, Equatable {
  package struct Item: Sendable, Equatable {
    package var unit: String
    package var action: String
    /// Over all samples.
    package var count: Int
    /// Nil: unknown.
    package var joulesEach: Double?
    /// Nil: unknown and the count is not 0.
    package var joules: Double?
    /// With its certainty.
    package var source: String?
  }

  package var items: [Item]
  /// Over all samples; nil where the static power or the time is unknown.
  package var staticJoules: Double?
  /// What is known, divided by the samples; `missing` says what it leaves out.
  package var joulesPerInference: Double
  package var missing: [String]
  /// Seconds of a tick; nil: unknown.
  package var secondsPerTick: Double?
  package var secondsPerInference: Double?

  /// What no bill of any chip includes.
  package static let notModelled = "host input encoding, configuration, chip input and output"

  /// - Parameters:
  ///   - program: whose chip states the prices.
  ///   - counts: of all samples.
  ///   - steps: `T` of each sample.
  ///   - samples: that `counts` are of.
  ///   - updatedNeurons: neurons that had something to do, for a chip that prices an update apart from a visit; nil: what
  ///     `counts` says, and where that was not counted either every visited neuron.
  ///   - time: nil: the chip's own tick.
  package init(
    program: CompiledProgram, counts: OperationCounts, steps: Int, samples: Int, updatedNeurons: Int? = nil,
    time: RunTime? = nil
  ) {
    let chip = program.chip
    let time = time ?? RunTime(stated: program, steps: steps)
    secondsPerTick = time.secondsPerTick
    secondsPerInference = time.secondsPerInference
    var events = ActionEvents(counts, program: program)
    if let updatedNeurons { events.updates = updatedNeurons }
    var missing: [String] = []
    items = ChipAction.allCases.compactMap { action in
      let count = events.count(action)
      let cost = chip.energy.cost(of: action)
      // Actions that the chip does not price and the run did not do are of no interest.
      if count == 0 && chip.energy[action] == nil { return nil }
      let item = Item(
        unit: action.unit.rawValue, action: action.rawValue, count: count, joulesEach: chip.energy.each(action),
        joules: chip.energy.total(action, count: count), source: cost?.provenance)
      if item.joules == nil { missing.append("energy of \(action.rawValue)") }
      return item
    }
    let power = ChipBill.staticWatts(program)
    if power == nil { missing.append("static power") }
    if secondsPerTick == nil { missing.append("time of a tick") }
    if let power, let seconds = secondsPerInference {
      staticJoules = power * seconds * Double(samples)
    } else {
      staticJoules = nil
    }
    // Summed in the order of the items, static power last.
    let total = items.reduce(0.0) { $0 + ($1.joules ?? 0) } + (staticJoules ?? 0)
    joulesPerInference = samples == 0 ? 0 : total / Double(samples)
    self.missing = missing
  }

  /// Whether anything that happened has a price: without any, the sum says nothing.
  var isPriced: Bool { staticJoules != nil || items.contains { $0.joules != nil && $0.count > 0 } }

  /// Watts that flow all the time in the chips and cores in use; nil where nothing is known.
  static func staticWatts(_ program: CompiledProgram) -> Double? {
    let power = program.chip.power
    guard !power.known.isEmpty else { return nil }
    let mesh = Mesh(program.chip)
    let chips = Set(program.cores.map { mesh.chip(ofCore: $0.place) }).count
    return (power.value(.perChip) ?? 0) * Double(chips) + (power.value(.perCore) ?? 0) * Double(program.cores.count)
  }
}
