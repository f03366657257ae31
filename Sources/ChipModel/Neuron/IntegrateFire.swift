/// Integrate and fire: one spike, soft or hard reset.
struct IntegrateFire: NeuronDynamics {
  static let name = "if"
  static let rule = "`v >= threshold`: one spike, reset"
  static let traits = NeuronTraits(code: .rate, reset: .threshold, takesLag: true, takesFloor: true, hasKernel: true)
  static let parameters = [Parameter.reset, .strict]

  let hardReset: Bool
  let strict: Bool

  init(_ model: NeuronModel) {
    hardReset = model.hardReset
    strict = model.strict
  }

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    update(&state, step, rule, &losses, leak: 0)
  }

  /// With the leak of `Leaky`.
  @inline(__always)
  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses, leak: Int64
  ) -> Int32 {
    var v = rule.saturated(Int64(state.v) &- leak &+ step.sum, &losses)
    let fires = strict ? v > step.threshold : v >= step.threshold
    if fires { v = hardReset ? 0 : v &- step.threshold }
    state.v = Int32(truncatingIfNeeded: v)
    return fires ? 1 : 0
  }
}

extension IntegrateFire: RealNeuronDynamics {
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int { update(&state, step, leak: 0) }

  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep, leak: Double) -> Int {
    state.v += step.sum - leak
    guard strict ? state.v > step.threshold : state.v >= step.threshold else { return 0 }
    state.v = hardReset ? 0 : state.v - step.threshold
    return 1
  }
}

extension NeuronModel.Kind {
  package static let integrateFire = Self(IntegrateFire.self)
}

/// What a spike leaves of the potential: the threshold is subtracted, or 0.
package enum ResetRule: String, ParameterChoice { case soft, hard }

extension Parameter {
  package static let reset = Parameter(
    "reset", .choice(of: ResetRule.self), standard: ResetRule.soft.parameterValue,
    "After a spike: subtract the threshold, or set to zero.")
  static let strict = Parameter(
    "strict", .flag, standard: .flag(false),
    "Fire at `v > threshold` (in integers `v >= P + 1`) instead of `v >= threshold` (IC-SNN).")
}

extension ParameterKey<ResetRule> {
  package static var reset: Self { Self(.reset) }
}

extension ParameterKey<Bool> {
  package static var strict: Self { Self(.strict) }
}
