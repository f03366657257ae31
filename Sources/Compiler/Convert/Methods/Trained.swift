import ChipModel

extension ConversionMethod {
  /// `trained`, as `docs/methods.md` describes it.
  public static let trained = ConversionMethod(
    "trained", threshold: "the bound that was trained: Rate Norm Layers, QCFS",
    source: "Ding et al. 2021; Bu et al. 2022",
    parameters: [.steps, .initial, .readout] + Parameter.ofThresholds, needsCalibration: false,
    standardSteps: { _, network, _ in network.layers.compactMap(\.activation.levels).max() ?? 32 },
    tries: { standard, _, _ in standard.withInitials },
    convert: { (stage) throws(ConversionError) in
      for layer in stage.hiddenLayers {
        guard let bound = stage.bound(layer) else { throw .notTrained(layer: stage.network.layers[layer].name) }
        stage.draft.neurons[layer] = stage.neuron(threshold: .uniform(bound))
        // QCFS rounds to nearest, which a membrane does that begins at half its threshold (Bu et al. 2022, theorem 2).
        if stage.network.layers[layer].activation.levels != nil, stage.settings[.initial] == nil {
          stage.draft.neurons[layer].initial = .uniform(bound / 2)
        }
      }
    })
}

extension AnalogActivation {
  /// Of a QCFS activation.
  var levels: Int? {
    if case .clip(_, let levels) = self { levels } else { nil }
  }
}
