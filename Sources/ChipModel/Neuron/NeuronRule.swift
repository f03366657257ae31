/// The scalar rule of a population: its model's dynamics in a membrane of some width. Updates are exact; saturation is to
/// the membrane's width and counted.
package struct NeuronRule: Sendable {
  package let low: Int64
  package let high: Int64
  private let dynamics: any NeuronDynamics

  /// - Parameters:
  ///   - model: the kind of neuron and its parameters.
  ///   - membraneBits: 2...32.
  package init(model: NeuronModel, membraneBits: Int) {
    dynamics = model.kind.dynamics.init(model)
    low = FixedPoint.lowest(bits: membraneBits)
    high = FixedPoint.highest(bits: membraneBits)
  }

  /// State of one neuron. `b` is member B of a unit of two potentials, 0 and unused elsewhere.
  package struct State: Sendable, Equatable {
    package var v: Int32
    package var b: Int32
    package init(v: Int32, b: Int32 = 0) {
      self.v = v
      self.b = b
    }
  }

  /// What one update is given.
  package struct Step: Sendable {
    package let sum: Int64
    package let threshold: Int32
    package let negativeThreshold: Int32
    package let index: Int
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
  package func update(
    _ state: inout State, sum: Int64, threshold: Int32, negativeThreshold: Int32, step: Int, saturations: inout Int
  ) -> Int32 {
    let step = Step(sum: sum, threshold: threshold, negativeThreshold: negativeThreshold, index: step)
    return dynamics.update(&state, step, self, &saturations)
  }

  @inline(__always)
  func saturated(_ v: Int64, _ saturations: inout Int) -> Int64 {
    FixedPoint.saturate(v, low: low, high: high, count: &saturations)
  }
}
