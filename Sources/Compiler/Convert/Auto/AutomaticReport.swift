import ChipModel

/// What `auto` tried and what came of it.
package struct AutomaticReport: Sendable, Equatable {
  package var goal: AutomaticGoal
  package var task: OutputTask
  /// Calibration samples, and whether they have labels; without, the original network's decisions or outputs stand in.
  package var samples: Int
  package var hasLabels: Bool
  /// Accuracy of the original network on them, of values the share of their variance that it explains; 1 without labels.
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
  package var settings: ConversionSettings
  package var outcome: Outcome
  /// Samples that it ran on; 0: none.
  package var samples = 0
  /// Fraction of those samples that were right at `settings.steps`; of values the share of their variance explained.
  package var accuracy: Double?
  /// Means over those samples.
  package var synapticOperations: Double?
  package var events: Double?

  package init(_ settings: ConversionSettings, _ outcome: Outcome) {
    self.settings = settings
    self.outcome = outcome
  }
}
