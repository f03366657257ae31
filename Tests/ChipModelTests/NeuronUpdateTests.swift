import Testing

@testable import ChipModel

@Suite("Neuron update")
struct NeuronUpdateTests {
  @Test("the vector pass equals the scalar rule at the limits of every membrane", arguments: [8, 12, 16, 24, 31, 32])
  func vectorEqualsRule(bits: Int) {
    let low = FixedPoint.lowest(bits: bits)
    let high = FixedPoint.highest(bits: bits)
    for seed in 0..<UInt64(120) {
      var random = SplitMix64(seed: seed)
      func pick(_ range: ClosedRange<Int64>) -> Int64 {
        switch Int.random(in: 0...3, using: &random) {
        case 0: range.lowerBound + Int64.random(in: 0...min(2, range.upperBound - range.lowerBound), using: &random)
        case 1: range.upperBound - Int64.random(in: 0...min(2, range.upperBound - range.lowerBound), using: &random)
        default: Int64.random(in: range, using: &random)
        }
      }
      let kind = [NeuronModel.Kind.integrateFire, .leaky, .phase, .accumulator, .augmented][Int(seed % 5)]
      let period = kind == .phase || (kind == .accumulator && seed % 2 == 0) ? Int.random(in: 2...6, using: &random) : 1
      let model = NeuronModel(
        kind: kind, strict: kind == .integrateFire && seed % 2 == 0, hasNegativeThreshold: kind == .augmented,
        period: period, leakShift: kind == .leaky ? Int.random(in: 1...31, using: &random) : 0)
      let step = Int.random(in: 0...7, using: &random)
      let phase = PhaseCode.shift(step: step, period: period)
      let fraction = Int.random(in: 0...3, using: &random)
      let tile = 16 * Int.random(in: 1...3, using: &random)
      let count = tile * Int.random(in: 1...3, using: &random) + (seed % 4 == 0 ? 16 : 0)
      let hasNarrow = Bool.random(using: &random)
      let hasWide = Bool.random(using: &random)
      let hasDrive = Bool.random(using: &random)
      // What the engine proves before it takes this path: one step's shifted sum fits 32 bits.
      let room = ((Int64(1) << 31) - 1) >> Int64(phase) / 3
      let most = max(1, room >> Int64(fraction))
      var narrow = (0..<count).map { _ in Int16(pick(-min(32767, most)...min(32767, most))) }
      var wide = (0..<count).map { _ in Int32(pick(-min(most, high)...min(most, high))) }
      let drive = (0..<tile).map { _ in Int32(pick(-min(room, high)...min(room, high))) }
      let bound = (0..<tile).map { _ in
        Int.random(in: 0...5, using: &random) == 0 ? NeuronModel.infinite : Int32(pick(1...max(1, (high - 1) >> Int64(phase))))
      }
      let negative = (0..<tile).map { _ in Int32(pick(low...(-1))) }
      let start = (0..<count).map { _ in Int32(pick(low...high)) }

      var expected = start
      var expectedFlags = [UInt8](repeating: 0, count: count)
      var expectedSaturations = 0
      let rule = NeuronRule(model: model, membraneBits: bits)
      var oneSided = model
      oneSided.hasNegativeThreshold = false
      let integrator = NeuronRule(model: oneSided, membraneBits: bits)
      for i in 0..<count {
        var sum: Int64 = 0
        if hasNarrow { sum += Int64(narrow[i]) }
        if hasWide { sum += Int64(wide[i]) }
        sum <<= Int64(fraction)
        if hasDrive { sum += Int64(drive[i % tile]) }
        // With the flag for infinity the rule integrates and never resets; whether it fires is asked of a copy.
        var state = NeuronRule.State(v: start[i])
        _ = integrator.update(
          &state, sum: sum, threshold: NeuronModel.infinite, negativeThreshold: -1, step: step,
          saturations: &expectedSaturations)
        expected[i] = state.v
        var copy = NeuronRule.State(v: start[i])
        var ignored = 0
        let threshold = bound[i % tile] == NeuronModel.infinite ? bound[i % tile] : bound[i % tile] - (model.strict ? 1 : 0)
        if threshold < 1 { continue }
        expectedFlags[i] =
          rule.update(
            &copy, sum: sum, threshold: threshold, negativeThreshold: negative[i % tile], step: step,
            saturations: &ignored) != 0 ? 1 : 0
      }

      var v = start
      var flags = [UInt8](repeating: 7, count: count)
      let saturations = UpdateNeurons.integrate(
        v: &v, narrow: &narrow, wide: &wide, hasNarrow: hasNarrow, hasWide: hasWide, drive: drive, hasDrive: hasDrive,
        step: UpdateNeurons.Step(
          fractionShift: Int32(fraction), phaseShift: Int32(phase), leakShift: Int32(model.leakShift), low: Int32(low),
          high: Int32(high), saturates: true))
      let first = v.indices.first { v[$0] != expected[$0] }
      #expect(first == nil, "seed \(seed), \(kind), neuron \(first ?? 0): \(v[first ?? 0]) \(expected[first ?? 0]) from \(start[first ?? 0])")
      #expect(saturations == expectedSaturations, "seed \(seed), \(kind)")
      #expect(!hasNarrow || narrow.allSatisfy { $0 == 0 })
      #expect(!hasWide || wide.allSatisfy { $0 == 0 })
      let any = UpdateNeurons.flag(
        v: v, bound: bound, negative: negative, hasNegative: model.hasNegativeThreshold, phaseShift: Int32(phase),
        flags: &flags)
      if kind == .accumulator { continue }
      #expect(any == flags.contains(1))
      for i in 0..<count where bound[i % tile] != NeuronModel.infinite && bound[i % tile] > (model.strict ? 1 : 0) {
        #expect(flags[i] == expectedFlags[i], "seed \(seed), \(kind), neuron \(i)")
      }
    }
  }

  @Test("the pass without saturation equals the one with it where nothing saturates")
  func plainPass() {
    for seed in 0..<UInt64(100) {
      var random = SplitMix64(seed: seed)
      let count = 16 * Int.random(in: 1...5, using: &random)
      let values = { (random: inout SplitMix64) in (0..<count).map { _ in Int32.random(in: -999...999, using: &random) } }
      let v = values(&random)
      let wide = values(&random)
      let narrow = values(&random).map { Int16($0) }
      let drive = values(&random)
      var results: [[Int32]] = []
      for saturates in [false, true] {
        var (a, b, c) = (v, narrow, wide)
        let saturations = UpdateNeurons.integrate(
          v: &a, narrow: &b, wide: &c, hasNarrow: seed & 1 == 0, hasWide: seed & 2 == 0, drive: drive,
          hasDrive: seed & 4 == 0,
          step: UpdateNeurons.Step(
            fractionShift: Int32(seed % 4), phaseShift: Int32(seed % 5), leakShift: Int32(seed % 3), low: .min,
            high: .max, saturates: saturates))
        #expect(saturations == 0)
        results.append(a)
      }
      #expect(results[0] == results[1], "seed \(seed)")
    }
  }

  @Test("flags are visited in order, at any length")
  func flagScan() {
    for count in 0..<40 {
      var random = SplitMix64(seed: UInt64(count))
      let flags = (0..<count).map { _ in UInt8.random(in: 0...1, using: &random) }
      var seen: [Int] = []
      UpdateNeurons.forEachFlag(flags) { seen.append($0) }
      #expect(seen == flags.indices.filter { flags[$0] == 1 })
    }
  }

  // MARK: - The rule itself, by hand

  private func run(
    _ model: NeuronModel, _ sums: [Int64], threshold: Int32 = 10, negative: Int32 = -10, bits: Int = 16,
    start: Int32 = 0
  ) -> (payloads: [Int32], state: NeuronRule.State, saturations: Int) {
    let rule = NeuronRule(model: model, membraneBits: bits)
    var state = NeuronRule.State(v: start, b: model.kind == .bistable ? start : 0)
    var saturations = 0
    let payloads = sums.enumerated().map { step, sum in
      rule.update(
        &state, sum: sum, threshold: threshold, negativeThreshold: negative, step: step, saturations: &saturations)
    }
    return (payloads, state, saturations)
  }

  @Test("soft, hard and strict resets")
  func resets() {
    let sums: [Int64] = [10, 4, 7, 25, 0, 0]
    #expect(run(NeuronModel(kind: .integrateFire), sums).payloads == [1, 0, 1, 1, 1, 0])
    #expect(run(NeuronModel(kind: .integrateFire), sums).state.v == 6)
    #expect(run(NeuronModel(kind: .integrateFire, hardReset: true), sums).payloads == [1, 0, 1, 1, 0, 0])
    #expect(run(NeuronModel(kind: .integrateFire, strict: true), sums).payloads == [0, 1, 1, 1, 1, 0])
    #expect(run(NeuronModel(kind: .integrateFire, strict: true), sums).state.v == 6)
  }

  @Test("signed counts, bounded and not; without a negative threshold nothing negative is sent")
  func augmented() {
    let sums: [Int64] = [35, -60, 5, -3]
    var model = NeuronModel(kind: .augmented, hasNegativeThreshold: true)
    #expect(run(model, sums).payloads == [3, -5, 0, 0])
    model.maximumPayload = 2
    #expect(run(model, sums).payloads == [2, -2, -2, 0])
    model.maximumPayload = 1
    #expect(run(model, sums).payloads == [1, -1, -1, -1])
    #expect(run(NeuronModel(kind: .augmented), sums).payloads == [3, 0, 0, 0])
    #expect(run(NeuronModel(kind: .augmented), sums).state.v == -53)
  }

  @Test("the leak rounds toward minus infinity and comes before the sum")
  func leak() {
    let model = NeuronModel(kind: .leaky, leakShift: 1)
    // 7 - 3 + 0 = 4; -5 - (-3) = -2; -1 - (-1) = 0.
    #expect(run(model, [0], start: 7).state.v == 4)
    #expect(run(model, [0], start: -5).state.v == -2)
    #expect(run(model, [0], start: -1).state.v == 0)
    #expect(run(model, [8], start: 7).payloads == [1])
  }

  @Test("phases halve the threshold and the current")
  func phase() {
    // Period 3: thresholds 40, 20, 10, currents times 4, 2, 1.
    let model = NeuronModel(kind: .phase, period: 3)
    let result = run(model, [9, 1, 3, 10, 0, 0])
    // 36 <40; 38 >= 20 -> 18; 21 >= 10 -> 11; 51 >= 40 -> 11; 11; 11 >= 10 -> 1.
    #expect(result.payloads == [0, 1, 1, 1, 0, 1])
    #expect(result.state.v == 1)
  }

  @Test("bistable members take turns")
  func bistable() {
    // Period 2: thresholds 20, 10. Even periods: B fires, A integrates.
    let model = NeuronModel(kind: .bistable, period: 2)
    let result = run(model, [12, 5, 0, 0, 3, 0])
    // A gains 24 + 5 = 29; then fires at 20 -> 9, not at 10; B gains nothing and never fires; A gains 6.
    #expect(result.payloads == [0, 0, 1, 0, 0, 0])
    #expect(result.state == NeuronRule.State(v: 15, b: 0))
  }

  @Test("saturation clips at both ends and is counted; infinity never fires")
  func saturation() {
    let model = NeuronModel(kind: .integrateFire)
    let result = run(model, [100, 100, -300, -1], threshold: NeuronModel.infinite, bits: 8)
    #expect(result.payloads == [0, 0, 0, 0])
    #expect(result.saturations == 3)
    #expect(result.state.v == -128)
  }
}
