import ChipModel

extension ConversionMethod {
  /// `weighted-spikes`, as `docs/methods.md` describes it.
  public static let weightedSpikes = ConversionMethod(
    "weighted-spikes", threshold: "largest activation",
    neurons: "phase code of period `K`: a spike of phase `k` is worth `2^-(1+k)`", source: "Kim et al. 2018",
    parameters: [.steps, .period.defaulting(to: 8), .readout], isReadAtAnyStep: false,
    standardSteps: { settings, _, _ in 2 * (settings[.period] ?? 1) }, leastSteps: { _ in 2 },
    tries: { standard, steps, _ in
      Set([min(steps, 8), min(steps, 16)]).sorted().filter { $0 >= 2 }.map { period in
        standard.with(.period, period).with(.steps, steps / period * period)
      }
    },
    neuron: { settings, threshold, _ in
      NetworkNeuron(
        model: .phase, threshold: threshold, parameters: .with(.period, settings[.period] ?? 1))
    },
    convert: { (stage) throws(ConversionError) in stage.normalise(stage.largestByLayer()) })
}
