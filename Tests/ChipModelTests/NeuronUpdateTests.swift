import Testing

@testable import ChipModel

@Suite("Neuron update")
struct NeuronUpdateTests {
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
    #expect(run(NeuronModel(kind: .integrateFire, parameters: .with(.reset, .hard)), sums).payloads == [1, 0, 1, 1, 0, 0])
    #expect(run(NeuronModel(kind: .integrateFire, parameters: .with(.strict, true)), sums).payloads == [0, 1, 1, 1, 1, 0])
    #expect(run(NeuronModel(kind: .integrateFire, parameters: .with(.strict, true)), sums).state.v == 6)
  }

  @Test("signed counts, bounded and not; without a negative threshold nothing negative is sent")
  func augmented() {
    let sums: [Int64] = [35, -60, 5, -3]
    var model = NeuronModel(kind: .augmented, hasNegativeThreshold: true)
    #expect(run(model, sums).payloads == [3, -5, 0, 0])
    model[.maximumPayload] = 2
    #expect(run(model, sums).payloads == [2, -2, -2, 0])
    model = NeuronModel(kind: .ternary, hasNegativeThreshold: true)
    #expect(run(model, sums).payloads == [1, -1, -1, -1])
    #expect(run(NeuronModel(kind: .augmented), sums).payloads == [3, 0, 0, 0])
    #expect(run(NeuronModel(kind: .augmented), sums).state.v == -53)
  }

  @Test("a spike too many is taken back, once for each that was sent")
  func signed() {
    let model = NeuronModel(kind: .signed)
    // 15 fires to 5; -20 takes it back to -10, and no more: nothing else was sent; 15 fires, and again; -3 takes one back.
    let result = run(model, [15, -25, 0, 25, 10, -8, 4], negative: 0)
    #expect(result.payloads == [1, -1, 0, 1, 1, -1, 1])
    #expect(result.state == NeuronRule.State(v: 1, sent: 2))
    // v < N, not <=.
    #expect(run(model, [10, -3, -1], negative: -3).payloads == [1, 0, -1])
    #expect(run(model, [10, -1], negative: 0).payloads == [1, -1])
    #expect(run(model, [10, 0], negative: 0).payloads == [1, 0])
  }

  @Test("the leak rounds toward minus infinity and comes before the sum")
  func leak() {
    let model = NeuronModel(kind: .leaky, parameters: .with(.leakShift, 1))
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
