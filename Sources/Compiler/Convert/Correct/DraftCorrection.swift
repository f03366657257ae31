import ChipModel

/// Corrects a draft on calibration samples, layer by layer: the layers before one are spiking and corrected already,
/// and the ANN is the network as it came in (Li et al. 2021).
///
/// Spiking layers run here in 32-bit floats, sixteen samples side by side: the sums of a layer are computed once and
/// its neurons run on them many times. Nothing depends on the number of threads.
struct DraftCorrection {
  var draft: SpikingDraft
  let corrections: Corrections
  let steps: Int
  /// Ticks that each layer adds before it may fire.
  let lags: [Int]
  /// Whether the steps of a spike train are the digits of a number: layers add all of it, then fire.
  let isDigits: Bool
  /// How often a neuron adds its activation in a window.
  let additions: Float
  let threads: Int
  /// Samples, in blocks of 16.
  let samples: Int
  let inputs: [[Lanes]]
  let ann: FloatEvaluator
  /// The corrected weights and biases.
  var spiking: FloatEvaluator
  /// By layer and block, while a later layer reads them.
  var annValues: [[[Lanes]]]
  var trains: [[LaneTrain]]
  /// What a spike of each layer is worth, one value or one a channel.
  var worth: [[Float]]
  /// Spikes of each layer over all samples and steps.
  private(set) var spikeTotals: [Int]
  /// Remarks for the report.
  var notes: [String] = []

  /// - Parameters:
  ///   - draft: with the thresholds of all hidden layers.
  ///   - samples: preprocessed values, one sample after the other.
  init(
    _ draft: SpikingDraft, _ corrections: Corrections, samples: [Float], steps: Int, threads: Int?,
    _ evaluator: FloatEvaluator
  ) {
    self.draft = draft
    self.corrections = corrections
    self.steps = steps
    lags = draft.network.layers.indices.map { draft.lag($0, steps: steps) }
    isDigits = draft.neurons.contains { $0.model == .phase }
    additions = isDigits ? 1 : Float(steps)
    self.threads = max(1, threads ?? Processors.available)
    ann = evaluator
    spiking = evaluator
    // Without what dead channels send.
    for (index, layer) in draft.network.layers.enumerated() where layer != evaluator.network.layers[index] {
      spiking.replace(layer: index, layer)
    }
    let size = max(1, evaluator.network.inputCount)
    self.samples = samples.count / size
    inputs = evaluator.blocks(samples)
    let layers = evaluator.network.layers
    annValues = layers.map { _ in [] }
    trains = layers.map { _ in [] }
    spikeTotals = layers.map { _ in 0 }
    worth = layers.indices.map { layer in
      let neuron = draft.neurons[layer]
      let values = (neuron.spikeValue ?? neuron.threshold)?.entries ?? [0]
      return values.map { $0.isFinite ? Float($0) : 0 }
    }
  }

  /// Corrects every layer in order and returns the draft.
  mutating func run(_ tell: (_ layer: Int) -> Void) -> SpikingDraft {
    for layer in ann.network.layers.indices {
      tell(layer)
      correct(layer)
    }
    draft.network = spiking.network
    return draft
  }

  // MARK: A layer

  private mutating func correct(_ index: Int) {
    let layer = ann.network.layers[index]
    let isOutput = index == ann.network.output
    let sums = byBlock { [self] block in
      ann.sums(layer: index) { source in
        switch source {
        case .input: inputs[block]
        case .layer(let layer): annValues[layer][block]
        }
      }
    }
    annValues[index] = byBlock { block in
      var values = sums[block]
      layer.activation.apply(to: &values)
      return values
    }
    let gates = gatedTrains(index)
    let isFedByLayers = layer.connections.contains { $0.source != .input }
    if isFedByLayers, corrections.contains(isOutput ? .lastLayer : .weights) {
      fitWeights(index, targets: sums, gates, isOutput: isOutput)
    }
    if !isOutput {
      correctNeurons(index, gates)
      spikeTotals[index] = trains[index].indices.reduce(0) { $0 + trains[index][$1].total(lanes: lanes($1)) }
    }
    for source in ann.network.layers.indices where source <= index && ann.lastReader[source] <= index {
      annValues[source] = []
      trains[source] = []
    }
  }

  /// For each connection that has a max pool: what leaves its gates, by block.
  private func gatedTrains(_ index: Int) -> [[LaneTrain]?] {
    ann.network.layers[index].connections.map { connection in
      guard let pool = connection.pool, pool.kind == .max, case .layer(let source) = connection.source else {
        return nil
      }
      let shape = ann.network.layers[source].shape
      return byBlock { [self] in trains[source][$0].gated(steps: steps, shape: shape, pool: pool, ann) }
    }
  }

  /// What one connection's weights read in a step, or on average over the window (nil).
  func read(_ connection: AnalogConnection, block: Int, step: Int?, gate: [LaneTrain]?) -> [Lanes] {
    switch connection.source {
    case .input: return spiking.pooled(connection, inputs[block])
    case .layer(let source):
      let train = gate?[block] ?? trains[source][block]
      let values =
        step.map { train.values(step: $0, worth: worth[source]) }
        ?? train.counts(times: worth[source].map { $0 / additions })
      return gate == nil ? spiking.pooled(connection, values) : values
    }
  }

  /// Sums of a layer in a step, or on average over the window (nil): biases, input and spikes.
  func sums(_ index: Int, block: Int, step: Int?, _ gates: [[LaneTrain]?]) -> [Lanes] {
    spiking.sums(layer: index) { number in
      read(spiking.network.layers[index].connections[number], block: block, step: step, gate: gates[number])
    }
  }

  // MARK: Blocks

  /// The lanes of a block that are samples.
  func mask(_ block: Int) -> SIMDMask<Lanes.MaskStorage> {
    var mask = SIMDMask<Lanes.MaskStorage>(repeating: false)
    for lane in 0..<min(16, samples - 16 * block) { mask[lane] = true }
    return mask
  }

  /// The same as bits.
  func lanes(_ block: Int) -> UInt16 { UInt16(truncatingIfNeeded: (1 << min(16, samples - 16 * block)) - 1) }

  /// Results of all blocks, in order.
  func byBlock<Result: Sendable>(_ body: @Sendable (_ block: Int) -> Result) -> [Result] {
    Processors.map(inputs.count, threads: threads, body)
  }
}
