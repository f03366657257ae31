import ChipModel

/// A way to make spiking neurons of a trained network's layers: one value, in a file of its own under `Methods`.
///
/// It says what it is, which parameters it takes, and how it finds thresholds. `all` lists those of nmsim, from which
/// the command line, plans, `auto`, provenance and `docs/methods.md` follow; a method that is not in the list works
/// everywhere that takes ``ConversionSettings``.
public struct ConversionMethod: Sendable {
  /// As the command line and `net.json` name it.
  public let name: String
  /// What a layer's threshold is, for tables.
  package let threshold: String
  /// How its neurons fire and reset, for tables.
  package let neurons: String
  /// Authors and years.
  package let source: String
  /// What it takes, with the values that hold where they are not given.
  package let parameters: [Parameter]
  /// Whether it cannot do without calibration data.
  package let needsCalibration: Bool
  /// Whether it gives a meaning to negative activations.
  package let convertsLeakyReLU: Bool
  /// Whether it draws random numbers.
  package let isSeeded: Bool
  /// Whether another initial potential leaves its thresholds as they are.
  package let sharesThresholds: Bool
  /// Whether the answer can be read after every step; that of a period code is complete at the end of a period.
  package let isReadAtAnyStep: Bool
  /// Whether a layer sends once all has arrived, digit by digit of a number, one a step.
  package let sendsDigits: Bool
  /// Whether thresholds or initial potentials come from the spiking network itself.
  package let watchesSpikes: @Sendable (ConversionSettings) -> Bool
  /// Whether they depend on the steps of the calibration.
  package let dependsOnSteps: @Sendable (ConversionSettings) -> Bool
  /// Whether a parameter has any effect beside the others that are given.
  package let reads: @Sendable (ConversionSettings, Parameter) -> Bool
  /// Steps unless told otherwise, of a network with so many layers on its longest path.
  package let standardSteps: @Sendable (_ settings: ConversionSettings, _ network: AnalogNetwork, _ layers: Int) -> Int
  /// Fewest steps in which a network of so many layers answers.
  package let leastSteps: @Sendable (_ layers: Int) -> Int
  /// What `auto` tries within so many steps on a network of so many layers, with the steps where they are fewer.
  package let tries: @Sendable (_ standard: ConversionSettings, _ steps: Int, _ layers: Int) -> [ConversionSettings]
  /// A hidden neuron with a threshold; its spike is worth the threshold unless told otherwise.
  package let neuron: @Sendable (_ settings: ConversionSettings, _ threshold: Values, _ spikeValue: Values?) -> NetworkNeuron
  /// The output's neuron where spikes are read.
  package let output: @Sendable (ConversionStage) -> NetworkNeuron
  /// Gives every hidden layer its neurons.
  package let convert: @Sendable (inout ConversionStage) throws(ConversionError) -> Void

  package init(
    _ name: String, threshold: String, neurons: String = "soft reset", source: String, parameters: [Parameter],
    needsCalibration: Bool = true, convertsLeakyReLU: Bool = false, isSeeded: Bool = false,
    sharesThresholds: Bool = false, isReadAtAnyStep: Bool = true, sendsDigits: Bool = false,
    watchesSpikes: @escaping @Sendable (ConversionSettings) -> Bool = { _ in false },
    dependsOnSteps: (@Sendable (ConversionSettings) -> Bool)? = nil,
    reads: @escaping @Sendable (ConversionSettings, Parameter) -> Bool = { _, _ in true },
    standardSteps: @escaping @Sendable (ConversionSettings, AnalogNetwork, Int) -> Int = { _, _, _ in 32 },
    leastSteps: @escaping @Sendable (Int) -> Int = { _ in 1 },
    tries: @escaping @Sendable (ConversionSettings, Int, Int) -> [ConversionSettings] = { standard, _, _ in
      standard.withInitials
    },
    neuron: @escaping @Sendable (ConversionSettings, Values, Values?) -> NetworkNeuron = {
      $0.integrateFire(threshold: $1, spikeValue: $2)
    },
    output: @escaping @Sendable (ConversionStage) -> NetworkNeuron = { $0.neuron(threshold: $0.largestOutput) },
    convert: @escaping @Sendable (inout ConversionStage) throws(ConversionError) -> Void
  ) {
    self.name = name
    self.threshold = threshold
    self.neurons = neurons
    self.source = source
    // An initial potential goes with every rate code, and with no other. Every method takes a task.
    self.parameters = parameters + [.task]
      + (parameters.contains { $0.key == Parameter.initial.key } ? Parameter.ofRateCodes : [])
    self.needsCalibration = needsCalibration
    self.convertsLeakyReLU = convertsLeakyReLU
    self.isSeeded = isSeeded
    self.sharesThresholds = sharesThresholds
    self.isReadAtAnyStep = isReadAtAnyStep
    self.sendsDigits = sendsDigits
    self.watchesSpikes = watchesSpikes
    self.dependsOnSteps = dependsOnSteps ?? watchesSpikes
    self.reads = reads
    self.standardSteps = standardSteps
    self.leastSteps = leastSteps
    self.tries = tries
    self.neuron = neuron
    self.output = output
    self.convert = convert
  }
}

// MARK: - One's own

extension ConversionMethod {
  /// A method of one's own: rate codes, soft reset, thresholds from calibration data.
  /// - Parameters:
  ///   - name: as results name it; unlike those of nmsim's methods.
  ///   - threshold: what a layer's threshold is, in words.
  ///   - source: authors and year.
  ///   - parameters: its own, beside steps, initial potential, reset and readout.
  ///   - convert: gives each of the stage's hidden layers its threshold; what it throws becomes an `NmsimError`.
  public init(
    name: String, threshold: String, source: String, parameters: [Parameter] = [],
    convert: @escaping @Sendable (inout ConversionStage) throws -> Void
  ) {
    self.init(
      name, threshold: threshold, source: source, parameters: [.steps] + parameters + [.initial, .reset, .readout],
      convert: { (stage) throws(ConversionError) in
        do { try convert(&stage) } catch { throw .own("\(error)") }
      })
  }
}

extension ConversionMethod: Hashable {
  /// Methods are the same where their names are.
  public static func == (a: ConversionMethod, b: ConversionMethod) -> Bool { a.name == b.name }
  /// Of the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

// MARK: - The list

extension ConversionMethod {
  /// In the order of the contract.
  package static let all: [ConversionMethod] = [
    maxNorm, robustNorm, channelNorm, mmse, trained, spikeNorm, rmp, weightedSpikes, channelBalance, rateNorm, icSNN, terMapping,
    augMapping, bsnn, ttfs,
  ]

  package init?(named name: String) {
    guard let method = ConversionMethod.all.first(where: { $0.name == name }) else { return nil }
    self = method
  }

  /// The parameters of all methods, each once: the steps, those of single methods, those of nearly all.
  package static let parameters: [Parameter] = {
    let own = all.flatMap(\.parameters).filter { !Parameter.common.map(\.key).contains($0.key) }
    var result: [Parameter] = [.steps]
    for parameter in own where !result.contains(where: { $0.key == parameter.key }) { result.append(parameter) }
    return result + [.initial, .reset, .readout, .task] + Parameter.ofRateCodes + [.literal]
  }()

  /// The methods that take a parameter.
  package static func taking(_ parameter: Parameter) -> [ConversionMethod] {
    all.filter { $0.declared(parameter) != nil }
  }

  /// The parameter as this method declares it; nil: it is another method's.
  package func declared(_ parameter: Parameter) -> Parameter? { parameters.first { $0.key == parameter.key } }
}
