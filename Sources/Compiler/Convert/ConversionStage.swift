import ChipModel

/// One conversion while it runs: the data, what is known of the ANN, the draft that grows, the report.
struct ConversionStage {
  let network: AnalogNetwork
  let method: Method
  let evaluator: FloatEvaluator
  let threads: Int?
  let progress: ConversionProgress.Handler?
  let steps: Int
  var draft: SpikingDraft
  var notes: [String] = []
  /// Of `rate-norm`: threshold relative to the largest activation, by layer.
  var factors: [Double?]
  var rateInferenceLoss: RateInferenceLoss?

  /// Preprocessed calibration samples; empty without data.
  private(set) var samples: [Float] = []
  /// Their labels, or the ANN's decisions.
  private(set) var labels: [Int] = []
  private(set) var statistics: [LayerStatistics] = []
  private(set) var account: CalibrationAccount?

  init(
    network: AnalogNetwork, method: Method, evaluator: FloatEvaluator, threads: Int?,
    progress: ConversionProgress.Handler?
  ) {
    self.network = network
    self.method = method
    self.evaluator = evaluator
    self.threads = threads
    self.progress = progress
    draft = SpikingDraft(network)
    draft.readout = method.readoutOrStandard
    steps = method.stepsOrStandard(layers: (draft.depths.max() ?? 0) + 1)
    factors = [Double?](repeating: nil, count: network.layers.count)
  }

  /// Another method on the data that a stage has loaded.
  init(_ method: Method, sharing other: ConversionStage, progress: ConversionProgress.Handler? = nil) {
    self.init(
      network: other.network, method: method, evaluator: other.evaluator, threads: other.threads, progress: progress)
    samples = other.samples
    labels = other.labels
    statistics = other.statistics
    account = other.account
  }

  var activations: ActivationStatistics {
    ActivationStatistics(evaluator: evaluator, samples: samples, threads: threads)
  }
  var sampleCount: Int { activations.sampleCount }
  /// Layers that become spiking neurons before the output.
  var hiddenLayers: [Int] { network.layers.indices.filter { $0 != network.output } }

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
    let count = data.samples ?? min(method.standardSamples, data.dataset.count)
    guard count > 0 else { throw .noSamples }
    guard count <= data.dataset.count else { throw .tooFewSamples(asked: count, available: data.dataset.count) }
    do throws(DatasetError) {
      samples = try data.dataset.floats(samples: count, preprocessing: preprocessing)
    } catch {
      throw .data(error)
    }
    let classes = network.layers[network.output].count
    let given = data.dataset.labels.map { Array($0.prefix(count)) }
    if let given, let sample = given.firstIndex(where: { $0 >= classes }) {
      throw .labelRange(label: given[sample], sample: sample, classes: classes)
    }
    let decisions = evaluator.predictions(samples, threads: threads)
    labels = given ?? decisions
    statistics = activations.layers(report("activations"))
    account = CalibrationAccount(
      name: data.name, samples: count, hasLabels: given != nil,
      annAccuracy: given.map { Double(zip($0, decisions).count { $0 == $1 }) / Double(count) })
  }

  // MARK: Methods

  mutating func convert() throws(ConversionError) {
    switch method.name {
    case .maxNorm, .weightedSpikes, .bsnn: normalise(largestByLayer())
    case .robustNorm: normalise(percentileByLayer())
    case .channelNorm: normalise(largestByChannel())
    case .spikeNorm, .rmp: try balanceBySpikes()
    case .channelBalance: try balanceByChannel()
    case .rateNorm: normaliseRates()
    case .icSNN: try initialisePotentials()
    case .terMapping: mapTernary()
    case .augMapping: mapAugmented()
    }
    if method.name == .bsnn { draft.hasShortestDelays = !method.usesSynchronousNeurons }
    setOutput()
    for layer in hiddenLayers { noteSilence(layer) }
  }

  /// Takes the thresholds that the same method found with another initial potential.
  mutating func take(_ found: ConversionStage) {
    draft = found.draft
    notes = found.notes
    factors = found.factors
    rateInferenceLoss = found.rateInferenceLoss
    for layer in hiddenLayers {
      guard let threshold = draft.neurons[layer].threshold else { continue }
      draft.neurons[layer].initial = initial(threshold)
    }
    setOutput()
  }

  /// The output: an accumulator, or neurons as before it with one threshold, the largest output.
  private mutating func setOutput() {
    let output = network.output
    guard method.readoutOrStandard == .spikes else {
      draft.neurons[output] = NetworkNeuron(model: .accumulator)
      return
    }
    switch method.name {
    case .terMapping:
      // Outputs have both signs and slope 1.
      let factor = ternaryFactor(output)
      draft.neurons[output] = NetworkNeuron(
        model: .ternary, threshold: .uniform(factor), negativeThreshold: .uniform(-factor),
        initial: initial(.uniform(factor)))
    case .augMapping:
      draft.neurons[output] = NetworkNeuron(
        model: .augmented, threshold: .uniform(1), negativeThreshold: .uniform(-1), initial: initial(.uniform(1)),
        maximumPayload: method.maximumCount)
    default:
      draft.neurons[output] = neuron(threshold: .uniform(positive(statistics[output].largest)))
    }
  }

  /// A hidden neuron of this method with a threshold, its spike worth the threshold unless told otherwise.
  func neuron(threshold: Values, spikeValue: Values? = nil) -> NetworkNeuron {
    switch method.name {
    case .weightedSpikes:
      return NetworkNeuron(model: .phase, threshold: threshold, period: method.periodOrStandard)
    case .bsnn:
      return NetworkNeuron(model: .bistable, threshold: threshold, period: method.periodOrStandard)
    default:
      return NetworkNeuron(
        model: .if, threshold: threshold, spikeValue: spikeValue, initial: initial(threshold),
        hardReset: method.reset == .hard, strict: method.name == .icSNN)
    }
  }

  /// `--initial half`: half of each threshold, 0 where it is infinite.
  func initial(_ threshold: Values) -> Values? {
    guard method.initial == .half else { return nil }
    func half(_ value: Double) -> Double { value.isFinite ? value / 2 : 0 }
    switch threshold {
    case .uniform(let value): return .uniform(half(value))
    case .list(let values): return .list(values.map(half))
    case .tensor: return nil
    }
  }

  /// A threshold from a largest value: infinite where nothing was positive.
  func positive(_ value: Float) -> Double { value > 0 ? Double(value) : .infinity }

  private mutating func noteSilence(_ layer: Int) {
    guard draft.neurons[layer].threshold == .uniform(.infinity) else { return }
    notes.append("layer '\(shownName(network.layers[layer].name))' is never active on the calibration data: it never fires")
  }

  // MARK: Result

  func result(preprocessing: Preprocessing, calibrationName: String?) -> ConversionResult {
    var network = draft.build(preprocessing: preprocessing)
    network.provenance = provenance()
    network.ann = SourceNetwork(
      accuracy: account?.annAccuracy,
      accuracyOn: account.flatMap { account in
        account.annAccuracy.map { _ in "calibration data \(account.name), \(groupedText(account.samples)) samples" }
      }, multiplyAccumulates: self.network.multiplyAccumulates, parameters: self.network.parameters)
    var resolved = method
    resolved.steps = steps
    let report = ConversionReport(
      method: resolved, steps: steps, calibration: account, layers: layerAccounts(), notes: notes,
      rateInferenceLoss: rateInferenceLoss)
    return ConversionResult(network: network, report: report)
  }

  private func layerAccounts() -> [LayerAccount] {
    let thresholds = draft.neurons.map { $0.threshold?.entries }
    let clipped: [Double?] =
      samples.isEmpty ? network.layers.map { _ in nil } : activations.clipped(thresholds, report("account"))
    return network.layers.indices.map { index in
      let layer = network.layers[index]
      let neuron = draft.neurons[index]
      let threshold = neuron.threshold?.finiteRange
      let known = statistics.isEmpty ? nil : statistics[index]
      return LayerAccount(
        name: layer.name, shape: layer.shape, activation: layer.activation.text, population: draft.names[index],
        model: neuron.model.rawValue, threshold: threshold, isPerChannel: (thresholds[index]?.count ?? 0) > 1,
        negativeThreshold: neuron.negativeThreshold?.finiteRange?.upperBound,
        spikeValue: neuron.spikeValue?.finiteRange ?? threshold, initial: neuron.initial?.finiteRange,
        factor: factors[index], largestActivation: known.map { Double($0.largest) },
        clipped: threshold == nil ? nil : clipped[index], deadChannels: known?.channelLargest.count { $0 <= 0 })
    }
  }

  /// Method and every option that it reads, then the data.
  private func provenance() -> [ProvenanceEntry] {
    var entries = [ProvenanceEntry(key: "method", value: .text(method.name.rawValue))]
    func add(_ key: String, _ value: ProvenanceValue) { entries.append(ProvenanceEntry(key: key, value: value)) }
    add("steps", .number(Double(steps)))
    if method.isLiteral { add("literal", .flag(true)) }
    switch method.name {
    case .robustNorm: add("percentile", .number(method.percentileOrStandard))
    case .rmp: add("alpha", .number(method.alphaOrStandard))
    case .channelBalance: add("alpha", .number(method.alphaOrStandard))
    case .weightedSpikes: add("period", .number(Double(method.periodOrStandard)))
    case .bsnn:
      add("period", .number(Double(method.periodOrStandard)))
      add("synchronousNeurons", .flag(method.usesSynchronousNeurons))
    case .rateNorm:
      add("lambda", .number(method.lambda ?? 0.1))
      add("tolerance", .number(method.tolerance ?? 0.005))
      add("p", .text((method.sharing ?? .shared).rawValue))
    case .icSNN:
      add("percentile", .number(method.percentileOrStandard))
      if method.initial == nil {
        add("variant", .text((method.variant ?? .ic).rawValue))
        if method.watchesSpikes { add("membrane", .text((method.membrane ?? .clamp).rawValue)) }
      }
    case .augMapping:
      if let count = method.maximumCount { add("maxCount", .number(Double(count))) }
    default: break
    }
    if method.name == .spikeNorm || method.name == .rmp { add("seed", .text("\(method.seed)")) }
    if let initial = method.initial { add("initial", .text(initial.rawValue)) }
    if method.usesIntegrateFire { add("reset", .text((method.reset ?? .soft).rawValue)) }
    add("readout", .text(method.readoutOrStandard.rawValue))
    if let account {
      add("calibration", .text(account.name))
      add("calibrationSamples", .number(Double(account.samples)))
      add("calibrationLabels", .flag(account.hasLabels))
    }
    return entries
  }
}

extension Values {
  /// The numbers that stand in the network itself; nil where a tensor holds them.
  fileprivate var entries: [Double]? {
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
