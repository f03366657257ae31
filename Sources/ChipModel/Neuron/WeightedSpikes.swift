/// Weighted spikes (Kim et al. 2018), the model `phase`: current and threshold are scaled by the phase.
enum WeightedSpikes {
  static let traits = NeuronTraits(code: .phase, reset: .threshold, options: [.period], actsAlone: true)

  @inline(__always)
  static func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ saturations: inout Int
  ) -> Int32 {
    let shift = Int64(PhaseCode.shift(step: step.index, period: rule.model.period))
    let v = rule.saturated(Int64(state.v) &+ (step.sum << shift), &saturations)
    let threshold = Int64(step.threshold) << shift
    let fires = step.threshold != NeuronModel.infinite && v >= threshold
    state.v = Int32(truncatingIfNeeded: fires ? v &- threshold : v)
    return fires ? 1 : 0
  }
}
