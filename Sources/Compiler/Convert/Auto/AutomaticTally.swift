/// What a candidate's trials have shown so far: the samples from the first on, step by step.
struct AutomaticTally: Sendable {
  private(set) var samples = 0
  /// Samples decided wrongly if the answer were read after each step; of values the sum of what their scores lack after the last.
  private(set) var errors: [Double]
  /// Spikes of each population in each step.
  private var spikesByStep: [[Int]] = []
  /// Synaptic operations over all steps, by the population that causes them.
  private var operations: [Int] = []

  init(steps: Int) { errors = [Double](repeating: 0, count: steps) }

  var steps: Int { errors.count }

  /// Adds a trial on the samples that follow.
  mutating func add(_ trial: SpikingTrial, _ truth: OutputTruth) {
    let first = samples
    samples += trial.samples
    switch truth {
    case .classes(let labels):
      for (decisions, label) in zip(trial.decisions, labels[first...]) {
        for (step, decision) in decisions.enumerated() where step < errors.count && decision != label {
          errors[step] += 1
        }
      }
    case .values:
      for (index, outputs) in trial.values.enumerated() {
        errors[errors.count - 1] += 1 - truth.score(outputs, sample: first + index)
      }
    }
    let bySource = trial.synapticOperationsBySource
    let byStep = trial.counters.spikesByStep
    if operations.isEmpty {
      operations = bySource
      spikesByStep = byStep
      return
    }
    for population in operations.indices {
      operations[population] += bySource[population]
      for step in byStep[population].indices { spikesByStep[population][step] += byStep[population][step] }
    }
  }

  /// Synaptic operations per sample up to a step (1...). Exact after the last one; before it each spike of a population
  /// counts as many as the population's mean.
  func synapticOperations(upTo step: Int) -> Double {
    var sum = 0.0
    for (population, total) in operations.enumerated() {
      let spikes = spikesByStep[population]
      let all = spikes.reduce(0, +)
      guard all > 0 else { continue }
      sum += Double(total) * Double(spikes.prefix(step).reduce(0, +)) / Double(all)
    }
    return sum / Double(max(1, samples))
  }

  /// Spikes a sample up to a step (1...).
  func events(upTo step: Int) -> Double {
    let sum = spikesByStep.reduce(0) { $0 + $1.prefix(step).reduce(0, +) }
    return Double(sum) / Double(max(1, samples))
  }

  /// Fraction of right decisions so far, read after a step (1...); of values the share of their variance that is explained.
  func accuracy(at step: Int) -> Double { 1 - errors[step - 1] / Double(max(1, samples)) }

  /// The first of the steps (1...) after which at most so many samples are wrong.
  func firstStep(among steps: [Int], errorsAtMost most: Int) -> Int? { steps.first { errors[$0 - 1] <= Double(most) } }
}
