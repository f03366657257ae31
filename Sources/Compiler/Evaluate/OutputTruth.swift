import ChipModel

/// What the outputs of networks are compared with: the classes of samples, or what their outputs should be.
enum OutputTruth: Sendable {
  case classes([Int])
  /// One sample after the other, and the variance of each output over the samples, 1 where it is 0.
  case values([Double], variances: [Double])

  /// What the labels or targets say, or where there are none the outputs of the ANN itself.
  ///
  /// - Parameters:
  ///   - targets: one sample after the other.
  ///   - outputs: of the ANN, one entry per sample.
  init(_ task: OutputTask, labels: [Int]?, targets: [Double]?, outputs: [[Float]]) {
    guard task == .values else {
      self = .classes(labels ?? outputs.map { Decision.of($0) })
      return
    }
    let values = targets ?? outputs.flatMap { $0.map(Double.init) }
    let count = outputs.first?.count ?? 1
    self = .values(
      values,
      variances: (0..<count).map { output in
        let own = stride(from: output, to: values.count, by: count).map { values[$0] }
        let mean = own.reduce(0, +) / Double(max(1, own.count))
        let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, own.count))
        return variance > 0 ? variance : 1
      })
  }

  var task: OutputTask { if case .classes = self { .classes } else { .values } }

  /// 1 for a right class, else 0.
  func score(decision: Int, sample: Int) -> Double {
    guard case .classes(let labels) = self, labels.indices.contains(sample) else { return 0 }
    return decision == labels[sample] ? 1 : 0
  }

  /// How right a sample's outputs are: of classes 1 or 0; of values 1 less the mean over the outputs of the squared distance in
  /// units of the variance, so that the mean over the samples is the share of the variance that is explained.
  func score(_ outputs: [Double], sample: Int) -> Double {
    guard case .values(let values, let variances) = self else {
      return score(decision: Decision.of(outputs), sample: sample)
    }
    var sum = 0.0
    for (index, variance) in variances.enumerated() where index < outputs.count {
      let place = sample * variances.count + index
      guard values.indices.contains(place) else { return 0 }
      sum += (outputs[index] - values[place]) * (outputs[index] - values[place]) / variance
    }
    return 1 - sum / Double(max(1, variances.count))
  }
}
