import Testing

@testable import Compiler

@Suite("Float kernels")
struct KernelTests {
  /// Every lane of the packed kernel against the scalar twin.
  private func agrees(_ lanes: [Lanes], _ scalar: [[Float]]) -> Bool {
    for lane in 0..<16 {
      let scale = scalar[lane].map(abs).max() ?? 0
      for i in lanes.indices where abs(lanes[i][lane] - scalar[lane][i]) > 1e-4 * scale { return false }
    }
    return true
  }

  private func random(_ count: Int, _ generator: inout SplitMix) -> [Float] {
    (0..<count).map { _ in generator.float() }
  }

  private func lanes(_ samples: [[Float]]) -> [Lanes] {
    samples[0].indices.map { i in
      var value = Lanes.zero
      for lane in 0..<16 { value[lane] = samples[lane][i] }
      return value
    }
  }

  @Test("dense agrees with its scalar twin for odd and even sizes", arguments: [1, 2, 3, 8, 17], [1, 2, 5, 64])
  func dense(_ rows: Int, _ taps: Int) {
    var generator = SplitMix(state: UInt64(rows * 100 + taps))
    let weights = random(rows * taps, &generator)
    let inputs = (0..<16).map { _ in random(taps, &generator) }
    var output = [Lanes](repeating: Lanes(repeating: 0.5), count: rows)
    accumulateDense(
      PackedRows(weights: weights, groups: 1, rows: rows, taps: taps), lanes(inputs), into: &output)
    let expected = inputs.map { input in
      var result = [Float](repeating: 0.5, count: rows)
      ScalarReference.accumulateDense(weights, rows: rows, input, into: &result)
      return result
    }
    #expect(agrees(output, expected))
  }

  @Test("convolution agrees with its scalar twin for random geometries", arguments: 0..<60)
  func convolution(_ seed: Int) {
    var generator = SplitMix(state: UInt64(seed))
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let groups = pick(1...3)
    let (perIn, perOut) = (pick(1...3), pick(1...4))
    let kernel = [pick(1...4), pick(1...4)]
    let dilation = [pick(1...2), pick(1...3)]
    let stride = [pick(1...3), pick(1...2)]
    let size = [pick(7...10), pick(10...12)]
    let padding = [pick(0...3), pick(0...3), pick(0...3), pick(0...3)]
    let output =
      [groups * perOut]
      + (0..<2).map {
        windowCount(
          size[$0], kernel: kernel[$0], stride: stride[$0], before: padding[$0], after: padding[2 + $0],
          dilation: dilation[$0])
      }
    let geometry = LaneGeometry(
      input: [groups * perIn] + size, output: output, kernel: kernel, stride: stride, padding: Array(padding[..<2]),
      dilation: dilation, groups: groups)
    let weights = random(groups * perOut * perIn * kernel[0] * kernel[1], &generator)
    let inputs = (0..<16).map { _ in random(groups * perIn * size[0] * size[1], &generator) }
    var result = [Lanes](repeating: .zero, count: output.reduce(1, *))
    accumulateConvolution(
      PackedRows(weights: weights, groups: groups, rows: perOut, taps: perIn * kernel[0] * kernel[1]), geometry,
      lanes(inputs), into: &result)
    let expected = inputs.map { input in
      var values = [Float](repeating: 0, count: result.count)
      ScalarReference.accumulateConvolution(weights, geometry, input, into: &values)
      return values
    }
    #expect(agrees(result, expected), "seed \(seed)")
  }
}

@Suite("Float evaluator")
struct FloatEvaluatorTests {
  /// Input 1x3x3, a leaky convolution, then the output from its max pool and from the input's average.
  static let network = AnalogNetwork(
    name: "small", inputShape: [1, 3, 3],
    layers: [
      AnalogLayer(
        name: "a", shape: [1, 2, 2],
        connections: [
          AnalogConnection(
            source: .input, kind: .convolution, weights: [1, -1, 0, 2], weightShape: [1, 1, 2, 2])
        ], bias: [-10], activation: .leakyRelu(slope: 0.5)),
      AnalogLayer(
        name: "b", shape: [1, 1, 1],
        connections: [
          AnalogConnection(
            source: .layer(0), pool: NetworkPool(kind: .max, kernel: [2, 2], stride: [1, 1]), kind: .identity),
          AnalogConnection(
            source: .input, pool: NetworkPool(kind: .average, kernel: [3, 3], stride: [1, 1]), kind: .identity,
            weights: [2], weightShape: [1]),
        ], activation: .none),
    ], output: 1)

  @Test("computes sums, activations, pools and residual sums by hand")
  func byHand() throws {
    let evaluator = try FloatEvaluator(Self.network)
    let values = evaluator.map([1, 2, 3, 4, 5, 6, 7, 8, 9], preactivations: true) { block in
      (0..<2).map { [block.preactivation(layer: $0, sample: 0), block.activation(layer: $0, sample: 0)] }
    }
    // Sums: 1-2+10-10, 2-3+12-10, 4-5+16-10, 5-6+18-10.
    #expect(values == [[[[-1, 1, 5, 7], [-0.5, 1, 5, 7]], [[17], [17]]]])
  }

  @Test("counts multiply-accumulates without padding, and parameters")
  func counts() {
    #expect(Self.network.multiplyAccumulates == 16 + 1)
    #expect(Self.network.parameters == 4 + 1 + 1)
    let padded = AnalogNetwork(
      name: "padded", inputShape: [2, 3, 3],
      layers: [
        AnalogLayer(
          name: "a", shape: [4, 3, 3],
          connections: [
            AnalogConnection(
              source: .input, kind: .convolution, weights: [Float](repeating: 1, count: 36), weightShape: [4, 1, 3, 3],
              padding: [1, 1, 1, 1], groups: 2)
          ])
      ], output: 0)
    // Taps inside on an axis of 3: 2 + 3 + 2.
    #expect(padded.multiplyAccumulates == 49 * 4)
  }

  @Test("a sample's result does not depend on threads or on its neighbours", arguments: [1, 15, 16, 17, 50])
  func independent(_ count: Int) throws {
    var generator = SplitMix(state: 3)
    let samples = (0..<(9 * count)).map { _ in generator.float() }
    let evaluator = try FloatEvaluator(Self.network)
    let all = evaluator.outputs(samples, threads: 1)
    #expect(all.count == count)
    #expect(evaluator.outputs(samples, threads: 3) == all)
    for i in 0..<count { #expect(evaluator.outputs(Array(samples[(9 * i)..<(9 * i + 9)])) == [all[i]]) }
  }

  @Test("takes the lowest class of equal ones, and no samples")
  func ties() throws {
    let network = AnalogNetwork(
      name: "n", inputShape: [2],
      layers: [
        AnalogLayer(
          name: "a", shape: [3],
          connections: [
            AnalogConnection(source: .input, kind: .dense, weights: [0, 0, 1, 0, 1, 0], weightShape: [3, 2])
          ],
          activation: .clip(maximum: 0.5))
      ], output: 0)
    let evaluator = try FloatEvaluator(network)
    #expect(evaluator.predictions([1, 0, -1, 0]) == [1, 0])
    #expect(evaluator.outputs([1, 0]) == [[0, 0.5, 0.5]])
    #expect(evaluator.accuracy([1, 0, -1, 0], labels: [1, 1]) == 0.5)
    #expect(evaluator.outputs([]).isEmpty)
  }

  @Test("refuses networks that contradict themselves")
  func invalid() {
    var wrong = Self.network
    wrong.layers[0].connections[0].weightShape = [1, 1, 3, 2]
    #expect(throws: AnalogNetworkError.shape(layer: "a", what: "convolution 1x1x3x2 from 1x3x3 to 1x2x2")) {
      try FloatEvaluator(wrong)
    }
    wrong = Self.network
    wrong.layers[0].connections[0].source = .layer(1)
    #expect(throws: AnalogNetworkError.shape(layer: "a", what: "reads layer 1, which is not before it")) {
      try FloatEvaluator(wrong)
    }
  }
}
