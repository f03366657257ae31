import ChipModel
import Foundation

/// How the file's own output comes of the network's output values: their layout, and what the file does with them last.
package struct OutputForm: Sendable, Equatable {
  /// Of the file's output; the batch axis, 1, is its first.
  package var shape: [Int]
  /// Element `i` before the endings is output value `order[i]`; nil: the same order.
  package var order: [Int]?
  package var endings: [OutputEnding] = []

  /// What a sample has in an array of several.
  package var sampleShape: [Int] { shape.first == 1 ? Array(shape.dropFirst()) : shape }

  /// The file's output of one sample, row-major.
  /// - Parameter values: the network's output values of the sample, as many as it has.
  package func values(_ values: [Float]) -> [Float] {
    var result = order.map { order in order.map { values[$0] } } ?? values
    for ending in endings { ending.apply(to: &result) }
    return result
  }
}

/// A last operator that a spiking network leaves out, because it keeps the order of the outputs.
package struct OutputEnding: Sendable, Equatable {
  package enum Operation: Sendable, Equatable {
    case sigmoid, tanh, log
    case softmax(OutputAxis)
    case logSoftmax(OutputAxis)
    /// The index of the largest, the first of equal ones.
    case argMax(OutputAxis)
  }
  package var operation: Operation
  /// The node's name in the model.
  package var label: String

  /// As ONNX has it.
  package var name: String {
    switch operation {
    case .sigmoid: "Sigmoid"
    case .tanh: "Tanh"
    case .log: "Log"
    case .softmax: "Softmax"
    case .logSoftmax: "LogSoftmax"
    case .argMax: "ArgMax"
    }
  }

  func apply(to values: inout [Float]) {
    switch operation {
    case .sigmoid: for i in values.indices { values[i] = 1 / (1 + Foundation.exp(-values[i])) }
    case .tanh: for i in values.indices { values[i] = Foundation.tanh(values[i]) }
    case .log: for i in values.indices { values[i] = Foundation.log(values[i]) }
    case .softmax(let axis): axis.forEachRow { softmax(&values, $0, logarithm: false) }
    case .logSoftmax(let axis): axis.forEachRow { softmax(&values, $0, logarithm: true) }
    case .argMax(let axis):
      var result: [Float] = []
      axis.forEachRow { row in
        result.append(Float(row.enumerated().reduce((0, -Float.infinity)) { best, next in
          values[next.element] > best.1 ? (next.offset, values[next.element]) : best
        }.0))
      }
      values = result
    }
  }

  private func softmax(_ values: inout [Float], _ row: StrideTo<Int>, logarithm: Bool) {
    let largest = row.reduce(-Float.infinity) { max($0, values[$1]) }
    let sum = row.reduce(0) { $0 + Foundation.exp(Double(values[$1] - largest)) }
    for i in row {
      let shifted = Double(values[i] - largest)
      values[i] = Float(logarithm ? shifted - Foundation.log(sum) : Foundation.exp(shifted) / sum)
    }
  }
}

/// One axis, or several neighbours as one, of an array `[outer, count, inner]`.
package struct OutputAxis: Sendable, Equatable {
  var outer: Int
  var count: Int
  var inner: Int

  /// Axes `range` of a shape.
  init(_ range: Range<Int>, of shape: [Int]) {
    outer = shape[..<range.lowerBound].reduce(1, *)
    count = shape[range].reduce(1, *)
    inner = shape[range.upperBound...].reduce(1, *)
  }

  /// Whether all values lie on it.
  var isWhole: Bool { outer == 1 && inner == 1 }

  /// Each row along the axis: the places of its elements.
  func forEachRow(_ body: (StrideTo<Int>) -> Void) {
    for o in 0..<outer {
      for i in 0..<inner {
        let start = o * count * inner + i
        body(stride(from: start, to: start + count * inner, by: inner))
      }
    }
  }
}

extension Canonicaliser {
  /// The operators that may end a network.
  static let endings: Set<String> = ["Softmax", "LogSoftmax", "Sigmoid", "Tanh", "Log", "ArgMax"]

  /// Softmax, Sigmoid and the like: left to the file's own output.
  mutating func end(_ value: inout DataValue) throws(ImportError) {
    let isFirst = value.endings.isEmpty
    let operation: OutputEnding.Operation
    switch node.operation {
    case "Sigmoid": operation = .sigmoid
    case "Tanh": operation = .tanh
    case "Log":
      // Of a value that is no probability: there is nothing to keep.
      guard !isFirst else { throw UnsupportedOperators.error(node) }
      operation = .log
    case "ArgMax":
      let axis = try endingAxis(of: value, node.integer("axis") ?? 0)
      operation = .argMax(OutputAxis(axis..<(axis + 1), of: value.shape))
      if node.integer("select_last_index") ?? 0 != 0 {
        throw misuse("takes the last of equal values", "leave select_last_index out")
      }
      if isFirst { value.endShape = value.shape }
      value.shape[axis] = 1
      if node.integer("keepdims") ?? 1 == 0 { value.shape.remove(at: axis) }
    default:
      let axis = try endingAxis(of: value, node.integer("axis") ?? (graph.opset < 13 ? 1 : -1))
      // Before operator set 13 all axes from this one on are one.
      let last = graph.opset < 13 ? value.shape.count : axis + 1
      let group = OutputAxis(axis..<last, of: value.shape)
      guard options.purpose == .evaluation || axis == 1 || group.isWhole else {
        throw misuse(
          "works along axis \(axis) of \(shapeText(value.shape)), which is not that of the classes",
          "export the network without it")
      }
      operation = node.operation == "Softmax" ? .softmax(group) : .logSoftmax(group)
    }
    if isFirst && value.endShape == nil { value.endShape = value.shape }
    value.endings.append(OutputEnding(operation: operation, label: printable(node.label)))
    record(node.operation, &value, role: "left out (the order of the outputs stays the same)", waits: false)
    notes.append(
      "the final \(node.operation) '\(printable(node.label))' was left out: outputs are the values before it")
  }

  private func endingAxis(of value: DataValue, _ given: Int) throws(ImportError) -> Int {
    let axis = given < 0 ? given &+ value.shape.count : given
    guard axis > 0, axis < value.shape.count else {
      throw misuse(
        axis == 0 ? "works along the batch, so that samples depend on each other" : "has axis \(given)",
        "use the axis of the classes (dim=1)")
    }
    return axis
  }
}
