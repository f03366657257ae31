import ChipModel

/// Why a model could not be imported. The text is one line: what, where, the actual value, and what to do next.
package enum ImportError: Error, Sendable, Equatable, NamesParameters {
  /// The bytes are not a protobuf message of the kind expected at this offset.
  case malformed(offset: Int, what: String)
  /// The file is something else.
  case notONNX(what: String, remedy: String)
  /// The file around a NIR graph cannot be read.
  case hdf5(HDF5Error)
  /// A weight stored in another file cannot be had.
  case externalData(tensor: String, what: String, remedy: String)
  /// A stored tensor contradicts itself or holds what a weight cannot be.
  case tensor(name: String, what: String)
  /// The graph's wiring, inputs or outputs cannot be used.
  case graph(what: String, remedy: String)
  /// The file leaves open what is meant; a parameter says it.
  case selection(what: String, parameter: String, value: String)
  /// The graph was exported in training mode.
  case trainingMode(node: String, operation: String)
  /// No conversion knows this operator.
  case unsupportedOperator(node: String, operation: String, cause: String, remedy: String)
  /// An operator is known, but not used in this way.
  case unsupportedUse(node: String, operation: String, what: String, remedy: String)
  /// Something exceeds a limit of the importer.
  case tooLarge(node: String, what: String, count: Int, limit: Int, remedy: String)
}

extension ImportError {
  static func misuse(_ node: ONNXNode, _ what: String, _ remedy: String) -> ImportError {
    .unsupportedUse(node: node.label, operation: node.operation, what: what, remedy: remedy)
  }
}

extension ImportError {
  package func text(spell: (String) -> String) -> String {
    switch self {
    case .malformed(let offset, let what):
      "not a complete ONNX file: at byte \(offset), \(what): export the model again or copy the file again"
    case .notONNX(let what, let remedy): "\(what): \(remedy)"
    case .hdf5(let error): "\(error)"
    case .externalData(let tensor, let what, let remedy):
      "tensor '\(printable(tensor))': \(what): \(remedy)"
    case .tensor(let name, let what): "tensor '\(printable(name))': \(what): export the model again"
    case .graph(let what, let remedy): "\(what): \(remedy)"
    case .selection(let what, let parameter, let value): "\(what): give \(spell(parameter)) \(value)"
    case .trainingMode(let node, let operation):
      "node '\(printable(node))' (\(printable(operation))): the model was exported in training mode: call model.eval() "
        + "before torch.onnx.export"
    case .unsupportedOperator(let node, let operation, let cause, let remedy):
      "node '\(printable(node))' (\(printable(operation))): \(cause): \(remedy)"
    case .unsupportedUse(let node, let operation, let what, let remedy):
      "node '\(printable(node))' (\(printable(operation))): \(what): \(remedy)"
    case .tooLarge(let node, let what, let count, let limit, let remedy):
      "node '\(printable(node))': \(what) \(count), limit is \(limit): \(remedy)"
    }
  }
}

/// A shape for people: `3x32x32`.
func shapeText(_ shape: [Int]) -> String { shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "x") }

/// Limits that keep a hostile or hopeless file from taking the machine with it.
enum ImportLimits {
  /// Neurons of one layer.
  static let neurons = 1 << 22
  /// Weights of one connection that the importer itself creates (unrolled pools, composed maps).
  static let weights = 1 << 24
  /// Elements of a matrix that only puts values into another order.
  static let permuted = 1 << 22
  /// Weights and biases of the whole network, beyond four times what the file stores.
  static let storedWeights = 1 << 26
  /// Multiply-accumulates that one import may spend on merging linear maps.
  static let work = 1 << 32
  /// Elements of one folded constant that is not simply read from the file.
  static let foldedElements = 1 << 22
  /// Elements of one constant of equal values.
  static let filledElements = 1 << 27
  /// Elements of all constants that are larger than what they were computed from.
  static let grownElements = 1 << 28
  /// Functions inside functions.
  static let functionDepth = 64
  /// Nodes of a graph after every function was put in.
  static let inlinedNodes = 1 << 18
  static let inlinedNameBytes = 1 << 28
  /// Newest operator set the importer was tried with.
  static let newestOpset = 28
}
