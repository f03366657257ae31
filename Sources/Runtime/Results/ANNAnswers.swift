/// What the ANN says of the samples of a run.
package struct ANNAnswers: Sendable, Equatable {
  /// SHA-256 of its file.
  package var model: String
  /// Its class of each sample, in the run's order.
  package var decisions: [Int]
  /// Its outputs where they are values, one sample after the other; empty where they are classes.
  package var outputs: [Double]

  package init(model: String, decisions: [Int] = [], outputs: [Double] = []) {
    self.model = model
    self.decisions = decisions
    self.outputs = outputs
  }

  /// Of the samples that follow directly too.
  package func followed(by other: ANNAnswers) -> ANNAnswers {
    ANNAnswers(model: model, decisions: decisions + other.decisions, outputs: outputs + other.outputs)
  }

  /// Of samples in a row.
  package func part(_ samples: Range<Int>, of count: Int) -> ANNAnswers {
    func rows<Value>(_ values: [Value]) -> [Value] {
      let width = values.count / max(1, count)
      return Array(values[(samples.lowerBound * width)..<(samples.upperBound * width)])
    }
    return ANNAnswers(model: model, decisions: rows(decisions), outputs: rows(outputs))
  }
}
