/// Integrate and fire: one spike, soft or hard reset.
enum IntegrateFire {
  static let traits = NeuronTraits(code: .rate, reset: .threshold, options: [.hardReset, .strict])

  /// With the leak of `Leaky`, which is 0 here.
  @inline(__always)
  static func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ saturations: inout Int, leak: Int64 = 0
  ) -> Int32 {
    var v = rule.saturated(Int64(state.v) &- leak &+ step.sum, &saturations)
    let bound = Int64(step.threshold) &+ (rule.model.strict ? 1 : 0)
    let fires = step.threshold != NeuronModel.infinite && v >= bound
    if fires { v = rule.model.hardReset ? 0 : v &- Int64(step.threshold) }
    state.v = Int32(truncatingIfNeeded: v)
    return fires ? 1 : 0
  }
}
