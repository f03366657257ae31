import Testing

@testable import ChipModel

@Suite("cuba, floors and registers")
struct CurrentBasedTests {
  private func run(
    _ model: NeuronModel, _ inputs: [(Int64, Int64)], threshold: Int32 = 100, levels: NeuronLevels = NeuronLevels(),
    datapath: Datapath = Datapath(membraneBits: 24)
  ) -> (payloads: [Int32], states: [NeuronRule.State], losses: NeuronRule.Losses) {
    let rule = NeuronRule(model: model, datapath: datapath)
    var state = NeuronRule.State(v: 0)
    var losses = NeuronRule.Losses()
    var states: [NeuronRule.State] = []
    let payloads = inputs.enumerated().map { step, input in
      defer { states.append(state) }
      return rule.update(
        &state, sum: input.0, constant: input.1, threshold: threshold, negativeThreshold: -1, levels: levels, tick: step,
        losses: &losses)
    }
    return (payloads, states, losses)
  }

  private func cuba(_ du: Int, _ dv: Int, refractory: Int = 0, reset: ResetRule = .hard) -> NeuronModel {
    var model = NeuronModel(kind: .currentBased)
    model[.currentDecay] = du
    model[.voltageDecay] = dv
    model[.refractory] = refractory
    model[.reset] = reset
    return model
  }

  @Test("decays round toward zero, a bias charges the potential and not the current")
  func decays() {
    let result = run(cuba(1024, 128), [(-50, 0), (0, 0), (0, 7)])
    // u: -50, trunc(-37.5) = -37, trunc(-27.75) = -27; v: -50, trunc(-48.4375) - 37 = -85, trunc(-82.34) - 27 + 7 = -102.
    #expect(result.states.map(\.b) == [-50, -37, -27])
    #expect(result.states.map(\.v) == [-50, -85, -102])
  }

  @Test("it fires above the threshold, not at it; hard resets begin at the reset value, soft ones keep the rest")
  func firing() {
    #expect(run(cuba(4096, 0), [(100, 0), (1, 0)]).payloads == [0, 1])
    #expect(run(cuba(4096, 0), [(150, 0)], levels: NeuronLevels(resetValue: -9)).states[0].v == -9)
    #expect(run(cuba(4096, 0, reset: .soft), [(150, 0)]).states[0].v == 50)
  }

  @Test("in refractory steps the potential stays and the current goes on")
  func refractory() {
    let result = run(cuba(2048, 0, refractory: 2), [(150, 0), (40, 5), (40, 5), (0, 0)])
    #expect(result.payloads == [1, 0, 0, 0])
    #expect(result.states.map(\.b) == [150, 115, 97, 48])
    #expect(result.states.map(\.v) == [0, 0, 0, 48])
  }

  @Test("a register saturates or wraps, and each is counted")
  func registers() {
    let plain = NeuronModel(kind: .integrateFire)
    for (overflow, v) in [(Overflow.saturate, 7), (.wrap, -7)] as [(Overflow, Int32)] {
      let result = run(
        plain, [(6, 3)], datapath: Datapath(membraneBits: 16, accumulatorBits: 4, accumulator: overflow))
      #expect(result.states[0].v == v && result.losses.overflows == 1 && result.losses.saturations == 0, "\(overflow)")
    }
    // Of cuba the delivered sum alone is cut.
    let cut = run(
      cuba(4096, 0), [(6, 30)], datapath: Datapath(membraneBits: 16, accumulatorBits: 4, accumulator: .wrap))
    #expect(cut.states[0].v == 36 && cut.losses.overflows == 0)
    let wrapped = run(cuba(0, 4096), [(127, 0), (1, 0)], datapath: Datapath(membraneBits: 8, current: .wrap))
    #expect(wrapped.states[1].b == -128 && wrapped.losses.overflows == 1)
    #expect(run(cuba(0, 4096), [(127, 0), (1, 0)], datapath: Datapath(membraneBits: 8)).states[1].b == 127)
  }

  @Test("a floor holds after the reset")
  func floors() {
    let floor = NeuronLevels(floor: -3)
    #expect(run(NeuronModel(kind: .integrateFire), [(-10, 0), (5, 0)], levels: floor).states.map(\.v) == [-3, 2])
  }

  @Test("a mantissa and an exponent hold the nearest number")
  func formats() {
    let bias = MantissaExponent(mantissaBits: 12, exponents: 0...7)
    #expect(bias.nearest(to: 4095) == 4095 && bias.nearest(to: 4097) == 4096 && bias.nearest(to: -4099) == -4100)
    #expect(bias.nearest(to: bias.largest) == bias.largest && bias.nearest(to: 1 << 20) == nil)
    let threshold = MantissaExponent(mantissaBits: 17, exponents: 6...6)
    #expect(threshold.nearest(to: 80 << 6) == 80 << 6 && threshold.nearest(to: 100) == 128)
  }
}
