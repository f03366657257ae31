import ChipModel

/// What outputs are, as `convert` asks.
package enum ConversionTask: String, ParameterChoice {
  case classes, regression

  var output: OutputTask { self == .classes ? .classes : .values }
}

/// Which layers have the lag that `convert` asks for.
package enum LaggingLayers: String, ParameterChoice {
  case all
  /// Those that more than one layer reads: where a shortcut leaves, noise of one layer reaches two.
  case branches
}

/// Parameters of several methods. A standard that stands here holds for every method; the others' stand with the method.
extension Parameter {
  package static let steps = Parameter(
    "steps", .integer(ActiveWindow.steps), unit: "steps", "Time steps that the network is calibrated for, and runs unless told otherwise.")
  package static let percentile = Parameter(
    "percentile", .number(NumberRange(lower: 0, excludesLower: true, upper: 100)),
    source: "Rueckauer et al. 2017", "Percentile of the activations taken as maximum.")
  package static let alpha = Parameter(
    "alpha", .number(.positive), source: "Han et al. 2020; Ngu, Lee 2022", "Factor of the thresholds that the method finds.")
  package static let initial = Parameter(
    "initial", .choice(of: InitialPotential.self), standardText: "the method's",
    "Initial potential: zero, half the threshold, that half dithered over neighbours, or random below the threshold.")
  package static let readout = Parameter(
    "readout", .choice(of: Readout.self), standard: Readout.potential.parameterValue,
    "What is read as the answer.")
  package static let task = Parameter(
    "task", .choice(of: ConversionTask.self), standardText: "regression where labels are floats, else classes",
    "What outputs are: classes to compare, or values, each with a scale of its own.")
  package static let literal = Parameter(
    "literal", .flag, standard: .flag(false), "Take the paper as printed where a corrected reading is the default.")

  package static let maxPool = Parameter(
    "maxPool", .choice(of: GateRule.self), standard: GateRule.count.parameterValue, source: "Li, Zhao, Zeng 2022",
    "What a max pool of spikes emits: by how much its largest count rose, or the spike of the neuron that has it.")
  package static let schedule = Parameter(
    "schedule", .choice([Schedule.windowed.rawValue, Schedule.separated.rawValue]),
    standard: Schedule.windowed.parameterValue, source: "Liu et al. 2022",
    "When layers are active: all in step, or each adds all steps before it fires.")

  package static let lagAt = Parameter(
    "lagAt", .choice(of: LaggingLayers.self), standard: LaggingLayers.all.parameterValue,
    "Which layers the lag is for: all, or only those that more than one layer reads, as in front of a shortcut.")

  /// What every method of rate codes takes, with an initial potential: how spikes are pooled, and when they are sent.
  package static let ofRateCodes: [Parameter] = [.maxPool, .lag, .lagAt, .schedule]

  /// Those that nearly every method takes: the line of help does not list the methods.
  package static let common: [Parameter] = [.steps, .initial, .reset, .readout, .task, .literal] + ofRateCodes

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
  /// Steps of the calibration, and what a run takes unless told otherwise.
  public static var steps: Self { Self(.steps) }
}

extension ParameterKey<Int> {
  /// Ticks that a layer adds before it may fire; at least 0, below the steps.
  package static var lag: Self { Self(.lag) }
}

extension ParameterKey<LaggingLayers> {
  package static var lagAt: Self { Self(.lagAt) }
}

extension ParameterKey<GateRule> {
  package static var maxPool: Self { Self(.maxPool) }
}

extension ParameterKey<Schedule> {
  package static var schedule: Self { Self(.schedule) }
}

extension ParameterKey<Double> {
  /// Percentile of the activations that is taken as the largest, above 0 and at most 100.
  public static var percentile: Self { Self(.percentile) }
  /// Factor of the thresholds, above 0.
  public static var alpha: Self { Self(.alpha) }
}

extension ParameterKey<ConversionTask> {
  package static var task: Self { Self(.task) }
}

extension ParameterKey<Bool> {
  package static var literal: Self { Self(.literal) }
}

extension ParameterKey<InitialPotential> {
  /// The potential before the first step.
  public static var initial: Self { Self(.initial) }
}

extension ParameterKey<Readout> {
  package static var readout: Self { Self(.readout) }
}
