import ChipModel

extension ConversionMethod {
  /// `ter-mapping`, as `docs/methods.md` describes it.
  public static let terMapping = ConversionMethod(
    "ter-mapping", threshold: "larger of largest activation and largest weight; a negative one for LeakyReLU",
    neurons: "ternary", source: "Yu et al. 2020",
    parameters: [.steps, .negativeThreshold, .initial, .readout, .literal],
    convertsLeakyReLU: true, standardSteps: { _, _, _ in 64 },
    // Outputs have both signs and slope 1.
    output: { stage in stage.ternary(stage.network.output, negative: { .uniform(-$0) }, spikeValue: { _ in nil }) },
    convert: { (stage) throws(ConversionError) in
      for layer in stage.hiddenLayers {
        let isSilent = !stage.ternaryFactor(layer).isFinite
        stage.draft.neurons[layer] =
          isSilent
          ? NetworkNeuron(model: .integrateFire, threshold: .uniform(.infinity))
          : stage.ternary(
            layer, negative: { stage.negativeThreshold($0, layer) }, spikeValue: { .uniform($0) })
      }
    })
}

extension ConversionStage {
  /// A neuron whose thresholds are the layer's factor.
  fileprivate func ternary(
    _ layer: Int, negative: (Double) -> Values?, spikeValue: (Double) -> Values?
  ) -> NetworkNeuron {
    let factor = ternaryFactor(layer)
    return NetworkNeuron(
      model: .ternary, threshold: .uniform(factor), negativeThreshold: negative(factor),
      spikeValue: spikeValue(factor), initial: settings.initial(.uniform(factor)))
  }

  /// `max(max|w|, max|a|)`, at most the bound of a bounded activation.
  fileprivate func ternaryFactor(_ layer: Int) -> Double {
    var largest = Double(statistics[layer].magnitude)
    for connection in network.layers[layer].connections {
      for weight in connection.weights { largest = max(largest, Double(abs(weight))) }
    }
    return largest > 0 ? min(largest, bound(layer) ?? .infinity) : .infinity
  }
}
