/// The scalar rule of every neuron model: the definition that every kernel is tested against.
///
/// One update of one neuron: `v = saturate(v + acc)`, compare, reset. `acc` is exact; saturation is to the membrane's
/// width and counted.
package struct NeuronRule: Sendable {
  package let model: NeuronModel
  package let low: Int64
  package let high: Int64

  /// - Parameters:
  ///   - model: the kind of neuron and its options.
  ///   - membraneBits: 2...32.
  package init(model: NeuronModel, membraneBits: Int) {
    self.model = model
    self.low = FixedPoint.lowest(bits: membraneBits)
    self.high = FixedPoint.highest(bits: membraneBits)
  }

  /// State of one neuron. `b` is member B of a bistable unit, 0 and unused elsewhere.
  package struct State: Sendable, Equatable {
    package var v: Int32
    package var b: Int32
    package init(v: Int32, b: Int32 = 0) {
      self.v = v
      self.b = b
    }
  }

  /// Updates one neuron in local step `step`.
  ///
  /// - Parameters:
  ///   - state: of the neuron; becomes the one after the step.
  ///   - sum: bias, input current and delivered weights of this step, before any phase shift.
  ///   - threshold: `P`, 1... or ``NeuronModel/infinite``.
  ///   - negativeThreshold: `N`, below 0; read only where the model has one.
  ///   - step: local, from 0; read only by models that depend on time.
  ///   - saturations: grows by one for every saturation.
  /// - Returns: the payload emitted; 0 = no spike.
  @inlinable @inline(__always)
  package func update(
    _ state: inout State, sum: Int64, threshold: Int32, negativeThreshold: Int32, step: Int, saturations: inout Int
  ) -> Int32 {
    switch model.kind {
    case .integrateFire, .leaky:
      return fire(&state, sum: sum, threshold: threshold, saturations: &saturations)
    case .augmented:
      return fireAugmented(
        &state, sum: sum, threshold: threshold, negativeThreshold: negativeThreshold, saturations: &saturations)
    case .phase:
      let shift = Int64(PhaseCode.shift(step: step, period: model.period))
      let v = FixedPoint.saturate(Int64(state.v) &+ (sum << shift), low: low, high: high, count: &saturations)
      let scaled = Int64(threshold) << shift
      let fires = threshold != NeuronModel.infinite && v >= scaled
      state.v = Int32(truncatingIfNeeded: fires ? v &- scaled : v)
      return fires ? 1 : 0
    case .bistable:
      let shift = Int64(PhaseCode.shift(step: step, period: model.period))
      let bFires = PhaseCode.firingMember(step: step, period: model.period) == 1
      let integrating = bFires ? state.v : state.b
      var firing = Int64(bFires ? state.b : state.v)
      let gained = FixedPoint.saturate(Int64(integrating) &+ (sum << shift), low: low, high: high, count: &saturations)
      let scaled = Int64(threshold) << shift
      let fires = threshold != NeuronModel.infinite && firing >= scaled
      if fires { firing &-= scaled }
      let kept = Int32(truncatingIfNeeded: gained)
      let rest = Int32(truncatingIfNeeded: firing)
      state = bFires ? State(v: kept, b: rest) : State(v: rest, b: kept)
      return fires ? 1 : 0
    case .accumulator:
      let shift = Int64(PhaseCode.shift(step: step, period: model.period))
      let v = FixedPoint.saturate(Int64(state.v) &+ (sum << shift), low: low, high: high, count: &saturations)
      state.v = Int32(truncatingIfNeeded: v)
      return 0
    }
  }

  @inline(__always)
  private func fire(_ state: inout State, sum: Int64, threshold: Int32, saturations: inout Int) -> Int32 {
    var v = Int64(state.v)
    if model.kind == .leaky { v &-= v >> Int64(model.leakShift) }
    v = FixedPoint.saturate(v &+ sum, low: low, high: high, count: &saturations)
    let bound = Int64(threshold) &+ (model.strict ? 1 : 0)
    let fires = threshold != NeuronModel.infinite && v >= bound
    if fires { v = model.hardReset ? 0 : v &- Int64(threshold) }
    state.v = Int32(truncatingIfNeeded: v)
    return fires ? 1 : 0
  }

  @inline(__always)
  private func fireAugmented(
    _ state: inout State, sum: Int64, threshold: Int32, negativeThreshold: Int32, saturations: inout Int
  ) -> Int32 {
    var v = FixedPoint.saturate(Int64(state.v) &+ sum, low: low, high: high, count: &saturations)
    var payload: Int64 = 0
    let bound = Int64(model.maximumPayload ?? Int32.max)
    if threshold != NeuronModel.infinite && v >= Int64(threshold) {
      let count = min(bound, v / Int64(threshold))
      v &-= count &* Int64(threshold)
      payload = count
    } else if model.hasNegativeThreshold && v <= Int64(negativeThreshold) {
      let count = min(bound, v / Int64(negativeThreshold))
      v &-= count &* Int64(negativeThreshold)
      payload = -count
    }
    state.v = Int32(truncatingIfNeeded: v)
    return Int32(truncatingIfNeeded: payload)
  }
}
