import ChipModel
import Testing

@testable import Compiler

/// What is taken of a graph: outputs, inputs, order.
@Suite("Graph")
struct GraphTests {
  /// `feat = relu(x w)`, `y = feat v`.
  private func twoLayers(outputs: [String] = ["y"]) -> SmallModel {
    var small = SmallModel([0, 4], outputs: outputs)
    small.weight("w", [4, 5])
    small.weight("v", [5, 3])
    small.node("Gemm", ["x", "w"], ["g"])
    small.node("Relu", ["g"], ["feat"])
    small.node("Gemm", ["feat", "v"])
    return small
  }

  @Test("of several outputs the first is taken, or the one that is named")
  func outputs() throws {
    let both = twoLayers(outputs: ["y", "feat"])
    let x = SmallModel.sample(4)
    #expect(try both.imported().report.otherOutputs == ["feat"])
    #expect(try both.outputs(x) == twoLayers().outputs(x))
    let features = try both.imported(ModelSelection(output: "feat"))
    #expect(features.network.layers.count == 1 && features.report.otherOutputs.isEmpty)
    #expect(try both.outputs(x, ModelSelection(output: "g")).count == 5)
    #expect(
      both.message(ModelSelection(output: "nothing"))
        == "no node computes 'nothing': give 'outputName' 'y' or 'feat'")
  }

  @Test("nodes that lead nowhere and inputs that are not read are left out")
  func deadNodes() throws {
    var small = twoLayers()
    small.node("Exp", ["g"], ["unused"])
    small.node("Mystery", ["nowhere", "mask"], ["unused2"])
    small.model.graph.inputs.append(ONNXValueInfo(name: "mask", elementType: 9, shape: [.symbol("N"), .size(1)]))
    small.weight("bad", [1], [.nan])
    let x = SmallModel.sample(4)
    #expect(try small.outputs(x) == twoLayers().outputs(x))
    #expect(
      try small.imported().report.notes == [
        "the input 'mask' plays no part and was left out", "2 of 5 nodes lead to no output and were left out",
      ])
    small.node("Add", ["feat", "mask"], ["z"])
    #expect(
      small.message(ModelSelection(output: "z"))
        == "the model reads 2 inputs ('x', 'mask'): export a model that takes one image or vector")
  }

  @Test("nodes in any order are sorted; what depends on itself, on nothing or is defined twice is refused")
  func order() throws {
    var small = twoLayers()
    let x = SmallModel.sample(4)
    let expected = try small.outputs(x)
    for order in [[2, 1, 0], [1, 2, 0], [2, 0, 1], [1, 0, 2]] {
      var other = small
      other.model.graph.nodes = order.map { small.model.graph.nodes[$0] }
      #expect(try other.outputs(x) == expected)
    }
    small.model.graph.nodes[0].inputs[0] = "feat"
    #expect(
      small.message()
        == "node 'feat' (Relu) reads 'g', which depends on what it computes: give a feed-forward network")
    small.model.graph.nodes[0].inputs[0] = "gone"
    #expect(
      small.message() == "node 'g' (Gemm) reads 'gone', which nothing defines: export the model again")
    small.model.graph.nodes[0].outputs = ["feat"]
    #expect(small.message() == "node 'feat' (Relu) defines 'feat' again: export the model again")
  }

  @Test("a long chain in reverse order is sorted without recursion")
  func longChain() throws {
    var small = SmallModel([0, 2], outputs: ["v50000"])
    for index in (0..<50_000).reversed() { small.node("Identity", [index == 0 ? "x" : "v\(index)"], ["v\(index + 1)"]) }
    small.node("Relu", ["v50000"], ["y"])
    small.model.graph.outputs[0].name = "y"
    #expect(try small.outputs([-1, 2]) == [0, 2])
  }

  @Test("sizes that a file leaves open are given, or asked for")
  func openSizes() throws {
    var small = SmallModel([0, 3, 0, 0])
    small.weight("w", [2, 3, 3, 3])
    small.node("Conv", ["x", "w"], ["c"])
    small.node("Relu", ["c"], ["r"])
    small.node("GlobalAveragePool", ["r"])
    #expect(
      small.message() == "input 'x' has no fixed size 3xNxN: give 'inputShape' such as 3x224x224")
    #expect(try small.imported(ModelSelection(inputShape: [3, 8, 9])).network.inputShape == [3, 8, 9])
    for wrong in [[1, 8, 8], [3, 8], [3, 8, 8, 8]] {
      #expect(
        small.message(ModelSelection(inputShape: wrong))
          == "input 'x' does not take \(shapeText(wrong)): give 'inputShape' 3xNxN")
    }
    small.model.graph.inputs[0].shape = nil
    #expect(try small.imported(ModelSelection(inputShape: [3, 8, 9])).network.inputShape == [3, 8, 9])
  }

  @Test("an input without a batch axis is one sample of exactly its shape")
  func noBatchAxis() throws {
    var small = SmallModel([3, 8, 8])
    small.weight("w", [2, 3, 3, 3])
    small.integers("a", [0])
    small.node("Unsqueeze", ["x", "a"], ["u"])
    small.node("Conv", ["u", "w"], ["c"])
    small.node("Relu", ["c"])
    var batched = SmallModel([0, 3, 8, 8])
    batched.weight("w", [2, 3, 3, 3])
    batched.node("Conv", ["x", "w"], ["c"])
    batched.node("Relu", ["c"])
    let x = SmallModel.sample(192)
    #expect(try small.outputs(x) == batched.outputs(x))
    #expect(try small.imported().report.notes == ["the model's input has no batch axis: a sample is 3x8x8"])
  }

  /// A function `name(a, b) = relu(a b)`, optionally by another function.
  private func function(_ name: String, by inner: String? = nil) -> ONNXFunction {
    var function = ONNXFunction(name: name, domain: "my", inputs: ["a", "b"], outputs: ["o"])
    function.nodes = [
      ONNXNode(name: "product", operation: "MatMul", inputs: ["a", "b"], outputs: ["t"]),
      inner.map { ONNXNode(operation: $0, domain: "my", inputs: ["t"], outputs: ["o"]) }
        ?? ONNXNode(operation: "LeakyRelu", inputs: ["t"], outputs: ["o"]),
    ]
    return function
  }

  @Test("functions of the model are put in, with attributes, standards and functions inside")
  func functions() throws {
    var small = SmallModel([0, 4])
    small.weight("w", [4, 5])
    small.weight("v", [5, 3])
    var activation = ONNXFunction(name: "Act", domain: "my", inputs: ["a"], outputs: ["o"])
    activation.standards = [.float("slope", 0.25)]
    activation.nodes = [
      ONNXNode(
        operation: "LeakyRelu", inputs: ["a"], outputs: ["o"], attributes: [ONNXAttribute(name: "alpha", reference: "slope")])
    ]
    small.model.functions = [function("Layer", by: "Act"), activation]
    small.node("Layer", ["x", "w"], ["h"], domain: "my")
    small.node("MatMul", ["h", "v"], ["t"])
    small.node("Act", ["t"], domain: "my", .float("slope", 0.5))
    var plain = SmallModel([0, 4])
    plain.weight("w", [4, 5])
    plain.weight("v", [5, 3])
    plain.node("MatMul", ["x", "w"], ["a"])
    plain.node("LeakyRelu", ["a"], ["b"], .float("alpha", 0.25))
    plain.node("MatMul", ["b", "v"], ["c"])
    plain.node("LeakyRelu", ["c"], ["y"], .float("alpha", 0.5))
    let x = SmallModel.sample(4)
    #expect(try small.outputs(x) == plain.outputs(x))
  }

  @Test("a function that calls itself, and one that stands for too many nodes, are refused")
  func hostileFunctions() {
    var small = SmallModel([0, 4])
    small.weight("w", [4, 4])
    small.model.functions = [function("Layer", by: "Layer")]
    small.node("Layer", ["x", "w"], domain: "my")
    #expect(small.message().hasSuffix("is called more than 64 functions deep: export without functions"))
    small.model.functions = (0..<40).map { level in
      var function = ONNXFunction(name: "F\(level)", domain: "my", inputs: ["a"], outputs: ["o"])
      for (index, pair) in [("a", "t"), ("t", "o")].enumerated() {
        function.nodes.append(
          ONNXNode(
            name: "\(index)", operation: level == 39 ? "Relu" : "F\(level + 1)", domain: level == 39 ? "" : "my",
            inputs: [pair.0], outputs: [pair.1]))
      }
      return function
    }
    small.model.graph.nodes = []
    small.node("F0", ["x"], domain: "my")
    #expect(small.message().contains("is one of more than 262144 nodes that functions stand for"))
  }

  @Test("a function that hands an input on, and an input that the call leaves out")
  func functionWithoutNodes() throws {
    var small = SmallModel([0, 2])
    var same = ONNXFunction(name: "Same", domain: "my", inputs: ["a", "extra"], outputs: ["a"])
    same.nodes = [ONNXNode(operation: "Relu", inputs: ["a"], outputs: ["unused"])]
    small.model.functions = [same]
    small.node("Same", ["x"], ["s"], domain: "my")
    small.node("Relu", ["s"])
    #expect(try small.outputs([-1, 2]) == [0, 2])
  }
}
