import ChipModel

/// The potential before the first step.
package enum InitialPotential: String, ParameterChoice { case zero, half }
/// What a spike leaves of the potential: the threshold is subtracted, or 0.
package enum ResetRule: String, ParameterChoice { case soft, hard }
extension NetworkOutput.Readout: ParameterChoice {}

/// Parameters of several methods. A standard that stands here holds for every method; the others' stand with the method.
extension Parameter {
  package static let steps = Parameter(
    "steps", .integer(ActiveWindow.steps), unit: "steps", "Steps of the calibration, and default of 'nmsim run'.")
  package static let percentile = Parameter(
    "percentile", .number(NumberRange(lower: 0, excludesLower: true, upper: 100)),
    source: "Rueckauer et al. 2017", "Percentile of the activations taken as maximum.")
  package static let alpha = Parameter(
    "alpha", .number(.positive), source: "Han et al. 2020; Ngu, Lee 2022", "Factor of the thresholds.")
  package static let period = Parameter(
    "period", .integer(1...16), unit: "phases", source: "Kim et al. 2018; Li, Zhao, Zeng 2022", "Phases of a period.")
  package static let initial = Parameter(
    "initial", .choice(of: InitialPotential.self), standardText: "the method's",
    "Initial potential: zero, or half a threshold.")
  package static let reset = Parameter(
    "reset", .choice(of: ResetRule.self), standard: ResetRule.soft.parameterValue,
    "After a spike: subtract the threshold, or set to zero.")
  package static let readout = Parameter(
    "readout", .choice(of: NetworkOutput.Readout.self), standard: NetworkOutput.Readout.potential.parameterValue,
    "What is read as the answer.")
  package static let literal = Parameter(
    "literal", .flag, standard: .flag(false), "Take the paper as printed where a corrected reading is the default.")

  /// Those that nearly every method takes: the line of help does not list the methods.
  package static let common: [Parameter] = [.steps, .initial, .reset, .readout, .literal]

  /// The same with the value that holds where it is not given.
  package func defaulting(to value: some ParameterType) -> Parameter {
    var changed = self
    changed.standard = value.parameterValue
    return changed
  }

  /// The same with one of the choices alone.
  package func only(_ choice: some ParameterChoice) -> Parameter {
    var changed = self
    changed.kind = .choice([choice.rawValue])
    return changed
  }
}

extension ParameterKey<Int> {
  package static var steps: Self { Self(.steps) }
  package static var period: Self { Self(.period) }
}

extension ParameterKey<Double> {
  package static var percentile: Self { Self(.percentile) }
  package static var alpha: Self { Self(.alpha) }
}

extension ParameterKey<Bool> {
  package static var literal: Self { Self(.literal) }
}

extension ParameterKey<InitialPotential> {
  package static var initial: Self { Self(.initial) }
}

extension ParameterKey<ResetRule> {
  package static var reset: Self { Self(.reset) }
}

extension ParameterKey<NetworkOutput.Readout> {
  package static var readout: Self { Self(.readout) }
}
