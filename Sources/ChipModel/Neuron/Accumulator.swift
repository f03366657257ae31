/// Never fires; the answer is its potential.
enum Accumulator {
  static let traits = NeuronTraits(code: .none, reset: .none, options: [.period])

  @inline(__always)
  static func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ saturations: inout Int
  ) -> Int32 {
    let shift = Int64(PhaseCode.shift(step: step.index, period: rule.model.period))
    let v = rule.saturated(Int64(state.v) &+ (step.sum << shift), &saturations)
    state.v = Int32(truncatingIfNeeded: v)
    return 0
  }
}
