import ChipModel

/// Thresholds from the sums that reach the neurons of the spiking network, layer by layer, earlier layers frozen.
extension ConversionStage {
  /// `spike-norm`, `rmp`: one threshold a layer, the largest sum in any step under random input spikes.
  mutating func balanceBySpikes() throws(ConversionError) {
    var calibration = SpikingCalibration(draft, samples: samples, steps: steps, threads: threads, seed: method.seed)
    let factor = method.name == .rmp ? method.alphaOrStandard : 1
    for layer in hiddenLayers {
      let name = network.layers[layer].name
      let sums = try calibration.largestSums(layer: layer, report("largest sums of '\(name)'"))
      let largest = sums.max() ?? 0
      let threshold = largest > 0 ? min(largest, bound(layer) ?? .infinity) : .infinity
      // The factor comes after calibration: later layers see the unscaled network.
      try calibration.freeze(
        layer: layer, NetworkNeuron(model: .if, threshold: .uniform(threshold), hardReset: method.reset == .hard),
        report("spikes of '\(name)'"))
      draft.neurons[layer] = neuron(threshold: .uniform(threshold * factor))
    }
    noteBalance()
  }

  /// `channel-balance` (Nguyen and Lee 2022): one threshold a channel, the largest sum in any of the T steps under the
  /// constant input. A channel that never gets a positive sum never fires (a threshold of 0 would fire at every step).
  ///
  /// The default reading makes a spike worth its threshold, so that the network tends to the ANN; `literal` leaves it worth
  /// 1, as the paper and its code do.
  mutating func balanceByChannel() throws(ConversionError) {
    let spikeValue: Values? = method.isLiteral ? .uniform(1) : nil
    if method.isLiteral, network.layers.contains(where: { $0.bias != nil }) {
      notes.append(
        "--literal leaves the weights behind a threshold unscaled, and this network has biases: it does not tend to "
          + "the original network; leave --literal out")
    }
    var calibration = SpikingCalibration(draft, samples: samples, steps: steps, threads: threads)
    for layer in hiddenLayers {
      let name = network.layers[layer].name
      let sums = try calibration.largestSums(layer: layer, report("largest sums of '\(name)'"))
      let most = bound(layer) ?? .infinity
      let thresholds = sums.map { $0 > 0 ? min($0, most) : .infinity }
      try calibration.freeze(
        layer: layer, neuron(threshold: Self.values(thresholds), spikeValue: spikeValue), report("spikes of '\(name)'"))
      draft.neurons[layer] = neuron(
        threshold: Self.values(thresholds.map { $0 * method.alphaOrStandard }), spikeValue: spikeValue)
      let silent = thresholds.count { $0.isInfinite }
      if silent > 0, silent < thresholds.count {
        notes.append("layer '\(shownName(name))': \(silent) of \(thresholds.count) channels get no positive sum and never fire")
      }
    }
    noteBalance()
  }

  /// Says where thresholds are far from the activations, the one quantity that decides how many steps a rate needs.
  ///
  /// Sums of single steps grow with every layer and every sum of a residual network, because spikes coincide; behind thresholds
  /// so high hardly a spike arrives within the steps of the calibration, and the thresholds there come out too low.
  private mutating func noteBalance() {
    // Spikes worth 1 leave later layers in units of their own.
    guard !method.isLiteral else { return }
    let ratios = hiddenLayers.compactMap { layer -> (name: String, ratio: Double)? in
      guard let highest = draft.neurons[layer].threshold?.finiteRange?.upperBound, statistics[layer].largest > 0 else {
        return nil
      }
      return (network.layers[layer].name, highest / method.alphaOrStandard / Double(statistics[layer].largest))
    }
    if let most = ratios.max(by: { $0.ratio < $1.ratio }), most.ratio > 8 {
      notes.append(
        "thresholds are up to \(Int(most.ratio.rounded())) times the largest activation (layer '\(shownName(most.name))'): "
          + "the network needs about that many times the steps of max-norm")
    }
    // The largest sum of any step is hardly below the largest activation, the mean of all steps, where spikes arrive.
    let low = ratios.filter { $0.ratio < 0.4 }
    if let first = low.first {
      notes.append(
        "\(low.count) of \(ratios.count) layers, first '\(shownName(first.name))', got hardly a spike in \(steps) steps, and "
          + "their thresholds are below the activations: give --steps a larger number")
    }
  }
}
