/// What `auto` tried and what came of it.
public struct AutomaticReport: Sendable, Equatable {
  public var goal: AutomaticGoal
  /// Calibration samples, and whether they have labels; without, the original network's decisions stand in.
  public var samples: Int
  public var hasLabels: Bool
  /// Accuracy of the original network on them; 1 without labels.
  public var originalAccuracy: Double
  /// In the order in which they were tried.
  public var attempts: [AutomaticAttempt]
  /// Index of the attempt that was taken.
  public var chosen: Int
}

/// One method with its options.
public struct AutomaticAttempt: Sendable, Equatable {
  public enum Outcome: Sendable, Equatable {
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
  public var method: Method
  public var outcome: Outcome
  /// Samples that it ran on; 0: none.
  public var samples = 0
  /// Fraction of those samples that were right at `method.steps`.
  public var accuracy: Double?
  /// Means over those samples.
  public var synapticOperations: Double?
  public var events: Double?

  public init(_ method: Method, _ outcome: Outcome) {
    self.method = method
    self.outcome = outcome
  }
}

extension Method {
  /// The options that differ from the method's standard, as the command line has them: `--initial half --max-count 4`.
  public var optionsText: String {
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
