/// Weighted spikes (Kim et al. 2018), the model `phase`: current and threshold are scaled by the phase. With a hard reset a
/// potential sends the first spike that it can and no other: the time to the first spike (Park et al. 2020).
struct WeightedSpikes: NeuronDynamics {
  static let name = "phase"
  static let rule = "weighted spikes: in phase `k` current and threshold carry the factor `2^-(1 + k)`"
  static let traits = NeuronTraits(code: .phase, reset: .threshold, actsAlone: true, takesLag: true, hasKernel: true)
  static let parameters = [Parameter.reset]
  let hardReset: Bool

  init(_ model: NeuronModel) { hardReset = model.hardReset }

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    let v = rule.saturated(Int64(state.v) &+ step.sum, &losses)
    let fires = v >= step.threshold
    state.v = Int32(truncatingIfNeeded: !fires ? v : hardReset ? 0 : v &- step.threshold)
    return fires ? 1 : 0
  }
}

extension WeightedSpikes: RealNeuronDynamics {
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int {
    state.v += step.sum
    return step.fire(&state.v, hardReset: hardReset)
  }
}

extension NeuronModel.Kind {
  package static let phase = Self(WeightedSpikes.self)
}
