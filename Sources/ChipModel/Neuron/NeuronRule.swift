/// The scalar rule of a population: its model's dynamics in a membrane of some width. Updates are exact; saturation is to
/// the membrane's width and counted.
package struct NeuronRule: Sendable {
  package let low: Int64
  package let high: Int64
  private let dynamics: any NeuronDynamics
  private let period: Int

  /// - Parameters:
  ///   - model: the kind of neuron and its parameters.
  ///   - membraneBits: 2...32.
  package init(model: NeuronModel, membraneBits: Int) {
    dynamics = model.kind.dynamics.init(model)
    period = model.period
    low = FixedPoint.lowest(bits: membraneBits)
    high = FixedPoint.highest(bits: membraneBits)
  }

  /// State of one neuron. `b` is member B of a unit of two potentials, `sent` the signed count of the spikes that a model
  /// sent which counts them; 0 and unused elsewhere.
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

  /// What one update is given: sum and threshold with the shift of the phase, which is 0 without a period code.
  package struct Step: Sendable {
    package let sum: Int64
    /// Beyond every potential where the neuron never fires.
    package let threshold: Int64
    package let negativeThreshold: Int64
    package let index: Int
    package let period: Int
  }

  /// Updates one neuron in local step `step`.
  ///
  /// - Parameters:
  ///   - state: of the neuron; becomes the one after the step.
  ///   - sum: bias, input current and delivered weights of this step, before any phase shift.
  ///   - threshold: `P`, 1... or ``NeuronModel/infinite``.
  ///   - negativeThreshold: `N`, below 0; read only where the model has one.
  ///   - step: local, from 0; read only by models that depend on time.
  ///   - fires: false in the ticks of a lag, which only add.
  ///   - saturations: grows by one for every saturation.
  /// - Returns: the payload emitted; 0 = no spike.
  package func update(
    _ state: inout State, sum: Int64, threshold: Int32, negativeThreshold: Int32, step: Int, fires: Bool = true,
    saturations: inout Int
  ) -> Int32 {
    let shift = Int64(PhaseCode.shift(step: step, period: period))
    let isInfinite = !fires || threshold == NeuronModel.infinite
    let step = Step(
      sum: sum << shift, threshold: isInfinite ? .max : Int64(threshold) << shift,
      negativeThreshold: fires ? Int64(negativeThreshold) : .min, index: step, period: period)
    return dynamics.update(&state, step, self, &saturations)
  }

  @inline(__always)
  func saturated(_ v: Int64, _ saturations: inout Int) -> Int64 {
    FixedPoint.saturate(v, low: low, high: high, count: &saturations)
  }
}
