import ChipModel

@testable import Compiler

/// A model of a few nodes, written by hand.
struct SmallModel {
  var model = ONNXModel()

  /// - Parameters:
  ///   - inputs: sizes with the batch axis; 0 where the file leaves a size open.
  ///   - outputs: the values that are the graph's outputs.
  init(inputs: [(String, [Int])], outputs: [String] = ["y"], opset: Int = 17) {
    (model.irVersion, model.producer, model.opset) = (9, "hand", opset)
    model.graph.inputs = inputs.map { name, shape in
      ONNXValueInfo(name: name, elementType: 1, shape: shape.map { $0 > 0 ? .size($0) : .symbol("N") })
    }
    model.graph.outputs = outputs.map { ONNXValueInfo(name: $0, elementType: 1) }
  }

  /// One input, `x`.
  init(_ shape: [Int], outputs: [String] = ["y"], opset: Int = 17) {
    self.init(inputs: [("x", shape)], outputs: outputs, opset: opset)
  }

  /// Adds a weight; without values, small numbers that all differ.
  mutating func weight(_ name: String, _ shape: [Int], _ values: [Float]? = nil) {
    let count = shape.reduce(1, *)
    let seed = model.graph.initialisers.count
    let numbers: [Float] = values ?? (0..<count).map { (i: Int) -> Float in
      let step: Int = (i * 37 + seed * 11) % 101
      return Float(step - 50) / 64
    }
    model.graph.initialisers.append((name, ONNXTensor(shape: shape, values: .floats(numbers))!))
  }

  mutating func integers(_ name: String, _ values: [Int], shape: [Int]? = nil) {
    model.graph.initialisers.append((name, ONNXTensor(shape: shape ?? [values.count], values: .integers(values))!))
  }

  /// Adds a node, named for its first output.
  mutating func node(
    _ operation: String, _ inputs: [String], _ outputs: [String], domain: String = "", _ attributes: ONNXAttribute...
  ) {
    add(operation, inputs, outputs, domain, attributes)
  }

  /// Adds a node whose output is `y`.
  mutating func node(
    _ operation: String, _ inputs: [String], domain: String = "", _ attributes: ONNXAttribute...
  ) {
    add(operation, inputs, ["y"], domain, attributes)
  }

  private mutating func add(
    _ operation: String, _ inputs: [String], _ outputs: [String], _ domain: String, _ attributes: [ONNXAttribute]
  ) {
    model.graph.nodes.append(
      ONNXNode(
        name: outputs[0], operation: operation, domain: domain, inputs: inputs, outputs: outputs, attributes: attributes))
  }

  func imported(_ selection: ModelSelection = ModelSelection()) throws -> ImportedModel {
    try ONNXImporter.model(model, name: "small", ImportOptions(.evaluation, selection: selection))
  }

  /// The error's text, or `imported`.
  func message(_ selection: ModelSelection = ModelSelection()) -> String {
    do {
      _ = try imported(selection)
      return "imported"
    } catch { return "\(error)" }
  }

  /// The file's own output of a sample.
  func outputs(_ input: [Float], _ selection: ModelSelection = ModelSelection()) throws -> [Float] {
    let model = try imported(selection)
    return model.output.values(try FloatEvaluator(model.network).outputs(input, threads: 1).flatMap { $0 })
  }

  /// A sample of small numbers that differ.
  static func sample(_ count: Int) -> [Float] {
    (0..<count).map { (i: Int) -> Float in
      let step: Int = (i * 29 + 7) % 53
      return Float(step - 20) / 16
    }
  }
}

extension ONNXAttribute {
  static func integer(_ name: String, _ value: Int) -> ONNXAttribute { ONNXAttribute(name: name, integer: value) }
  static func integers(_ name: String, _ values: [Int]) -> ONNXAttribute {
    ONNXAttribute(name: name, integers: values)
  }
  static func float(_ name: String, _ value: Float) -> ONNXAttribute { ONNXAttribute(name: name, float: value) }
  static func floats(_ name: String, _ values: [Float]) -> ONNXAttribute { ONNXAttribute(name: name, floats: values) }
  static func text(_ name: String, _ value: String) -> ONNXAttribute { ONNXAttribute(name: name, text: value) }
}

/// Are the numbers equal to 1e-5 of the largest?
func close(_ a: [Float], _ b: [Float]) -> Bool {
  let scale = max(1e-30, b.map(abs).max() ?? 0)
  return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * scale }
}
