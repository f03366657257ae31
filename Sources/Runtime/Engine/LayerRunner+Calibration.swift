import ChipModel

/// What calibration needs beyond whole samples: one population at a time, on stored spike trains, with its sums watched.
extension LayerRunner {
  /// Gives a population the spikes of the sample to come, so that those it feeds can run without it.
  ///
  /// - Parameters:
  ///   - train: over the population's shape, with `steps` steps.
  ///   - population: its index in the program.
  package mutating func setTrain(_ train: SpikeTrain, population: Int) {
    precondition(train.shape == trains[population].shape && train.steps == steps, "train of another population")
    trains[population] = train
  }

  /// Runs one population over all steps. The populations that feed it must have their trains: from an earlier call for
  /// the same sample, or from `setTrain`.
  package mutating func run(population: Int, quantised x: [Int32]) {
    tally.beginSteps(plan, updates: &updateTally)
    var outcome = SampleOutcome()
    runPopulation(population, x, &outcome)
  }

  /// Shows the sums of this step to the probe: bias and input where `isDriven`, and what was delivered.
  mutating func watch(_ p: PopulationPlan, isDriven: Bool) {
    guard var watching = probe else { return }
    probe = nil
    let fraction = Int64(plan.program.fractionBits)
    for pixel in 0..<p.shape.pixels {
      for channel in 0..<p.shape.channels {
        let position = pixel * p.padded + channel
        var sum: Int64 = 0
        if scratch.hasExactSums { sum &+= scratch.exact[position] }
        sum &+= scratch.sums.sum(at: position, narrow: p.usesNarrow, wide: p.usesWide)
        sum <<= fraction
        if isDriven { sum &+= current(at: position, p) }
        watching.note(sum, channel: channel)
      }
    }
    probe = watching
  }
}
