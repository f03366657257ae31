import ChipModel

/// Double thresholds (Yu et al. 2020). The negative threshold carries LeakyReLU: a negative spike takes `1 / slope` times as
/// much negative potential as a positive one takes positive. The paper writes one slope for both sides, which `literal`
/// follows; it maps the identity.
extension ConversionStage {
  /// `ter-mapping`: thresholds and spike value are the layer's factor, the largest |weight| or |activation|.
  mutating func mapTernary() {
    for layer in hiddenLayers {
      let factor = ternaryFactor(layer)
      guard factor.isFinite else {
        draft.neurons[layer] = NetworkNeuron(model: .if, threshold: .uniform(.infinity))
        continue
      }
      draft.neurons[layer] = NetworkNeuron(
        model: .ternary, threshold: .uniform(factor), negativeThreshold: negativeThreshold(factor, layer),
        spikeValue: .uniform(factor), initial: initial(.uniform(factor)))
    }
  }

  /// `aug-mapping`: thresholds 1 and -1 / slope in every layer, whatever the data.
  mutating func mapAugmented() {
    for layer in hiddenLayers {
      if bound(layer) != nil {
        notes.append(
          "layer '\(shownName(network.layers[layer].name))': aug-mapping does not keep the bound of "
            + "\(network.layers[layer].activation.text); larger activations pass")
      }
      draft.neurons[layer] = NetworkNeuron(
        model: .augmented, threshold: .uniform(1), negativeThreshold: negativeThreshold(1, layer),
        spikeValue: .uniform(1), initial: initial(.uniform(1)), maximumPayload: method.maximumCount)
    }
  }

  /// `max(max|w|, max|a|)`; a trained bound takes its place.
  func ternaryFactor(_ layer: Int) -> Double {
    if let bound = bound(layer) { return bound }
    var largest = Double(statistics[layer].magnitude)
    for connection in network.layers[layer].connections {
      for weight in connection.weights { largest = max(largest, Double(abs(weight))) }
    }
    return largest > 0 ? largest : .infinity
  }

  private func negativeThreshold(_ threshold: Double, _ layer: Int) -> Values? {
    guard case .leakyRelu(let slope) = network.layers[layer].activation, slope > 0 else { return nil }
    return .uniform(-threshold / (method.isLiteral ? 1 : Double(slope)))
  }
}
