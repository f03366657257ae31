import Runtime

/// How many steps of a run would have been enough: what it is worth saying after a run of many.
struct FewerSteps: Sendable, Equatable {
  /// The first from which the accuracy stays within the interval of the last one's.
  let step: Int
  let accuracy: Double
  /// Of the run's spikes, those until then.
  let shareOfSpikes: Double
  /// An inference by the operation model, its accumulates in proportion to the spikes; nil: unknown.
  let joules: Double?

  /// Fewer samples say too little about an accuracy.
  private static let leastSamples = 50

  /// Nil where most steps are needed, where it is unknown, and with a lag: a shorter run is then a run of its own.
  init?(_ result: RunResult) {
    guard result.samples >= Self.leastSamples, (result.program.lag ?? 0) == 0, let accuracies = result.accuracyByStep,
      let step = result.settledStep, 2 * step <= result.ticks, let spikes = result.spike?.spikesByStep, spikes.count == result.ticks
    else { return nil }
    let all = spikes.reduce(0.0) { $0 + Double($1) }
    guard all > 0 else { return nil }
    self.step = step
    accuracy = accuracies[step - 1]
    shareOfSpikes = spikes.prefix(step).reduce(0.0) { $0 + Double($1) } / all
    joules = Self.joules(result, share: shareOfSpikes)
  }

  private static func joules(_ result: RunResult, share: Double) -> Double? {
    guard let whole = result.operation.snn?.joulesPerInference, let products = result.operation.snn?.multiplyAccumulates,
      let ann = result.operation.ann?.joulesPerInference, let annProducts = result.operation.ann?.multiplyAccumulates,
      annProducts > 0
    else { return nil }
    // The host's products of the input are made once, however many steps follow.
    let once = Double(products) / Double(annProducts) * ann
    return once + max(0, whole - once) * share
  }

  /// `Fewer steps are enough: ...`, at the end of what `run` prints.
  func text(_ result: RunResult, width: Int) -> String {
    let energy = joules.map {
      ", about \(NumberFormat.joules($0)) per inference by operations (this run "
        + "\(NumberFormat.joules(result.operation.snn?.joulesPerInference)), the ANN "
        + "\(NumberFormat.joules(result.operation.ann?.joulesPerInference)))"
    }
    return TextLayout.paragraph(
      "Fewer steps are enough: after \(NumberFormat.count(step)) of \(NumberFormat.count(result.ticks)) the accuracy is "
        + "\(NumberFormat.percent(accuracy)), with \(NumberFormat.percent(shareOfSpikes, places: 1)) of the spikes"
        + "\(energy ?? ""). Try: nmsim run --ticks \(step)", width: width)
  }
}
