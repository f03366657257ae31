import ChipModel

/// A graph made ready to walk: one input at batch 1, weights by name, the nodes that the answer needs in an order where
/// everything is defined before it is read.
///
/// Shapes of the values in between are not read from the file: they follow while the graph is walked, and every node
/// whose inputs are constants or shapes is folded then (`ConstantFolder`).
struct ONNXGraph {
  let inputName: String
  /// With the batch axis, which is 1, where there is one.
  let inputShape: [Int]
  /// Whether the first axis of values counts samples.
  let hasBatchAxis: Bool
  /// `inputShape` without the batch axis.
  let sampleShape: [Int]
  /// What the file said the batch size is, where it is a fixed number above 1: constants may have it baked in.
  let bakedBatch: Int?
  let outputName: String
  /// Outputs of the file that were not asked for, where the first was taken for want of a name.
  let otherOutputs: [String]
  let nodes: [ONNXNode]
  let constants: [String: ONNXTensor]
  let opset: Int
  /// Notes for the report.
  let notes: [String]

  /// - Parameters:
  ///   - model: the file's content.
  ///   - selection: which output, and sizes that the file leaves open.
  ///   - hasBatchAxis: whether the input's first axis counts samples; where not, a sample has exactly its shape.
  /// - Throws: `.graph` or `.selection` for a graph that reads several inputs, unknown sizes, or values that are defined
  ///   nowhere, twice, or by themselves.
  init(
    _ model: ONNXModel, _ selection: ModelSelection = ModelSelection(), hasBatchAxis: Bool = true
  ) throws(ImportError) {
    let graph = model.graph
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
    }
    // Old files list the weights among the inputs.
    let inputs = graph.inputs.filter { constants[$0.name] == nil }
    let all = try model.inlinedNodes()
    let order = try NodeOrder(all, given: Set(constants.keys).union(inputs.map(\.name)))
    (outputName, otherOutputs) = try ONNXGraph.output(of: graph, selection, order)
    nodes = try order.nodes(leadingTo: outputName)
    var read: Set<String> = [outputName]
    for node in nodes { read.formUnion(node.inputs) }
    for (name, tensor) in graph.initialisers where read.contains(name) {
      if case .floats(let values) = tensor.values, values.contains(where: \.isNaN) {
        throw .tensor(name: name, what: "holds values that are not numbers (training diverged?)")
      }
    }
    self.constants = constants

    let used = inputs.filter { read.contains($0.name) }
    guard used.count == 1, let input = used.first else {
      let names = used.prefix(4).map { "'\(printable($0.name))'" }.joined(separator: ", ")
      throw used.isEmpty
        ? .graph(what: "the model's output does not depend on its input", remedy: "export the model again")
        : .graph(
          what: "the model reads \(used.count) inputs (\(names))", remedy: "export a model that takes one image or vector")
    }
    for other in inputs where other.name != input.name {
      notes.append("the input '\(printable(other.name))' plays no part and was left out")
    }
    if otherOutputs.isEmpty, nodes.count < all.count {
      notes.append("\(all.count - nodes.count) of \(all.count) nodes lead to no output and were left out")
    }
    (inputName, self.hasBatchAxis) = (input.name, hasBatchAxis)
    sampleShape = try ONNXGraph.sampleShape(input, selection.inputShape, hasBatchAxis: hasBatchAxis)
    inputShape = hasBatchAxis ? [1] + sampleShape : sampleShape
    bakedBatch = hasBatchAxis ? input.fixedBatch : nil
    if let bakedBatch { notes.append("the model's batch size \(bakedBatch) was replaced by 1") }
    if !hasBatchAxis { notes.append("the model's input has no batch axis: a sample is \(shapeText(sampleShape))") }
    self.notes = notes
  }

  /// The value that is the answer, and outputs that might be meant instead.
  private static func output(
    of graph: ONNXGraphDefinition, _ selection: ModelSelection, _ order: NodeOrder
  ) throws(ImportError) -> (String, [String]) {
    let names = graph.outputs.map(\.name)
    guard let name = selection.output else {
      guard let first = names.first else {
        throw .graph(what: "the model has no outputs", remedy: "export the model again")
      }
      guard order.defines(first) else {
        throw .graph(
          what: "the model's output '\(printable(first))' is defined nowhere", remedy: "export the model again")
      }
      return (first, Array(names.dropFirst()))
    }
    guard order.defines(name) else {
      throw .selection(
        what: "no node computes '\(printable(name))'", parameter: "outputName",
        value: names.prefix(8).map { "'\(printable($0))'" }.joined(separator: " or "))
    }
    return (name, [])
  }

  /// The input's sizes without the batch axis.
  private static func sampleShape(
    _ input: ONNXValueInfo, _ given: [Int]?, hasBatchAxis: Bool
  ) throws(ImportError) -> [Int] {
    let name = printable(input.name)
    let axes = hasBatchAxis ? 1 : 0
    let shape = input.shape ?? given.map { [ONNXValueInfo.Dimension](repeating: .symbol(""), count: $0.count + axes) }
    guard let shape, ((axes + 1)...(axes + 3)).contains(shape.count) else {
      let rank = input.shape.map { "\($0.count) dimensions" } ?? "no shape"
      throw .graph(
        what: "input '\(name)' has \(rank), needed are [batch, features], [batch, channels, length] or "
          + "[batch, channels, height, width]",
        remedy: "export with an example input that has a batch axis, for example torch.zeros(1, 1, 28, 28)")
    }
    let own = Array(shape.dropFirst(axes))
    if let given {
      let isLike = given.count == own.count && zip(given, own).allSatisfy { $1.isOpen || $1 == .size($0) }
      guard isLike else {
        throw .selection(
          what: "input '\(name)' does not take \(shapeText(given))", parameter: "inputShape",
          value: own.map(\.text).joined(separator: "x"))
      }
    }
    guard given != nil || own.allSatisfy({ !$0.isOpen }) else {
      throw .selection(
        what: "input '\(name)' has no fixed size \(own.map(\.text).joined(separator: "x"))", parameter: "inputShape",
        value: "such as " + own.map { $0.isOpen ? (own.count == 3 ? "224" : "128") : $0.text }.joined(separator: "x"))
    }
    let sizes = given ?? own.compactMap { if case .size(let size) = $0 { size } else { nil } }
    guard let count = ONNXTensor.elementCount(sizes), count <= ImportLimits.neurons else {
      throw .graph(
        what: "input '\(name)' has shape \(shapeText(sizes)), more than \(ImportLimits.neurons) values",
        remedy: "export with the real input size")
    }
    guard [0, 1, 7, 10, 11, 16, 2, 3].contains(input.elementType) else {
      throw .graph(
        what: "input '\(name)' has element type \(input.elementType)", remedy: "export a model with a float input")
    }
    return sizes
  }
}

extension ONNXValueInfo {
  /// The first dimension where it is a fixed number above 1.
  var fixedBatch: Int? {
    guard case .size(let size)? = shape?.first, size > 1 else { return nil }
    return size
  }
}

extension ONNXValueInfo.Dimension {
  /// Not a size above 0.
  var isOpen: Bool { if case .size(let size) = self { size <= 0 } else { true } }

  var text: String {
    switch self {
    case .size(let size) where size > 0: "\(size)"
    case .symbol(let name) where !name.isEmpty: printable(name)
    default: "?"
    }
  }
}
