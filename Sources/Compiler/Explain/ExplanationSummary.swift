import ChipModel
import Runtime

/// Adds up samples in their order, so that sums do not depend on threads.
struct ExplanationSummary {
  private struct Layer {
    var scores: PerExecution<[Double]>?
    var cosine = PerExecution(0.0)
    var compared = 0
    var rates = 0.0
    var squares = 0.0
    var distances: [Double]
    var spikes = 0
    var full = 0
    var inactivated = 0
    var channelCounts: [Int] = []
    var similarity: [Double] = []
    var similar = 0
    var saturations = 0
    var fired: [Bool]
  }

  private let explainer: Explainer
  private var layers: [Layer]
  private var samples = 0
  private(set) var original: [Double] = []
  private var outputDifferences: [Double] = []
  private(set) var scores = PerExecution([Double]())

  init(_ explainer: Explainer) {
    self.explainer = explainer
    layers = explainer.network.populations.map {
      Layer(
        distances: [Double](repeating: 0, count: explainer.steps), fired: [Bool](repeating: false, count: $0.shape.count))
    }
  }

  mutating func add(_ sample: ExplainedSample) {
    samples += 1
    original.append(sample.original)
    outputDifferences += sample.outputDifferences
    scores.merge(sample.last) { $0.append($1) }
    for index in layers.indices {
      if let own = sample.scores[index] {
        var scores = layers[index].scores ?? PerExecution([])
        layers[index].scores = nil
        scores.merge(own) { $0.append($1) }
        layers[index].scores = scores
      }
      if let cosine = sample.cosines[index] {
        layers[index].compared += 1
        layers[index].cosine.merge(cosine) { $0 += $1 }
      }
      layers[index].rates += sample.rates[index]
      layers[index].squares += sample.squares[index]
      for (step, distance) in sample.distances[index].enumerated() { layers[index].distances[step] += distance }
      layers[index].spikes += sample.spikes[index]
      layers[index].full += sample.full[index]
      layers[index].inactivated += sample.inactivated[index]
      layers[index].channelCounts = Self.sum(layers[index].channelCounts, sample.channelCounts[index])
      if !sample.similarity[index].isEmpty {
        layers[index].similarity = Self.sum(layers[index].similarity, sample.similarity[index])
        layers[index].similar += 1
      }
      layers[index].saturations += sample.saturations[index]
      for (neuron, fired) in sample.fired[index].enumerated() where fired { layers[index].fired[neuron] = true }
    }
  }

  private static func sum<Number: AdditiveArithmetic>(_ a: [Number], _ b: [Number]) -> [Number] {
    a.isEmpty ? b : b.isEmpty ? a : zip(a, b).map { $0 + $1 }
  }

  func explanation(_ task: OutputTask, hasLabels: Bool) -> Explanation {
    let described = explainer.populations.map { layer($0) }
    return Explanation(
      task: task, samples: samples, steps: explainer.steps, hasLabels: hasLabels, weightBits: explainer.chip.weightBits,
      membraneBits: explainer.chip.membraneBits, original: mean(original),
      accuracy: scores.map(mean), stages: stages(scores), layers: described,
      outputDifferences: Histogram(outputDifferences), notes: explainer.notes)
  }

  /// What each stage loses: the execution before it beside the one after it.
  private func stages(_ scores: PerExecution<[Double]>) -> [PairedAccuracy] {
    [(original, scores.real), (scores.real, scores.integer), (scores.integer, scores.chip)]
      .compactMap { PairedAccuracy(scores: $0, $1) }
  }

  private func mean(_ scores: [Double]) -> Double { scores.reduce(0, +) / Double(max(1, samples)) }

  private func layer(_ index: Int) -> ExplainedLayer {
    let population = explainer.network.populations[index]
    let layer = layers[index]
    let neurons = population.shape.count
    let spikes = population.model.fires
    return ExplainedLayer(
      name: population.name, neurons: neurons, spikes: spikes,
      cosine: layer.cosine.map { layer.compared == 0 ? nil : $0 / Double(layer.compared) },
      accuracy: layer.scores?.map(mean), stages: layer.scores.map(stages),
      isBehindMaxPool: population.incoming.contains { explainer.network.projections[$0].pool?.kind == .max },
      meanRate: fraction(layer.spikes, of: samples * neurons * explainer.steps),
      silent: spikes ? layer.fired.count { !$0 } : 0, full: fraction(layer.full, of: samples * neurons),
      inactivated: layer.spikes > 0 ? fraction(layer.inactivated, of: layer.spikes) : nil,
      saturated: fraction(layer.saturations, of: samples * neurons * explainer.steps),
      omega: layer.squares > 0 ? layer.rates / layer.squares : nil,
      kCurve: spikes && layer.squares > 0 ? layer.distances.map { $0 / layer.squares } : [],
      similarity: layer.similarity.map { $0 / Double(max(1, layer.similar)) },
      channelRates: spikes
        ? layer.channelCounts.map { fraction($0, of: samples * population.shape.pixels * explainer.steps) } : [],
      channelThresholds: spikes ? thresholds(population) : [])
  }

  /// Of each channel: the mean of its neurons; infinite where one never fires.
  private func thresholds(_ population: CheckedPopulation) -> [Double] {
    guard let values = population.threshold else { return [] }
    let (shape, pixels) = (population.shape, population.shape.pixels)
    return (0..<shape.channels).map { channel in
      (0..<pixels).reduce(0) { $0 + values.value(at: channel * pixels + $1, shape: shape) } / Double(pixels)
    }
  }

  private func fraction(_ part: Int, of whole: Int) -> Double { Double(part) / Double(max(1, whole)) }
}
