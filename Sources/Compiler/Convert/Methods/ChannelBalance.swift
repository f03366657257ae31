import ChipModel

extension ConversionMethod {
  /// `channel-balance`, as `docs/methods.md` describes it.
  public static let channelBalance = ConversionMethod(
    "channel-balance", threshold: "largest input current of each channel, layers before it spiking",
    source: "Ngu, Lee 2022",
    parameters: [.steps, .initial, .reset, .readout, .literal] + Parameter.ofThresholds,
    watchesSpikes: { _ in true },
    tries: { _, _, _ in [] },
    convert: { (stage) throws(ConversionError) in try stage.balanceByChannel() })
}

extension ConversionStage {
  /// `channel-balance` (Nguyen and Lee 2022): one threshold a channel, the largest sum in any of the T steps under the
  /// constant input. A channel that never gets a positive sum never fires (a threshold of 0 would fire at every step).
  ///
  /// The default reading makes a spike worth its threshold, so that the network tends to the ANN; `literal` leaves it
  /// worth 1, as the paper and its code do.
  fileprivate mutating func balanceByChannel() throws(ConversionError) {
    let isLiteral = settings[.literal] == true
    let spikeValue: Values? = isLiteral ? .uniform(1) : nil
    if isLiteral, network.layers.contains(where: { $0.bias != nil }) {
      notes.append(
        "the literal reading leaves the weights behind a threshold unscaled, and this network has biases: it does not "
          + "tend to the original network; leave 'literal' out")
    }
    var calibration = SpikingCalibration(draft, samples: samples.values, steps: steps, threads: threads)
    for layer in hiddenLayers {
      let name = network.layers[layer].name
      let sums = try calibration.largestSums(layer: layer, report("largest sums of '\(name)'"))
      let most = bound(layer) ?? .infinity
      let thresholds = sums.map { $0 > 0 ? min($0, most) : .infinity }
      draft.neurons[layer] = neuron(threshold: Self.values(thresholds), spikeValue: spikeValue)
      try calibration.freeze(layer: layer, draft.neurons[layer], report("spikes of '\(name)'"))
      let silent = thresholds.count { $0.isInfinite }
      if silent > 0, silent < thresholds.count {
        notes.append("layer '\(shownName(name))': \(silent) of \(thresholds.count) channels get no positive sum and never fire")
      }
    }
    noteBalance()
  }
}
