/// A neuron model, a file each: its name in files, what it takes, what its users ask, and its scalar rule, the definition
/// that every kernel is tested against.
///
/// One line in ``NeuronModel/Kind/all`` makes it known to network and program files, checks, chips, the interpreter and the
/// engine, which runs it by this rule unless there is a kernel.
package protocol NeuronDynamics: Sendable {
  /// In files and on the command line.
  static var name: String { get }
  /// What a neuron does in a step once the sum is in its potential `v`, for `docs/net-json.md`.
  static var rule: String { get }
  static var traits: NeuronTraits { get }
  /// What all neurons of a population share, beside the period of a code.
  static var parameters: [Parameter] { get }

  init(_ model: NeuronModel)

  /// Updates one neuron: `v = saturate(v + acc)`, compare, reset.
  /// - Parameter losses: grow by one for every number that a register did not hold.
  /// - Returns: the payload emitted; 0 = no spike.
  func update(
    _ state: inout NeuronRule.State, _ step: NeuronRule.Step, _ rule: NeuronRule, _ losses: inout NeuronRule.Losses
  ) -> Int32
}

extension NeuronDynamics {
  package static var parameters: [Parameter] { [] }
}

/// A neuron model that is also written down in real numbers, without widths and saturation: what `explain` compares the
/// chip with.
package protocol RealNeuronDynamics: NeuronDynamics {
  /// - Returns: the payload emitted; 0 = no spike.
  func update(_ state: inout RealNeuronState, _ step: RealNeuronStep) -> Int
}

/// Potential of a neuron in ANN units, that of a second member, and the signed count of the spikes that it sent.
package struct RealNeuronState: Sendable {
  package var v: Double
  package var b: Double
  package var sent = 0
  package init(v: Double, b: Double = 0) {
    self.v = v
    self.b = b
  }
}

/// What one update in real numbers is given. Under a period code, sum and threshold carry the worth of the phase.
package struct RealNeuronStep: Sendable {
  package var sum: Double
  /// Infinite: never fires.
  package var threshold: Double
  /// Below 0, or 0 where the model takes that; nil: there is none.
  package var negativeThreshold: Double?
  package var index: Int
  package var period: Int
  /// Of a model with a current of its own: bias and input current, which are in the sum of others.
  package var constant: Double

  package init(sum: Double, threshold: Double, negativeThreshold: Double?, index: Int, period: Int, constant: Double = 0) {
    self.sum = sum
    self.constant = constant
    self.threshold = threshold
    self.negativeThreshold = negativeThreshold
    self.index = index
    self.period = period
  }

  /// One spike and a reset where a potential has reached the threshold.
  func fire(_ potential: inout Double, hardReset: Bool = false) -> Int {
    guard potential >= threshold else { return 0 }
    potential = hardReset ? 0 : potential - threshold
    return 1
  }
}
