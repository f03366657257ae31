/// What conversion did: the method with every option resolved, the data, and one account a layer.
public struct ConversionReport: Sendable, Equatable {
  public var method: Method
  /// Steps of the calibration; the run's default.
  public var steps: Int
  /// Nil: no calibration data was given.
  public var calibration: CalibrationAccount?
  public var layers: [LayerAccount]
  /// Warnings and remarks, one line each.
  public var notes: [String]
  /// `rate-norm`: the mean rate inference loss (Omega) of the spiking layers with all factors 1, and with the ones chosen.
  public var rateInferenceLoss: RateInferenceLoss?
}

/// Mean over the spiking layers of Omega = sum r / sum r^2 (Ding et al. 2021, equation 8).
public struct RateInferenceLoss: Sendable, Equatable {
  public var before: Double
  public var after: Double
}

/// The data that calibration used.
public struct CalibrationAccount: Sendable, Equatable {
  public var name: String
  public var samples: Int
  /// False: there were no labels and the ANN's own decisions stood in for them.
  public var hasLabels: Bool
  /// Fraction of the samples that the ANN classifies as labelled; nil without labels.
  public var annAccuracy: Double?
}

/// What one layer came in as and what it became.
public struct LayerAccount: Sendable, Equatable {
  public var name: String
  public var shape: [Int]
  /// `ReLU`, `LeakyReLU 0.1`, `Clip 6`, `none`.
  public var activation: String
  /// Name of the population in the spiking network, and its neuron model.
  public var population: String
  public var model: String
  /// Smallest and largest finite threshold, ANN units; nil: it never fires.
  public var threshold: ClosedRange<Double>?
  /// Whether thresholds differ between channels.
  public var isPerChannel: Bool
  public var negativeThreshold: Double?
  /// Smallest and largest value of a spike, ANN units.
  public var spikeValue: ClosedRange<Double>?
  /// Smallest and largest initial potential; nil: 0.
  public var initial: ClosedRange<Double>?
  /// `rate-norm`: threshold relative to the largest activation.
  public var factor: Double?
  /// Largest activation on the calibration data; nil without data.
  public var largestActivation: Double?
  /// Fraction of all activations above the threshold; nil without data or for a layer that never fires.
  public var clipped: Double?
  /// Channels (neurons of a dense layer) without a positive activation on the calibration data.
  public var deadChannels: Int?
}

extension AnalogActivation {
  /// As tables and messages name it.
  public var text: String {
    switch self {
    case .none: "none"
    case .relu: "ReLU"
    case .leakyRelu(let slope): "LeakyReLU \(numberText(Double("\(slope)") ?? Double(slope)))"
    case .clip(let maximum): "Clip \(numberText(Double("\(maximum)") ?? Double(maximum)))"
    }
  }
}
