/// What `auto` tried and what came of it.
package struct AutomaticReport: Sendable, Equatable {
  package var goal: AutomaticGoal
  /// Calibration samples, and whether they have labels; without, the original network's decisions stand in.
  package var samples: Int
  package var hasLabels: Bool
  /// Accuracy of the original network on them; 1 without labels.
  package var originalAccuracy: Double
  /// In the order in which they were tried.
  package var attempts: [AutomaticAttempt]
  /// Index of the attempt that was taken.
  package var chosen: Int
}

/// One method with its options.
package struct AutomaticAttempt: Sendable, Equatable {
  package enum Outcome: Sendable, Equatable {
    /// The cheapest that is accurate enough.
    case chosen
    /// Accurate enough, and costs more.
    case costsMore
    /// Not accurate enough. With fewer samples than there are: it made so many errors on them that the rest cannot help.
    case lessAccurate
    /// Left when it had cost more than a conversion that keeps the accuracy.
    case leftForCost
    /// Not tried, and why.
    case skipped(String)
  }

  /// With the steps of the attempt.
  package var method: Method
  package var outcome: Outcome
  /// Samples that it ran on; 0: none.
  package var samples = 0
  /// Fraction of those samples that were right at `method.steps`.
  package var accuracy: Double?
  /// Means over those samples.
  package var synapticOperations: Double?
  package var events: Double?

  package init(_ method: Method, _ outcome: Outcome) {
    self.method = method
    self.outcome = outcome
  }
}

extension Method {
  /// The options that differ from the method's standard, as the command line has them: `--initial half --max-count 4`.
  package var optionsText: String {
    var words: [String] = []
    if let percentile { words.append("--percentile \(numberText(percentile))") }
    if let alpha { words.append("--alpha \(numberText(alpha))") }
    if let period { words.append("--period \(period)") }
    if let lambda { words.append("--lambda \(numberText(lambda))") }
    if let tolerance { words.append("--tolerance \(numberText(tolerance))") }
    if let sharing { words.append("--p \(sharing.rawValue)") }
    if let variant { words.append("--variant \(variant.rawValue)") }
    if let membrane { words.append("--membrane \(membrane.rawValue)") }
    if let maximumCount { words.append("--max-count \(maximumCount)") }
    if !usesSynchronousNeurons { words.append("--no-synchronous-neurons") }
    if let initial { words.append("--initial \(initial.rawValue)") }
    if let reset { words.append("--reset \(reset.rawValue)") }
    if let readout { words.append("--readout \(readout.rawValue)") }
    if isLiteral { words.append("--literal") }
    return words.joined(separator: " ")
  }
}
