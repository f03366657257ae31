import ChipModel

/// A conversion method with the values of its parameters: what `nmsim convert --method` takes.
///
/// Values that were not given are the method's own; `check()` refuses those that belong to another method.
public struct ConversionSettings: Sendable, Hashable {
  package let method: ConversionMethod
  /// What was given.
  package private(set) var values = ParameterValues()
  /// Seed of a method that draws random numbers.
  public var seed: UInt64 = 0

  /// The method with its own values.
  public init(_ method: ConversionMethod) { self.method = method }

  package var name: String { method.name }

  /// The value given, else the method's own; nil where it has none. Giving nil takes a value back.
  public subscript<Value>(key: ParameterKey<Value>) -> Value? {
    get { self[value: key.parameter].flatMap(key.value) }
    set { self[value: key.parameter] = newValue.map(key.parameterValue) }
  }

  package subscript(value parameter: Parameter) -> ParameterValue? {
    get { values[value: parameter] ?? (method.declared(parameter) ?? parameter).standard }
    set {
      // A flag that is not turned round says nothing.
      if case .flag? = newValue, newValue == parameter.standard {
        values[value: parameter] = nil
      } else {
        values[value: parameter] = newValue
      }
    }
  }

  /// The same with one more value.
  public func with<Value>(_ key: ParameterKey<Value>, _ value: Value?) -> ConversionSettings {
    var changed = self
    changed[key] = value
    return changed
  }

  /// Steps of the calibration and default of `run`; nil: the method's.
  package var steps: Int? {
    get { self[.steps] }
    set { self[.steps] = newValue }
  }

  /// What was given, in the order of ``ConversionMethod/parameters``; a method of one's own adds its own after them.
  package var given: [(parameter: Parameter, value: ParameterValue)] {
    let known = ConversionMethod.parameters
    let own = method.parameters.filter { parameter in !known.contains { $0.key == parameter.key } }
    return (known + own).compactMap { parameter in values[value: parameter].map { (parameter, $0) } }
  }

  // MARK: What the method makes of it

  package var watchesSpikes: Bool { method.watchesSpikes(self) }

  /// Calibration samples unless told otherwise: 1,000, or 500 where the spiking network is watched.
  package var standardSamples: Int { watchesSpikes ? 500 : 1000 }

  /// With half a threshold as initial potential where nothing else is asked for and rates are to be rounded to nearest.
  var completed: ConversionSettings {
    var settings = self
    // A digit a step.
    if sendsDigits, steps == nil { settings.steps = Self.digits.upperBound / 2 }
    let rounds = method == .mmse || isSeparated || !(self[.calibrate]?.isEmpty ?? true)
    if rounds, method.declared(.initial) != nil, self[.initial] == nil { settings[.initial] = .half }
    return settings
  }

  /// Digits that a number may have where a spike is one.
  static let digits = 2...16

  /// Whether hidden neurons send the digits of a number, one a step.
  var sendsDigits: Bool { method.sendsDigits || hidden == .phase }

  /// Neuron of the hidden layers; nil: the method has its own.
  private var hidden: HiddenNeuron? { method.declared(.neuron) == nil ? nil : self[.neuron] ?? .integrateFire }

  /// Whether a hidden neuron's spikes begin and end a current.
  var switches: Bool { hidden == .switching }

  /// Whether every layer adds all steps before it fires.
  var isSeparated: Bool { self[.schedule] == .separated || waitsByItself }

  /// Whether the code of its spikes asks for that.
  private var waitsByItself: Bool { sendsDigits || switches }

  /// How spikes of so many steps mean a number.
  func spikeCode(steps: Int) -> SpikeCode { sendsDigits ? .phases(steps) : .rate(steps: steps, counts: countsPerSpike) }

  /// Whether what it finds is for one number of steps.
  package var dependsOnSteps: Bool {
    method.dependsOnSteps(self) || (self[.lag] ?? 0) > 0 || isSeparated || !(self[.calibrate]?.isEmpty ?? true)
  }

  func stepsOrStandard(_ network: AnalogNetwork, layers: Int) -> Int {
    steps ?? method.standardSteps(self, network, layers)
  }

  /// The same from both initial potentials; of few steps from half a threshold, which rounds instead of cutting.
  package var withInitials: [ConversionSettings] {
    (steps ?? 32) < 32 ? [with(.initial, .half)] : [self, with(.initial, .half)]
  }

  /// Refuses values of other methods' parameters and values out of range. A value that holds for every method that is
  /// told nothing, such as soft reset, is nobody's own.
  /// - Throws: `ConversionError.foreignParameter`, `ConversionError.parameterRange`.
  package func check() throws(ConversionError) {
    for (parameter, value) in given {
      guard let own = method.declared(parameter) else {
        if value == parameter.standard { continue }
        throw .foreignParameter(
          parameter.key, method: name, methods: ConversionMethod.taking(parameter).map(\.name))
      }
      guard own.allows(value) else {
        throw .parameterRange(parameter.key, value: value.text, allowed: own.allowedText)
      }
    }
    try checkNeuron()
    try checkCorrections()
    try checkLag()
  }

  private func checkNeuron() throws(ConversionError) {
    let neuron = hidden ?? .integrateFire
    if neuron != .integrateFire, self[.reset] == .hard {
      throw .conflict(Parameter.neuron.key, Parameter.reset.key, "its spikes take away what they are worth, no more")
    }
    if sendsDigits {
      if let steps, !Self.digits.contains(steps) {
        throw .parameterRange(
          Parameter.steps.key, value: "\(steps)",
          allowed: "\(Self.digits.lowerBound) to \(Self.digits.upperBound) with neurons that send a digit a step")
      }
      if values[value: .maxPool] == GateRule.count.parameterValue {
        throw .conflict(Parameter.maxPool.key, Parameter.neuron.key, "the neuron with the largest number passes, digit by digit")
      }
    }
    if waitsByItself, values[value: .schedule] == Schedule.windowed.parameterValue {
      throw .conflict(
        Parameter.schedule.key, Parameter.neuron.key,
        sendsDigits ? "its digits are sent once all has arrived" : "its currents go on until all has arrived")
    }
    if switches, values[value: .maxPool] == GateRule.winner.parameterValue {
      throw .conflict(Parameter.maxPool.key, Parameter.neuron.key, "what passes is on as long as one of the neurons is")
    }
    guard method.declared(.neuron) != nil, let most = self[.maximumCount] else { return }
    if neuron != .count {
      throw .partner(Parameter.maximumCount.key, needs: Parameter.neuron.key, value: "count", "other spikes carry no count")
    }
    if most > Self.mostCorrected, !(self[.calibrate]?.isEmpty ?? true) {
      throw .parameterRange(
        Parameter.maximumCount.key, value: "\(most)", allowed: "at most \(Self.mostCorrected) together with corrections")
    }
  }

  /// Counts that corrections follow.
  private static var mostCorrected: Int { 16 }

  /// Largest count of a hidden neuron's spike.
  var countsPerSpike: Int {
    hidden == .count ? self[.maximumCount] ?? 4 : 1
  }

  private func checkCorrections() throws(ConversionError) {
    guard let value = values[value: .calibrate] else { return }
    guard let corrections = self[.calibrate] else {
      throw .parameterRange(Parameter.calibrate.key, value: value.text, allowed: Parameter.calibrate.clause)
    }
    if !corrections.isEmpty, self[.reset] == .hard {
      throw .conflict(Parameter.calibrate.key, Parameter.reset.key, "what a hard reset loses no correction knows")
    }
    if corrections.contains(.biasByStep), isSeparated {
      throw .conflict(
        Parameter.calibrate.key, separatedBy, "all steps add before one fires: a table would act as its sum")
    }
  }

  /// The parameter that separates adding from firing.
  private var separatedBy: String { waitsByItself ? Parameter.neuron.key : Parameter.schedule.key }

  /// Refuses what a lag, or the separated schedule, cannot be together with.
  func checkLag() throws(ConversionError) {
    let lag = self[.lag] ?? 0
    if lag == 0, self[.lagAt] == .branches {
      if isSeparated {
        throw .conflict(Parameter.lagAt.key, separatedBy, "the separated schedule lets every layer wait")
      }
      throw .partner(Parameter.lagAt.key, needs: Parameter.lag.key, value: "1 or more", "without one no layer waits")
    }
    guard lag > 0 || isSeparated else { return }
    let key = isSeparated ? separatedBy : Parameter.lag.key
    if lag > 0, isSeparated {
      throw .conflict(Parameter.lag.key, key, "the separated schedule is the longest lag itself")
    }
    if self[.reset] == .hard {
      throw .conflict(key, Parameter.reset.key, "a hard reset loses what was added before the first spike")
    }
    if self[.readout] == .spikes {
      throw .conflict(key, Parameter.readout.key, "an inference ends when the output has added, not when it has fired")
    }
    if let steps, lag >= steps {
      throw .parameterRange(key, value: "\(lag)", allowed: "a whole number below the \(steps) steps")
    }
  }

  // MARK: Neurons

  /// Model of the hidden neurons, where the parameters alone say it.
  var hiddenModel: NeuronModel.Kind? {
    hidden == nil ? nil : integrateFire(threshold: .uniform(1)).model
  }

  /// An integrate-and-fire neuron as these settings have it.
  package func integrateFire(threshold: Values, spikeValue: Values? = nil, strict: Bool = false) -> NetworkNeuron {
    switch hidden {
    case .switching:
      return NetworkNeuron(model: .switching, threshold: threshold, spikeValue: spikeValue, initial: initial(threshold))
    case .signed:
      return NetworkNeuron(
        model: .signed, threshold: threshold, spikeValue: spikeValue, initial: initial(threshold))
    case .count:
      return NetworkNeuron(
        model: .augmented, threshold: threshold, spikeValue: spikeValue, initial: initial(threshold),
        parameters: .with(.maximumPayload, countsPerSpike))
    case .phase:
      return NetworkNeuron(
        model: .phase, threshold: threshold, spikeValue: spikeValue, initial: initial(threshold),
        parameters: .with(.period, steps ?? 1))
    case .integrateFire, nil: break
    }
    return NetworkNeuron(
      model: .integrateFire, threshold: threshold, spikeValue: spikeValue, initial: initial(threshold),
      parameters: .with(.reset, self[.reset] == .hard ? .hard : nil).with(.strict, strict ? true : nil))
  }

  /// Initial potentials of half of what each one's least spike is worth, 0 where it is infinite; those that differ from neuron to neuron come of
  /// them later (`InitialPotential.potentials`).
  func initial(_ threshold: Values) -> Values? {
    guard let initial = self[.initial], initial != .zero else { return nil }
    return threshold.mapped { $0.isFinite ? leastLevel($0) / 2 : 0 }
  }

  /// What the least spike of a neuron is worth that has a threshold.
  func leastLevel(_ threshold: Double) -> Double { sendsDigits ? threshold / Double(1 << (steps ?? 0)) : threshold }
}

extension Values {
  /// The same of each value; nil for a tensor, which conversion does not make.
  func mapped(_ change: (Double) -> Double) -> Values? {
    switch self {
    case .uniform(let value): .uniform(change(value))
    case .list(let values): .list(values.map(change))
    case .tensor: nil
    }
  }
}

extension NetworkNeuron {
  /// Other thresholds, potentials before the first step in proportion; what a spike is worth stays where it is its own.
  mutating func scaleThresholds(by factor: Double) {
    threshold = threshold?.mapped { $0 * factor }
    negativeThreshold = negativeThreshold?.mapped { $0 * factor }
    initial = initial?.mapped { $0 * factor }
  }
}
