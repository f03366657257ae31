import ChipModel

extension ConversionMethod {
  /// `aug-mapping`, as `docs/methods.md` describes it.
  public static let augMapping = ConversionMethod(
    "aug-mapping", threshold: "1", neurons: "spikes that carry a count", source: "Yu et al. 2020",
    parameters: [.steps, .maximumCount, .negativeThreshold, .initial, .readout, .literal], needsCalibration: false,
    convertsLeakyReLU: true, standardSteps: { _, _, _ in 16 },
    tries: { standard, _, _ in
      [nil, 4].flatMap { standard.with(.maximumCount, $0).withInitials }
    },
    output: { stage in stage.augmented(negative: .uniform(-1), spikeValue: nil) },
    convert: { (stage) throws(ConversionError) in
      for layer in stage.hiddenLayers {
        if stage.bound(layer) != nil {
          stage.notes.append(
            "layer '\(shownName(stage.network.layers[layer].name))': aug-mapping does not keep the bound of "
              + "\(stage.network.layers[layer].activation.text); larger activations pass")
        }
        stage.draft.neurons[layer] = stage.augmented(
          negative: stage.negativeThreshold(1, layer), spikeValue: .uniform(1))
      }
    })
}

extension ConversionStage {
  /// Thresholds 1 and -1 / slope in every layer, whatever the data.
  fileprivate func augmented(negative: Values?, spikeValue: Values?) -> NetworkNeuron {
    NetworkNeuron(
      model: .augmented, threshold: .uniform(1), negativeThreshold: negative, spikeValue: spikeValue,
      initial: settings.initial(.uniform(1)),
      parameters: .with(.maximumPayload, settings[.maximumCount]))
  }
}

extension Parameter {
  package static let maximumCount = Parameter(
    "maxCount", .integer(1...Int(Int32.max)), source: "Yu et al. 2020",
    "Largest count that a spike carries. Without it 4 for count neurons, any for aug-mapping.")
}

extension ParameterKey<Int> {
  package static var maximumCount: Self { Self(.maximumCount) }
}
