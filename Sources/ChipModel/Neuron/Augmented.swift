/// Spikes with a signed count; double thresholds (Yu et al. 2020).
struct Augmented: NeuronDynamics {
  static let name = "augmented"
  static let rule =
    "`v >= threshold`: a spike of count `v div threshold`; `v <= negativeThreshold`: a spike of count "
    + "`-(v div negativeThreshold)`; soft reset by count times threshold"
  static let traits = NeuronTraits(
    code: .rate, reset: .payload, negativeThreshold: .belowZero, hasPayload: true, takesLag: true,
    takesFloor: true, hasKernel: true)
  static let parameters = [Parameter.maximumPayload]

  let bound: Int64
  let hasNegativeThreshold: Bool

  init(_ model: NeuronModel) {
    bound = Int64(model.maximumPayload ?? Int32.max)
    hasNegativeThreshold = model.hasNegativeThreshold
  }

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    var v = rule.saturated(Int64(state.v) &+ step.sum, &losses)
    var payload: Int64 = 0
    if v >= step.threshold {
      payload = min(bound, v / step.threshold)
      v &-= payload &* step.threshold
    } else if hasNegativeThreshold && v <= step.negativeThreshold {
      payload = -min(bound, v / step.negativeThreshold)
      v &+= payload &* step.negativeThreshold
    }
    state.v = Int32(truncatingIfNeeded: v)
    return Int32(truncatingIfNeeded: payload)
  }
}

extension Augmented: RealNeuronDynamics {
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int {
    state.v += step.sum
    func count(_ ratio: Double) -> Int { min(Int(bound), Int(min(ratio, Double(Int32.max)))) }
    if state.v >= step.threshold {
      let payload = count(state.v / step.threshold)
      state.v -= Double(payload) * step.threshold
      return payload
    }
    guard let negative = step.negativeThreshold, state.v <= negative else { return 0 }
    let payload = count(state.v / negative)
    state.v -= Double(payload) * negative
    return -payload
  }
}

extension NeuronModel.Kind {
  package static let augmented = Self(Augmented.self)
}

extension Parameter {
  static let maximumPayload = Parameter(
    "maximumPayload", .integer(1...Int(Int32.max)), unit: "spikes", standardText: "unbounded",
    "Largest count that one spike carries.")
}

extension ParameterKey<Int> {
  package static var maximumPayload: Self { Self(.maximumPayload) }
}
