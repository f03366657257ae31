/// What the ANN says of the samples of a run.
package struct ANNAnswers: Sendable, Equatable {
  /// SHA-256 of its file.
  package var model: String
  /// Its class of each sample, in the run's order.
  package var decisions: [Int]

  package init(model: String, decisions: [Int]) {
    self.model = model
    self.decisions = decisions
  }
}
