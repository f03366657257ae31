import ChipModel

/// What `auto` tries: every method with what it declares, on a network of a depth.
///
/// Readings of the papers as printed and hard reset are left out: they never gain accuracy. So are methods that take
/// long and stand nowhere in `docs/methods.md` on the front of accuracy against accumulates.
struct AutomaticCandidates: Sendable {
  /// Populations on the longest path, readout included.
  let layers: Int
  /// What is asked of all: readout, task, seed.
  let asked: ConversionSettings

  /// Methods for at most `steps` steps, with their steps; those that need more are skipped and say so.
  func methods(steps: Int) -> [AutomaticAttempt] {
    ConversionMethod.all.flatMap { method -> [AutomaticAttempt] in
      var standard = ConversionSettings(method).with(.steps, steps)
        .with(.readout, asked.values[.readout]).with(.task, asked.values[.task])
      standard.seed = asked.seed
      let least = method.leastSteps(layers)
      guard steps >= least else { return [AutomaticAttempt(standard, .skipped("needs \(least) steps"))] }
      let tries = method.tries(standard, steps, layers)
      if tries.isEmpty { return [AutomaticAttempt(standard, .skipped("never the best where it was measured"))] }
      return tries.map { AutomaticAttempt($0, .lessAccurate) }
    }
  }
}
