import ChipModel
import Testing

@testable import Compiler

@Suite("Composition of linear maps")
struct LinearMapTests {
  /// What a map makes of a value, through the bias rule, which is written apart from composition.
  private func apply(_ map: LinearMap, _ values: [Double]) throws -> [Double] {
    try BiasField.element(values).mapped(by: map, node: MergeContext("test")).elements(map.outShape)
  }

  private func convolution(_ shape: [Int], _ generator: inout SplitMix) -> LinearMap {
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let groups = shape[0] % 2 == 0 ? pick(1...2) : 1
    let depthwise = pick(0...3) == 0
    let group = depthwise ? shape[0] : groups
    let out = depthwise ? shape[0] : groups * pick(1...3)
    let kernel = [pick(1...min(3, shape[1])), pick(1...min(3, shape[2]))]
    var c = Convolution(weights: [], shape: [out, shape[0] / group] + kernel)
    c.groups = group
    c.weights = (0..<c.shape.reduce(1, *)).map { _ in generator.float() }
    c.stride = [pick(1...2), pick(1...3)]
    // Negative: rows and columns that are left out, at most what is there.
    if pick(0...1) == 0 {
      for side in 0..<4 {
        let least = kernel[side % 2] - shape[1 + side % 2] + 2
        c.padding[side] = min(2, max(pick(-1...3), least))
      }
    }
    if pick(0...2) == 0 && kernel[0] * 2 - 1 <= shape[1] && kernel[1] * 2 - 1 <= shape[2] { c.dilation = [2, 2] }
    return LinearMap(kind: .convolution(c), inShape: shape, outShape: c.outputShape(shape))
  }

  private func map(_ shape: [Int], _ generator: inout SplitMix) -> LinearMap {
    switch Int.random(in: 0...6, using: &generator) {
    case 3: LinearMap.selection((0..<4).map { _ in Int.random(in: -1..<shape[0], using: &generator) }, of: shape)
    case 0:
      LinearMap(kind: .identity((0..<shape[0]).map { _ in Double(generator.float()) }), inShape: shape, outShape: shape)
    case 1:
      LinearMap(
        kind: .identity((0..<shape.reduce(1, *)).map { _ in Double(generator.float()) }), inShape: shape,
        outShape: shape)
    case 2:
      LinearMap(
        kind: .dense((0..<(6 * shape.reduce(1, *))).map { _ in generator.float() }), inShape: shape,
        outShape: [6, 1, 1])
    default: convolution(shape, &generator)
    }
  }

  @Test("two maps as one give what one after the other gives", arguments: 0..<400)
  func composes(_ seed: Int) throws {
    var generator = SplitMix(state: UInt64(seed))
    let shape = [Int.random(in: 1...4, using: &generator), 7, 8]
    let first = map(shape, &generator)
    let second = map(first.outShape, &generator)
    let merged = try first.then(second, node: MergeContext("test"))
    let values = (0..<shape.reduce(1, *)).map { _ in Double(generator.float()) }
    let expected = try apply(second, apply(first, values))
    let actual = try apply(merged, values)
    #expect(merged.outShape == second.outShape)
    try #require(actual.count == expected.count)
    let scale = expected.map(abs).max() ?? 0
    for (a, b) in zip(actual, expected) { #expect(abs(a - b) <= 1e-5 * scale, "seed \(seed)") }
    if case .convolution(let c) = merged.kind { #expect(c.outputShape(shape) == merged.outShape, "seed \(seed)") }
  }

  @Test("unrolling and slicing change nothing", arguments: 0..<100)
  func unrolls(_ seed: Int) throws {
    var generator = SplitMix(state: UInt64(seed))
    let shape = [4, 6, 7]
    let map = convolution(shape, &generator)
    let values = (0..<168).map { _ in Double(generator.float()) }
    let expected = try apply(map, values)
    let parts = try [0..<1, 1..<4].map { range in
      try apply(
        map.sliced(range, inShape: [range.count, 6, 7], node: MergeContext("test")),
        Array(values[(range.lowerBound * 42)..<(range.upperBound * 42)]))
    }
    let unrolled = try apply(map.unrolled(node: MergeContext("test")), values)
    for i in expected.indices {
      #expect(abs(unrolled[i] - expected[i]) < 1e-9, "seed \(seed)")
      #expect(abs(parts[0][i] + parts[1][i] - expected[i]) < 1e-9, "seed \(seed)")
    }
  }

  @Test("poolings merge only where nothing changes", arguments: [PoolGeometry.Kind.average, .max])
  func pools(_ kind: PoolGeometry.Kind) throws {
    var generator = SplitMix(state: 11)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    func pool() -> NetworkPool {
      let k = [pick(1...3), pick(1...3)]
      let p = pick(0...2) == 0 ? [k[0] / 2, k[1] / 2, k[0] / 2, k[1] / 2] : [0, 0, 0, 0]
      return NetworkPool(kind: kind, kernel: k, stride: pick(0...1) == 0 ? k : [pick(1...3), pick(1...3)], padding: p)
    }
    var merged = 0
    for _ in 0..<400 {
      let shape = [1, pick(6...9), pick(6...9)]
      let (a, b) = (pool(), pool())
      let middle = a.outputShape(shape)
      guard middle[1] > 0, middle[2] > 0, b.outputShape(middle).allSatisfy({ $0 > 0 }) else { continue }
      guard let both = a.composed(with: b, size: Array(shape[1...])) else { continue }
      merged += 1
      let values = (0..<shape.reduce(1, *)).map { _ in generator.float() + 2 }
      let expected = apply(b, apply(a, values, shape), middle)
      let actual = apply(both, values, shape)
      try #require(actual.count == expected.count, "\(a) \(b)")
      for (x, y) in zip(actual, expected) { #expect(abs(x - y) < 1e-5, "\(a) \(b)") }
    }
    #expect(merged > 40)
  }

  /// Pooling of one channel, straight from the definition.
  private func apply(_ pool: NetworkPool, _ values: [Float], _ shape: [Int]) -> [Float] {
    let out = pool.outputShape(shape)
    var result: [Float] = []
    for y in 0..<out[1] {
      for x in 0..<out[2] {
        var seen: [Float] = []
        for ky in 0..<pool.kernel[0] {
          for kx in 0..<pool.kernel[1] {
            let (row, column) = (y * pool.stride[0] + ky - pool.padding[0], x * pool.stride[1] + kx - pool.padding[1])
            if row >= 0 && row < shape[1] && column >= 0 && column < shape[2] {
              seen.append(values[row * shape[2] + column])
            }
          }
        }
        let area = Float(pool.kernel[0] * pool.kernel[1])
        result.append(pool.kind == .average ? seen.reduce(0, +) / area : seen.max() ?? 0)
      }
    }
    return result
  }
}
