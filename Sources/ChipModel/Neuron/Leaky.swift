/// Integrate and fire after a leak by an arithmetic shift: `v -= v >> leakShift`, toward minus infinity.
struct Leaky: NeuronDynamics {
  static let name = "lif"
  static let rule = "`if` after a leak"
  static let traits = NeuronTraits(
    code: .rate, reset: .threshold, actsAlone: true, leaks: true, takesFloor: true, hasKernel: true)
  static let parameters = IntegrateFire.parameters + [Parameter.leakShift]

  let integrateFire: IntegrateFire
  let leakShift: Int

  init(_ model: NeuronModel) {
    integrateFire = IntegrateFire(model)
    leakShift = model[.leakShift] ?? 0
  }

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    integrateFire.update(&state, step, rule, &losses, leak: Int64(state.v) >> Int64(leakShift))
  }
}

extension Leaky: RealNeuronDynamics {
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int {
    integrateFire.update(&state, step, leak: state.v / Double(1 << leakShift))
  }
}

extension NeuronModel.Kind {
  package static let leaky = Self(Leaky.self)
}

extension Parameter {
  static let leakShift = Parameter(
    "leakShift", .integer(1...31), unit: "bits", "Leak of each step: `v -= v >> leakShift`.")
}

extension ParameterKey<Int> {
  package static var leakShift: Self { Self(.leakShift) }
}
