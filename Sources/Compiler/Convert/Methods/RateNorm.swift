import ChipModel

extension ConversionMethod {
  /// One factor for all layers or one for each, searched, or a number for all.
  package enum RateFactor: ParameterType {
    case shared, layer
    case fixed(Double)

    package init?(_ value: ParameterValue) {
      switch value {
      case .choice("shared"): self = .shared
      case .choice("layer"): self = .layer
      case .number(let value): self = .fixed(value)
      default: return nil
      }
    }

    package var parameterValue: ParameterValue {
      switch self {
      case .shared: .choice("shared")
      case .layer: .choice("layer")
      case .fixed(let value): .number(value)
      }
    }
  }

  /// `rate-norm`, as `docs/methods.md` describes it.
  public static let rateNorm = ConversionMethod(
    "rate-norm",
    threshold: "share `p` of the largest activation; `p` by the rate inference loss and an accuracy stop",
    source: "Ding et al. 2021",
    parameters: [
      .steps, .lambda.defaulting(to: 0.1), .tolerance.defaulting(to: 0.005),
      .rateFactor.defaulting(to: RateFactor.shared), .initial, .reset, .readout, .literal,
    ] + Parameter.ofThresholds, sharesThresholds: true,
    tries: { _, _, _ in [] },
    convert: { (stage) throws(ConversionError) in stage.normaliseRates() })
}

extension Parameter {
  package static let lambda = Parameter(
    "lambda", .number(.notNegative), source: "Ding et al. 2021", "Weight of the rate inference loss.")
  package static let tolerance = Parameter(
    "tolerance", .number(.fraction),
    "Accuracy that may be lost; of values their distance from the ANN's, relative to their spread.")
  package static let rateFactor = Parameter(
    "p", .choiceOrNumber(["shared", "layer"], NumberRange(lower: 0, excludesLower: true, upper: 1)),
    source: "Ding et al. 2021", "One factor for all layers, or one for each, or a number, which is not searched.")
}

extension ParameterKey<Double> {
  package static var lambda: Self { Self(.lambda) }
  package static var tolerance: Self { Self(.tolerance) }
}

extension ParameterKey<ConversionMethod.RateFactor> {
  package static var rateFactor: Self { Self(.rateFactor) }
}

/// `rate-norm` (Ding et al. 2021): each layer's threshold is `p` times its largest activation, and `p` trades clipping
/// for faster rates. Stage 2: weights frozen, `p` found by the paper's loss `1 - cos(out*, out') + lambda * mean
/// Omega`, stopped where the clipped network would lose more accuracy than the tolerance.
///
/// The loss has one unknown (or one a layer), so a scan replaces gradient descent. The clipped network is evaluated in
/// floats: `r = clip((W a + b) / threshold, 0, 1)`.
extension ConversionStage {
  fileprivate mutating func normaliseRates() {
    let isLiteral = settings[.literal] == true
    let found = isLiteral ? runningMaxima() : statistics.map { Double($0.largest) }
    let maxima = found.enumerated().map { min($1, bound($0) ?? .infinity) }
    let free = hiddenLayers.filter { maxima[$0] > 0 }
    let scan = RateScan(
      network: network, samples: samples, labels: labels, maxima: maxima, free: free,
      isLiteral: isLiteral, lambda: settings[.lambda] ?? 0, task: task, threads: threads)
    let standard = scan.evaluate([Double](repeating: 1, count: free.count), reference: nil)
    let worst = standard.accuracy - (settings[.tolerance] ?? 0)
    var best = RateScan.Choice(factors: [Double](repeating: 1, count: free.count), score: standard)
    if case .fixed(let factor)? = settings[.rateFactor], !free.isEmpty {
      let factors = [Double](repeating: factor, count: free.count)
      best = RateScan.Choice(factors: factors, score: scan.evaluate(factors, reference: standard.outputs))
    } else if !free.isEmpty {
      let tell = report("rate norm", total: 0)
      best = sharedFactor(scan, best, standard, worst, tell)
      if settings[.rateFactor] == .layer { best = layerFactors(scan, best, standard, worst, tell) }
    }
    rateInferenceLoss = RateInferenceLoss(before: standard.hiddenOmega, after: best.score.hiddenOmega)
    for layer in hiddenLayers {
      guard let position = free.firstIndex(of: layer) else {
        draft.neurons[layer] = neuron(threshold: .uniform(.infinity))
        continue
      }
      let factor = best.factors[position]
      factors[layer] = factor
      // Literal: thresholds shrink and spikes keep their value, so that p acts once more in every layer.
      draft.neurons[layer] = neuron(
        threshold: .uniform(factor * maxima[layer]), spikeValue: isLiteral ? .uniform(maxima[layer]) : nil)
    }
  }

  /// One factor for all: down a grid until the accuracy stop, then finer around the smallest loss.
  private func sharedFactor(
    _ scan: RateScan, _ start: RateScan.Choice, _ standard: RateScan.Score, _ worst: Double,
    _ tell: @Sendable (Int) -> Void
  ) -> RateScan.Choice {
    var best = start
    func attempt(_ percent: Int) -> Bool {
      let factors = [Double](repeating: Double(percent) / 100, count: start.factors.count)
      let score = scan.evaluate(factors, reference: standard.outputs)
      tell(sampleCount)
      guard score.accuracy >= worst else { return false }
      if score.loss < best.score.loss { best = RateScan.Choice(factors: factors, score: score) }
      return true
    }
    for percent in stride(from: 95, through: 5, by: -5) where !attempt(percent) { break }
    let middle = Int(((best.factors.first ?? 1) * 100).rounded())
    for percent in stride(from: min(100, middle + 4), through: max(1, middle - 4), by: -1) where percent != middle {
      if !attempt(percent), percent < middle { break }
    }
    return best
  }

  /// One factor a layer: each in turn by steps of its own, twice, keeping what lowers the loss.
  private func layerFactors(
    _ scan: RateScan, _ start: RateScan.Choice, _ standard: RateScan.Score, _ worst: Double,
    _ tell: @Sendable (Int) -> Void
  ) -> RateScan.Choice {
    var best = start
    for round in 0..<2 {
      for position in start.factors.indices {
        for change in round == 0 ? [0.6, 0.8, 1.25, 1.6] : [0.9, 1.1] {
          var factors = best.factors
          factors[position] = min(1, max(0.01, factors[position] * change))
          guard factors != best.factors else { continue }
          let score = scan.evaluate(factors, reference: standard.outputs)
          tell(sampleCount)
          if score.accuracy >= worst, score.loss < best.score.loss {
            best = RateScan.Choice(factors: factors, score: score)
          }
        }
      }
    }
    return best
  }

  /// The public code's running maximum: starts at 1 and moves by 0.1 towards each batch's maximum (batches of 50).
  private func runningMaxima() -> [Double] {
    var result = [Double](repeating: 1, count: network.layers.count)
    let tell = report("running maxima")
    for first in stride(from: 0, to: sampleCount, by: 50) {
      let last = min(first + 50, sampleCount)
      let batch = ActivationStatistics(
        evaluator: evaluator, samples: samples.part(first..<last), threads: threads)
      for (layer, statistics) in batch.layers(tell).enumerated() {
        result[layer] += 0.1 * (Double(max(0, statistics.largest)) - result[layer])
      }
    }
    return result
  }
}

/// Evaluates the rate network of given factors on the calibration data.
struct RateScan: Sendable {
  let network: AnalogNetwork
  let samples: FloatSamples
  let labels: [Int]
  let maxima: [Double]
  /// Layers whose factor is free, in the order of the factors.
  let free: [Int]
  let isLiteral: Bool
  let lambda: Double
  let task: OutputTask
  let threads: Int?

  struct Score: Sendable {
    var loss: Double
    /// Mean Omega of the layers that spike; the loss also counts the readout's.
    var hiddenOmega: Double
    /// Of classes; of values 1 minus their mean distance from the ANN's, relative to how far these spread.
    var accuracy: Double
    var outputs: [[Float]]
  }

  struct Choice: Sendable {
    var factors: [Double]
    var score: Score
  }

  /// - Parameter reference: outputs with all factors 1; nil: these are they.
  func evaluate(_ factors: [Double], reference: [[Float]]?) -> Score {
    var rated = network
    // Rates are activations divided by what a spike is worth.
    var full = maxima
    for (position, layer) in free.enumerated() {
      let factor = factors[position]
      if isLiteral {
        let gain = Float(1 / factor)
        for index in rated.layers[layer].connections.indices {
          let connection = rated.layers[layer].connections[index]
          let weights =
            connection.weights.isEmpty
            ? [Float](repeating: 1, count: rated.layers[layer].channels) : connection.weights
          rated.layers[layer].connections[index].weights = weights.map { $0 * gain }
        }
        rated.layers[layer].bias = rated.layers[layer].bias.map { $0.map { $0 * gain } }
      } else {
        full[layer] = factor * maxima[layer]
      }
      rated.layers[layer].activation = .clip(maximum: Float(full[layer]))
    }
    guard let evaluator = try? FloatEvaluator(rated) else {
      return Score(loss: .infinity, hiddenOmega: .infinity, accuracy: 0, outputs: [])
    }
    return score(evaluator, full: full, reference: reference)
  }

  private struct Part: Sendable {
    var sums: [Double]
    var squares: [Double]
    var outputs: [[Float]]
  }

  private func score(_ evaluator: FloatEvaluator, full: [Double], reference: [[Float]]?) -> Score {
    let network = network
    let parts = evaluator.visit(samples, threads: threads, Part(sums: [], squares: [], outputs: [])) {
      part, layer, values, count in
      var sum = Lanes.zero
      var square = Lanes.zero
      if layer == network.output {
        part.outputs = (0..<count).map { lane in values.map { $0[lane] } }
      } else {
        for value in values {
          sum += value
          square += value * value
        }
      }
      var (total, squares) = (0.0, 0.0)
      for lane in 0..<count {
        total += Double(sum[lane])
        squares += Double(square[lane])
      }
      part.sums.append(total)
      part.squares.append(squares)
    }
    let outputs = parts.flatMap(\.outputs)
    var omegas: [Double] = []
    for layer in network.layers.indices where layer != network.output {
      let sum = parts.reduce(0) { $0 + $1.sums[layer] }
      let squares = parts.reduce(0) { $0 + $1.squares[layer] }
      if squares > 0, full[layer] > 0 { omegas.append(sum * full[layer] / squares) }
    }
    let hidden = omegas.isEmpty ? 0 : omegas.reduce(0, +) / Double(omegas.count)
    // The readout's rate is ReLU(out) / max(out).
    var (largest, sum, squares) = (0.0, 0.0, 0.0)
    for value in outputs.joined() where value > 0 {
      largest = max(largest, Double(value))
      sum += Double(value)
      squares += Double(value) * Double(value)
    }
    if squares > 0 { omegas.append(sum * largest / squares) }
    let omega = omegas.isEmpty ? 0 : omegas.reduce(0, +) / Double(omegas.count)
    var distance = 0.0
    if let reference {
      for (a, b) in zip(reference, outputs) { distance += 1 - RateScan.cosine(a, b) }
      distance /= Double(max(1, outputs.count))
    }
    return Score(
      loss: distance + lambda * omega, hiddenOmega: hidden,
      accuracy: task == .values
        ? 1 - Self.deviation(of: outputs, from: reference ?? outputs)
        : FloatEvaluator.accuracy(outputs.map { Decision.of($0) }, labels: labels),
      outputs: outputs)
  }

  /// Mean over the outputs of their distance from the reference, each relative to the reference's distance from its mean.
  private static func deviation(of outputs: [[Float]], from reference: [[Float]]) -> Double {
    guard let first = reference.first, !first.isEmpty else { return 0 }
    let ratios = first.indices.map { output -> Double in
      let right = reference.map { Double($0[output]) }
      let mean = right.reduce(0, +) / Double(right.count)
      let spread = right.reduce(0) { $0 + abs($1 - mean) }
      let distance = zip(outputs, right).reduce(0) { $0 + abs(Double($1.0[output]) - $1.1) }
      return distance == 0 ? 0 : spread > 0 ? distance / spread : .infinity
    }
    return ratios.reduce(0, +) / Double(ratios.count)
  }

  private static func cosine(_ a: [Float], _ b: [Float]) -> Double {
    var (dot, normA, normB) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      dot += Double(x) * Double(y)
      normA += Double(x) * Double(x)
      normB += Double(y) * Double(y)
    }
    return normA > 0 && normB > 0 ? dot / (normA * normB).squareRoot() : 0
  }
}
