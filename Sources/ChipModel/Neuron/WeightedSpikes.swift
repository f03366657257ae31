/// Weighted spikes (Kim et al. 2018), the model `phase`: current and threshold are scaled by the phase.
struct WeightedSpikes: NeuronDynamics {
  static let name = "phase"
  static let rule = "weighted spikes: in phase `k` current and threshold carry the factor `2^-(1 + k)`"
  static let traits = NeuronTraits(code: .phase, reset: .threshold, actsAlone: true, hasKernel: true)

  init(_ model: NeuronModel) {}

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    let v = rule.saturated(Int64(state.v) &+ step.sum, &losses)
    let fires = v >= step.threshold
    state.v = Int32(truncatingIfNeeded: fires ? v &- step.threshold : v)
    return fires ? 1 : 0
  }
}

extension WeightedSpikes: RealNeuronDynamics {
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int {
    state.v += step.sum
    return step.fire(&state.v)
  }
}

extension NeuronModel.Kind {
  package static let phase = Self(WeightedSpikes.self)
}
