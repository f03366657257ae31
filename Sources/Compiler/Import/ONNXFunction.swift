import ChipModel

/// A function of the model: nodes that one node of its name stands for.
struct ONNXFunction: Sendable {
  var name = ""
  var domain = ""
  var overload = ""
  var inputs: [String] = []
  var outputs: [String] = []
  /// Attributes that a call may leave out, with the values that then hold.
  var standards: [ONNXAttribute] = []
  var nodes: [ONNXNode] = []

  /// What a call names.
  var key: String { ONNXFunction.key(name, domain, overload) }

  fileprivate static func key(_ name: String, _ domain: String, _ overload: String) -> String {
    [domain == "ai.onnx" ? "" : domain, name, overload].joined(separator: "\n")
  }
}

extension ONNXModel {
  static func readFunction(_ data: [UInt8], _ range: Range<Int>) throws(ImportError) -> ONNXFunction {
    var reader = ProtobufReader(data, range)
    var function = ONNXFunction()
    while let field = try reader.next() {
      switch field.number {
      case 1: function.name = try field.text(in: data)
      case 4: function.inputs.append(try field.text(in: data))
      case 5: function.outputs.append(try field.text(in: data))
      case 7: function.nodes.append(try readNode(data, try field.bytes()))
      case 10: function.domain = try field.text(in: data)
      case 11: function.standards.append(try readAttribute(data, try field.bytes()))
      case 13: function.overload = try field.text(in: data)
      default: break
      }
    }
    return function
  }

  /// The graph's nodes, every call of a function replaced by the function's nodes.
  ///
  /// - Throws: `.graph` for functions that call themselves, or stand for more nodes than the importer takes.
  func inlinedNodes() throws(ImportError) -> [ONNXNode] {
    if functions.isEmpty { return graph.nodes }
    var inliner = FunctionInliner(functions)
    for node in graph.nodes { try inliner.add(node, depth: 0) }
    return inliner.nodes
  }
}

/// Replaces calls by what the functions hold.
private struct FunctionInliner {
  private var functions: [String: ONNXFunction] = [:]
  private(set) var nodes: [ONNXNode] = []
  /// Bytes of all names: a long one in a function is there once for each call.
  private var nameBytes = 0

  init(_ list: [ONNXFunction]) {
    for function in list { functions[function.key] = function }
  }

  mutating func add(_ node: ONNXNode, depth: Int) throws(ImportError) {
    nameBytes += ([node.name] + node.inputs + node.outputs).reduce(0) { $0 + $1.utf8.count }
    guard nodes.count < ImportLimits.inlinedNodes, nameBytes < ImportLimits.inlinedNameBytes else {
      throw .graph(
        what: "\(node.place) is one of more than \(ImportLimits.inlinedNodes) nodes that functions stand for",
        remedy: "export without functions")
    }
    guard let function = functions[ONNXFunction.key(node.operation, node.domain, node.overload)] else {
      nodes.append(node)
      return
    }
    guard depth < ImportLimits.functionDepth else {
      throw .graph(
        what: "\(node.place) is called more than \(ImportLimits.functionDepth) functions deep",
        remedy: "export without functions")
    }
    let names = try scope(of: function, calledBy: node)
    for inner in function.nodes {
      var copy = inner
      if !inner.name.isEmpty { copy.name = "\(node.label)/\(inner.name)" }
      copy.inputs = inner.inputs.map { names.outside($0) }
      copy.outputs = inner.outputs.map { names.outside($0) }
      copy.attributes = inner.attributes.compactMap { attribute in
        guard let reference = attribute.reference else { return attribute }
        var given = node.attribute(reference) ?? function.standards.first { $0.name == reference }
        given?.name = attribute.name
        return given
      }
      try add(copy, depth: depth + 1)
    }
  }

  /// Names of the caller for those of the function.
  private struct Scope {
    let prefix: String
    var names: [String: String] = [:]
    func outside(_ name: String) -> String { name.isEmpty ? "" : names[name] ?? prefix + name }
  }

  private mutating func scope(of function: ONNXFunction, calledBy node: ONNXNode) throws(ImportError) -> Scope {
    // A value is defined once, so this prefix is the call's own.
    var scope = Scope(prefix: "\(node.outputs.first { !$0.isEmpty } ?? "")/\(function.name)/")
    for (index, name) in function.inputs.enumerated() { scope.names[name] = node.input(index) ?? "" }
    for (name, outside) in zip(function.outputs, node.outputs) where !outside.isEmpty {
      if let input = scope.names[name] {
        nodes.append(ONNXNode(name: node.label, operation: "Identity", inputs: [input], outputs: [outside]))
      } else {
        scope.names[name] = outside
      }
    }
    return scope
  }
}
