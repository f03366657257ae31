import ChipModel

/// What scikit-learn puts before and after a network.
extension Canonicaliser {
  /// Domain of the operators of classical machine learning.
  static let learning = "ai.onnx.ml"

  /// Scaler: `(x - offset) * scale`. ArrayFeatureExtractor after ArgMax: labels of classes. ZipMap: names beside values.
  mutating func learn(_ value: inout DataValue) throws(ImportError) {
    guard node.domain == Canonicaliser.learning else { throw UnsupportedOperators.error(node) }
    switch node.operation {
    case "Scaler":
      for (name, apply) in [("offset", false), ("scale", true)] {
        guard let list = node.attribute(name)?.floats, !list.isEmpty else { continue }
        guard let numbers = ONNXTensor(shape: [list.count], values: .floats(list)) else { continue }
        let full = try broadcast(numbers, value.shape)
        if apply { try scaleElements(&value, full) } else { try shift(&value, .element(full.map { -$0 })) }
      }
      record("Scaler", &value, role: "folded into")
    case "ArrayFeatureExtractor":
      guard case .argMax? = value.endings.last?.operation, let labels = node.constant(0)?.integers,
        labels == Array(labels.indices)
      else {
        throw .selection(
          what: "\(node.place): the output '\(printable(graph.outputName))' is a label, not a value of the network",
          parameter: "outputName",
          value: graph.otherOutputs.isEmpty
            ? "a value before it" : graph.otherOutputs.prefix(8).map { "'\(printable($0))'" }.joined(separator: " or "))
      }
      record("ArrayFeatureExtractor", &value, role: "left out (labels are numbers of classes)", waits: false)
    default:
      guard !value.endings.isEmpty else { throw UnsupportedOperators.error(node) }
      record("ZipMap", &value, role: "left out (names beside the outputs)", waits: false)
    }
  }

  /// The probabilities of both classes that scikit-learn makes of one: `1 - s(x)` is `s(-x)`, and two of them side by side
  /// are one; nil: something else.
  mutating func bothClasses(_ data: [DataValue]) throws(ImportError) -> DataValue? {
    guard let ending = data.first?.endings.first, ending.operation == .sigmoid,
      data.allSatisfy({ $0.endings.count == 1 && $0.endings[0].operation == .sigmoid && $0.shape.count == 2 })
    else { return nil }
    var value: DataValue
    if node.operation == "Sub", data.count == 1, let one = node.constant(0), one.floats.allSatisfy({ $0 == 1 }),
      one.count == 1
    {
      value = data[0]
      try scaleElements(&value, [Double](repeating: -1, count: value.count))
      record("Sub of a Sigmoid from 1", &value, role: "folded into")
      return value
    }
    guard node.operation == "Concat", data.count == node.inputs.count else { return nil }
    let before = values
    for name in node.inputs {
      if case .data(var part)? = values[name] {
        (part.endings, part.endShape) = ([], nil)
        values[name] = .data(part)
      }
    }
    value = try concatenate()
    values = before
    (value.endings, value.endShape) = ([ending], value.shape)
    return value
  }
}
