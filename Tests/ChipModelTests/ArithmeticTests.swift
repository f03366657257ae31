import Testing

@testable import ChipModel

@Suite("Fixed-point arithmetic, windows and bounds")
struct ArithmeticTests {
  @Test("shifting right rounds half to even, as exact division does")
  func shiftRight() {
    for shift in 0...6 {
      let unit = 1 << shift
      for value in -300...300 {
        let quotient = (value - ((value % unit) + unit) % unit) / unit
        let rest = value - quotient * unit
        let up = 2 * rest > unit || (2 * rest == unit && quotient % 2 != 0)
        #expect(FixedPoint.shiftRightHalfEven(Int64(value), by: shift) == Int64(up ? quotient + 1 : quotient))
      }
    }
    #expect(FixedPoint.shiftRightHalfEven(.max, by: 1) == 1 << 62)
    #expect(FixedPoint.shiftRightHalfEven(.min, by: 62) == -2)
  }

  @Test("rounding a real number refuses what no integer holds")
  func roundHalfEven() {
    #expect([-1.5, -0.5, 0.5, 1.5, 2.5].map { FixedPoint.roundHalfEven($0) } == [-2, 0, 0, 2, 2])
    #expect(FixedPoint.roundHalfEven(.nan) == nil)
    #expect(FixedPoint.roundHalfEven(0x1p63) == nil)
    #expect(FixedPoint.roundHalfEven(-0x1p63) == .min)
    #expect(FixedPoint.roundHalfEven(.infinity) == nil)
  }

  @Test("ranges, saturation and widths agree", arguments: 2...32)
  func widths(bits: Int) {
    let low = FixedPoint.lowest(bits: bits)
    let high = FixedPoint.highest(bits: bits)
    #expect(low == -high - 1)
    #expect(FixedPoint.bits(holding: UInt64(high)) == bits)
    #expect(FixedPoint.bits(holding: UInt64(high) + 1) == bits + 1)
    var count = 0
    #expect(FixedPoint.saturate(high, low: low, high: high, count: &count) == high)
    #expect(FixedPoint.saturate(low, low: low, high: high, count: &count) == low)
    #expect(count == 0)
    #expect(FixedPoint.saturate(high + 1, low: low, high: high, count: &count) == high)
    #expect(FixedPoint.saturate(low - 1, low: low, high: high, count: &count) == low)
    #expect(count == 2)
  }

  @Test("delays of the windowed schedule bring step s of the source to step s of the target")
  func windows() {
    func start(_ depth: Int, _ lag: Int) -> Int {
      (0..<depth).reduce(0) { start, _ in ActiveWindow.start(after: [0, start + lag]) }
    }
    #expect(ActiveWindow.start(after: []) == 0)
    for source in 0...4 {
      for target in (source + 1)...6 {
        #expect(start(target, 2) == 3 * target)
        func delay(_ waitingPeriod: Int, _ lag: Int) -> Int {
          ActiveWindow.delay(
            source: start(source, lag) + lag, target: start(target, lag), waitingPeriod: waitingPeriod,
            passed: target - source - 1)
        }
        func offset(_ delay: Int, lag: Int) -> Int {
          func population(_ depth: Int) -> Population {
            var population = Population.input([1])
            population.start = start(depth, lag)
            population.lag = lag
            return population
          }
          return ActiveWindow.offset(from: population(source), to: population(target), delay: delay)
        }
        #expect(delay(0, 0) == target - source)
        #expect(offset(delay(0, 0), lag: 0) == 0)
        #expect(delay(10, 0) == (target - source) + 10 * (target - source - 1))
        #expect(offset(delay(10, 0), lag: 0) == 10 * (target - source - 1))
        for lag in 1...3 {
          #expect(delay(0, lag) == (target - source - 1) * (1 + lag) + 1)
          #expect(offset(delay(0, lag), lag: lag) == 0)
        }
      }
    }
    #expect(ActiveWindow.ticksPerInference(steps: 20, starts: [0, 1, 3]) == 23)
    #expect(ActiveWindow.ticksPerInference(steps: 20, starts: [0, 0]) == 20)
  }

  @Test("phases count down their shifts; members alternate by period")
  func phases() {
    #expect((0..<6).map { PhaseCode.shift(step: $0, period: 3) } == [2, 1, 0, 2, 1, 0])
    #expect((0..<6).map { PhaseCode.phase(step: $0, period: 3) } == [0, 1, 2, 0, 1, 2])
    #expect((0..<7).map { PhaseCode.firingMember(step: $0, period: 2) } == [1, 1, 0, 0, 1, 1, 0])
    #expect((0..<3).map { PhaseCode.shift(step: $0, period: 1) } == [0, 0, 0])
  }

  @Test("the bound of a sum is the largest of all sums that can arrive, for tiny projections")
  func sumBound() throws {
    for seed in 0..<UInt64(150) {
      var random = SeededGenerator(seed: seed)
      let inputs = Int.random(in: 1...4, using: &random)
      let outputs = Int.random(in: 1...3, using: &random)
      let isMap = seed % 4 == 0
      let low = Int64.random(in: -2...0, using: &random)
      let high = Int64.random(in: 0...2, using: &random)
      let shift = Int.random(in: 0...3, using: &random)
      let pixels = isMap ? 2 : 1
      let weights = try #require(
        WeightTensor(
          shape: [outputs * pixels, inputs],
          values: (0..<(inputs * outputs * pixels)).map { _ in Int32.random(in: -9...9, using: &random) }))
      let projection = Projection(name: "p", source: 0, target: 1, kind: .dense, weights: 0, shifts: [UInt8(shift)])
      let bounds = SumBound.perChannel(projection, weights: weights, channels: outputs, payload: low...high)
      // Brute force: every source neuron sends every payload of the range or nothing.
      let values = (low...high).map { $0 }
      var combinations: [[Int64]] = [[]]
      for _ in 0..<inputs { combinations = combinations.flatMap { head in (values + [0]).map { head + [$0] } } }
      for channel in 0..<outputs {
        var best = SumBound()
        for combination in combinations {
          for pixel in 0..<pixels {
            let row = (channel * pixels + pixel) * inputs
            let sum = (0..<inputs).reduce(Int64(0)) { $0 + Int64(weights[row + $1]) * combination[$1] } << Int64(shift)
            best.high = max(best.high, sum)
            best.low = min(best.low, sum)
          }
        }
        #expect(bounds[channel] == best, "seed \(seed)")
      }
    }
  }

  @Test("an average pool counts every neuron of its window, a max pool one winner")
  func pooledBound() throws {
    let weights = try #require(WeightTensor(shape: [1, 1, 1, 2], values: [3, -2]))
    var projection = Projection(
      name: "p", source: 0, target: 1, kind: .convolution, weights: 0,
      pool: PoolGeometry(kind: .average, kernelY: 2, kernelX: 3, strideY: 2, strideX: 3),
      convolution: ConvolutionGeometry(kernelY: 1, kernelX: 2))
    #expect(
      SumBound.perChannel(projection, weights: weights, channels: 1, payload: 0...1) == [SumBound(high: 18, low: -12)])
    projection.pool?.kind = .max
    #expect(
      SumBound.perChannel(projection, weights: weights, channels: 1, payload: 0...1) == [SumBound(high: 3, low: -2)])
  }

  @Test("a bound beyond 2^62 stays at its own side")
  func saturatedBound() throws {
    var bound = SumBound(high: 1 << 40, low: -(1 << 40)).shifted(by: 40)
    #expect(bound == SumBound(high: SumBound.limit, low: -SumBound.limit))
    bound.add(SumBound(high: SumBound.limit, low: -SumBound.limit))
    bound.add(SumBound(high: SumBound.limit, low: -SumBound.limit))
    #expect(bound == SumBound(high: SumBound.limit, low: -SumBound.limit))
    // 3 * 2^62 wraps to a negative number: its sign must come from the factors.
    #expect(SumBound(high: 3, low: -3).shifted(by: 62) == SumBound(high: SumBound.limit, low: -SumBound.limit))
    let weights = try #require(WeightTensor(shape: [1, 1], values: [32767]))
    let projection = Projection(name: "p", source: 0, target: 1, kind: .dense, weights: 0, shifts: [30])
    let range = -Int64(Int32.max)...Int64(Int32.max)
    #expect(
      SumBound.perChannel(projection, weights: weights, channels: 1, payload: range)
        == [SumBound(high: SumBound.limit, low: -SumBound.limit)])
  }

  @Test("no payload exceeds the range that its population claims")
  func payloadRange() {
    for seed in 0..<UInt64(300) {
      var random = SeededGenerator(seed: seed)
      let bits = Int.random(in: 5...10, using: &random)
      let model = NeuronModel(
        kind: .augmented, parameters: .with(.maximumPayload, seed % 3 == 0 ? Int.random(in: 1...3, using: &random) : nil),
        hasNegativeThreshold: Bool.random(using: &random))
      let top = Int32(FixedPoint.highest(bits: bits))
      let sum = SumBound(high: Int64.random(in: 0...60, using: &random), low: -Int64.random(in: 0...60, using: &random))
      let population = Population(
        name: "p", dimensions: [2], model: model,
        threshold: UnitValues([Int32.random(in: 1...top, using: &random), Int32.random(in: 1...top, using: &random)]),
        negativeThreshold: UnitValues(uniform: Int32.random(in: -top...(-1), using: &random)),
        bias: UnitValues(uniform: 0), initial: UnitValues(uniform: Int32.random(in: -top...top, using: &random)),
        start: 0, unit: [1])
      let range = population.payloadRange(sum: sum, membraneBits: bits)
      let rule = NeuronRule(model: model, membraneBits: bits)
      for neuron in 0..<2 {
        var state = NeuronRule.State(v: population.initial.values[0])
        var ignored = 0
        for step in 0..<40 {
          let value = step % 3 == 0 ? sum.high : step % 7 == 0 ? sum.low : Int64.random(in: sum.low...sum.high, using: &random)
          let payload = rule.update(
            &state, sum: value, threshold: population.threshold.values[neuron],
            negativeThreshold: population.negativeThreshold.values[0], step: step, saturations: &ignored)
          #expect(payload == 0 || range.contains(Int64(payload)), "seed \(seed): \(payload) \(range)")
        }
      }
    }
  }
}
