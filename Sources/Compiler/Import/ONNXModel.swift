/// An ONNX model as stored: the graph, its weights decoded, nothing interpreted yet.
///
/// Reads what PyTorch's two exporters, tf2onnx and `onnx.helper` write. The IR version is never a reason to refuse.
struct ONNXModel: Sendable {
  var irVersion = 0
  var producer = ""
  /// Operator set of the standard domain.
  var opset = 0
  /// Operator sets of other domains, in file order.
  var otherDomains: [String] = []
  var graph = ONNXGraphDefinition()
  var functions: [ONNXFunction] = []
}

/// A graph as stored, in file order.
struct ONNXGraphDefinition: Sendable {
  /// Files beside the model that hold weights.
  var externalFiles: [String] = []
  var name = ""
  var nodes: [ONNXNode] = []
  var initialisers: [(name: String, tensor: ONNXTensor)] = []
  var inputs: [ONNXValueInfo] = []
  var outputs: [ONNXValueInfo] = []
}

/// One operator application. An empty input name means that the optional input is absent.
struct ONNXNode: Sendable {
  var name = ""
  var operation = ""
  var domain = ""
  /// Which of several functions of one name.
  var overload = ""
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [ONNXAttribute] = []
  /// Inputs that are constant, once known; nil in the place of data and of absent inputs.
  var constants: [ONNXTensor?] = []

  /// The name to show: the node's own, else its first output.
  var label: String { name.isEmpty ? (outputs.first ?? "unnamed") : name }

  func attribute(_ name: String) -> ONNXAttribute? { attributes.first { $0.name == name } }
  func integer(_ name: String) -> Int? { attribute(name)?.integer }
  func integers(_ name: String) -> [Int]? {
    guard let attribute = attribute(name) else { return nil }
    if attribute.integers.isEmpty, let single = attribute.integer { return [single] }
    return attribute.integers
  }
  func float(_ name: String) -> Float? { attribute(name)?.float }
  func text(_ name: String) -> String? { attribute(name)?.text }
  /// The constant input at `index`, nil where absent or not constant.
  func constant(_ index: Int) -> ONNXTensor? { index < constants.count ? constants[index] : nil }
  /// A list that is an attribute in old operator sets, and a constant input in new ones.
  func integers(_ name: String, orInput index: Int) -> [Int]? { integers(name) ?? constant(index)?.integers }
  /// Input name at `index`, nil where absent.
  func input(_ index: Int) -> String? {
    guard index < inputs.count, !inputs[index].isEmpty else { return nil }
    return inputs[index]
  }
}

/// An attribute; which member is set depends on its type.
struct ONNXAttribute: Sendable {
  var name = ""
  var integer: Int?
  var float: Float?
  var text: String?
  var tensor: ONNXTensor?
  var integers: [Int] = []
  var floats: [Float] = []
  /// Holds a graph (If, Loop, Scan).
  var hasGraph = false
  /// In a function: the attribute of the call that gives the value.
  var reference: String?
}

/// A graph input or output. A dimension is a number or unknown (symbolic).
struct ONNXValueInfo: Sendable {
  var name = ""
  var elementType = 0
  var shape: [Dimension]?
  enum Dimension: Sendable, Equatable {
    case size(Int)
    case symbol(String)
  }
}

extension ONNXModel {
  /// Reads a model.
  /// - Parameters:
  ///   - bytes: the whole `.onnx` file.
  ///   - folder: where the file lies, for weights stored beside it; nil when it came from a pipe.
  /// - Throws: `ImportError`, for any input that is not a model this type can hold; never traps.
  init(bytes: [UInt8], folder: String?) throws(ImportError) {
    try ONNXModel.recognise(bytes)
    var reader = ProtobufReader(bytes)
    var graphs: [Range<Int>] = []
    var opsets: [(domain: String, version: Int)] = []
    while let field = try reader.next() {
      switch field.number {
      case 1: irVersion = try field.integer()
      case 2: producer = try field.text(in: bytes)
      case 7: graphs.append(try field.bytes())
      case 8: opsets.append(try ONNXModel.readOpset(bytes, try field.bytes()))
      case 25: functions.append(try ONNXModel.readFunction(bytes, try field.bytes()))
      default: break
      }
    }
    guard graphs.count == 1, let range = graphs.first else {
      throw .notONNX(
        what: "the file holds \(graphs.count) graphs, an ONNX model holds one",
        remedy: "give a file written by torch.onnx.export")
    }
    for entry in opsets {
      if entry.domain.isEmpty || entry.domain == "ai.onnx" {
        opset = max(opset, entry.version)
      } else {
        otherDomains.append(entry.domain)
      }
    }
    // Before there were operator sets, files had none.
    opset = max(opset, 1)
    graph = try ONNXModel.readGraph(bytes, range, folder: folder)
  }

  /// Names the usual wrong files before protobuf errors do.
  private static func recognise(_ bytes: [UInt8]) throws(ImportError) {
    guard !bytes.isEmpty else {
      throw .notONNX(what: "the file is empty", remedy: "export the model again")
    }
    func starts(_ prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }
    if starts([0x50, 0x4b, 3, 4]) || starts([0x80, 2]) {
      throw .notONNX(
        what: "this is a PyTorch checkpoint or a zip file, not ONNX",
        remedy: "load it in Python and write it with torch.onnx.export(model.eval(), example, 'model.onnx')")
    }
    if starts([0x89, 0x48, 0x44, 0x46]) {
      throw .notONNX(
        what: "this is an HDF5 file (Keras), not ONNX", remedy: "convert it with python -m tf2onnx.convert")
    }
    if starts(Array("version https://git-lfs".utf8)) {
      throw .notONNX(what: "this is a Git LFS pointer, not the model", remedy: "run git lfs pull")
    }
  }

  private static func readOpset(
    _ data: [UInt8], _ range: Range<Int>
  ) throws(ImportError) -> (domain: String, version: Int) {
    var reader = ProtobufReader(data, range)
    var result = (domain: "", version: 0)
    while let field = try reader.next() {
      if field.number == 1 { result.domain = try field.text(in: data) }
      if field.number == 2 { result.version = try field.integer() }
    }
    return result
  }

  private static func readGraph(
    _ data: [UInt8], _ range: Range<Int>, folder: String?
  ) throws(ImportError) -> ONNXGraphDefinition {
    var reader = ProtobufReader(data, range)
    var graph = ONNXGraphDefinition()
    while let field = try reader.next() {
      switch field.number {
      case 1: graph.nodes.append(try readNode(data, try field.bytes()))
      case 2: graph.name = try field.text(in: data)
      case 5:
        let (name, tensor, file) = try ONNXTensor.read(data, try field.bytes(), folder: folder)
        graph.initialisers.append((name, tensor))
        if let file, graph.externalFiles.last != file { graph.externalFiles.append(file) }
      case 11: graph.inputs.append(try readValueInfo(data, try field.bytes()))
      case 12: graph.outputs.append(try readValueInfo(data, try field.bytes()))
      case 15:
        throw .graph(
          what: "the model has sparse initialisers", remedy: "export dense weights (weight.to_dense()) instead")
      default: break
      }
    }
    return graph
  }

  static func readNode(_ data: [UInt8], _ range: Range<Int>) throws(ImportError) -> ONNXNode {
    var reader = ProtobufReader(data, range)
    var node = ONNXNode()
    while let field = try reader.next() {
      switch field.number {
      case 1: node.inputs.append(try field.text(in: data))
      case 2: node.outputs.append(try field.text(in: data))
      case 3: node.name = try field.text(in: data)
      case 4: node.operation = try field.text(in: data)
      case 5: node.attributes.append(try readAttribute(data, try field.bytes()))
      case 7: node.domain = try field.text(in: data)
      case 8: node.overload = try field.text(in: data)
      default: break
      }
    }
    return node
  }

  static func readAttribute(_ data: [UInt8], _ range: Range<Int>) throws(ImportError) -> ONNXAttribute {
    var reader = ProtobufReader(data, range)
    var attribute = ONNXAttribute()
    var type = 0
    while let field = try reader.next() {
      switch field.number {
      case 1: attribute.name = try field.text(in: data)
      case 2: attribute.float = try field.float()
      case 3: attribute.integer = try field.integer()
      case 4: attribute.text = try field.text(in: data)
      case 5: attribute.tensor = try ONNXTensor.read(data, try field.bytes(), folder: nil).tensor
      case 6, 11: attribute.hasGraph = true
      case 7: try field.appendFloats(to: &attribute.floats, in: data)
      case 8: try field.appendIntegers(to: &attribute.integers, in: data)
      case 20: type = try field.integer()
      case 21: attribute.reference = try field.text(in: data)
      default: break
      }
    }
    // A zero may have been left out by a proto3 writer; the type tells.
    if type == 1 { attribute.float = attribute.float ?? 0 }
    if type == 2 { attribute.integer = attribute.integer ?? 0 }
    if type == 3 { attribute.text = attribute.text ?? "" }
    return attribute
  }

  private static func readValueInfo(_ data: [UInt8], _ range: Range<Int>) throws(ImportError) -> ONNXValueInfo {
    var reader = ProtobufReader(data, range)
    var info = ONNXValueInfo()
    while let field = try reader.next() {
      if field.number == 1 { info.name = try field.text(in: data) }
      guard field.number == 2 else { continue }
      var type = ProtobufReader(data, try field.bytes())
      while let typeField = try type.next() {
        guard typeField.number == 1 else { continue }
        var tensor = ProtobufReader(data, try typeField.bytes())
        while let member = try tensor.next() {
          if member.number == 1 { info.elementType = try member.integer() }
          if member.number == 2 { info.shape = try readShape(data, try member.bytes()) }
        }
      }
    }
    return info
  }

  private static func readShape(_ data: [UInt8], _ range: Range<Int>) throws(ImportError) -> [ONNXValueInfo.Dimension] {
    var reader = ProtobufReader(data, range)
    var shape: [ONNXValueInfo.Dimension] = []
    while let field = try reader.next() {
      guard field.number == 1 else { continue }
      var dimension = ProtobufReader(data, try field.bytes())
      var value = ONNXValueInfo.Dimension.symbol("")
      while let member = try dimension.next() {
        if member.number == 1 { value = .size(try member.integer()) }
        if member.number == 2 { value = .symbol(try member.text(in: data)) }
      }
      shape.append(value)
    }
    return shape
  }
}
