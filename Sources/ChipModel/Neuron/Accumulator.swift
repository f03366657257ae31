/// Never fires; the answer is its potential.
struct Accumulator: NeuronDynamics {
  static let name = "accumulator"
  static let rule = "never fires; its potential is the answer"
  static let traits = NeuronTraits(code: .none, reset: .none, takesLag: true, hasKernel: true)

  init(_ model: NeuronModel) {}

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    state.v = Int32(truncatingIfNeeded: rule.saturated(Int64(state.v) &+ step.sum, &losses))
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
