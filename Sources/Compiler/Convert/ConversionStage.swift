import ChipModel
import Runtime

/// One conversion while it runs, and what a method finds thresholds with: the data, what is known of the ANN, the draft
/// that grows, the report.
public struct ConversionStage {
  /// Without what channels that are dead on the calibration data send.
  package internal(set) var network: AnalogNetwork
  /// The method's values.
  public let settings: ConversionSettings
  let evaluator: FloatEvaluator
  let threads: Int?
  let progress: ConversionProgress.Handler?
  /// Of the calibration.
  public let steps: Int
  var draft: SpikingDraft
  /// Remarks for the report, one line each.
  public var notes: [String] = []
  /// Of `rate-norm`: threshold relative to the largest activation, by layer.
  var factors: [Double?]
  var rateInferenceLoss: RateInferenceLoss?

  /// Calibration samples; none without data.
  private(set) var samples = FloatSamples([], size: 0)
  /// Their labels, or the ANN's decisions.
  private(set) var labels: [Int] = []
  package private(set) var statistics: [LayerStatistics] = []
  private(set) var layerHistograms: [LayerHistogram] = []
  private(set) var account: CalibrationAccount?
  var knownHistograms: [[ActivationHistogram]]?
  /// What outputs are: as asked, else values where the data's labels are.
  private(set) var task: OutputTask

  init(
    network: AnalogNetwork, settings: ConversionSettings, evaluator: FloatEvaluator, threads: Int?,
    progress: ConversionProgress.Handler?
  ) {
    self.network = network
    self.settings = settings.completed
    self.evaluator = evaluator
    self.threads = threads
    self.progress = progress
    draft = SpikingDraft(network)
    task = settings[.task]?.output ?? .classes
    draft.take(settings)
    steps = settings.stepsOrStandard(network, layers: (draft.depths.max() ?? 0) + 1)
    factors = [Double?](repeating: nil, count: network.layers.count)
  }

  /// Other settings on the data that a stage has loaded.
  init(_ settings: ConversionSettings, sharing other: ConversionStage, progress: ConversionProgress.Handler? = nil) {
    self.init(
      network: other.network, settings: settings, evaluator: other.evaluator, threads: other.threads,
      progress: progress)
    notes = other.notes
    task = other.task
    samples = other.samples
    labels = other.labels
    statistics = other.statistics
    layerHistograms = other.layerHistograms
    account = other.account
    knownHistograms = other.knownHistograms
  }

  var activations: ActivationStatistics {
    ActivationStatistics(evaluator: evaluator, samples: samples, threads: threads)
  }
  var sampleCount: Int { activations.sampleCount }
  /// Layers that become spiking neurons before the output.
  public var hiddenLayers: [Int] { network.layers.indices.filter { $0 != network.output } }

  /// A reporter of one stage.
  func report(_ stage: String, total: Int? = nil) -> @Sendable (Int) -> Void {
    guard let progress else { return { _ in } }
    let total = total ?? sampleCount
    progress(ConversionProgress(stage: stage, total: total, finished: 0))
    return { progress(ConversionProgress(stage: stage, total: total, finished: $0)) }
  }

  // MARK: Data

  mutating func load(_ data: CalibrationData, preprocessing: Preprocessing) throws(ConversionError) {
    guard data.dataset.shape == network.inputShape else {
      throw .inputShape(data: data.dataset.shape, network: network.inputShape)
    }
    let count = data.samples ?? min(settings.standardSamples, data.dataset.count)
    guard count > 0 else { throw .noSamples }
    guard count <= data.dataset.count else { throw .tooFewSamples(asked: count, available: data.dataset.count) }
    do throws(DatasetError) {
      samples = try FloatSamples(data.dataset, 0..<count, preprocessing: preprocessing, threads: threads)
    } catch {
      throw .data(error)
    }
    let classes = Decision.classes(outputs: network.layers[network.output].count)
    let given = data.dataset.labels.map { Array($0.prefix(count)) }
    if let given, let sample = given.firstIndex(where: { $0 >= classes }) {
      throw .labelRange(label: given[sample], sample: sample, classes: classes)
    }
    if settings[.task] == nil, data.dataset.targets != nil { task = .values }
    let survey = activations.survey(report("activations"))
    (statistics, layerHistograms) = (survey.layers, survey.histograms)
    labels = given ?? survey.decisions
    if let layer = statistics.firstIndex(where: { !$0.largest.isFinite || !$0.smallest.isFinite }) {
      throw .overflow(layer: network.layers[layer].name)
    }
    account = CalibrationAccount(
      name: data.name, samples: count, hasLabels: given != nil,
      annAccuracy: given.map { FloatEvaluator.accuracy(survey.decisions, labels: $0) })
    settleDeadChannels()
  }

  // MARK: What a method of one's own asks and sets

  /// Name of a layer in the trained network.
  public func name(ofLayer layer: Int) -> String { network.layers[layer].name }

  /// Largest activation of a layer on the calibration data, ANN units; 0 where none is positive.
  public func largestActivation(ofLayer layer: Int) -> Double { max(0, Double(statistics[layer].largest)) }

  /// The same of each channel (each neuron of a dense layer).
  public func largestActivations(ofLayer layer: Int) -> [Double] {
    statistics[layer].channelLargest.map { max(0, Double($0)) }
  }

  /// Gives a hidden layer its neurons, a spike of which is worth the threshold.
  /// - Parameters:
  ///   - thresholds: one for the layer or one a channel, ANN units; what is not above 0 never fires.
  ///   - layer: one of ``hiddenLayers``.
  public mutating func setThresholds(_ thresholds: [Double], ofLayer layer: Int) {
    draft.neurons[layer] = neuron(threshold: Self.values(thresholds.map { $0 > 0 ? $0 : .infinity }))
  }

  // MARK: Methods

  mutating func convert() throws(ConversionError) {
    try settings.method.convert(&self)
    if settings.isSeparated { draft.schedule = .separated }
    if settings.sendsDigits { draft.driveFactor = 1 / (1 - 1 / Double(1 << steps)) }
    // The factor comes after calibration: layers that were watched saw the unscaled network.
    if let alpha = settings[.alpha], alpha != 1 {
      for layer in hiddenLayers { draft.neurons[layer].scaleThresholds(by: alpha) }
    }
    spreadInitials()
    correct()
    setOutput()
    for layer in hiddenLayers { noteSilence(layer) }
  }

  /// Corrects what calibration data can, layer by layer.
  private mutating func correct() {
    guard let corrections = settings[.calibrate], !corrections.isEmpty else { return }
    let count = min(sampleCount, 300)
    let tell = report("corrections", total: network.layers.count)
    var correction = DraftCorrection(
      draft, corrections, samples: samples.part(0..<count).values, steps: steps,
      threads: threads, evaluator)
    draft = correction.run { _ in tell(1) }
    notes += correction.notes
  }

  /// Initial potentials that differ from neuron to neuron.
  private mutating func spreadInitials() {
    guard let initial = settings[.initial] else { return }
    for (layer, shape) in network.layers.map(\.shape).enumerated() where layer != network.output {
      guard draft.neurons[layer].initial != nil, let thresholds = draft.neurons[layer].threshold?.entries,
        let values = initial.potentials(thresholds.map(settings.leastLevel), shape, seed: settings.seed &+ UInt64(layer))
      else { continue }
      draft.neurons[layer].initial = .list(values)
    }
  }

  /// Takes the thresholds that the same method found with another initial potential.
  mutating func take(_ found: ConversionStage) {
    draft = found.draft
    notes = found.notes
    factors = found.factors
    rateInferenceLoss = found.rateInferenceLoss
    for layer in hiddenLayers {
      guard let threshold = draft.neurons[layer].threshold else { continue }
      draft.neurons[layer].initial = settings.initial(threshold)
    }
    spreadInitials()
    setOutput()
  }

  /// The output: an accumulator, or neurons as before it with one threshold, the largest output.
  private mutating func setOutput() {
    let output = network.output
    draft.neurons[output] =
      settings[.readout] == .spikes ? settings.method.output(self) : NetworkNeuron(model: settings.switches ? .integrator : .accumulator)
  }

  /// A threshold for the output's neurons: the largest output, of values each its own.
  var largestOutput: Values {
    let known = statistics[network.output]
    return task == .values ? Self.values(known.channelLargest.map(positive)) : .uniform(positive(known.largest))
  }

  /// A hidden neuron of this method with a threshold, its spike worth the threshold unless told otherwise.
  package func neuron(threshold: Values, spikeValue: Values? = nil) -> NetworkNeuron {
    settings.method.neuron(settings, threshold, spikeValue)
  }

  /// A threshold from a largest value: infinite where nothing was positive.
  package func positive(_ value: Float) -> Double { value > 0 ? Double(value) : .infinity }

  private mutating func noteSilence(_ layer: Int) {
    guard draft.neurons[layer].threshold == .uniform(.infinity) else { return }
    notes.append("layer '\(shownName(network.layers[layer].name))' is never active on the calibration data: it never fires")
  }

  // MARK: Result

  func result(preprocessing: Preprocessing, calibrationName: String?) -> ConversionResult {
    var network = draft.build(preprocessing: preprocessing)
    network.provenance = provenance()
    network.output.task = task
    let cost = self.network.cost
    network.ann = ANNFacts(
      accuracy: account?.annAccuracy,
      accuracyOn: account.flatMap { account in
        account.annAccuracy.map { _ in "calibration data \(account.name), \(groupedText(account.samples)) samples" }
      }, multiplyAccumulates: cost.multiplyAccumulates, parameters: cost.parameters, layers: cost.layers)
    var resolved = settings
    resolved.steps = steps
    let report = ConversionReport(
      settings: resolved, steps: steps, calibration: account, layers: layerAccounts(), notes: notes,
      rateInferenceLoss: rateInferenceLoss)
    return ConversionResult(network: network, report: report)
  }

  private func layerAccounts() -> [LayerAccount] {
    let thresholds = draft.neurons.map { $0.threshold?.entries }
    // What a neuron can send in a step: a count of thresholds, where it says how many.
    let most = draft.neurons.map { neuron in
      neuron.threshold?.entries?.map { $0 * Double(neuron[.maximumPayload] ?? 1) }
    }
    let clipped: [Double?] =
      sampleCount == 0
      ? network.layers.map { _ in nil }
      : activations.clipped(most, (statistics, layerHistograms), report("account"))
    return network.layers.indices.map { index in
      let layer = network.layers[index]
      let neuron = draft.neurons[index]
      let threshold = neuron.threshold?.finiteRange
      let known = statistics.isEmpty ? nil : statistics[index]
      return LayerAccount(
        name: layer.name, shape: layer.shape, activation: layer.activation.text, population: draft.names[index],
        model: neuron.model.name, threshold: threshold, isPerChannel: (thresholds[index]?.count ?? 0) > 1,
        negativeThreshold: neuron.negativeThreshold?.finiteRange?.upperBound,
        spikeValue: neuron.spikeValue?.finiteRange ?? threshold, initial: neuron.initial?.finiteRange,
        factor: factors[index], largestActivation: known.map { Double($0.largest) },
        clipped: threshold == nil ? nil : clipped[index], deadChannels: known?.channelLargest.count { $0 <= 0 })
    }
  }

  /// Method and every parameter that it reads, then the data. The reading of the paper stands first, what belongs to
  /// nearly every method last.
  private func provenance() -> [ProvenanceEntry] {
    var entries = [ProvenanceEntry(key: "method", value: .text(settings.name))]
    func add(_ key: String, _ value: ProvenanceValue) { entries.append(ProvenanceEntry(key: key, value: value)) }
    let seldom = Parameter.ofThresholds.filter { $0.key != Parameter.alpha.key } + Parameter.ofRateCodes
    let common = (Parameter.common + seldom).map(\.key)
    func add(_ parameters: [Parameter]) {
      for parameter in parameters where settings.method.reads(settings, parameter) {
        guard let value = parameter.key == Parameter.steps.key ? .integer(steps) : settings[value: parameter] else { continue }
        // A factor of 1 says nothing.
        if parameter.key == Parameter.alpha.key, value == .number(1) { continue }
        // A flag that is seldom set is told where it is.
        if value == .flag(false), parameter.standard == value { continue }
        add(parameter.key, ProvenanceValue(value))
      }
    }
    let declared = settings.method.parameters
    add(declared.filter { [Parameter.steps.key, Parameter.literal.key].contains($0.key) })
    add(declared.filter { !common.contains($0.key) })
    if settings.method.isSeeded || settings[.initial] == .random { add("seed", .text("\(settings.seed)")) }
    add([Parameter.initial, .reset, .readout, .task].compactMap { settings.method.declared($0) })
    add(seldom.filter { settings[value: $0] != $0.standard && settings.method.declared($0) != nil })
    if let account {
      add("calibration", .text(account.name))
      add("calibrationSamples", .number(Double(account.samples)))
      add("calibrationLabels", .flag(account.hasLabels))
      // Sums of floats differ from level to level in their last bits.
      add("floatKernels", .text(KernelLevel.best.rawValue))
    }
    return entries
  }
}

extension ProvenanceValue {
  init(_ value: ParameterValue) {
    switch value {
    case .integer(let value): self = .number(Double(value))
    case .number(let value): self = .number(value)
    case .choice(let name): self = .text(name)
    case .flag(let value): self = .flag(value)
    }
  }
}

extension Values {
  /// The numbers that stand in the network itself; nil where a tensor holds them.
  var entries: [Double]? {
    switch self {
    case .uniform(let value): [value]
    case .list(let values): values
    case .tensor: nil
    }
  }

  /// From the lowest to the highest that is finite.
  var finiteRange: ClosedRange<Double>? {
    let finite = entries?.filter(\.isFinite) ?? []
    guard let low = finite.min(), let high = finite.max() else { return nil }
    return low...high
  }
}
