import ChipModel

/// The papers' energy model: every spike costs alpha, whatever it reaches.
///
/// Ding et al. 2021, equation 14, after Cao et al. 2015: `P = spikes per step / step time * alpha`, and its integral. Input
/// current, configuration, memory and routing cost nothing in this model.
package struct SpikeEnergy: Sendable, Equatable {
  package var profile: SpikeProfile
  /// Spikes of all populations in each step, summed over samples.
  package var spikesByStep: [Int]
  package var samples: Int
  /// Accuracy asked for, a fraction of 1.
  package var target: Double
  /// First step, 1...T, after which the accuracy is at least the target; nil where it never is or is unknown.
  package var stepsToTarget: Int?

  package init(
    profile: SpikeProfile, spikesByStep: [Int], samples: Int, target: Double, accuracyByStep: [Double]?
  ) {
    self.profile = profile
    self.spikesByStep = spikesByStep
    self.samples = samples
    self.target = target
    stepsToTarget = accuracyByStep?.firstIndex { $0 >= target }.map { $0 + 1 }
  }

  /// The accuracy up to which Ding et al. 2021 count energy: 90 %.
  package static let standardTarget = 0.9

  package var joulesPerInference: Double { joules(spikesByStep.reduce(0, +)) }

  /// Mean power over the steps of an inference.
  package var watts: Double {
    spikesByStep.isEmpty ? 0 : joulesPerInference / (Double(spikesByStep.count) * SpikeProfile.stepSeconds)
  }

  /// Energy per inference up to the target accuracy.
  package var joulesToTarget: Double? {
    stepsToTarget.map { joules(spikesByStep.prefix($0).reduce(0, +)) }
  }

  private func joules(_ spikes: Int) -> Double {
    samples == 0 ? 0 : Double(spikes) * profile.joulesPerSpike.value / Double(samples)
  }
}
