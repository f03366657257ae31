/// The methods and options that `auto` tries: every method with its standard options, every rate method also with
/// potentials that start at half a threshold, and the options that shorten inference.
///
/// Readings of the papers as printed (`--literal`) and hard reset are left out: they never gain accuracy.
struct AutomaticCandidates: Sendable {
  /// Populations on the longest path, readout included.
  let layers: Int
  let seed: UInt64
  let readout: Method.Readout?

  /// Methods for at most `steps` steps, with their steps; the period codes with the longest period that fits.
  func methods(steps: Int) -> [AutomaticAttempt] {
    var result: [AutomaticAttempt] = []
    func add(_ method: Method, steps own: Int? = nil) {
      var method = method
      method.steps = own ?? steps
      method.seed = seed
      method.readout = readout
      result.append(AutomaticAttempt(method, .lessAccurate))
    }
    for initial in [nil, Method.Initial.half] {
      add(Method(.maxNorm, initial: initial))
      add(Method(.robustNorm, initial: initial))
      add(Method(.robustNorm, percentile: 99, initial: initial))
      add(Method(.channelNorm, initial: initial))
      add(Method(.rateNorm, initial: initial))
      add(Method(.rateNorm, sharing: .layer, initial: initial))
      add(Method(.channelBalance, initial: initial))
      add(Method(.channelBalance, alpha: 0.6, initial: initial))
      add(Method(.spikeNorm, initial: initial))
      add(Method(.rmp, initial: initial))
      add(Method(.icSNN, initial: initial))
      add(Method(.terMapping, initial: initial))
      add(Method(.augMapping, initial: initial))
      for count in [1, 2, 4] { add(Method(.augMapping, maximumCount: count, initial: initial)) }
    }
    add(Method(.icSNN, variant: .weights))
    for period in Set([min(steps, 8), min(steps, 16)]).sorted() where period >= 2 {
      add(Method(.weightedSpikes, period: period), steps: steps / period * period)
    }
    if steps < 2 {
      result.append(AutomaticAttempt(Method(.weightedSpikes, steps: steps), .skipped("needs 2 steps")))
    }
    for period in Set([min(steps / layers, 6), min(steps / layers, 10)]).sorted() where period >= 2 {
      add(Method(.bsnn, period: period), steps: layers * period)
    }
    if steps / layers < 2 {
      result.append(AutomaticAttempt(Method(.bsnn, steps: steps), .skipped("needs \(2 * layers) steps")))
    }
    return result
  }
}

extension Method {
  /// Whether thresholds and initial potentials depend on the steps of the calibration.
  var dependsOnSteps: Bool {
    switch name {
    case .icSNN: initial == nil
    default: watchesSpikes
    }
  }

  /// Whether another initial potential leaves its thresholds as they are.
  var sharesThresholds: Bool {
    switch name {
    case .maxNorm, .robustNorm, .channelNorm, .rateNorm: true
    default: false
    }
  }
}
