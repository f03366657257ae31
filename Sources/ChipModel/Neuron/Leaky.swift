/// Integrate and fire after a leak by an arithmetic shift: `v -= v >> leakShift`, toward minus infinity.
enum Leaky {
  static let traits = NeuronTraits(
    code: .rate, reset: .threshold, options: [.hardReset, .strict, .leakShift], actsAlone: true)

  @inline(__always)
  static func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ saturations: inout Int
  ) -> Int32 {
    let leak = Int64(state.v) >> Int64(rule.model.leakShift)
    return IntegrateFire.update(&state, step, rule, &saturations, leak: leak)
  }
}
