import ChipModel
import Runtime

/// Adds up samples in their order, so that sums do not depend on threads.
struct ExplanationSummary {
  private struct Layer {
    var right: PerExecution<[Bool]>?
    var cosine = PerExecution(0.0)
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
  private(set) var original: [Bool] = []
  private(set) var right = PerExecution([Bool]())

  init(_ explainer: Explainer) {
    self.explainer = explainer
    layers = explainer.network.populations.map {
      Layer(
        distances: [Double](repeating: 0, count: explainer.steps), fired: [Bool](repeating: false, count: $0.shape.count))
    }
  }

  mutating func add(_ sample: ExplainedSample, label: Int) {
    samples += 1
    original.append(sample.original == label)
    right.merge(sample.last) { $0.append($1 == label) }
    for index in layers.indices {
      if let decisions = sample.decisions[index] {
        var right = layers[index].right ?? PerExecution([])
        layers[index].right = nil
        right.merge(decisions) { $0.append($1 == label) }
        layers[index].right = right
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
      layers[index].saturations += sample.saturations[index]
      for (neuron, fired) in sample.fired[index].enumerated() where fired { layers[index].fired[neuron] = true }
    }
  }

  func explanation(hasLabels: Bool) -> Explanation {
    let described = explainer.populations.map { layer($0) }
    return Explanation(
      samples: samples, steps: explainer.steps, hasLabels: hasLabels, weightBits: explainer.chip.weightBits,
      membraneBits: explainer.chip.membraneBits, original: fraction(original.count { $0 }, of: samples),
      accuracy: right.map { fraction($0.count { $0 }, of: samples) }, stages: stages(right), layers: described, notes: explainer.notes)
  }

  /// What each stage loses: the execution before it beside the one after it.
  private func stages(_ right: PerExecution<[Bool]>) -> [PairedAccuracy] {
    [(original, right.real), (right.real, right.integer), (right.integer, right.chip)]
      .compactMap { PairedAccuracy(right: $0, $1) }
  }

  private func layer(_ index: Int) -> ExplainedLayer {
    let population = explainer.network.populations[index]
    let layer = layers[index]
    let neurons = population.shape.count
    let spikes = population.model.fires
    return ExplainedLayer(
      name: population.name, neurons: neurons, spikes: spikes,
      cosine: layer.cosine.map { layer.compared == 0 ? nil : $0 / Double(layer.compared) },
      accuracy: layer.right?.map { fraction($0.count { $0 }, of: samples) }, stages: layer.right.map(stages),
      isBehindMaxPool: population.incoming.contains { explainer.network.projections[$0].pool?.kind == .max },
      meanRate: fraction(layer.spikes, of: samples * neurons * explainer.steps),
      silent: spikes ? layer.fired.count { !$0 } : 0, full: fraction(layer.full, of: samples * neurons),
      saturated: fraction(layer.saturations, of: samples * neurons * explainer.steps),
      omega: layer.squares > 0 ? layer.rates / layer.squares : nil,
      kCurve: spikes && layer.squares > 0 ? layer.distances.map { $0 / layer.squares } : [])
  }

  private func fraction(_ part: Int, of whole: Int) -> Double { Double(part) / Double(max(1, whole)) }
}
