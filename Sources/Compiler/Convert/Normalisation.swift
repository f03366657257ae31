import ChipModel

/// Thresholds from the activations of the ANN: `max-norm`, `robust-norm`, `channel-norm`, and the period codes, which
/// take those of `max-norm`.
extension ConversionStage {
  /// Gives every hidden layer its threshold.
  package mutating func normalise(_ thresholds: [Values]) {
    for layer in hiddenLayers { draft.neurons[layer] = neuron(threshold: thresholds[layer]) }
  }

  /// Largest activation of each layer. Those of a bounded layer lie below its bound, often far below: a threshold at
  /// the bound would cost as many steps as it is larger.
  package func largestByLayer() -> [Values] {
    network.layers.indices.map { .uniform(positive(statistics[$0].largest)) }
  }

  /// Percentile of the non-zero activations of each layer.
  func percentileByLayer() -> [Values] {
    layerHistograms.map { histogram in
      let threshold = histogram.percentile(settings[.percentile] ?? 100)
      return .uniform(threshold > 0 ? threshold : .infinity)
    }
  }

  /// Largest activation of each channel; one that has none never fires.
  func largestByChannel() -> [Values] {
    network.layers.indices.map { layer in
      Self.values(statistics[layer].channelLargest.map(positive))
    }
  }

  /// The maximum of a Clip, ANN units.
  func bound(_ layer: Int) -> Double? {
    guard case .clip(let maximum, _) = network.layers[layer].activation, maximum > 0 else { return nil }
    return Double(maximum)
  }

  /// One value where all are the same.
  static func values(_ list: [Double]) -> Values {
    guard let first = list.first, list.contains(where: { $0 != first }) else { return .uniform(list.first ?? .infinity) }
    return .list(list)
  }
}
