/// Temporal switch coding (Han, Roy 2020): a neuron that has taken all steps sends its count as a time, by a spike when it
/// begins to fire and a negative one when it ends. Between the two its synapses charge a current of the receiver.
///
/// Both models are of the separated schedule: a neuron adds its current up to the tick in which it may first fire, so that the
/// end of a count of all steps need not be sent.
struct SwitchCode: NeuronDynamics {
  static let name = "switch"
  static let rule =
    "`u += sum` (delivered weights alone; `u` begins at 0), `v += u + bias + input current` up to the first tick in which it may "
    + "fire; from then on `v >= threshold`: on, `v -= threshold`, else off; a spike when it goes on, one of count -1 when it goes off"
  static let traits = NeuronTraits(
    code: .switches, reset: .threshold, potentials: 2, actsAlone: true, hasCurrent: true, hasPayload: true, largestPayload: 1,
    takesLag: true, countsSent: true)

  init(_ model: NeuronModel) {}

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    let v = step.index == 0 ? SwitchCode.charged(&state, step, rule, &losses) : Int64(state.v)
    let isOn = v >= step.threshold
    state.v = Int32(truncatingIfNeeded: isOn ? v &- step.threshold : v)
    let payload: Int32 = (isOn ? 1 : 0) &- state.sent
    state.sent = isOn ? 1 : 0
    return payload
  }

  /// The potential after a tick in which the current acts.
  fileprivate static func charged(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int64 {
    let u = rule.current(Int64(state.b) &+ step.sum, &losses)
    state.b = Int32(truncatingIfNeeded: u)
    return rule.saturated(Int64(state.v) &+ u &+ step.constant, &losses)
  }
}

/// What reads a switch code and never fires.
struct Integrator: NeuronDynamics {
  static let name = "integrator"
  static let rule =
    "`u += sum`, `v += u + bias + input current`, behind neurons of model `switch`; never fires, its potential is the answer"
  static let traits = NeuronTraits(
    code: .switches, isSilent: true, reset: .none, potentials: 2, actsAlone: true, hasCurrent: true, takesLag: true)

  init(_ model: NeuronModel) {}

  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32 {
    state.v = Int32(truncatingIfNeeded: SwitchCode.charged(&state, step, rule, &losses))
    return 0
  }
}

extension SwitchCode: RealNeuronDynamics {
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int {
    if step.index == 0 { SwitchCode.charge(&state, step) }
    let isOn = step.fire(&state.v)
    defer { state.sent = isOn }
    return isOn - state.sent
  }

  fileprivate static func charge(_ state: inout RealNeuronState, _ step: RealNeuronStep) {
    state.b += step.sum
    state.v += state.b + step.constant
  }
}

extension Integrator: RealNeuronDynamics {
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int {
    SwitchCode.charge(&state, step)
    return 0
  }
}

extension NeuronModel.Kind {
  package static let switching = Self(SwitchCode.self)
  package static let integrator = Self(Integrator.self)
}
