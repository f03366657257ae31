import ChipModel
import Runtime

/// The key figures of a run in words, at most 64 characters a line.
enum KeyFigureText {
  /// `0.052 spikes per neuron and step, 1.7 a synapse, 3.2 hops a spike`
  static func use(_ figures: KeyFigures) -> String? {
    let parts = [
      figures.spikeRate.map { "\(NumberFormat.significant($0)) spikes per neuron and step" },
      figures.spikesPerSynapse.map { "\(NumberFormat.significant($0)) per synapse" },
      figures.hopsPerSpike.map { "\(NumberFormat.significant($0)) hops per spike" },
    ].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// `0.374 mm2 of cores, 430 mm2 of dies`; nil: the description states neither.
  static func area(cores: Double?, dies: Double?) -> String? {
    let parts = [
      cores.map { "\(NumberFormat.significant($0)) mm2 of cores" },
      dies.map { "\(NumberFormat.significant($0)) mm2 of dies" },
    ].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// `1.2 uJ x 3.4 ms = 4.1e-09 J s per inference`; more where prices are missing.
  static func delay(_ figures: KeyFigures, _ run: RunResult) -> String? {
    guard let product = figures.energyDelayProduct, let joules = figures.activeJoules,
      let seconds = run.time.secondsPerInference
    else { return nil }
    let least = run.bill?.missing.isEmpty == false ? "at least " : ""
    return "\(least)\(NumberFormat.joules(joules)) x \(NumberFormat.seconds(seconds)) = "
      + "\(NumberFormat.si(product, unit: "J s")) per inference"
  }
}
