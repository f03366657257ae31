import ChipModel

extension Conversion {
  /// Tries every method that applies on the calibration data and converts by the cheapest, in synaptic operations, that
  /// is accurate enough.
  ///
  /// Given steps alone, the choice is the cheapest within 0.1 points of the best tried, so it never is farther below any
  /// single method. Deterministic: the result does not depend on the number of threads.
  /// - Parameters:
  ///   - network: to convert.
  ///   - goal: steps, an accuracy or both; neither is an error.
  ///   - preprocessing: how raw data become the network's input.
  ///   - calibration: what the methods are tried on; nil is an error.
  ///   - asked: readout, task and seed of every candidate; the method does not matter.
  ///   - threads: at most this many; nil: as many as this process may use.
  ///   - progress: called as samples finish; nil: not reported.
  /// - Throws: `ConversionError`; `.noGoal` without steps and accuracy, `.notKept` where nothing keeps the accuracy.
  package static func automatic(
    _ network: AnalogNetwork, goal: AutomaticGoal, preprocessing: Preprocessing = .identity,
    calibration: CalibrationData?, asked: ConversionSettings = ConversionSettings(.maxNorm), threads: Int? = nil,
    progress: ConversionProgress.Handler? = nil
  ) throws(ConversionError) -> (result: ConversionResult, report: AutomaticReport) {
    if goal.steps == nil && goal.accuracy == nil { throw .noGoal }
    if let steps = goal.steps, !Parameter.steps.allows(.integer(steps)) {
      throw .parameterRange(Parameter.steps.key, value: "\(steps)", allowed: Parameter.steps.allowedText)
    }
    guard let calibration else { throw .needsCalibration(method: "auto") }
    var search = try AutomaticSearch(
      network, goal: goal, asked, data: calibration, preprocessing: preprocessing, threads: threads, progress: progress)
    if search.task == .values, goal.accuracy != nil {
      throw .own("an accuracy is of classes, and outputs here are values; give the number of steps alone")
    }
    let steps = goal.steps ?? AutomaticGoal.standardSteps
    if let least = goal.leastAccuracy(original: search.originalAccuracy) {
      search.chooseKeeping(least, steps: steps)
    } else {
      search.chooseWithin(steps: steps)
    }
    guard let chosen = search.chosen else {
      if let refusal = search.refusal { throw .fitsNowhere(refusal) }
      let best = search.attempts.max { ($0.accuracy ?? -1) < ($1.accuracy ?? -1) }
      throw .notKept(
        accuracy: goal.leastAccuracy(original: search.originalAccuracy) ?? 0, steps: steps,
        best: best?.accuracy, method: best?.settings.name ?? "none")
    }
    var result =
      if let stage = search.chosenStage {
        finish(stage, preprocessing: preprocessing, calibration: calibration)
      } else {
        try run(
          network, search.attempts[chosen].settings, preprocessing: preprocessing, calibration: calibration,
          threads: threads, progress: progress)
      }
    result.network.provenance.append(
      ProvenanceEntry(key: "chosenBy", value: .text("auto, of \(search.attempts.count { $0.samples > 0 }) tried")))
    let report = AutomaticReport(
      goal: goal, task: search.task, samples: search.sampleCount,
      hasLabels: (search.task == .values ? calibration.dataset.targets != nil : search.account?.hasLabels) ?? false,
      originalAccuracy: search.originalAccuracy, attempts: search.attempts, chosen: chosen)
    return (result, report)
  }
}
