import ChipModel

/// A graph made ready to walk: one image input at batch 1, weights by name, nodes in an order where everything is
/// defined before it is read.
///
/// ONNX demands that order of the file, so it is checked, not repaired. Shapes of the values in between are not read
/// from the file: they follow while the graph is walked, and every node whose inputs are constants or shapes is folded
/// then (`ConstantFolder`).
struct ONNXGraph {
  let inputName: String
  /// With the batch axis, which is 1.
  let inputShape: [Int]
  /// What the file said the batch size is, where it is a fixed number above 1: constants may have it baked in.
  let bakedBatch: Int?
  let outputName: String
  let nodes: [ONNXNode]
  let constants: [String: ONNXTensor]
  let opset: Int
  /// Notes for the report.
  let notes: [String]

  /// - Throws: `.graph` for a graph with several inputs or outputs, unknown sizes, or values read before they exist.
  init(_ model: ONNXModel) throws(ImportError) {
    let graph = model.graph
    nodes = graph.nodes
    opset = model.opset
    var notes: [String] = []
    if model.opset > ImportLimits.newestOpset {
      notes.append(
        "operator set \(model.opset) is newer than \(ImportLimits.newestOpset), the newest this importer was tried with"
      )
    }
    var constants: [String: ONNXTensor] = [:]
    for (name, tensor) in graph.initialisers {
      guard constants.updateValue(tensor, forKey: name) == nil else {
        throw .tensor(name: name, what: "is stored twice")
      }
      if case .floats(let values) = tensor.values, values.contains(where: \.isNaN) {
        throw .tensor(name: name, what: "holds values that are not numbers (training diverged?)")
      }
    }
    self.constants = constants

    // Old files list the weights among the inputs.
    let inputs = graph.inputs.filter { constants[$0.name] == nil }
    guard inputs.count == 1, let input = inputs.first else {
      let names = inputs.prefix(4).map { "'\(printable($0.name))'" }.joined(separator: ", ")
      throw .graph(
        what: "the model has \(inputs.count) inputs" + (inputs.isEmpty ? "" : " (\(names))"),
        remedy: "export a model that takes one image or vector")
    }
    guard graph.outputs.count == 1, let output = graph.outputs.first else {
      throw .graph(
        what: "the model has \(graph.outputs.count) outputs",
        remedy: "export a model that returns its class scores alone")
    }
    inputName = input.name
    outputName = output.name
    (inputShape, bakedBatch) = try ONNXGraph.batchOne(input)
    if let bakedBatch { notes.append("the model's batch size \(bakedBatch) was replaced by 1") }
    self.notes = notes
    try ONNXGraph.checkOrder(nodes, known: constants, input: input.name, output: output.name)
  }

  /// The input's shape with batch size 1.
  private static func batchOne(_ input: ONNXValueInfo) throws(ImportError) -> ([Int], Int?) {
    let name = printable(input.name)
    guard let shape = input.shape, (2...4).contains(shape.count) else {
      let rank = input.shape.map { "\($0.count) dimensions" } ?? "no shape"
      throw .graph(
        what: "input '\(name)' has \(rank), needed are [batch, features] or [batch, channels, height, width]",
        remedy: "export with an example input that has a batch axis, for example torch.zeros(1, 1, 28, 28)")
    }
    var sizes = [1]
    for (axis, dimension) in shape.enumerated().dropFirst() {
      guard case .size(let size) = dimension, size > 0 else {
        throw .graph(
          what: "input '\(name)' has no fixed size on axis \(axis)",
          remedy: "only the batch axis may be dynamic: fix the others in dynamic_axes or dynamic_shapes")
      }
      sizes.append(size)
    }
    guard let count = ONNXTensor.elementCount(sizes), count <= ImportLimits.neurons else {
      throw .graph(
        what: "input '\(name)' has shape \(shapeText(sizes)), more than \(ImportLimits.neurons) values",
        remedy: "export with the real input size")
    }
    guard [0, 1, 7, 10, 11, 16, 2, 3].contains(input.elementType) else {
      throw .graph(
        what: "input '\(name)' has element type \(input.elementType)", remedy: "export a model with a float input")
    }
    if case .size(let batch) = shape[0], batch > 1 { return (sizes, batch) }
    return (sizes, nil)
  }

  private static func checkOrder(
    _ nodes: [ONNXNode], known constants: [String: ONNXTensor], input: String, output: String
  ) throws(ImportError) {
    var defined = Set(constants.keys)
    defined.insert(input)
    for node in nodes {
      for name in node.inputs where !name.isEmpty && !defined.contains(name) {
        throw .graph(
          what: "node '\(printable(node.label))' (\(printable(node.operation))) reads '\(printable(name))', "
            + "which nothing before it defines",
          remedy: "export the model again")
      }
      for name in node.outputs where !name.isEmpty {
        guard defined.insert(name).inserted else {
          throw .graph(
            what: "node '\(printable(node.label))' (\(printable(node.operation))) defines '\(printable(name))' again",
            remedy: "export the model again")
        }
      }
    }
    guard defined.contains(output) else {
      throw .graph(
        what: "the model's output '\(printable(output))' is defined nowhere", remedy: "export the model again")
    }
  }
}
