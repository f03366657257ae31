import ChipModel

/// What a run found: decisions and counts, before any price is put on them.
package struct RunRecord: Sendable, Equatable {
  package let steps: Int
  /// Index of the first sample in the data set.
  package let first: Int
  package internal(set) var samples: Int
  package internal(set) var labels: [Int]?
  /// What the outputs should be, one sample after the other; nil: unknown, or outputs are compared as classes.
  package internal(set) var targets: [Double]?
  /// Samples decided right after each step; empty without labels.
  package internal(set) var correctByStep: [Int]
  /// The decision after the last step, by sample.
  package internal(set) var predictions: [Int]
  /// The step after which the decision never changed again, 1...T, by sample.
  package internal(set) var decisionSteps: [Int]
  /// Output values by sample where they are kept: potentials or spike counts.
  package internal(set) var outputs: [[Int]]
  package var counters: RunCounters

  init(program: CompiledProgram, steps: Int, first: Int = 0, samples: Int, labels: [Int]?, targets: [Double]? = nil) {
    self.steps = steps
    self.first = first
    self.samples = samples
    self.labels = labels
    self.targets = targets
    correctByStep = labels == nil ? [] : [Int](repeating: 0, count: steps)
    predictions = [Int](repeating: 0, count: samples)
    decisionSteps = [Int](repeating: 0, count: samples)
    outputs = []
    counters = RunCounters(program: program, steps: steps)
  }

  mutating func add(_ outcome: SampleOutcome, sample: Int, keepsOutputs: Bool) {
    guard let last = outcome.decisions.last else { return }
    predictions[sample] = last
    decisionSteps[sample] = (outcome.decisions.lastIndex { $0 != last } ?? -1) + 2
    if let labels {
      for (step, decision) in outcome.decisions.enumerated() where decision == labels[sample] {
        correctByStep[step] += 1
      }
    }
    if keepsOutputs {
      if outputs.isEmpty { outputs = [[Int]](repeating: [], count: samples) }
      outputs[sample] = outcome.outputs
    }
  }

  /// Keeps the first samples; the others must not have been added.
  mutating func truncate(to count: Int) {
    guard count < samples else { return }
    targets = targets.map { Array($0.prefix($0.count / max(1, samples) * count)) }
    samples = count
    labels = labels.map { Array($0.prefix(count)) }
    predictions.removeLast(predictions.count - count)
    decisionSteps.removeLast(decisionSteps.count - count)
    if outputs.count > count { outputs.removeLast(outputs.count - count) }
  }

  /// Appends the samples that follow directly: then it is what one run over all of them finds.
  ///
  /// - Precondition: the same program and steps, and `other.first == first + samples`.
  package mutating func append(_ other: RunRecord) {
    precondition(other.first == first + samples && other.steps == steps)
    samples += other.samples
    labels = labels.flatMap { mine in other.labels.map { mine + $0 } }
    targets = targets.flatMap { mine in other.targets.map { mine + $0 } }
    for step in correctByStep.indices where step < other.correctByStep.count {
      correctByStep[step] += other.correctByStep[step]
    }
    predictions += other.predictions
    decisionSteps += other.decisionSteps
    outputs += other.outputs
    counters.add(other.counters)
  }

  /// Fraction right after the last step; nil without labels.
  package var accuracy: Double? {
    correctByStep.last.map { samples == 0 ? 0 : Double($0) / Double(samples) }
  }
}
