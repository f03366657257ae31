/// `augmented` with counts 1 and -1 only (Yu et al. 2020).
struct Ternary: NeuronDynamics {
  static let name = "ternary"
  static let rule = "`augmented` with counts 1 and -1 only"
  static let traits = NeuronTraits(
    code: .rate, reset: .payload, negativeThreshold: .belowZero, hasPayload: true, largestPayload: 1, takesLag: true,
    hasKernel: true)

  let augmented: Augmented

  init(_ model: NeuronModel) { augmented = Augmented(model) }

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    augmented.update(&state, step, rule, &losses)
  }
}

extension Ternary: RealNeuronDynamics {
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int { augmented.update(&state, step) }
}

extension NeuronModel.Kind {
  package static let ternary = Self(Ternary.self)
}
