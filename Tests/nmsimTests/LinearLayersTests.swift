import Compiler
import Testing

@testable import nmsim

/// Linear layers that meet without an activation, against convolutions and sums written out here.
@Suite("Linear layers that meet")
struct LinearLayersTests {
  /// A value of the network: `[C, H, W]`.
  private struct Image {
    var shape: [Int]
    var values: [Double]

    func convolved(_ shape: [Int], padding: Int = 0, groups: Int = 1) -> Image {
      let weights = FuzzSeeds.weightValues(shape).map(Double.init)
      let (height, width) = (self.shape[1], self.shape[2])
      let size = [shape[0], height + 2 * padding - shape[2] + 1, width + 2 * padding - shape[3] + 1]
      var result = Image(shape: size, values: [])
      for o in 0..<size[0] {
        for y in 0..<size[1] {
          for x in 0..<size[2] {
            var sum = 0.0
            for i in 0..<shape[1] {
              let channel = o / (shape[0] / groups) * shape[1] + i
              for ky in 0..<shape[2] {
                for kx in 0..<shape[3] {
                  let (row, column) = (y + ky - padding, x + kx - padding)
                  guard row >= 0, row < height, column >= 0, column < width else { continue }
                  sum += weights[((o * shape[1] + i) * shape[2] + ky) * shape[3] + kx]
                    * values[(channel * height + row) * width + column]
                }
              }
            }
            result.values.append(sum)
          }
        }
      }
      return result
    }

    var rectified: Image { Image(shape: shape, values: values.map { max($0, 0) }) }

    static func + (a: Image, b: Image) -> Image {
      Image(shape: a.shape, values: zip(a.values, b.values).map { $0 + $1 })
    }
  }

  private static func convolution(_ input: String, _ weights: String, _ output: String, pad: Int = 0, groups: Int = 1)
    -> ProtobufMessage
  {
    FuzzSeeds.node(
      "Conv", [input, weights], output,
      integers: [("pads", [pad, pad, pad, pad]), ("group", [groups])])
  }

  private static func input(_ shape: [Int]) -> Image {
    Image(shape: shape, values: (0..<shape.reduce(1, *)).map { Double(($0 * 7) % 23) / 8 - 1 })
  }

  private static func read(
    _ shape: [Int], _ nodes: [ProtobufMessage], output: String = "y", _ weights: [(String, [Int])],
    _ merge: MergeRule = .auto
  ) throws -> ImportedModel {
    let last = output == "y" ? [] : [FuzzSeeds.node("Identity", [output], "y")]
    let graph = FuzzSeeds.graph(input: shape, output: [1], nodes + last, weights.map { FuzzSeeds.weights($0.0, $0.1) })
    return try ONNXImporter.read(
      FuzzSeeds.model(graph), folder: nil, name: "net", ImportOptions(.evaluation, merge: merge))
  }

  private static func expect(
    _ model: ImportedModel, _ input: Image, gives expected: Image, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outputs = try FloatEvaluator(model.network).outputs(input.values.map(Float.init))[0]
    try #require(outputs.count == expected.values.count, sourceLocation: sourceLocation)
    let scale = expected.values.map(abs).max() ?? 0
    let error = zip(outputs, expected.values).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(error <= 1e-5 * scale, "error \(error / scale)", sourceLocation: sourceLocation)
  }

  @Test("depthwise and pointwise convolutions stay two steps", arguments: MergeRule.allCases)
  func separable(_ merge: MergeRule) throws {
    let x = Self.input([3, 9, 8])
    let model = try Self.read(
      x.shape,
      [
        Self.convolution("x", "w", "c"), FuzzSeeds.node("Relu", ["c"], "r"),
        Self.convolution("r", "d", "e", pad: 1, groups: 16), Self.convolution("e", "p", "g"),
        FuzzSeeds.node("Relu", ["g"], "y"),
      ], [("w", [16, 3, 3, 3]), ("d", [16, 1, 3, 3]), ("p", [32, 16, 1, 1])], merge)
    let expected = x.convolved([16, 3, 3, 3]).rectified.convolved([16, 1, 3, 3], padding: 1, groups: 16)
      .convolved([32, 16, 1, 1]).rectified
    try Self.expect(model, x, gives: expected)
    // What the file has, whatever the layers are: 7x6 places, those of the depthwise kernel inside the image.
    let inside = (7 * 3 - 2) * (6 * 3 - 2)
    #expect(model.report.cost.multiplyAccumulates == 42 * 16 * 27 + inside * 16 + 42 * 32 * 16)
    #expect(model.report.cost.parameters == 16 * 27 + 16 * 9 + 32 * 16)
    let layers = model.network.layers
    #expect(layers.map(\.shape) == (merge == .always ? [[16, 7, 6], [32, 7, 6]] : [[16, 7, 6], [32, 7, 6], [32, 7, 6]]))
    if merge == .always { return }
    #expect(layers[1].name.hasSuffix("_relay") && layers[1].connections[0].groups == 16)
    #expect(layers[2].connections[0].weights.count == 2 * 32 * 16)
    #expect(model.report.notes.contains { $0.contains("relay neurons '\(layers[1].name)', x = relu(x) - relu(-x)") })
  }

  @Test("padded convolutions, whose product is a matrix, stay two steps")
  func padded() throws {
    let x = Self.input([2, 30, 31])
    let model = try Self.read(
      x.shape, [Self.convolution("x", "a", "c", pad: 1), Self.convolution("c", "b", "d", pad: 1)], output: "d",
      [("a", [3, 2, 3, 3]), ("b", [2, 3, 3, 3])])
    try Self.expect(
      model, x, gives: x.convolved([3, 2, 3, 3], padding: 1).convolved([2, 3, 3, 3], padding: 1))
    #expect(model.network.layers.count == 2)
  }

  @Test("a value that is never negative is relayed by as many neurons")
  func neverNegative() throws {
    let x = Self.input([2, 12, 12])
    let pool = FuzzSeeds.node("MaxPool", ["r"], "p", integers: [("kernel_shape", [2, 2]), ("strides", [2, 2])])
    let average = FuzzSeeds.node("AveragePool", ["p"], "q", integers: [("kernel_shape", [2, 2]), ("strides", [2, 2])])
    let model = try Self.read(
      x.shape,
      [
        Self.convolution("x", "a", "c"), FuzzSeeds.node("Relu", ["c"], "r"), pool, average,
        Self.convolution("q", "b", "d", pad: 1),
      ], output: "d", [("a", [4, 2, 1, 1]), ("b", [64, 4, 3, 3])])
    #expect(model.network.layers.map(\.shape) == [[4, 12, 12], [4, 3, 3], [64, 3, 3]])
  }

  @Test("a sum that several layers read is computed once")
  func shared() throws {
    let x = Self.input([2, 8, 8])
    var nodes = [Self.convolution("x", "a", "s0", pad: 1)]
    var (expected, weights) = (x.convolved([8, 2, 3, 3], padding: 1), [("a", [8, 2, 3, 3])])
    for block in 0..<5 {
      nodes += [
        FuzzSeeds.node("Relu", ["s\(block)"], "r\(block)"),
        Self.convolution("r\(block)", "w\(block)", "c\(block)", pad: 1),
        FuzzSeeds.node("Add", ["s\(block)", "c\(block)"], "s\(block + 1)"),
      ]
      weights.append(("w\(block)", [8, 8, 3, 3]))
      expected = expected + expected.rectified.convolved([8, 8, 3, 3], padding: 1)
    }
    let model = try Self.read(x.shape, nodes, output: "s5", weights)
    try Self.expect(model, x, gives: expected)
    #expect(model.network.layerCost.multiplyAccumulates < 3 * model.report.cost.multiplyAccumulates)
    let joined = try Self.read(x.shape, nodes, output: "s5", weights, .always)
    try Self.expect(joined, x, gives: expected)
    #expect(joined.network.layerCost.multiplyAccumulates > model.network.layerCost.multiplyAccumulates)
  }

  @Test("linear layers that cost less as one become one")
  func joined() throws {
    let x = Self.input([2, 6, 6])
    let model = try Self.read(
      x.shape, [Self.convolution("x", "a", "c"), Self.convolution("c", "b", "d")], output: "d",
      [("a", [8, 2, 3, 3]), ("b", [2, 8, 1, 1])])
    try Self.expect(model, x, gives: x.convolved([8, 2, 3, 3]).convolved([2, 8, 1, 1]))
    #expect(model.network.layers.count == 1)
  }

  @Test("an average that leaves padding out is a pooling and a few neurons at the border")
  func bordered() throws {
    let x = Self.input([2, 20, 21])
    let average = FuzzSeeds.node(
      "AveragePool", ["r"], "p", integers: [("kernel_shape", [3, 3]), ("strides", [1, 1]), ("pads", [1, 1, 1, 1])])
    let model = try Self.read(
      x.shape,
      [
        Self.convolution("x", "a", "c"), FuzzSeeds.node("Relu", ["c"], "r"), average, Self.convolution("p", "b", "y"),
      ], [("a", [4, 2, 1, 1]), ("b", [3, 4, 1, 1])])
    let before = x.convolved([4, 2, 1, 1]).rectified
    var mean = Image(shape: before.shape, values: [])
    for c in 0..<4 {
      for y in 0..<20 {
        for x in 0..<21 {
          let rows = max(0, y - 1)...min(19, y + 1)
          let columns = max(0, x - 1)...min(20, x + 1)
          let sum = rows.reduce(0.0) { sum, row in columns.reduce(sum) { $0 + before.values[(c * 20 + row) * 21 + $1] } }
          mean.values.append(sum / Double(rows.count * columns.count))
        }
      }
    }
    try Self.expect(model, x, gives: mean.convolved([3, 4, 1, 1]))
    // Two rows, two columns, four corners; no matrix.
    #expect(model.network.layers.count == 10)
    #expect(model.network.layers.allSatisfy { $0.connections.allSatisfy { $0.kind != .dense } })
  }

  @Test("a pooling of single values is left out")
  func pooledAlone() throws {
    let x = Self.input([1, 8, 8])
    let single = [("kernel_shape", [1, 1]), ("strides", [1, 1])]
    let nodes = [
      Self.convolution("x", "a", "c"), FuzzSeeds.node("Relu", ["c"], "r"),
      FuzzSeeds.node("MaxPool", ["r"], "p", integers: [("kernel_shape", [2, 2]), ("strides", [2, 2])]),
      FuzzSeeds.node("AveragePool", ["p"], "q", integers: single), FuzzSeeds.node("Flatten", ["q"], "f"),
      FuzzSeeds.node("Gemm", ["f", "b"], "y"),
    ]
    let model = try Self.read(x.shape, nodes, [("a", [4, 1, 3, 3]), ("b", [36, 10])])
    #expect(model.network.layers.map(\.shape) == [[4, 6, 6], [10]])
    #expect(model.network.layers[1].connections[0].weights.count == 360)
  }

  @Test("values that are split and shuffled are read in place")
  func shuffled() throws {
    let x = Self.input([4, 5, 5])
    let nodes = [
      FuzzSeeds.node("Relu", ["x"], "r"),
      FuzzSeeds.node("Slice", ["r", "two", "four", "one"], "b"), FuzzSeeds.node("Slice", ["r", "zero", "two", "one"], "a"),
      FuzzSeeds.node("Concat", ["b", "a"], "d", integers: [("axis", [1])]), Self.convolution("d", "w", "y"),
    ]
    let bounds = [("zero", 0), ("one", 1), ("two", 2), ("four", 4)].map { FuzzSeeds.integers($0.0, [1], [$0.1]) }
    let graph = FuzzSeeds.graph(input: x.shape, output: [1], nodes, [FuzzSeeds.weights("w", [3, 4, 3, 3])] + bounds)
    let model = try ONNXImporter.read(FuzzSeeds.model(graph), folder: nil, name: "net", ImportOptions(.evaluation))
    let half = 2 * 25
    let turned = Image(shape: x.shape, values: Array(x.rectified.values[half...] + x.rectified.values[..<half]))
    try Self.expect(model, x, gives: turned.convolved([3, 4, 3, 3]))
    #expect(model.network.layers.count == 2)
  }
}
