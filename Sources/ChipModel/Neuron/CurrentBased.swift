/// Current-based leaky integrate and fire, as Loihi has it: two decays of 12 bits, rounded toward zero.
struct CurrentBased: NeuronDynamics {
  static let name = "cuba"
  static let rule =
    "`u = trunc(u (4096 - currentDecay) / 4096) + sum` (delivered weights alone), `v = trunc(v (4096 - voltageDecay) / 4096) "
    + "+ u + bias + input current`; `v > threshold`: a spike; soft reset, or hard to `resetValue`; in the `refractory` "
    + "steps after it `v` stays and `u` goes on"
  static let traits = NeuronTraits(
    code: .rate, reset: .threshold, potentials: 2, actsAlone: true, leaks: true, hasCurrent: true, countsSent: true,
    takesFloor: true, takesResetValue: true)
  static let parameters = [Parameter.reset, .currentDecay, .voltageDecay, .refractory]

  let hardReset: Bool
  /// What stays of 4096.
  let currentKeeps: Int64
  let voltageKeeps: Int64
  let refractory: Int32

  init(_ model: NeuronModel) {
    hardReset = model.hardReset
    currentKeeps = CurrentBased.whole - Int64(model[.currentDecay] ?? 4096)
    voltageKeeps = CurrentBased.whole - Int64(model[.voltageDecay] ?? 0)
    refractory = Int32(clamping: model[.refractory] ?? 0)
  }

  static let whole: Int64 = 4096

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    let u = rule.current(Int64(state.b) &* currentKeeps / CurrentBased.whole &+ step.sum, &losses)
    state.b = Int32(truncatingIfNeeded: u)
    if state.sent > 0 {
      state.sent &-= 1
      return 0
    }
    var v = rule.saturated(Int64(state.v) &* voltageKeeps / CurrentBased.whole &+ u &+ step.constant, &losses)
    let fires = v > step.threshold
    if fires {
      v = hardReset ? Int64(step.levels.resetValue) : v &- step.threshold
      state.sent = refractory
    }
    state.v = Int32(truncatingIfNeeded: v)
    return fires ? 1 : 0
  }
}

extension NeuronModel.Kind {
  package static let currentBased = Self(CurrentBased.self)
}

extension Parameter {
  static let currentDecay = Parameter(
    "currentDecay", .integer(0...4096), unit: "1/4096", standard: .integer(4096),
    source: "Davies et al. 2018",
    "What a step takes of the current `u`; 4096 leaves none from step to step.")
  static let voltageDecay = Parameter(
    "voltageDecay", .integer(0...4096), unit: "1/4096", standard: .integer(0), source: "Davies et al. 2018",
    "What a step takes of the potential.")
  static let refractory = Parameter(
    "refractory", .integer(0...65_535), unit: "steps", standard: .integer(0),
    "Steps after a spike in which the potential keeps its value.")
}

extension ParameterKey<Int> {
  package static var currentDecay: Self { Self(.currentDecay) }
  package static var voltageDecay: Self { Self(.voltageDecay) }
  package static var refractory: Self { Self(.refractory) }
}
