/// The scalar rule of a population: its model's dynamics in a chip's registers. Updates are exact; what exceeds a register
/// is cut and counted.
package struct NeuronRule: Sendable {
  package let low: Int64
  package let high: Int64
  let datapath: Datapath
  private let dynamics: any NeuronDynamics
  private let period: Int
  private let hasCurrent: Bool

  /// - Parameters:
  ///   - model: the kind of neuron and its parameters.
  ///   - datapath: of the chip, its membrane as wide as compiled.
  package init(model: NeuronModel, datapath: Datapath) {
    dynamics = model.kind.dynamics.init(model)
    period = model.period
    hasCurrent = model.hasCurrent
    self.datapath = datapath
    low = FixedPoint.lowest(bits: datapath.membraneBits)
    high = FixedPoint.highest(bits: datapath.membraneBits)
  }

  /// State of one neuron. `b` is member B of a unit of two potentials, or the current of a model that has one; `sent` is
  /// what a model counts: the signed spikes that it sent, or the refractory steps that are left. 0 and unused elsewhere.
  package struct State: Sendable, Equatable {
    package var v: Int32
    package var b: Int32
    package var sent: Int32
    package init(v: Int32, b: Int32 = 0, sent: Int32 = 0) {
      self.v = v
      self.b = b
      self.sent = sent
    }
  }

  /// What registers did not hold.
  package struct Losses: Sendable, Equatable {
    /// Of potentials.
    package var saturations = 0
    /// Of sums of a tick, and of currents that wrapped.
    package var overflows = 0
    package init() {}
  }

  /// What one update is given: sum and threshold, each with the shift of its phase, which is 0 without a period code.
  package struct Step: Sendable {
    /// All that acts now; of a model with a current of its own what synapses delivered.
    package let sum: Int64
    /// Of a model with a current: bias and input current.
    package let constant: Int64
    /// Beyond every potential where the neuron never fires.
    package let threshold: Int64
    package let negativeThreshold: Int64
    package let levels: NeuronLevels
    package let index: Int
    package let period: Int
  }

  /// Updates one neuron in a tick of its window: it adds step `tick` and may fire step `tick - lag`.
  ///
  /// - Parameters:
  ///   - state: of the neuron; becomes the one after the step.
  ///   - sum: delivered weights of this step, before any phase shift.
  ///   - constant: bias and input current of this step, alike.
  ///   - threshold: `P`, 1... or ``NeuronModel/infinite``.
  ///   - negativeThreshold: `N`, below 0; read only where the model has one.
  ///   - levels: what potentials do not fall below, and begin at after a spike.
  ///   - tick: from the first of the window; read only by models that depend on time, and of a lag.
  ///   - lag: ticks that only add.
  ///   - losses: grow by one for every number that a register did not hold.
  /// - Returns: the payload emitted; 0 = no spike.
  package func update(
    _ state: inout State, sum: Int64, constant: Int64 = 0, threshold: Int32, negativeThreshold: Int32,
    levels: NeuronLevels = NeuronLevels(), tick: Int, lag: Int = 0, losses: inout Losses
  ) -> Int32 {
    let (sent, fires) = (max(0, tick &- lag), tick >= lag)
    let isInfinite = !fires || threshold == NeuronModel.infinite
    let acc = FixedPoint.cut(
      hasCurrent ? sum : sum &+ constant, bits: datapath.accumulatorBits, datapath.accumulator, count: &losses.overflows)
    let step = Step(
      sum: acc << Int64(PhaseCode.shift(step: tick, period: period)), constant: hasCurrent ? constant : 0,
      threshold: isInfinite ? .max : Int64(threshold) << Int64(PhaseCode.shift(step: sent, period: period)),
      negativeThreshold: fires ? Int64(negativeThreshold) : .min, levels: levels, index: sent, period: period)
    let payload = dynamics.update(&state, step, self, &losses)
    if let floor = levels.floor { state.v = max(state.v, floor) }
    return payload
  }

  /// A neuron's current, which a chip cuts in a way of its own.
  @inline(__always)
  func current(_ u: Int64, _ losses: inout Losses) -> Int64 {
    datapath.current == .wrap
      ? FixedPoint.cut(u, bits: datapath.membraneBits, .wrap, count: &losses.overflows) : saturated(u, &losses)
  }

  @inline(__always)
  func saturated(_ v: Int64, _ losses: inout Losses) -> Int64 {
    FixedPoint.saturate(v, low: low, high: high, count: &losses.saturations)
  }
}

/// Integer levels of a neuron's potential beside its thresholds.
package struct NeuronLevels: Sendable, Equatable {
  /// What the potential does not stay below after an update; nil: nothing.
  package var floor: Int32?
  /// Where a hard reset of a model that takes it begins.
  package var resetValue: Int32
  package init(floor: Int32? = nil, resetValue: Int32 = 0) {
    self.floor = floor
    self.resetValue = resetValue
  }
}
