import ChipModel

/// Runs the original network and four executions of the spiking one on the same samples and compares them.
package struct Explainer: Sendable {
  let network: CheckedNetwork
  let original: FloatEvaluator
  /// Population of each layer of the original, and the other way round.
  let populations: [Int]
  let layers: [Int]
  let real: RealNetwork
  let integer: CompiledProgram
  let chip: CompiledProgram
  let steps: Int
  let decoders: [RateDecoder]
  /// Layers of the original after which it takes over from the spiking ones.
  let cuts: [Int]
  let notes: [String]
  /// What programs are made of.
  let description: ChipDescription
  let options: CompileOptions

  /// - Parameters:
  ///   - network: the spiking network.
  ///   - model: the original network; nil: the spiking network's own weights with ReLU.
  ///   - chip: whose integers are compared; its capacity plays no part.
  ///   - options: as for compiling; instead of the continuous schedule the windowed one holds.
  ///   - steps: `T`, 1 to 1,000,000.
  /// - Throws: `ExplanationError`.
  package init(
    _ network: CheckedNetwork, model: AnalogNetwork? = nil, chip: ChipDescription,
    options: CompileOptions = CompileOptions(), steps: Int
  ) throws(ExplanationError) {
    // Of these the rates are the values.
    guard [nil, .bernoulli, .rate].contains(network.populations[0].model.inputCoding) else { throw .spikingInput }
    self.network = network
    self.steps = max(1, steps)
    var options = options
    if network.network.schedule == .continuous { options.schedule = .windowed }
    if network.network.schedule == .separated { options.steps = self.steps }
    (description, self.options) = (chip, options)
    let timing: LayerTiming
    do throws(CompileError) {
      try ChipRules.checkWidths(options, chip)
      self.chip = try CompiledProgram.lower(network, chip: chip, options: options)
      timing = try network.timing(options)
      options.membraneBits = 32
      integer = try CompiledProgram.lower(network, chip: chip, options: options)
    } catch {
      throw .compile(error)
    }
    real = try RealNetwork(network, timing: timing, input: self.chip.populations[0])
    var notes: [String] = []
    do throws(AnalogNetworkError) {
      if let model {
        populations = try Self.match(model, network)
        original = try FloatEvaluator(model)
      } else {
        populations = network.order
        original = try FloatEvaluator(AnalogNetwork(network))
      }
    } catch {
      throw .network(error)
    }
    var layers = [Int](repeating: 0, count: network.populations.count)
    for (layer, population) in populations.enumerated() { layers[population] = layer }
    self.layers = layers
    cuts = Self.cuts(populations.count)
    decoders = network.populations.map { RateDecoder($0, network, steps: steps) }
    if network.populations.contains(where: { $0.model.leaks }) {
      notes.append("leaky neurons have no counterpart in the original network: their leak counts as conversion")
    }
    if let depth = network.populations.filter({ $0.model.code == .pairs }).map(\.depth).max(),
      let period = network.period, steps < (depth + 2) * period
    {
      notes.append("\(steps) steps are fewer than the \((depth + 2) * period) that the first answer takes")
    }
    if cuts.count < populations.count {
      notes.append("of \(groupedText(populations.count)) layers \(cuts.count) are tried as the last that spikes")
    }
    self.notes = notes
  }

  /// Trying every layer of a deep network as the last that spikes would take the square of its layers.
  package static let mostCuts = 64

  /// Up to ``mostCuts`` of so many layers, evenly spread, the last one among them.
  static func cuts(_ layers: Int) -> [Int] {
    let count = min(layers, mostCuts)
    return (0..<count).map { ($0 + 1) * layers / count - 1 }
  }

  /// The population of each layer of a model, by the names that `convert` gives.
  private static func match(_ model: AnalogNetwork, _ network: CheckedNetwork) throws(AnalogNetworkError) -> [Int] {
    let names = SpikingDraft.populationNames(model.layers.map(\.name))
    var result: [Int] = []
    for (layer, name) in zip(model.layers, names) {
      guard let index = network.placed.first(where: { network.populations[$0].name == name }),
        network.populations[index].shape.count == layer.count
      else { throw .shape(layer: layer.name, what: "the spiking network has no population of its name and size") }
      result.append(index)
    }
    guard result.count == network.placed.count, model.inputCount == network.inputShape.count,
      model.layers.indices.contains(model.output), result[model.output] == network.output
    else {
      throw .shape(
        layer: model.name, what: "the spiking network has \(network.placed.count) populations for its "
          + "\(model.layers.count) layers, or another input or output")
    }
    return result
  }

  // MARK: Running

  /// - Parameters:
  ///   - samples: preprocessed inputs, one after the other.
  ///   - labels: as many; nil: the original's decisions stand in.
  ///   - targets: what the outputs should be, of a network whose outputs are values; nil: the original's stand in.
  ///   - threads: does not change the result.
  ///   - progress: called from any thread with the number of samples that finished since its last call.
  package func callAsFunction(
    _ samples: [Float], labels: [Int]?, targets: [Double]? = nil, threads: Int? = nil, progress: @Sendable (Int) -> Void = { _ in }
  ) -> Explanation {
    let task = network.network.output.task
    let truth = OutputTruth(
      task, labels: labels, targets: targets, outputs: original.outputs(samples, threads: threads))
    let inputs = FloatSamples(samples, size: original.network.inputCount)
    let blocks = original.map(inputs, threads: threads) { block -> [ExplainedSample] in
      var run = ExplainerBlock(self, block, truth)
      run.execute(progress)
      return run.samples
    }
    let results = blocks.flatMap { $0 }
    var summary = ExplanationSummary(self)
    for sample in results { summary.add(sample) }
    var explanation = summary.explanation(task, hasLabels: (task == .values ? targets == nil : labels == nil) == false)
    explanation.remedies = explanation.finding.map { finding in
      remedies(finding.cause, summary, samples, truth, threads: threads)
    } ?? []
    return explanation
  }
}

/// Why a network cannot be explained.
package enum ExplanationError: Error, Sendable, Equatable, NamesParameters {
  case network(AnalogNetworkError)
  case compile(CompileError)
  /// An input of spikes whose rates are not its values.
  case spikingInput
  /// A neuron model without a rule in real numbers.
  case model(population: String, model: String)

  package func text(spell: (String) -> String) -> String {
    switch self {
    case .network(let error): "\(error)"
    case .compile(let error): error.text(spell: spell)
    case .spikingInput:
      "the input sends spikes whose rates are not its values; explain the network with an input of kind current, or of "
        + "coding bernoulli or rate"
    case .model(let population, let model):
      "population '\(population)' uses neuron model '\(model)', which has no rule in real numbers to compare with; "
        + "explain a network of other models"
    }
  }
}
