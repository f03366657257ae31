/// Spikes of a layer on a block of 16 calibration samples: for each step and neuron a bit a sample.
///
/// Neurons are row-major. Every spike carries a count of 1, or of -1 (`down`).
struct LaneTrain: Sendable {
  let neurons: Int
  var up: [UInt16]
  /// Empty where no neuron ever sends a negative spike.
  var down: [UInt16]

  init(neurons: Int, steps: Int, isSigned: Bool) {
    self.neurons = neurons
    up = [UInt16](repeating: 0, count: neurons * steps)
    down = isSigned ? up : []
  }

  /// Notes what a neuron sends in a step, sample by sample.
  mutating func set(step: Int, neuron: Int, up: UInt16, down: UInt16) {
    self.up[step * neurons + neuron] = up
    if !self.down.isEmpty { self.down[step * neurons + neuron] = down }
  }

  /// What the spikes of a step are worth, neuron by neuron.
  /// - Parameter worth: of one spike: one value, or one a channel.
  func values(step: Int, worth: [Float]) -> [Lanes] {
    let size = neurons / worth.count
    return (0..<neurons).map { neuron in
      let at = step * neurons + neuron
      var value = LaneBits.lanes(up[at])
      if !down.isEmpty { value -= LaneBits.lanes(down[at]) }
      return value * worth[neuron / size]
    }
  }

  /// Signed count of each neuron over all steps, times a factor: one, or one a channel.
  func counts(times factor: [Float]) -> [Lanes] {
    let size = neurons / factor.count
    var result = [Lanes](repeating: .zero, count: neurons)
    for at in up.indices { result[at % neurons] += LaneBits.lanes(up[at]) }
    for at in down.indices { result[at % neurons] -= LaneBits.lanes(down[at]) }
    for neuron in result.indices { result[neuron] *= factor[neuron / size] }
    return result
  }

  /// Spikes of both signs in the samples of `lanes`.
  func total(lanes: UInt16) -> Int {
    up.reduce(0) { $0 + ($1 & lanes).nonzeroBitCount } + down.reduce(0) { $0 + ($1 & lanes).nonzeroBitCount }
  }

  /// What leaves count gates on these spikes: by how much the largest count of each window changes.
  /// - Parameters:
  ///   - shape: of the layer, `[C, H, W]`.
  ///   - pool: a max pool.
  func gated(steps: Int, shape: [Int], pool: NetworkPool, _ evaluator: FloatEvaluator) -> LaneTrain {
    var counts = [Lanes](repeating: .zero, count: neurons)
    var passed = evaluator.pooled(counts, shape, pool)
    var result = LaneTrain(neurons: passed.count, steps: steps, isSigned: !down.isEmpty)
    for step in 0..<steps {
      for (neuron, value) in values(step: step, worth: [1]).enumerated() { counts[neuron] += value }
      let largest = evaluator.pooled(counts, shape, pool)
      for neuron in largest.indices {
        let change = largest[neuron] - passed[neuron]
        result.set(
          step: step, neuron: neuron, up: LaneBits.bits(change .> 0), down: LaneBits.bits(change .< 0))
      }
      passed = largest
    }
    return result
  }
}

/// Sixteen bits as sixteen numbers, and back.
enum LaneBits {
  /// 1 where a bit is set, of every byte.
  private static let bytes: [SIMD8<Float>] = (0..<256).map { byte in
    SIMD8((0..<8).map { Float(byte >> $0 & 1) })
  }

  static func lanes(_ bits: UInt16) -> Lanes {
    if bits == 0 { return .zero }
    return Lanes(lowHalf: bytes[Int(bits & 255)], highHalf: bytes[Int(bits >> 8)])
  }

  private static let powers = SIMD16<UInt16>((0..<16).map { 1 << UInt16($0) })

  static func bits(_ mask: SIMDMask<Lanes.MaskStorage>) -> UInt16 {
    let narrow = SIMD16<Int16>(truncatingIfNeeded: SIMD16<Int32>.zero.replacing(with: -1, where: mask))
    return (SIMD16<UInt16>(truncatingIfNeeded: narrow) & powers).wrappedSum()
  }
}
