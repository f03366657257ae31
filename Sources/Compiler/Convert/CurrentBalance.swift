import ChipModel

/// Thresholds from the sums that reach the neurons of the spiking network, layer by layer, earlier layers frozen.
extension ConversionStage {
  /// `spike-norm`, `rmp`: one threshold a layer, the largest sum in any step under random input spikes.
  mutating func balanceBySpikes() throws(ConversionError) {
    var calibration = SpikingCalibration(
      draft, samples: samples.values, steps: steps, threads: threads, seed: settings.seed)
    for layer in hiddenLayers {
      let name = network.layers[layer].name
      let sums = try calibration.largestSums(layer: layer, report("largest sums of '\(name)'"))
      let largest = sums.max() ?? 0
      let threshold = largest > 0 ? min(largest, bound(layer) ?? .infinity) : .infinity
      try calibration.freeze(
        layer: layer, settings.with(.initial, nil).integrateFire(threshold: .uniform(threshold)),
        report("spikes of '\(name)'"))
      draft.neurons[layer] = neuron(threshold: .uniform(threshold))
    }
    noteBalance()
  }

  /// Says where thresholds are far from the activations, the one quantity that decides how many steps a rate needs.
  ///
  /// Sums of single steps grow with every layer and every sum of a residual network, because spikes coincide; behind thresholds
  /// so high hardly a spike arrives within the steps of the calibration, and the thresholds there come out too low.
  mutating func noteBalance() {
    // Spikes worth 1 leave later layers in units of their own.
    guard settings[.literal] != true else { return }
    let ratios = hiddenLayers.compactMap { layer -> (name: String, ratio: Double)? in
      guard let highest = draft.neurons[layer].threshold?.finiteRange?.upperBound, statistics[layer].largest > 0 else {
        return nil
      }
      return (network.layers[layer].name, highest / Double(statistics[layer].largest))
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
          + "their thresholds are below the activations: calibrate with more steps")
    }
  }
}
