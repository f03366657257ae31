/// Spikes with a signed count; double thresholds (Yu et al. 2020). With a bound of 1 the model `ternary`.
enum Augmented {
  static let traits = NeuronTraits(
    code: .rate, reset: .payload, options: [.negativeThreshold, .maximumPayload], hasPayload: true)

  @inline(__always)
  static func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ saturations: inout Int
  ) -> Int32 {
    var v = rule.saturated(Int64(state.v) &+ step.sum, &saturations)
    var payload: Int64 = 0
    let bound = Int64(rule.model.maximumPayload ?? Int32.max)
    if step.threshold != NeuronModel.infinite && v >= Int64(step.threshold) {
      let count = min(bound, v / Int64(step.threshold))
      v &-= count &* Int64(step.threshold)
      payload = count
    } else if rule.model.hasNegativeThreshold && v <= Int64(step.negativeThreshold) {
      let count = min(bound, v / Int64(step.negativeThreshold))
      v &-= count &* Int64(step.negativeThreshold)
      payload = -count
    }
    state.v = Int32(truncatingIfNeeded: v)
    return Int32(truncatingIfNeeded: payload)
  }
}
