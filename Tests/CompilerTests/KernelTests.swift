import Runtime
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

@Suite("Lane kernels")
struct LaneKernelTests {
  private func lanes(_ count: Int, _ generator: inout SplitMix) -> [Lanes] {
    (0..<count).map { _ in
      var value = Lanes.zero
      for lane in 0..<16 { value[lane] = generator.float() }
      return value
    }
  }

  private func largestDifference(_ a: [Lanes], _ b: [Lanes]) -> Float {
    zip(a, b).reduce(0) { most, pair in
      let difference = pair.0 - pair.1
      return max(most, (0..<16).map { abs(difference[$0]) }.max() ?? 0)
    }
  }

  @Test("products agree with their Swift twin at every level", arguments: KernelLevel.available, [1, 2, 7, 8, 9, 20])
  func products(_ level: KernelLevel, _ rows: Int) {
    var generator = SplitMix(state: UInt64(rows))
    for columns in [1, 2, 3, 5, 8, 11] {
      let weights = PackedRows(
        weights: (0..<(rows * 10)).map { _ in generator.float() }, groups: 1, rows: rows, taps: 10)
      let input = lanes(60, &generator)
      let offsets = (0..<10).map { ($0 * 7 % 30) * 16 }
      let start = lanes(rows * columns + 3, &generator)
      let products = Products(
        weights, offsets: offsets, step: 32, rowStride: columns * 16, count: columns)
      var (found, expected) = (start, start)
      products.add(input, runs: [(0, 0), (16, 48)], into: &found, level)
      products.add(input, runs: [(0, 0), (16, 48)], into: &expected, .swift)
      #expect(largestDifference(found, expected) < 1e-4)
    }
  }

  @Test("neurons fire as their Swift twin at every level", arguments: KernelLevel.available, [true, false])
  func neurons(_ level: KernelLevel, _ isSigned: Bool) {
    var generator = SplitMix(state: isSigned ? 1 : 2)
    func made() -> LaneNeurons {
      LaneNeurons(
        threshold: [0.4, 0.7, .infinity], negative: isSigned ? [-0.1, 0, 0] : nil, count: 15, channelSize: 5,
        initial: [0.2, 0.1, 0])
    }
    var (a, b) = (made(), made())
    var (sent, expected) = (
      LaneTrain(neurons: 15, steps: 9, isSigned: isSigned), LaneTrain(neurons: 15, steps: 9, isSigned: isSigned)
    )
    for step in 0..<9 {
      let sums = lanes(15, &generator)
      a.add(sums)
      b.add(sums)
      for channel in 0..<3 {
        let tried = a.spikes(channel: channel, more: 0.05, lanes: 0xFF, level: level)
        #expect(tried == b.spikes(channel: channel, more: 0.05, lanes: 0xFF, level: .swift))
      }
      a.fire(into: &sent, step: step, level: level)
      b.fire(into: &expected, step: step, level: .swift)
    }
    #expect(sent.up == expected.up && sent.down == expected.down)
    #expect(sent.total(lanes: .max) > 20 && (!isSigned || sent.down.contains { $0 != 0 }))
    #expect(largestDifference(a.v, b.v) < 1e-5)
  }

  @Test("extremes, counts and histograms are those of their Swift twins at every level", arguments: KernelLevel.available)
  func statistics(_ level: KernelLevel) {
    var generator = SplitMix(state: 5)
    var values = lanes(9, &generator)
    values[3] = .zero
    for range in [0..<9, 2..<7, 4..<4] {
      var (a, b) = (LaneExtremes(), LaneExtremes())
      a.add(values, range, level: level)
      b.add(values, range, level: .swift)
      #expect(a.high == b.high && a.low == b.low && a.active == b.active)
      var (above, other) = (SIMD16<Int32>(repeating: 1), SIMD16<Int32>(repeating: 1))
      count(values, range, above: 0.25, into: &above, level: level)
      count(values, range, above: 0.25, into: &other, level: .swift)
      #expect(above == other && (range.isEmpty || above.wrappedSum() > 16))
      for (scale, lanes) in [(Float(20), 16), (3, 5), (.infinity, 16)] {
        var (bins, twin) = ([Int32](repeating: 0, count: 14), [Int32](repeating: 0, count: 14))
        histogram(values, range, lanes: lanes, scale: scale, bins: 10, first: 2, into: &bins, level: level)
        histogram(values, range, lanes: lanes, scale: scale, bins: 10, first: 2, into: &twin, level: .swift)
        #expect(bins[..<12] == twin[..<12] && bins[13] == 0)
      }
    }
  }

  @Test("layers are those of the Swift twins at every level", arguments: KernelLevel.available, 0..<8)
  func layer(_ level: KernelLevel, _ seed: Int) {
    var generator = SplitMix(state: UInt64(seed))
    func floats(_ count: Int) -> [Float] { (0..<count).map { _ in generator.float() } }
    let (shape, stride) = ([5, 40, 7], seed % 3 + 1)
    let input = [3, (40 - 1) * stride + 1, (7 - 1) * stride + 1]
    func connection(_ kernel: Int, _ source: AnalogSource) -> AnalogConnection {
      AnalogConnection(
        source: source, kind: .convolution, weights: floats(5 * 3 * kernel * kernel),
        weightShape: [5, 3, kernel, kernel], stride: [stride, stride], padding: [Int](repeating: kernel / 2, count: 4))
    }
    let identity = AnalogConnection(
      source: .layer(0), kind: .identity, weights: floats([0, 1, 5][seed % 3]), weightShape: [])
    var parts = [connection(3, .input), connection(1, .input), identity]
    if seed % 2 == 1 { parts.reverse() }
    let bias = seed < 6 ? floats(seed < 3 ? 5 : 1_400) : nil
    let made = AnalogLayer(name: "l", shape: shape, connections: parts, bias: bias)
    let network = AnalogNetwork(
      name: "n", inputShape: input, layers: [AnalogLayer(name: "s", shape: shape, connections: []), made], output: 1)
    let layer = LaneLayer(made, network)
    let sources = parts.map { lanes($0.kind == .identity ? 1_400 : input.reduce(1, *), &generator) }
    for cut in [nil, Float.infinity, 0.5] {
      var found = [Lanes](repeating: Lanes(repeating: .nan), count: 1_400)
      var (threaded, expected) = (found, found)
      layer.run(sources, into: &found, cut: cut, level: level)
      layer.run(sources, into: &threaded, cut: cut, threads: 3, level: level)
      layer.run(sources, into: &expected, cut: cut, level: .swift)
      #expect(found == threaded && largestDifference(found, expected) < 1e-5)
      #expect(found.contains { $0.max() > 0.5 } == (cut != 0.5) && found.contains { $0.min() < 0 } == (cut == nil))
    }
  }

  @Test("pools are those of their Swift twin at every level", arguments: KernelLevel.available, [true, false])
  func pools(_ level: KernelLevel, _ isMax: Bool) {
    var generator = SplitMix(state: 8)
    let values = lanes(3 * 9 * 6, &generator)
    for (kernel, stride, padding) in [(2, 2, 0), (3, 2, 1), (3, 1, 2), (1, 3, 0)] {
      // A window of the last covers nothing but padding.
      let pool = NetworkPool(
        kind: isMax ? .max : .average, kernel: [kernel, kernel], stride: [stride, stride],
        padding: [padding, padding, padding + 3, padding])
      let count = pool.outputShape([3, 9, 6]).reduce(1, *)
      var found = [Lanes](repeating: Lanes(repeating: .nan), count: count)
      var (threaded, expected) = (found, found)
      Compiler.pool(values, [3, 9, 6], pool, into: &found, level: level)
      Compiler.pool(values, [3, 9, 6], pool, into: &threaded, threads: 2, level: level)
      Compiler.pool(values, [3, 9, 6], pool, into: &expected, level: .swift)
      #expect(found == threaded && largestDifference(found, expected) < 1e-6 && !found.contains { $0[0].isNaN })
    }
  }

  @Test("arrays are used again in any order of sizes, and never while somebody reads them")
  func buffers() {
    var buffers = LaneBuffers()
    var kept = buffers.take(10)
    for index in kept.indices { kept[index] = Lanes(repeating: Float(index)) }
    buffers.give(kept)
    for count in [4, 10, 0, 7, 30, 2] {
      var taken = buffers.take(count)
      #expect(taken.count == count)
      for index in taken.indices { taken[index] = Lanes(repeating: -1) }
      buffers.give(taken)
    }
    #expect(kept == (0..<10).map { Lanes(repeating: Float($0)) })
  }

  @Test("values are cut as by their Swift twin at every level", arguments: KernelLevel.available)
  func clipping(_ level: KernelLevel) {
    var generator = SplitMix(state: 4)
    let values = lanes(9, &generator)
    var (a, b) = (values, values)
    clip(&a, high: 0.3, level: level)
    clip(&b, high: 0.3, level: .swift)
    #expect(a == b && a != values)
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
    #expect(Self.network.cost.multiplyAccumulates == 16 + 1)
    #expect(Self.network.cost.parameters == 4 + 1 + 1)
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
    #expect(padded.cost.multiplyAccumulates == 49 * 4)
  }

  @Test("a sample's result does not depend on threads or on its neighbours", arguments: [1, 15, 16, 17, 50])
  func independent(_ count: Int) throws {
    var generator = SplitMix(state: 3)
    let samples = (0..<(9 * count)).map { _ in generator.float() }
    let evaluator = try FloatEvaluator(Self.network)
    let all = evaluator.outputs(samples, threads: 1)
    #expect(all.count == count)
    for threads in [3, 8] { #expect(evaluator.outputs(samples, threads: threads) == all) }
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
