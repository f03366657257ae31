/// Signed integrate and fire with memory (Wang et al. 2022): a spike too many is taken back by a negative one, which adds the
/// negated weights.
struct Signed: NeuronDynamics {
  static let name = "signed"
  static let rule =
    "`v >= threshold`: a spike, `v -= threshold`, `n += 1`; else `v < negativeThreshold` and `n > 0`: a spike of count -1, "
    + "`v += threshold`, `n -= 1`; `n` begins at 0"
  static let traits = NeuronTraits(
    code: .rate, reset: .signed, negativeThreshold: .upToZero, hasPayload: true, largestPayload: 1, takesLag: true, countsSent: true,
    hasKernel: true)

  init(_ model: NeuronModel) {}

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    let v = rule.saturated(Int64(state.v) &+ step.sum, &losses)
    let payload: Int32 = v >= step.threshold ? 1 : v < step.negativeThreshold && state.sent > 0 ? -1 : 0
    state.v = Int32(truncatingIfNeeded: payload == 0 ? v : v &- Int64(payload) &* step.threshold)
    state.sent &+= payload
    return payload
  }
}

extension Signed: RealNeuronDynamics {
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int {
    state.v += step.sum
    let takesBack = step.negativeThreshold.map { state.v < $0 && state.sent > 0 } ?? false
    let payload = state.v >= step.threshold ? 1 : takesBack ? -1 : 0
    if payload != 0 { state.v -= Double(payload) * step.threshold }
    state.sent += payload
    return payload
  }
}

extension NeuronModel.Kind {
  package static let signed = Self(Signed.self)
}
