/// Spikes of a layer on a block of 16 calibration samples: for each step and neuron a bit a sample.
///
/// Neurons are row-major. A spike carries a count of 1, or of -1 (`down`), or up to `counts`: then a step has as many rows of
/// bits, the first of neurons that send at least 1, the second of those that send at least 2, and so on. Or the steps are the
/// binary digits of a number, a spike in step `k` worth `2^-(1+k)`.
struct LaneTrain: Sendable {
  let neurons: Int
  let counts: Int
  let isDigits: Bool
  var up: [UInt16]
  /// Empty where no neuron ever sends a negative spike.
  var down: [UInt16]

  init(neurons: Int, steps: Int, isSigned: Bool, counts: Int = 1, isDigits: Bool = false) {
    self.neurons = neurons
    self.counts = counts
    self.isDigits = isDigits
    up = [UInt16](repeating: 0, count: neurons * steps * counts)
    down = isSigned ? up : []
  }

  /// Notes what a neuron sends in a row, sample by sample: the step, where a spike has one.
  mutating func set(row: Int, neuron: Int, up: UInt16, down: UInt16) {
    self.up[row * neurons + neuron] = up
    if !self.down.isEmpty { self.down[row * neurons + neuron] = down }
  }

  /// What the spikes of a step are worth, neuron by neuron.
  /// - Parameter worth: of a count of 1: one value, or one a channel.
  func values(step: Int, worth: [Float]) -> [Lanes] {
    let size = neurons / worth.count
    return (0..<neurons).map { neuron in
      var value = Lanes.zero
      for row in (step * counts)..<((step + 1) * counts) {
        let at = row * neurons + neuron
        if up[at] != 0 { value += LaneBits.lanes(up[at]) }
        if !down.isEmpty { value -= LaneBits.lanes(down[at]) }
      }
      return value * worth[neuron / size]
    }
  }

  /// Signed count of each neuron over all steps, or the number of its digits, times a factor: one, or one a channel.
  func counts(times factor: [Float]) -> [Lanes] {
    let size = neurons / factor.count
    var result = [Lanes](repeating: .zero, count: neurons)
    var worth: Float = 1
    for at in up.indices {
      if isDigits, at % neurons == 0 { worth /= 2 }
      result[at % neurons] += LaneBits.lanes(up[at]) * worth
    }
    for at in down.indices { result[at % neurons] -= LaneBits.lanes(down[at]) }
    for neuron in result.indices { result[neuron] *= factor[neuron / size] }
    return result
  }

  /// Spikes of both signs in the samples of `lanes`.
  func total(lanes: UInt16) -> Int {
    func total(_ bits: [UInt16]) -> Int {
      // The first row of a step has all that spike in it.
      stride(from: 0, to: bits.count, by: max(1, counts * neurons)).reduce(0) { sum, first in
        bits[first..<(first + neurons)].reduce(sum) { $0 + ($1 & lanes).nonzeroBitCount }
      }
    }
    return total(up) + total(down)
  }

  /// What leaves the gates of max pools on these spikes: by how much the largest count of each window changes; of digits
  /// those of the largest number, which is known digit by digit.
  /// - Parameters:
  ///   - shape: of the layer, `[C, H, W]`.
  ///   - pool: a max pool.
  func gated(steps: Int, shape: [Int], pool: NetworkPool, _ evaluator: FloatEvaluator) -> LaneTrain {
    var sums = [Lanes](repeating: .zero, count: neurons)
    var passed = evaluator.pooled(sums, shape, pool)
    var result = LaneTrain(neurons: passed.count, steps: steps, isSigned: !down.isEmpty, counts: counts, isDigits: isDigits)
    for step in 0..<steps {
      if isDigits, step > 0 {
        for neuron in sums.indices { sums[neuron] *= 2 }
        for neuron in passed.indices { passed[neuron] *= 2 }
      }
      for (neuron, value) in values(step: step, worth: [1]).enumerated() { sums[neuron] += value }
      let largest = evaluator.pooled(sums, shape, pool)
      for neuron in largest.indices {
        let change = largest[neuron] - passed[neuron]
        for count in 0..<counts {
          result.set(
            row: step * counts + count, neuron: neuron, up: LaneBits.bits(change .> Float(count)),
            down: LaneBits.bits(change .< -Float(count)))
        }
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
