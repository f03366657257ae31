import ChipModel

/// What conversion did: the method with its steps, the data, and one account a layer.
package struct ConversionReport: Sendable, Equatable {
  package var settings: ConversionSettings
  /// Steps of the calibration; the run's default.
  package var steps: Int
  /// Nil: no calibration data was given.
  package var calibration: CalibrationAccount?
  package var layers: [LayerAccount]
  /// Warnings and remarks, one line each.
  package var notes: [String]
  /// `rate-norm`: the mean rate inference loss (Omega) of the spiking layers with all factors 1, and with the ones
  /// chosen.
  package var rateInferenceLoss: RateInferenceLoss?
}

/// Mean over the spiking layers of Omega = sum r / sum r^2 (Ding et al. 2021, equation 8).
package struct RateInferenceLoss: Sendable, Equatable {
  package var before: Double
  package var after: Double
}

/// The data that calibration used.
package struct CalibrationAccount: Sendable, Equatable {
  package var name: String
  package var samples: Int
  /// False: there were no labels and the ANN's own decisions stood in for them.
  package var hasLabels: Bool
  /// Fraction of the samples that the ANN classifies as labelled; nil without labels.
  package var annAccuracy: Double?
}

/// What one layer came in as and what it became.
package struct LayerAccount: Sendable, Equatable {
  package var name: String
  package var shape: [Int]
  /// `ReLU`, `LeakyReLU 0.1`, `Clip 6`, `none`.
  package var activation: String
  /// Name of the population in the spiking network, and its neuron model.
  package var population: String
  package var model: String
  /// Smallest and largest finite threshold, ANN units; nil: it never fires.
  package var threshold: ClosedRange<Double>?
  /// Whether thresholds differ between channels.
  package var isPerChannel: Bool
  package var negativeThreshold: Double?
  /// Smallest and largest value of a spike, ANN units.
  package var spikeValue: ClosedRange<Double>?
  /// Smallest and largest initial potential; nil: 0.
  package var initial: ClosedRange<Double>?
  /// `rate-norm`: threshold relative to the largest activation.
  package var factor: Double?
  /// Largest activation on the calibration data; nil without data.
  package var largestActivation: Double?
  /// Fraction of all activations above the threshold; nil without data or for a layer that never fires.
  package var clipped: Double?
  /// Channels (neurons of a dense layer) without a positive activation on the calibration data.
  package var deadChannels: Int?
}

extension AnalogActivation {
  /// As tables and messages name it.
  package var text: String {
    switch self {
    case .none: "none"
    case .relu: "ReLU"
    case .leakyRelu(let slope): "LeakyReLU \(numberText(Double("\(slope)") ?? Double(slope)))"
    case .quantised(let step, _, _): "rounded to \(numberText(Double("\(step)") ?? Double(step)))"
    case .clip(let maximum, let levels):
      "\(levels.map { "QCFS \($0) levels to" } ?? "Clip") \(numberText(Double("\(maximum)") ?? Double(maximum)))"
    }
  }
}
