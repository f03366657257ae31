/// Two complementary members a unit, one firing, one integrating, in turn by periods (BSNN, Li, Zhao and Zeng 2022).
struct Bistable: NeuronDynamics {
  static let name = "bistable"
  static let rule = "pairs of such neurons that fire and integrate in turns of one period (BSNN)"
  static let traits = NeuronTraits(code: .pairs, reset: .threshold, potentials: 2, actsAlone: true, hasKernel: true)

  init(_ model: NeuronModel) {}

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    let bFires = PhaseCode.firingMember(step: step.index, period: step.period) == 1
    let integrating = bFires ? state.v : state.b
    var firing = Int64(bFires ? state.b : state.v)
    let gained = rule.saturated(Int64(integrating) &+ step.sum, &losses)
    let fires = firing >= step.threshold
    if fires { firing &-= step.threshold }
    let kept = Int32(truncatingIfNeeded: gained)
    let rest = Int32(truncatingIfNeeded: firing)
    state = bFires ? NeuronRule.State(v: kept, b: rest) : NeuronRule.State(v: rest, b: kept)
    return fires ? 1 : 0
  }
}

extension Bistable: RealNeuronDynamics {
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int {
    if PhaseCode.firingMember(step: step.index, period: step.period) == 1 {
      state.v += step.sum
      return step.fire(&state.b)
    }
    state.b += step.sum
    return step.fire(&state.v)
  }
}

extension NeuronModel.Kind {
  package static let bistable = Self(Bistable.self)
}
