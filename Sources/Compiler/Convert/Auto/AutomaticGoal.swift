import ChipModel

/// What `auto` looks for: the cheapest conversion, in synaptic operations, that is accurate enough.
package struct AutomaticGoal: Sendable, Equatable {
  /// What must be kept on the calibration data.
  package enum Accuracy: Sendable, Equatable {
    /// At least this fraction of the samples.
    case least(Double)
    /// At most so many points (hundredths) below the original network.
    case below(points: Double)
  }

  /// Without an accuracy: every method gets this many steps. With one: it must be reached within them.
  package var steps: Int?
  /// Nil: within 0.1 points of the best conversion that was tried.
  package var accuracy: Accuracy?
  /// Conversions that it refuses are skipped; nil: any chip will do.
  package var chip: ChipDescription?

  /// - Parameters:
  ///   - steps: at least 1; nil only with an accuracy, then up to ``standardSteps``.
  ///   - accuracy: what must be kept; nil: within 0.1 points of the best conversion that was tried.
  ///   - chip: that must take the network; nil: any.
  package init(steps: Int? = nil, accuracy: Accuracy? = nil, chip: ChipDescription? = nil) {
    self.steps = steps
    self.accuracy = accuracy
    self.chip = chip
  }

  /// Most steps that a search for an accuracy takes unless told otherwise.
  package static let standardSteps = 256

  /// Samples that candidates are compared on unless told otherwise: fewer than 1,000 cannot show 0.1 points.
  package static let standardSamples = 1_500

  /// How far below the best the choice may be where no accuracy is given: 0.1 points, in samples (of values 0.1 % of their
  /// variance).
  static func slack(samples: Int) -> Double { Double(samples) / 1000 }

  /// The least accuracy as a fraction.
  /// - Parameter original: accuracy of the original network on the same labels.
  func leastAccuracy(original: Double) -> Double? {
    switch accuracy {
    case .least(let fraction): fraction
    case .below(let points): original - points / 100
    case nil: nil
    }
  }
}
