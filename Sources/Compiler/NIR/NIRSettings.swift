import ChipModel

/// How a differential equation becomes steps.
package enum Discretisation: String, ParameterChoice {
  /// `dt / tau` of the difference in a step, as snnTorch, Norse and SpikingJelly do.
  case euler
  /// `1 - exp(-dt / tau)` of it: the solution for a current that is constant within the step.
  case exact
}

/// What a NIR file leaves open.
package struct NIRSettings: Sendable {
  /// In the order of the help page.
  package static let parameters: [Parameter] = [
    .timeStep, .discretisation, Parameter.reset.defaulting(to: ResetRule.hard), .multipleSpikes, .lowestPotential,
    .inputCoding,
  ]
  private var values = ParameterValues()

  package init() {}

  package subscript(value parameter: Parameter) -> ParameterValue? {
    get { values[value: parameter] }
    set { values[value: parameter] = newValue }
  }

  package subscript<Value>(key: ParameterKey<Value>) -> Value? {
    get { values[key] }
    set { values[key] = newValue }
  }

  /// Seconds.
  var timeStep: Double { self[.timeStep] ?? NIRSettings.standardTimeStep }
  var discretisation: Discretisation { self[.discretisation] ?? .euler }
  var reset: ResetRule { self[.reset] ?? .hard }
  var coding: InputCoding { self[.inputCoding] ?? .events }

  /// Seconds.
  package static let standardTimeStep = 1e-4
}

extension Parameter {
  package static let timeStep = Parameter(
    "dt", .number(.positive), unit: "s", standard: .number(NIRSettings.standardTimeStep),
    source: "as snnTorch and SpikingJelly read NIR", "Length of a step, for time constants and delays, in seconds.")
  package static let discretisation = Parameter(
    "discretisation", .choice(of: Discretisation.self), standard: Discretisation.euler.parameterValue,
    "How a step approximates a time constant: dt/tau, or 1 - exp(-dt/tau).")
  package static let multipleSpikes = Parameter(
    "multipleSpikes", .flag, standard: .flag(false), source: "Sinabs",
    "Neurons without leak send as many spikes in a step as thresholds fit, and subtract them, as in Sinabs.")
  package static let lowestPotential = Parameter(
    "floor", .number(NumberRange(upper: 0)), standardText: "none", source: "Sinabs",
    "Lower limit of potentials; Sinabs reads NIR with minus the threshold.")
}

extension ParameterKey<Double> {
  package static var timeStep: Self { Self(.timeStep) }
  package static var lowestPotential: Self { Self(.lowestPotential) }
}

extension ParameterKey<Bool> {
  package static var multipleSpikes: Self { Self(.multipleSpikes) }
}

extension ParameterKey<Discretisation> {
  package static var discretisation: Self { Self(.discretisation) }
}
