import ChipModel

/// Walks a graph once and turns it into an `AnalogNetwork`.
///
/// Every value is either a constant, folded on the spot, or a sum of linear terms over layers made so far. A linear
/// operator composes with the terms, an activation closes a sum into a layer. So batch normalisation, padding,
/// flattening, concatenation and residual sums need no cases of their own in what comes out.
struct Canonicaliser {
  let graph: ONNXGraph
  let options: ImportOptions
  var values: [String: GraphValue] = [:]
  var layers: [AnalogLayer] = []
  var inputShape: [Int]
  /// Times the values of the graph's input are read.
  let inputReaders: Int
  var entries: [PendingEntry] = []
  var notes: [String]
  var names: Set<String> = ["input"]
  /// The node at work, with its constant inputs.
  var node = ONNXNode()
  /// Cost of merging so far.
  let merging = MergeContext("")
  /// Weights and biases of the layers made, and what they may come to.
  var storedWeights = 0
  var storedLimit: Int
  /// Elements of constants that are larger than what they were computed from.
  var grownElements = 0
  /// Of the file so far, and the constants that are in it.
  var cost = NetworkCost()
  private var counted: Set<String> = []
  /// Layers that only relay values.
  var relays: Set<Int> = []
  let readersOf: [String: LinearReaders]
  /// Layers that read what the node at work reads and would each hold a copy of its weights.
  var sharers = 1
  /// How often each value is still to be read; at 0 it is dropped.
  var readers: [String: Int] = [:]

  /// A report entry while the layers it ends in are still being found.
  struct PendingEntry {
    var node: String
    var operation: String
    var shape: [Int]
    /// Before the layer's name: `weights of`.
    var role: String
    var layers: [String] = []
  }

  init(_ graph: ONNXGraph, _ options: ImportOptions) {
    self.graph = graph
    self.options = options
    readersOf = LinearReaders.count(graph)
    notes = graph.notes
    // A vector stays one; an image without a channel axis gets it.
    inputShape = graph.sampleShape
    if inputShape.count == 2 { inputShape.insert(1, at: Canonicaliser.isOnLines(graph) ? 1 : 0) }
    inputReaders = graph.nodes.reduce(0) { sum, node in
      node.operation == "Shape" ? sum : sum + node.inputs.filter { $0 == graph.inputName }.count
    }
    storedLimit = ImportLimits.storedWeights + 4 * graph.constants.values.reduce(0) { $0 + $1.count }
    for node in graph.nodes { for name in node.inputs { readers[name, default: 0] += 1 } }
    readers[graph.outputName, default: 0] += 1
    for (name, tensor) in graph.constants { values[name] = .constant(tensor, origin: name) }
    values[graph.inputName] = .data(DataValue(shape: graph.inputShape, parts: [.source(.input, inputShape)]))
  }

  /// The network, what the file does with its outputs, and the account of how it came about.
  mutating func run(name: String, model: ONNXModel) throws(ImportError) -> ImportedModel {
    for node in graph.nodes {
      self.node = node
      merging.name = node.label
      try apply()
      for name in node.inputs {
        readers[name, default: 0] -= 1
        if readers[name] == 0 { values[name] = nil }
      }
      for name in node.outputs where readers[name] == nil { values[name] = nil }
    }
    let (output, form) = try finish()
    for entry in entries where entry.role.hasPrefix("sum of") && entry.layers.count > 1 {
      notes.append(
        "the sum '\(entry.node)' has no activation of its own and was expanded into "
          + entry.layers.map { "'\($0)'" }.joined(separator: ", "))
    }
    let network = AnalogNetwork(
      name: name, inputShape: inputShape, layers: layers, output: output, fileCost: cost)
    do {
      try network.validate()
    } catch {
      // A value read in two shapes at once: nothing an exporter writes.
      throw .graph(what: "the model cannot be expressed in layers: \(error)", remedy: "simplify its reshapes")
    }
    var stored = 0
    for (_, tensor) in model.graph.initialisers { if case .floats(let v) = tensor.values { stored += v.count } }
    let report = ImportReport(
      entries: entries.map { entry in
        let names = entry.layers.map { "'\($0)'" }.joined(separator: ", ")
        return ImportEntry(
          node: entry.node, operation: entry.operation, shape: entry.shape,
          became: names.isEmpty ? entry.role : "\(entry.role) \(names)", layer: entry.layers.first)
      },
      notes: notes, otherOutputs: graph.otherOutputs.map { printable($0) }, storedParameters: stored,
      cost: cost, producer: printable(model.producer), opset: model.opset)
    return ImportedModel(network: network, output: form, report: report, files: model.graph.externalFiles)
  }

  /// Evaluates the node at work.
  private mutating func apply() throws(ImportError) {
    guard node.domain.isEmpty || node.domain == "ai.onnx" || node.domain == Canonicaliser.learning else {
      throw UnsupportedOperators.foreign(node)
    }
    if UnsupportedOperators.isRandom(node.operation) {
      throw .trainingMode(node: node.label, operation: node.operation)
    }
    try relayShared()
    sharers = max(1, node.inputs.map { readersOf[$0]?.consumers ?? 1 }.max() ?? 1)
    var data: [DataValue] = []
    var origin = ""
    for name in node.inputs {
      guard !name.isEmpty else {
        node.constants.append(nil)
        continue
      }
      guard let value = values[name] else {
        throw misuse(
          "reads '\(printable(name))', an output that is not supported", "rewrite that part of the model")
      }
      switch value {
      case .constant(let tensor, let name):
        node.constants.append(tensor)
        if origin.isEmpty { origin = name }
      case .data(let value):
        node.constants.append(nil)
        data.append(value)
      }
    }
    if graph.opset < 7 { node.alignOldBroadcast(rank: data.first?.shape.count) }
    let output = node.outputs.first ?? ""
    if let first = data.first {
      countParameters()
      if node.operation == "Shape" {
        values[output] = .constant(ConstantFolder(node: node).shapeList(first.shape), origin: output)
        return
      }
      // A constant cast to the type of the data is a constant still.
      if node.operation == "CastLike", let constant = node.constant(0) {
        guard let tensor = ONNXTensor(shape: constant.shape, values: .floats(constant.floats)) else { return }
        values[output] = .constant(tensor, origin: origin)
        return
      }
      for (name, value) in zip(node.outputs, try results(first, data)) where !name.isEmpty {
        values[name] = .data(value)
      }
    } else {
      guard let tensor = try ConstantFolder(node: node).fold() else { throw UnsupportedOperators.error(node) }
      let grown = tensor.count - node.constants.reduce(0) { $0 + ($1?.count ?? 0) }
      if grown > 0, node.operation != "Constant" {
        grownElements += grown
        storedLimit += grown
        guard grownElements <= ImportLimits.grownElements else {
          throw .tooLarge(
            node: node.label, what: "elements of computed constants come to", count: grownElements,
            limit: ImportLimits.grownElements, remedy: "store the weights in the file")
        }
      }
      values[output] = .constant(tensor, origin: origin.isEmpty ? output : origin)
    }
  }

  /// The outputs of a node that reads data, in their order, as far as they are supported.
  mutating func results(_ first: DataValue, _ data: [DataValue]) throws(ImportError) -> [DataValue] {
    if let both = try bothClasses(data) { return [both] }
    if isOnLines(data) { return try resultsOnLines(data) }
    if node.operation == "Split" { return try split(first) }
    return [try convert(first, data)]
  }

  /// The first output of a node that reads data: `first` is its first data input.
  mutating func convert(_ first: DataValue, _ data: [DataValue]) throws(ImportError) -> DataValue {
    if let last = data.lazy.compactMap(\.endings.last).first, !Canonicaliser.endings.contains(node.operation),
      !["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast", "ZipMap", "ArrayFeatureExtractor"].contains(
        node.operation)
    {
      if last.operation == .sigmoid || last.operation == .tanh {
        var activation = ONNXNode()
        (activation.name, activation.operation) = (last.label, last.name)
        throw UnsupportedOperators.error(activation)
      }
      throw .unsupportedUse(
        node: last.label, operation: last.name, what: "is followed by \(printable(node.operation))",
        remedy: "only at the very end can it be left out: export the network without what follows")
    }
    if let turned = try resultOfChannelsLast(first) { return turned }
    var value = first
    switch node.operation {
    case "Identity", "Cast", "CastLike": return value
    case "Dropout":
      if let mode = node.constant(2), mode.floats.contains(where: { $0 != 0 }) {
        throw .trainingMode(node: node.label, operation: node.operation)
      }
      record("Dropout", &value, role: "left out (does nothing in inference)", waits: false)
      return value
    case _ where Canonicaliser.endings.contains(node.operation):
      try end(&value)
      return value
    case "Flatten", "Reshape", "Squeeze", "Unsqueeze": try reshape(&value)
    case "Transpose": try transpose(&value)
    case "Slice": try slice(&value)
    case "Pad": try pad(&value)
    case "Gather": try gather(&value)
    case "Neg": try negate(&value)
    case "Einsum": try contract(&value)
    case "ConvTranspose": try convolveTransposed(&value)
    case "Resize", "Upsample": try resize(&value)
    case "DepthToSpace", "SpaceToDepth": try rearrange(&value)
    case "Concat": return try concatenate()
    case "Conv": try convolve(&value)
    case "Gemm", "MatMul":
      if isOnSteps(value) { try multiplySteps(&value) } else { try multiply(&value) }
    case "QuantizeLinear", "DequantizeLinear": try quantise(&value)
    case "Scaler", "ArrayFeatureExtractor", "ZipMap": try learn(&value)
    case "BatchNormalization": try normaliseBatch(&value)
    case "Add", "Sub", "Mul", "Div", "Sum": try combine(&value, data)
    case "Relu", "LeakyRelu", "PRelu", "Clip", "Max", "Min": try activate(&value, data)
    case "Floor": try roundDown(&value)
    case "MaxPool", "GlobalMaxPool", "ReduceMax": try poolMaximum(&value)
    case "AveragePool", "GlobalAveragePool", "ReduceMean", "ReduceSum": try poolAverage(&value)
    default: throw UnsupportedOperators.error(node)
    }
    return value
  }

  /// Counts what the node multiplies data by or adds to them; single numbers and running statistics are no parameters.
  private mutating func countParameters() {
    let inputs: Range<Int>
    switch node.operation {
    case "Conv", "ConvTranspose", "Gemm", "MatMul", "Einsum", "PRelu", "Add", "Sub", "Mul", "Div": inputs = 0..<3
    case "BatchNormalization": inputs = 1..<3
    default: return
    }
    for index in inputs {
      guard let tensor = node.constant(index), tensor.count > 1, let origin = origin(index) else { continue }
      if counted.insert(origin).inserted { cost.parameters += tensor.count }
    }
  }

  // MARK: report

  /// Adds a report entry; `waits`: the layer it ends in is still to come.
  mutating func record(_ operation: String, _ value: inout DataValue, role: String, waits: Bool = true) {
    if waits { value.entries.append(entries.count) }
    entries.append(
      PendingEntry(
        node: printable(node.label), operation: operation, shape: Array(value.shape.dropFirst()), role: role))
  }

  /// An error about how the node is used.
  func misuse(_ what: String, _ remedy: String) -> ImportError { .misuse(node, what, remedy) }
}
