import ChipModel
import Foundation

extension ConversionMethod {
  /// `ttfs`, as `docs/methods.md` describes it: T2FSNN with a kernel that halves from step to step, which shifts compute.
  public static let ttfs = ConversionMethod(
    "ttfs", threshold: "least mean square error of what one spike is worth, each channel",
    neurons: "one spike a sample, worth `2^-(1+k)` by its step `k`; fires once all has arrived", source: "Park et al. 2020",
    parameters: [.steps, .calibrate.leaving(out: [.biasByStep]), .readout.only(Readout.potential)],
    isReadAtAnyStep: false, sendsDigits: true, dependsOnSteps: { _ in true },
    standardSteps: { _, _, _ in 8 }, leastSteps: { _ in ConversionSettings.digits.lowerBound },
    tries: { standard, steps, _ in
      let one = standard.with(.steps, min(4, steps))
      return [one, one.with(.calibrate, Corrections([.weights, .initial]))]
    },
    neuron: { settings, threshold, spikeValue in
      NetworkNeuron(
        model: .phase, threshold: threshold, spikeValue: spikeValue,
        parameters: .with(.period, settings[.steps] ?? 8).with(.reset, .hard))
    },
    convert: { (stage) throws(ConversionError) in
      let steps = stage.steps
      for (layer, channels) in stage.histograms().enumerated() where layer != stage.network.output {
        let codes = channels.map { $0.firstSpikeCode(steps: steps) }
        stage.draft.neurons[layer] = stage.neuron(
          threshold: ConversionStage.values(codes.map(\.threshold)), spikeValue: ConversionStage.values(codes.map(\.value)))
      }
    })
}

extension ActivationHistogram {
  /// The threshold `P` and worth `c` with which one spike, worth `c * 2^-(1+k)` and sent in the first step `k` in which the
  /// activation reaches `P * 2^-(1+k)`, has the least mean square error. Infinite and 1 where nothing was positive.
  func firstSpikeCode(steps: Int) -> (threshold: Double, value: Double) {
    guard largest > 0 else { return (.infinity, 1) }
    var best = (threshold: Double.infinity, value: 1.0, explained: 0.0)
    // From no clipping down over an octave and a half in steps of a thirty-second; a whole octave changes clipping alone.
    for part in 0...48 {
      let threshold = 2 * largest * exp2(-Double(part) / 32)
      var above = moments(below: .infinity)
      var (cross, square) = (0.0, 0.0)
      for step in 1...steps {
        let worth = exp2(-Double(step))
        let below = moments(below: threshold * worth)
        cross += worth * (above.sum - below.sum)
        square += worth * worth * (above.count - below.count)
        above = below
      }
      // With the best value, cross / square, the error is the sum of squares less this.
      let explained = square > 0 ? cross * cross / square : 0
      if explained > best.explained { best = (threshold, cross / square, explained) }
    }
    return (best.threshold, best.value)
  }
}
