import ChipModel
import Testing

@testable import Compiler

/// One dimension: the same as images of height 1; steps of a sequence; channels last.
@Suite("Sequences")
struct SequenceTests {
  /// A network on `[2, 12]`, in one dimension or as an image of height 1.
  private func network(isLine: Bool) -> SmallModel {
    func sizes(_ rest: Int...) -> [Int] { isLine ? rest : [1] + rest }
    func weight(_ outputs: Int, _ inputs: Int, _ kernel: Int) -> [Int] { [outputs, inputs] + sizes(kernel) }
    func pads(_ before: Int, _ after: Int) -> [Int] { isLine ? [before, after] : [0, before, 0, after] }
    var small = SmallModel([0, 2] + sizes(12))
    small.weight("w", weight(3, 2, 3))
    small.weight("b", [3])
    small.weight("u", weight(3, 1, 2))
    small.weight("v", [4, 3 * 4])
    for name in ["scale", "shift", "mean"] { small.weight(name, [3]) }
    small.weight("var", [3], [0.5, 1, 2])
    small.weight("c", isLine ? [3, 1] : [3, 1, 1], [0.5, -0.25, 1])
    small.node(
      "Conv", ["x", "w", "b"], ["c1"], .integers("kernel_shape", sizes(3)), .integers("pads", pads(2, 1)),
      .integers("dilations", sizes(1)))
    small.node("BatchNormalization", ["c1", "scale", "shift", "mean", "var"], ["n"])
    small.node("Add", ["n", "c"], ["a"])
    small.node("Relu", ["a"], ["r"])
    small.node("MaxPool", ["r"], ["p"], .integers("kernel_shape", sizes(2)), .integers("strides", sizes(2)))
    small.node("Conv", ["p", "u"], ["d"], .integers("kernel_shape", sizes(2)), .integer("group", 3))
    small.node("Relu", ["d"], ["e"])
    small.node("Add", ["e", "e"], ["twice"])
    small.node("AveragePool", ["twice"], ["q"], .integers("kernel_shape", sizes(2)))
    small.node("Flatten", ["q"], ["f"])
    small.node("Gemm", ["f", "v"], .integer("transB", 1))
    return small
  }

  @Test("Conv1d, pooling, normalisation and sums are those of images of height 1")
  func lines() throws {
    let (line, image) = (network(isLine: true), network(isLine: false))
    let x = SmallModel.sample(24)
    #expect(line.message() == image.message())
    #expect(try line.imported().network.inputShape == [2, 1, 12])
    #expect(try line.outputs(x) == image.outputs(x))
  }

  @Test("global pools, concatenation, padding and slices of sequences", arguments: ["GlobalAveragePool", "ReduceMean"])
  func joined(_ pool: String) throws {
    func network(isLine: Bool) -> SmallModel {
      let one = isLine ? [] : [1]
      var small = SmallModel([0, 2] + one + [10])
      small.weight("w", [3, 2] + one + [3])
      small.integers("pads", isLine ? [0, 0, 1, 0, 0, 2] : [0, 0, 0, 1, 0, 0, 0, 2])
      small.integers("start", [1])
      small.integers("end", [3])
      small.integers("axis", [1])
      small.node("Pad", ["x", "pads"], ["p"])
      small.node("Conv", ["p", "w"], ["c"])
      small.node("Relu", ["c"], ["r"])
      small.node("Slice", ["r", "start", "end", "axis"], ["s"])
      small.node("Concat", ["r", "s"], ["j"], .integer("axis", isLine ? -2 : 1))
      small.node("Relu", ["j"], ["k"])
      if pool == "ReduceMean" {
        small.node("ReduceMean", ["k"], .integers("axes", isLine ? [2] : [2, 3]), .integer("keepdims", 0))
      } else {
        small.node("GlobalAveragePool", ["k"])
      }
      return small
    }
    let x = SmallModel.sample(20)
    #expect(network(isLine: true).message() == "imported")
    #expect(try network(isLine: true).outputs(x) == network(isLine: false).outputs(x))
  }

  @Test("the input of a sum is a sequence too")
  func residualInput() throws {
    var small = SmallModel([0, 2, 4])
    small.weight("w", [2, 2, 1], [1, 0, 0, 2])
    small.node("Conv", ["x", "w"], ["c"])
    small.node("Add", ["x", "c"], ["a"])
    small.node("Relu", ["a"])
    #expect(try small.outputs([1, 2, 3, 4, 1, -1, 1, -1]) == [2, 4, 6, 8, 3, 0, 3, 0])
  }

  /// `relu(x w)` for each row of `[steps, features]`.
  private func perStep(_ x: [Float], _ w: ONNXTensor) -> [Float] {
    let (features, outputs) = (w.shape[0], w.shape[1])
    return (0..<(x.count / features)).flatMap { step in
      (0..<outputs).map { output in
        max(0, (0..<features).reduce(Float(0)) { $0 + x[step * features + $1] * w.floats[$1 * outputs + output] })
      }
    }
  }

  @Test("linear layers on each step, and a mean over time", arguments: [6, 4])
  func steps(_ count: Int) throws {
    var small = SmallModel([0, count, 4])
    small.weight("w", [4, 5])
    small.weight("v", [5, 3])
    small.node("MatMul", ["x", "w"], ["g"])
    small.node("Relu", ["g"], ["r"])
    small.node("MatMul", ["r", "v"], ["h"])
    small.node("Relu", ["h"], ["s"])
    small.node("ReduceMean", ["s"], .integers("axes", [1]), .integer("keepdims", 0))
    let model = try small.imported()
    // Equal sizes would not tell which axis is which: the input keeps its order.
    #expect(model.network.inputShape == (count == 4 ? [1, 4, 4] : [4, 1, 6]))
    let x = SmallModel.sample(count * 4)
    let own = count == 4 ? x : (0..<4).flatMap { f in (0..<6).map { x[$0 * 4 + f] } }
    let weights = small.model.graph.initialisers
    let hidden = perStep(perStep(x, weights[0].tensor), weights[1].tensor)
    let expected = (0..<3).map { o in
      (0..<count).reduce(Float(0)) { $0 + hidden[$1 * 3 + o] } / Float(count)
    }
    #expect(close(try small.outputs(own), expected))
  }

  /// An image `[H, W, C]` as `[C, H, W]`.
  private func turned(_ x: [Float], _ channels: Int) -> [Float] {
    (0..<channels).flatMap { c in stride(from: c, to: x.count, by: channels).map { x[$0] } }
  }

  @Test("what normalises a channels-last input before the transposition is folded in")
  func channelsLast() throws {
    var keras = SmallModel([0, 5, 6, 3])
    keras.weight("w", [2, 3, 3, 3])
    keras.weight("m", [3], [0.5, 0.25, -1])
    keras.weight("s", [3], [2, 4, 0.5])
    keras.node("Sub", ["x", "m"], ["a"])
    keras.node("Div", ["a", "s"], ["d"])
    keras.node("Transpose", ["d"], ["t"], .integers("perm", [0, 3, 1, 2]))
    keras.node("Conv", ["t", "w"], ["c"], .integers("pads", [1, 1, 1, 1]))
    keras.node("Relu", ["c"])
    var plain = SmallModel([0, 3, 5, 6])
    plain.weight("w", [2, 3, 3, 3])
    plain.node("Conv", ["x", "w"], ["c"], .integers("pads", [1, 1, 1, 1]))
    plain.node("Relu", ["c"])
    let x = SmallModel.sample(90)
    let (means, deviations): ([Float], [Float]) = ([0.5, 0.25, -1], [2, 4, 0.5])
    let normal = x.indices.map { (x[$0] - means[$0 % 3]) / deviations[$0 % 3] }
    #expect(try keras.imported().network.inputShape == [3, 5, 6])
    #expect(close(try keras.outputs(turned(x, 3)), try plain.outputs(turned(normal, 3))))
  }

  @Test(
    "an input that is flattened at once takes what has as many values",
    arguments: [([784, 1], [784]), ([1, 784], [784]), ([28, 28, 1], [1, 28, 28]), ([28, 28], [1, 28, 28]), ([2, 14, 28], [2, 14, 28])])
  func flattened(_ shape: [Int], _ expected: [Int]) throws {
    var small = SmallModel([0] + shape)
    small.weight("w", [784, 3])
    small.node("Flatten", ["x"], ["f"])
    small.node("Gemm", ["f", "w"])
    #expect(try small.imported().network.inputShape == expected)
    #expect(try small.outputs(SmallModel.sample(784)).count == 3)
  }

  @Test("a mean that drops its axis, over a flattened image, and a vector without a batch axis")
  func dropped() throws {
    var small = SmallModel([0, 2, 6])
    small.weight("w", [3, 2, 1])
    small.weight("v", [3, 2])
    small.node("Conv", ["x", "w"], ["c"])
    small.node("Relu", ["c"], ["r"])
    small.node("ReduceMean", ["r"], ["m"], .integers("axes", [2]), .integer("keepdims", 0))
    small.node("MatMul", ["m", "v"])
    var image = SmallModel([1, 2, 2, 3])
    image.weight("w", [3, 2, 1, 1])
    image.weight("v", [3, 2])
    image.integers("flat", [0, 0, -1])
    image.integers("vector", [-1])
    image.node("Conv", ["x", "w"], ["c"])
    image.node("Relu", ["c"], ["r"])
    image.node("Reshape", ["r", "flat"], ["f"])
    image.node("ReduceMean", ["f"], ["m"], .integers("axes", [-1]), .integer("keepdims", 1))
    image.node("Reshape", ["m", "vector"], ["u"])
    image.node("MatMul", ["u", "v"])
    let x = SmallModel.sample(12)
    #expect(close(try small.outputs(x), try image.outputs(x)))
    #expect(try image.imported().output.shape == [2])
  }
}
