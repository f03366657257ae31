import ChipModel
import Runtime

/// Remedies are tried on the samples that were explained before anyone is told to take one.
extension Explainer {
  /// What helps against a loss, as one run of each shows; that which gains most first.
  func remedies(
    _ cause: Explanation.Cause, _ summary: ExplanationSummary, _ samples: [Float], _ truth: OutputTruth, threads: Int?
  ) -> [Remedy] {
    changes(cause).compactMap { change -> Remedy? in
      // Explaining ran it already.
      if case .membraneBits = change {
        return PairedAccuracy(scores: summary.scores.integer, summary.scores.chip).map { Remedy(change: change, gain: $0) }
      }
      guard let scores = tried(change, samples, truth, threads: threads) else { return nil }
      return PairedAccuracy(scores: scores, summary.scores.chip).map { Remedy(change: change, gain: $0) }
    }.sorted { $0.gain.difference > $1.gain.difference }
  }

  /// What may help. A network that has initial potentials is not given others.
  private func changes(_ cause: Explanation.Cause) -> [Remedy.Change] {
    switch cause {
    case .steps:
      let hasInitial = network.network.populations.contains { $0.neuron.initial != nil }
      let hasWinners = network.period == nil && network.network.projections.contains { $0.pool?.gate == .winner }
      let twice = min(2 * steps, ActiveWindow.steps.upperBound)
      return [.steps(twice)] + (hasWinners ? [.countGate] : []) + (hasInitial || network.period != nil ? [] : [.half])
    case .thresholds: return [.thresholds(1.5)]
    case .weights:
      return [.weightBits(min(16, 2 * chip.weightBits)), .fractionBits(min(15, chip.fractionBits + 4))]
    case .membranes: return [.membraneBits(integer.membraneBits)]
    }
  }

  /// How right the samples are with a change; nil where the chip does not take it.
  private func tried(_ change: Remedy.Change, _ samples: [Float], _ truth: OutputTruth, threads: Int?) -> [Double]? {
    var (changed, options, steps) = (network.network, options, steps)
    switch change {
    case .steps(let count): steps = count
    case .half: changed.scaleThresholds { neuron, threshold in neuron.initial = threshold(0.5) }
    case .countGate: for index in changed.projections.indices { changed.projections[index].pool?.gate = .count }
    case .thresholds(let factor):
      changed.scaleThresholds { neuron, threshold in neuron.threshold = threshold(factor) }
    case .weightBits(let bits): options.numbers[.weightBits] = bits
    case .fractionBits(let bits): options.numbers[.fractionBits] = bits
    case .membraneBits(let bits): options.numbers[.membraneBits] = bits
    }
    if network.network.schedule == .separated { options.steps = steps }
    guard (try? ChipRules.checkWidths(options, description)) != nil, let checked = try? changed.checked(),
      let program = try? CompiledProgram.lower(checked, chip: description, options: options)
    else { return nil }
    let trial = SpikingTrial(program, samples: network.network.input.taken(samples), steps: steps, threads: threads)
    guard truth.task == .classes else {
      return trial.values.enumerated().map { truth.score($0.element, sample: $0.offset) }
    }
    return trial.decisions.enumerated().map { truth.score(decision: $0.element.last ?? 0, sample: $0.offset) }
  }
}

extension NetworkInput {
  /// Values as a run takes them: cut to the calibrated range.
  func taken(_ samples: [Float]) -> [Float] {
    guard let calibratedRange else { return samples }
    var values = samples.map(Double.init)
    _ = calibratedRange.cut(&values)
    return values.map { Float($0) }
  }
}

extension Network {
  /// Changes the neurons that fire, given their thresholds times a factor.
  fileprivate mutating func scaleThresholds(_ change: (inout NetworkNeuron, (Double) -> Values) -> Void) {
    let tensors = tensors
    for index in populations.indices {
      guard let threshold = populations[index].neuron.threshold else { continue }
      change(&populations[index].neuron) { factor in
        switch threshold {
        case .uniform(let value): .uniform(value.isFinite || factor >= 1 ? value * factor : 0)
        case .list(let values): .list(values.map { $0.isFinite || factor >= 1 ? $0 * factor : 0 })
        case .tensor(let name):
          .list((tensors[name]?.doubles ?? []).map { $0.isFinite || factor >= 1 ? $0 * factor : 0 })
        }
      }
    }
  }
}
