/// Never fires; the answer is its potential.
struct Accumulator: NeuronDynamics {
  static let name = "accumulator"
  static let rule = "never fires; its potential is the answer"
  static let traits = NeuronTraits(code: .none, reset: .none, hasKernel: true)

  let period: Int

  init(_ model: NeuronModel) { period = model.period }

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ saturations: inout Int
  ) -> Int32 {
    let shift = Int64(PhaseCode.shift(step: step.index, period: period))
    let v = rule.saturated(Int64(state.v) &+ (step.sum << shift), &saturations)
    state.v = Int32(truncatingIfNeeded: v)
    return 0
  }
}

extension Accumulator: RealNeuronDynamics {
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int {
    state.v += step.sum
    return 0
  }
}

extension NeuronModel.Kind {
  package static let accumulator = Self(Accumulator.self)
}
