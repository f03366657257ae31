import ChipModel

/// Why a network cannot be compiled for a chip. One line each: what, the number, the limit, what to do.
package enum CompileError: Error, Sendable, Equatable, NamesParameters {
  case unsupportedModel(population: String, model: String, chip: String, supported: [String])
  /// Whether the chip has the reset, but for neurons without a leak alone.
  case unsupportedReset(population: String, ResetRule, chip: String, leaks: Bool)
  case periodCodeNeedsWindows(population: String)
  case lagNeedsWindows
  /// Layers cannot wait for one another where they feed one another.
  case circleWithLag(population: String)
  case stepsOfNothing
  case separatedNeedsSteps
  case switchesNeedSeparation(population: String)
  case noLag(population: String, model: String)
  case lagHidesSpikes(population: String)
  case lagTooLong(lag: Int, layers: Int)
  case biasesNeedTime(population: String)
  case mixedAmplitude(projection: String, population: String)
  case thresholdsPerNeuron(population: String, chip: String)
  case thresholdBelowOne(population: String, threshold: Double, unit: Double)
  /// A width was asked for that the chip does not have.
  case width(ChipResource, need: Int, limit: Int, chip: String)
  /// `isWidest`: the chip has no wider membranes.
  case doesNotFit(population: String, what: String, value: Double, bits: Int, isWidest: Bool)
  /// `takesInput`: the input adds to the sum, so that a promise about its values would narrow it.
  case sumDoesNotFit(population: String, sum: Int64, bits: Int, chip: String, takesInput: Bool, hasRange: Bool)
  case integerWeight(projection: String, value: Int32, bits: Int)
  /// Weights too large or too small for any scale.
  case weightRange(population: String, largest: Double, unit: Double)
  case delay(projection: String, delay: Int, limit: Int, chip: String)
  case parallelSynapses(projection: String, need: Int, limit: Int)
  /// `knob`: key of the parameter that uses less on the same chip. `resource`: of what there is too little for one neuron.
  case capacity(
    population: String, need: Int, what: String, limit: Int, chip: String, knob: String?, remedy: String,
    resource: ChipResource? = nil)
  case tooManyCores(need: Int, limit: Int, chip: String, population: String)
  case chipRule(projection: String, what: String, chip: String, limit: String, remedy: String)
  case axonTypes(population: String, need: Int, limit: Int, chip: String)
  /// No core of a chip with several kinds of core takes the load: none is large enough (`isAlone`), or those are taken.
  case noCoreOfKind(population: String, neurons: Int, synapseBits: Int, chip: String, isAlone: Bool)
  case mapping(MappingError)
  /// Faults leave too few of a chip's cores.
  case tooFewLiveCores(need: Int, live: Int, cores: Int, chip: String)
  /// Dead links leave no way between physical cores that send each other messages.
  case cutOff(pairs: [CutOff], chip: String)
  /// A mapping puts neurons on dead physical cores.
  case deadPlaces([Int], chip: String)
  case stuckBits(chip: String)
  /// What is wrong with a lag that the network has, not an option.
  indirect case ofNetwork(CompileError)
  case memory(MemoryError)
  case option(String)

  package func text(spell: (String) -> String) -> String {
    switch self {
    case .unsupportedModel(let population, let model, let chip, let supported):
      "population '\(population)' uses neuron model '\(model)', which chip '\(chip)' does not run "
        + "(it runs \(supported.joined(separator: ", "))); "
        + (model == NeuronModel.Kind.accumulator.name
          ? "convert with \(spell("readout")) spikes" : "convert by a method for this chip (auto looks for one)")
        + ", or choose another chip"
    case .unsupportedReset(let population, let rule, let chip, let leaks):
      "population '\(population)' resets \(rule == .soft ? "by subtraction" : "to a value"), which chip '\(chip)' "
        + (leaks ? "makes of a synapse, whose weight arrives after the next leak" : "does not")
        + "; convert with a \(rule == .soft ? "hard" : "soft") \(spell("reset")) or choose another chip"
    case .periodCodeNeedsWindows(let population):
      "population '\(population)' uses a period code, which needs windows that follow one another; "
        + "compile with the windowed \(spell("schedule"))"
    case .circleWithLag(let population):
      "the spikes of '\(shownName(population))' come back to it, so that no layer can wait for another; use \(spell("schedule")) "
        + "continuous or windowed, without lag"
    case .lagNeedsWindows:
      "a \(spell("lag")) goes with the windowed \(spell("schedule")) alone; leave one of the two out"
    case .stepsOfNothing:
      "\(spell("steps")) goes with the separated \(spell("schedule")) alone, every other runs any number of steps; leave it out"
    case .separatedNeedsSteps:
      "the separated \(spell("schedule")) is for one number of steps, which the network does not say; give \(spell("steps"))"
    case .switchesNeedSeparation(let population):
      "population '\(population)' turns currents on and off, which tells a count once all has arrived; "
        + "the \(spell("schedule")) must be separated"
    case .noLag(let population, let model):
      "population '\(population)' (\(model)) cannot add first and fire later, as a \(spell("lag")) asks; "
        + "convert it to if with a soft reset, signed, phase or augmented"
    case .lagHidesSpikes(let population):
      "the output '\(population)' is read by its spikes, of which a \(spell("lag")) loses the last; "
        + "convert with \(spell("readout")) potential"
    case .lagTooLong(let lag, let layers):
      "a lag of \(groupedText(lag)) ticks in each of \(groupedText(layers)) layers ends after tick "
        + "\(groupedText(ActiveWindow.latestStart)); use a lower \(spell("lag")) or fewer \(spell("steps"))"
    case .biasesNeedTime(let population):
      "population '\(population)' has biases by step, which a separated \(spell("schedule")) adds up to one; "
        + "convert with a constant bias"
    case .mixedAmplitude(let projection, let population):
      "projection '\(projection)': the spike values of population '\(population)' differ between the neurons of a "
        + "channel, which its weights cannot absorb; give 'spikeValue' or 'threshold' per channel"
    case .thresholdsPerNeuron(let population, let chip):
      "population '\(population)' has a threshold per neuron, chip '\(chip)' one per population; "
        + "give thresholds per channel or choose a chip with thresholdPerNeuron"
    case .thresholdBelowOne(let population, let threshold, let unit):
      "population '\(population)': threshold \(decimal(threshold)) rounds below 1 in units of \(decimal(unit)); "
        + "use more \(spell("weightBits")) or \(spell("fractionBits")), or a larger threshold"
    case .width(let resource, let need, let limit, let chip):
      "\(resource.knob.map(spell) ?? "") \(need) is more than chip '\(chip)' has (\(limit)); use \(limit) or fewer, or choose a "
        + "chip with more \(resource.rawValue)\(resource.examples(with: need))"
    case .doesNotFit(let population, let what, let value, let bits, let isWidest):
      "population '\(population)': \(what) \(decimal(value)) does not fit the \(bits)-bit membrane; use "
        + (isWidest ? "" : "more \(spell("membraneBits")), ")
        + "fewer \(spell("weightBits")) or \(spell("fractionBits")), or \(spell("scale")) population"
        + (isWidest ? ", or a chip with wider membranes\(ChipResource.membraneBits.examples(with: bits + 1))" : "")
    case .sumDoesNotFit(let population, let sum, let bits, let chip, let takesInput, let hasRange):
      "population '\(population)': one tick can add up to \(groupedText(sum)), which the \(bits)-bit accumulator of chip "
        + "'\(chip)' does not hold; use fewer \(spell("weightBits")) or \(spell("fractionBits")), a bound on payloads "
        + "(\(spell("maxCount"))), "
        + (takesInput
          ? "a \(hasRange ? "narrower " : "")'range' of the input in net.json\(hasRange ? "" : ", which has none"), " : "")
        + "or a chip with a wider accumulator"
    case .integerWeight(let projection, let value, let bits):
      "projection '\(projection)': integer weight \(value) does not fit \(bits) bits "
        + "(\(-(1 << (bits - 1)))...\((1 << (bits - 1)) - 1)); use more \(spell("weightBits")), or a chip with wider weights"
        + ChipResource.weightBits.examples(with: FixedPoint.bits(holding: UInt64(value.magnitude)))
    case .weightRange(let population, let largest, let unit):
      "population '\(population)': weights up to \(decimal(largest)) in units of \(decimal(unit)) cannot be rounded, "
        + "both must be from 1e-150 to 1e150; scale weights, thresholds and spike values"
    case .delay(let projection, let delay, let limit, let chip):
      "projection '\(projection)': a delay of \(groupedText(Int64(delay))) ticks is too long for relays on chip '\(chip)', "
        + "which delays by at most \(groupedText(Int64(limit))); give a shorter delay or choose a chip with longer delays"
    case .parallelSynapses(let projection, let need, let limit):
      "projection '\(projection)': its value needs \(groupedText(Int64(need))) parallel synapses, at most "
        + "\(groupedText(Int64(limit))); use more \(spell("weightBits")), or a chip with weight shifts"
    case .capacity(let population, let need, let what, let limit, let chip, let knob, let remedy, _):
      "population '\(population)' needs \(groupedText(Int64(need))) \(what), chip '\(chip)' has \(groupedText(Int64(limit))); "
        + (knob.map { "lower \(spell($0)), or " } ?? "") + remedy
    case .tooManyCores(let need, let limit, let chip, let population):
      "the network needs \(need == Int.max ? "more" : "at least " + groupedText(Int64(need))) cores, chip '\(chip)' has "
        + "\(groupedText(Int64(limit))) (full at population '\(population)'); choose a larger chip, or one with more "
        + "neurons or synapse memory a core"
        + (need == Int.max ? "" : ChipResource.cores.examples(with: need))
    case .chipRule(let projection, let what, let chip, let limit, let remedy):
      "projection '\(projection)' has \(what), which chip '\(chip)' does not run: \(limit); \(remedy)"
    case .axonTypes(let population, let need, let limit, let chip):
      "population '\(population)': the weights of one core need \(groupedText(Int64(need))) types of axon, chip '\(chip)' has "
        + "\(groupedText(Int64(limit))); use fewer different weights (\(spell("weightBits")) 2), "
        + "or a chip whose synapses hold weights"
    case .noCoreOfKind(let population, let neurons, let synapseBits, let chip, let isAlone):
      "population '\(population)' needs a core with \(groupedText(Int64(neurons))) neurons and "
        + "\(groupedText(Int64(synapseBits))) bits of synapse memory, "
        + (isAlone ? "no core of chip '\(chip)' has both" : "all such cores of chip '\(chip)' are taken")
        + "; reduce the layer, or choose another chip"
    case .mapping(let error): error.description
    case .ofNetwork(let error): error.text { $0 == "lag" ? "\"lag\"" : spell($0) }
    case .tooFewLiveCores(let need, let live, let cores, let chip):
      "the network needs \(groupedText(Int64(need))) cores, faults leave \(groupedText(Int64(live))) of the "
        + "\(groupedText(Int64(cores))) of chip '\(chip)'; use a lower \(spell("deadCores")) or \(spell("deadLinks")), "
        + "or a larger chip"
    case .cutOff(let pairs, let chip):
      "dead links of chip '\(chip)' leave no way from core "
        + pairs.prefix(3).map { "\($0.from) to \($0.to)" }.joined(separator: ", ")
        + (pairs.count > 3 ? " and \(groupedText(Int64(pairs.count - 3))) more pairs" : "")
        + "; move these cores in the mapping, or use fewer \(spell("deadLinks"))"
    case .deadPlaces(let places, let chip):
      "the mapping uses dead cores of chip '\(chip)': "
        + places.prefix(8).map(String.init).joined(separator: ", ")
        + (places.count > 8 ? " and \(groupedText(Int64(places.count - 8))) more" : "")
        + "; move them, or leave out \(spell("mapping"))"
    case .stuckBits(let chip):
      "chip '\(chip)' is a crossbar, whose synapses share weights by type, so no weight bit is a cell of its own; "
        + "leave out \(spell("stuckWeightBits")), or choose another chip"
    case .memory(let error): error.description
    case .option(let text): text
    }
  }
}

extension CompileError {
  /// Whether the whole is too large, for the chip or for this machine.
  var isAboutSize: Bool {
    switch self {
    case .tooManyCores, .memory: true
    default: false
    }
  }

  /// Name of the population or projection that a limit of the chip forbids, where another form of the network may keep it.
  var forbiddenPart: String? {
    switch self {
    case .capacity(let population, _, _, _, _, _, _, _), .sumDoesNotFit(let population, _, _, _, _, _),
      .doesNotFit(let population, _, _, _, _):
      population
    case .chipRule(let projection, _, _, _, _): projection
    default: nil
    }
  }
}

/// A real number as short as it reads back.
func decimal(_ value: Double) -> String {
  if value == value.rounded(), value.magnitude < 1e15 { return groupedText(Int64(value)) }
  return "\(value)"
}
