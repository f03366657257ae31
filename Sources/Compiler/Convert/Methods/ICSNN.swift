import ChipModel

extension ConversionMethod {
  /// From data (algorithm 2), compensation, both (algorithm 3), from the weights (algorithm 1).
  package enum InitialVariant: String, ParameterChoice { case i, c, ic, weights }
  /// Which potentials the mean is over: all, held to 0...threshold; those of at least 0; all as they are.
  package enum MeanMembrane: String, ParameterChoice { case clamp, active, literal }

  /// `ic-snn`, as `docs/methods.md` describes it.
  public static let icSNN = ConversionMethod(
    "ic-snn", threshold: "percentile; initial potentials calibrated on final ones",
    neurons: "soft reset, strict comparison", source: "Li et al. 2023",
    parameters: [
      .steps, .percentile.defaulting(to: 99.9), .variant.defaulting(to: InitialVariant.ic),
      .membrane.defaulting(to: MeanMembrane.clamp), .initial, .reset.only(ResetRule.soft), .readout, .literal,
    ],
    watchesSpikes: { $0[.initial] == nil && $0[.variant] != .c && $0[.variant] != .weights },
    dependsOnSteps: { $0[.initial] == nil },
    // An initial potential that is given takes the place of the calibrated one.
    reads: { settings, parameter in
      switch parameter.key {
      case Parameter.variant.key: settings[.initial] == nil
      case Parameter.membrane.key: settings.watchesSpikes
      default: true
      }
    },
    // Those that need no run of the spiking network.
    tries: { standard, _, _ in [standard.with(.initial, .half), standard.with(.variant, .weights)] },
    neuron: { $0.integrateFire(threshold: $1, spikeValue: $2, strict: true) },
    convert: { (stage) throws(ConversionError) in try stage.initialisePotentials() })
}

extension Parameter {
  package static let variant = Parameter(
    "variant", .choice(of: ConversionMethod.InitialVariant.self), source: "Li et al. 2023",
    "Initial potentials, coding compensation, both, or from the weights.")
  package static let membrane = Parameter(
    "membrane", .choice(of: ConversionMethod.MeanMembrane.self), source: "Li et al. 2023",
    "Which residual potentials are averaged: each cut to 0 and the threshold, those that are not negative, or all as they "
      + "are.")
}

extension ParameterKey<ConversionMethod.InitialVariant> {
  package static var variant: Self { Self(.variant) }
}

extension ParameterKey<ConversionMethod.MeanMembrane> {
  package static var membrane: Self { Self(.membrane) }
}

/// `ic-snn` (Li et al. 2023): thresholds of `robust-norm`, strict comparison, and initial potentials, one a layer.
extension ConversionStage {
  fileprivate mutating func initialisePotentials() throws(ConversionError) {
    normalise(percentileByLayer())
    guard settings[.initial] == nil else { return }
    let firing = hiddenLayers.filter { threshold($0).isFinite }
    // Algorithm 3, line 5: the expected coding error of one step.
    let compensation = firing.map { threshold($0) / Double(2 * steps) }
    switch settings[.variant] ?? .ic {
    case .weights:
      for layer in firing { draft.neurons[layer].initial = .uniform(remainderOfWeights(layer)) }
    case .c:
      setInitial(compensation, of: firing)
    case .i:
      setInitial(try remainingPotentials(firing), of: firing)
    case .ic:
      setInitial(compensation, of: firing)
      let remaining = try remainingPotentials(firing)
      setInitial(zip(remaining, compensation).map { $0 + $1 }, of: firing)
    }
  }

  private mutating func setInitial(_ values: [Double], of layers: [Int]) {
    for (layer, value) in zip(layers, values) { draft.neurons[layer].initial = .uniform(value) }
  }

  private func threshold(_ layer: Int) -> Double {
    guard case .uniform(let value) = draft.neurons[layer].threshold else { return .infinity }
    return value
  }

  /// Algorithm 2: mean potential after T steps over all neurons and samples.
  ///
  /// Printed so, neurons that stay inactive pull the mean far below 0 (the paper's analysis assumes potentials in
  /// 0...threshold); the default holds each potential to that range, `active` leaves the negative ones out.
  private func remainingPotentials(_ layers: [Int]) throws(ConversionError) -> [Double] {
    let calibration = SpikingCalibration(draft, samples: samples.values, steps: steps, threads: threads)
    let membrane = settings[.literal] == true ? .literal : settings[.membrane] ?? .clamp
    let limits = network.layers.indices.map { threshold($0) }
    return try calibration.meanPotentials(
      layers: layers,
      reduce: { layer, potentials in
        var sum = 0.0
        var count = 0
        for potential in potentials {
          switch membrane {
          case .literal: sum += potential
          case .clamp: sum += min(max(potential, 0), limits[layer])
          case .active:
            guard potential >= 0 else { continue }
            sum += potential
          }
          count += 1
        }
        return (sum, count)
      }, report("remaining potentials"))
  }

  /// Algorithm 1: mean over the weights of `(w T + b) mod threshold`, the remainder never negative; the bias once, as
  /// printed (equation 7 has it in every step).
  private func remainderOfWeights(_ index: Int) -> Double {
    let layer = network.layers[index]
    let limit = threshold(index)
    var sum = 0.0
    var count = 0
    for connection in layer.connections {
      let weights = connection.weights.isEmpty ? [Float](repeating: 1, count: layer.channels) : connection.weights
      let rows = connection.kind == .dense ? layer.count : layer.channels
      let row = max(1, weights.count / max(1, rows))
      for (position, weight) in weights.enumerated() {
        let channel = position / row
        let bias = layer.bias.map { values in
          Double(values[min(values.count == layer.channels ? channel : channel * layer.channelSize, values.count - 1)])
        }
        let total = Double(weight) * Double(steps) + (bias ?? 0)
        sum += total - limit * (total / limit).rounded(.down)
        count += 1
      }
    }
    return count == 0 ? 0 : sum / Double(count)
  }
}
