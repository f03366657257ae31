import ChipModel

// What samples were decided as, class by class, and when.

extension RunResult {
  /// The samples of one class.
  package struct Class: JSONRecord {
    package var samples = 0
    package var decidedAs: [Int] = []
    package init() {}

    /// Fraction decided right; nil without samples.
    package func accuracy(_ index: Int) -> Double? {
      samples > 0 && decidedAs.indices.contains(index) ? Double(decidedAs[index]) / Double(samples) : nil
    }

    package static let fields: [JSONField<Class>] = [
      .required("samples", \.samples, .count, "samples with this label"),
      .required("decidedAs", \.decidedAs, .counts, "how many of them were decided as each class after the last step"),
    ]
  }

  /// More classes would be a table that nobody reads, and the largest part of the document.
  private static let mostClasses = 100

  /// One entry a class: the rows of the confusion matrix. Empty without labels, for values, and of many classes.
  static func classes(_ program: CompiledProgram, _ record: RunRecord) -> [Class] {
    let outputs = program.populations[program.output.population].shape.count
    let count = outputs == 1 ? 2 : outputs
    guard program.output.task == .classes, count <= mostClasses, let labels = record.labels else { return [] }
    var classes = [Class](repeating: Class(), count: count)
    for index in classes.indices { classes[index].decidedAs = [Int](repeating: 0, count: count) }
    for (label, prediction) in zip(labels, record.predictions) where classes.indices.contains(label) {
      classes[label].samples += 1
      if classes.indices.contains(prediction) { classes[label].decidedAs[prediction] += 1 }
    }
    return classes
  }

  /// Samples by the step after which their decision never changed again, 1...T; nil for values.
  static func decisionSteps(_ program: CompiledProgram, _ record: RunRecord) -> [Int]? {
    guard program.output.task == .classes else { return nil }
    var counts = [Int](repeating: 0, count: record.steps)
    for step in record.decisionSteps where (1...counts.count).contains(step) { counts[step - 1] += 1 }
    return counts
  }
}
