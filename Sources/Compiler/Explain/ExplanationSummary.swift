import ChipModel

/// Adds up samples in their order, so that sums do not depend on threads.
struct ExplanationSummary {
  private struct Layer {
    var right = PerExecution(limit: 0, real: 0, integer: 0, chip: 0)
    var cosine = PerExecution(limit: 0.0, real: 0.0, integer: 0.0, chip: 0.0)
    var compared = 0
    var rates = 0.0
    var squares = 0.0
    var distances: [Double]
    var spikes = 0
    var full = 0
    var saturations = 0
    var fired: [Bool]
  }

  private let explainer: Explainer
  private var layers: [Layer]
  private var samples = 0
  private var right = 0

  init(_ explainer: Explainer) {
    self.explainer = explainer
    layers = explainer.network.populations.map {
      Layer(
        distances: [Double](repeating: 0, count: explainer.steps), fired: [Bool](repeating: false, count: $0.shape.count))
    }
  }

  mutating func add(_ sample: ExplainedSample, label: Int) {
    samples += 1
    right += sample.original == label ? 1 : 0
    for index in layers.indices {
      let decision = sample.decisions[index]
      layers[index].right.limit += decision.limit == label ? 1 : 0
      layers[index].right.real += decision.real == label ? 1 : 0
      layers[index].right.integer += decision.integer == label ? 1 : 0
      layers[index].right.chip += decision.chip == label ? 1 : 0
      if let cosine = sample.cosines[index] {
        layers[index].compared += 1
        layers[index].cosine.limit += cosine.limit
        layers[index].cosine.real += cosine.real
        layers[index].cosine.integer += cosine.integer
        layers[index].cosine.chip += cosine.chip
      }
      layers[index].rates += sample.rates[index]
      layers[index].squares += sample.squares[index]
      for (step, distance) in sample.distances[index].enumerated() { layers[index].distances[step] += distance }
      layers[index].spikes += sample.spikes[index]
      layers[index].full += sample.full[index]
      layers[index].saturations += sample.saturations[index]
      for (neuron, fired) in sample.fired[index].enumerated() where fired { layers[index].fired[neuron] = true }
    }
  }

  func explanation(hasLabels: Bool) -> Explanation {
    let described = explainer.populations.map { layer($0) }
    let output = layers[explainer.network.output]
    return Explanation(
      samples: samples, steps: explainer.steps, hasLabels: hasLabels, weightBits: explainer.chip.weightBits,
      membraneBits: explainer.chip.membraneBits, original: fraction(right, of: samples),
      accuracy: accuracy(output.right), layers: described, notes: explainer.notes)
  }

  private func layer(_ index: Int) -> ExplainedLayer {
    let population = explainer.network.populations[index]
    let layer = layers[index]
    let neurons = population.shape.count
    let spikes = population.model.traits.fires
    func mean(_ sum: Double) -> Double? { layer.compared == 0 ? nil : sum / Double(layer.compared) }
    return ExplainedLayer(
      name: population.name, neurons: neurons, spikes: spikes,
      cosine: PerExecution(
        limit: mean(layer.cosine.limit), real: mean(layer.cosine.real), integer: mean(layer.cosine.integer),
        chip: mean(layer.cosine.chip)),
      accuracy: accuracy(layer.right),
      meanRate: fraction(layer.spikes, of: samples * neurons * explainer.steps),
      silent: spikes ? layer.fired.count { !$0 } : 0, full: fraction(layer.full, of: samples * neurons),
      saturated: fraction(layer.saturations, of: samples * neurons * explainer.steps),
      omega: layer.squares > 0 ? layer.rates / layer.squares : nil,
      kCurve: spikes && layer.squares > 0 ? layer.distances.map { $0 / layer.squares } : [])
  }

  private func accuracy(_ right: PerExecution<Int>) -> PerExecution<Double> {
    PerExecution(
      limit: fraction(right.limit, of: samples), real: fraction(right.real, of: samples),
      integer: fraction(right.integer, of: samples), chip: fraction(right.chip, of: samples))
  }

  private func fraction(_ part: Int, of whole: Int) -> Double { Double(part) / Double(max(1, whole)) }
}
