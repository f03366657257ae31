import ChipModel
import Testing

@testable import Compiler

/// Constants that are computed, quantisers, old forms, operators of other domains.
@Suite("Folding")
struct FoldingTests {
  /// What a node makes of constants.
  private func folded(_ operation: String, _ constants: [ONNXTensor?], _ attributes: ONNXAttribute...) throws -> ONNXTensor? {
    var node = ONNXNode(name: "n", operation: operation, outputs: ["y"], attributes: attributes)
    node.constants = constants
    return try ConstantFolder(node: node).fold()
  }

  private func floats(_ values: [Float], _ shape: [Int]? = nil) -> ONNXTensor {
    ONNXTensor(shape: shape ?? [values.count], values: .floats(values))!
  }

  private func integers(_ values: [Int], _ shape: [Int]? = nil) -> ONNXTensor {
    ONNXTensor(shape: shape ?? [values.count], values: .integers(values))!
  }

  @Test("functions of one number")
  func unary() throws {
    let x = floats([-1.5, 0, 0.5, 2.5])
    let expected: [(String, [Float])] = [
      ("Floor", [-2, 0, 0, 2]), ("Ceil", [-1, 0, 1, 3]), ("Round", [-2, 0, 0, 2]), ("Neg", [1.5, 0, -0.5, -2.5]),
      ("Relu", [0, 0, 0.5, 2.5]), ("Sign", [-1, 0, 1, 1]), ("Exp", [0.22313016, 1, 1.6487213, 12.182494]),
      ("Sigmoid", [0.18242552, 0.5, 0.62245935, 0.9241418]), ("Tanh", [-0.9051483, 0, 0.46211717, 0.98661429]),
      ("Erf", [-0.96610516, 0, 0.52049988, 0.99959306]), ("Softplus", [0.20141328, 0.6931472, 0.974077, 2.5788898]),
    ]
    for (operation, values) in expected {
      #expect(close(try folded(operation, [x])?.floats ?? [], values), "\(operation)")
    }
    #expect(try folded("Neg", [integers([3, -4])]) == integers([-3, 4]))
    #expect(try folded("Clip", [x, floats([-1], []), floats([2], [])])?.floats == [-1, 0, 0.5, 2])
  }

  @Test("operators of several constants, whole numbers staying whole")
  func binary() throws {
    let (a, b) = (integers([7, -7, 8]), integers([3, 3, -3]))
    #expect(try folded("Mod", [a, b])?.integers == [1, 2, -1])
    #expect(try folded("Min", [a, b])?.integers == [3, -7, -3])
    #expect(try folded("Max", [a, b, integers([5])])?.integers == [7, 5, 8])
    #expect(try folded("Pow", [integers([2, -2]), integers([10, 3])])?.integers == [1024, -8])
    #expect(try folded("Greater", [a, b])?.integers == [1, 0, 1])
    #expect(try folded("LessOrEqual", [a, floats([7])])?.integers == [1, 1, 0])
    #expect(try folded("Sum", [floats([1]), floats([2, 3]), floats([4])])?.floats == [7, 8])
    #expect(throws: ImportError.self) { try folded("Mod", [a, integers([0])]) }
    #expect(throws: ImportError.self) { try folded("Pow", [integers([10]), integers([40])]) }
  }

  @Test("reductions, products, ranges and tiles")
  func shapes() throws {
    let x = floats([1, 2, 3, 4, 5, 6], [2, 3])
    #expect(try folded("ReduceSum", [x, integers([1])]) == floats([6, 15], [2, 1]))
    #expect(try folded("ReduceMean", [x], .integers("axes", [0]), .integer("keepdims", 0)) == floats([2.5, 3.5, 4.5]))
    #expect(try folded("ReduceMax", [x], .integer("keepdims", 0)) == floats([6], []))
    #expect(try folded("ReduceProd", [integers([2, 3, 4])]) == integers([24], [1]))
    #expect(try folded("MatMul", [x, floats([1, 0, 0, 1, 1, 1], [3, 2])]) == floats([4, 5, 10, 11], [2, 2]))
    #expect(
      try folded("Gemm", [x, x, floats([1, 2])], .integer("transB", 1), .float("alpha", 0.5))
        == floats([8, 18, 17, 40.5], [2, 2]))
    #expect(try folded("Range", [integers([1], []), integers([8], []), integers([3], [])]) == integers([1, 4, 7]))
    #expect(try folded("Tile", [integers([1, 2], [1, 2]), integers([2, 2])]) == integers([1, 2, 1, 2, 1, 2, 1, 2], [2, 4]))
    for count in [Int.max, 1 << 40] {
      #expect(throws: ImportError.self) { try folded("Tile", [x, integers([count, count])]) }
      #expect(throws: ImportError.self) { try folded("Range", [integers([0], []), integers([count], []), integers([1], [])]) }
    }
  }

  @Test("weights in few bits: for all, by axis, in blocks")
  func dequantised() throws {
    let x = integers([-2, 0, 4, 6], [2, 2])
    #expect(try folded("DequantizeLinear", [x, floats([0.5], []), integers([2], [])])?.floats == [-2, -1, 1, 2])
    #expect(
      try folded("DequantizeLinear", [x, floats([1, 0.5])], .integer("axis", 0))?.floats == [-2, 0, 2, 3])
    #expect(try folded("DequantizeLinear", [x, floats([1, 0.5])])?.floats == [-2, 0, 4, 3])
    #expect(
      try folded(
        "DequantizeLinear", [x, floats([1, 2], [2, 1])], .integer("axis", 1), .integer("block_size", 2))?.floats
        == [-2, 0, 8, 12])
    var zero = integers([0], [])
    zero.element = .int8
    #expect(
      try folded("QuantizeLinear", [floats([0.25, 0.75, -99, 99]), floats([0.5], []), zero])?.integers
        == [0, 2, -128, 127])
    #expect(throws: ImportError.self) { try folded("DequantizeLinear", [x, floats([1, 2, 3])]) }
  }

  @Test("quantisers between layers are computed, or left out with a note")
  func quantisers() throws {
    var small = SmallModel([0, 2])
    small.weight("s", [], [0.25])
    small.integers("z", [0], shape: [])
    small.node("Relu", ["x"], ["r"])
    small.node("QuantizeLinear", ["r", "s", "z"], ["q"])
    small.node("DequantizeLinear", ["q", "s", "z"])
    // Evaluated, values are rounded, halves to even, and cut; converted, they are not.
    #expect(try small.outputs([-1, 2.1]) == [0, 2])
    #expect(try small.outputs([0.375, 99]) == [0.5, 63.75])
    #expect(try small.outputs([0.125, 0.875]) == [0, 1])
    let converted = try ONNXImporter.model(small.model, name: "small")
    #expect(try FloatEvaluator(converted.network).outputs([-1, 2.1]).first == [0, 2.1])
    #expect(
      converted.report.notes
        == ["quantisers between layers were left out: values are neither rounded nor cut to their range"])
  }

  @Test("constants of one value may be large, all together not")
  func filled() throws {
    let large = try folded("ConstantOfShape", [integers([5000, 1000])])
    #expect(large?.count == 5_000_000)
    #expect(throws: ImportError.self) { try folded("ConstantOfShape", [integers([1 << 28])]) }
  }

  @Test("operator set 6: the second shape begins at an axis")
  func oldBroadcast() throws {
    var small = SmallModel([0, 2, 1, 2], opset: 6)
    small.weight("b", [2], [10, 20])
    small.node("Add", ["x", "b"], .integer("axis", 1), .integer("broadcast", 1))
    #expect(try small.outputs([1, 2, 3, 4]) == [11, 12, 23, 24])
  }

  @Test("scikit-learn: the scaler is folded, labels are numbers of classes, both classes come of one output")
  func scikitLearn() throws {
    var small = SmallModel([0, 2], outputs: ["label", "both"])
    small.weight("w", [2, 1], [1, 2])
    small.weight("one", [], [1])
    small.integers("classes", [0, 1])
    small.node(
      "Scaler", ["x"], ["s"], domain: "ai.onnx.ml", .floats("offset", [1, 2]), .floats("scale", [2, 0.5]))
    small.node("MatMul", ["s", "w"], ["z"])
    small.node("Sigmoid", ["z"], ["p"])
    small.node("Sub", ["one", "p"], ["n"])
    small.node("Concat", ["n", "p"], ["both"], .integer("axis", 1))
    small.node("ArgMax", ["both"], ["index"], .integer("axis", 1))
    small.node("ArrayFeatureExtractor", ["classes", "index"], ["label"], domain: "ai.onnx.ml")
    // (3 - 1) 2 + 2 (2 - 2) / 2
    #expect(try small.outputs([3, 2]) == [1])
    #expect(close(try small.outputs([3, 2], ModelSelection(output: "both")), [0.017986210, 0.98201379]))
    small.model.graph.initialisers[2].tensor = integers([3, 7])
    #expect(
      small.message()
        == "node 'label' (ArrayFeatureExtractor): the output 'label' is a label, not a value of the network: "
        + "give 'outputName' 'both'")
  }

  @Test(
    "operators of other domains are named with what helps",
    arguments: [
      (
        "onnx.brevitas",
        "is a quantiser of Brevitas: write standard operators with brevitas.export.export_onnx_qcdq(model.eval(), "
          + "example, 'model.onnx')"
      ),
      (
        "com.microsoft",
        "was made by onnxruntime's optimiser or quantiser: give the model as exported, before onnxruntime rewrote it"
      ),
      (
        "my.own",
        "belongs to operator domain 'my.own', which the file does not explain: export it from standard operators, or as "
          + "a function of the model"
      ),
    ])
  func foreign(_ domain: String, _ text: String) {
    var small = SmallModel([0, 2])
    small.node("Quant", ["x"], domain: domain)
    #expect(small.message() == "node 'y' (Quant): \(text)")
  }
}
