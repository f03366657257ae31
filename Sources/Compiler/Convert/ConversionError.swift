import ChipModel

/// Why a network cannot be converted. One line each: what, where, the number, what to do.
package enum ConversionError: Error, Sendable, Equatable, NamesParameters {
  case network(AnalogNetworkError)
  /// By keys of parameters.
  case foreignParameter(String, method: String, methods: [String])
  case parameterRange(String, value: String, allowed: String)
  case needsCalibration(method: String)
  case noSamples
  case tooFewSamples(asked: Int, available: Int)
  case inputShape(data: [Int], network: [Int])
  case labelRange(label: Int, sample: Int, classes: Int)
  case data(DatasetError)
  case negativeActivation(layer: String, activation: String, method: String)
  case noActivation(layer: String)
  /// Values on the calibration data that 32-bit floats do not hold.
  case overflow(layer: String)
  /// `trained`: a layer without a bound.
  case notTrained(layer: String)
  case outputFeeds(output: String, layer: String)
  /// `auto` was given neither steps nor an accuracy.
  case noGoal
  /// `auto`: no method keeps the accuracy; the nearest that was measured.
  case notKept(accuracy: Double, steps: Int, best: Double?, method: String)
  case check(NetworkCheckError)
  case compile(CompileError)
  /// `auto`: the chip refuses every conversion that was tried, one of them for this.
  case fitsNowhere(CompileError)
  /// What a method of somebody else's throws.
  case own(String)
  /// Two parameters, by their keys, that exclude one another, and why.
  case conflict(String, String, String)
  /// A parameter, by its key, that acts together with another's value alone, and why.
  case partner(String, needs: String, value: String, String)

  package func text(spell: (String) -> String) -> String {
    switch self {
    case .network(let error): "\(error)"
    case .foreignParameter(let key, let method, let methods):
      "\(spell(key)) is not for method '\(method)'; leave it out, or use \(methods.joined(separator: ", "))"
    case .parameterRange(let key, let value, let allowed): "\(spell(key)) is \(value); give \(allowed)"
    case .needsCalibration(let method):
      "method '\(method)' takes its thresholds from data and there is none; give images with \(spell("calibration"))"
    case .noSamples: "the calibration data has no samples; give at least one"
    case .tooFewSamples(let asked, let available):
      "\(groupedText(asked)) calibration samples asked for, the data has \(groupedText(available)); "
        + "lower \(spell("calibrationSamples"))"
    case .inputShape(let data, let network):
      "calibration samples have shape \(listText(data)), the network's input has \(listText(network)); "
        + "give data of the network's shape"
    case .labelRange(let label, let sample, let classes):
      "label \(label) of calibration sample \(sample) is beyond the network's \(classes) outputs; check the labels"
    case .data(let error): "\(error)"
    case .negativeActivation(let layer, let activation, let method):
      "layer '\(shownName(layer))' has the activation \(activation), whose negative values method '\(method)' cannot "
        + "carry; use ter-mapping or aug-mapping"
    case .noActivation(let layer):
      "layer '\(shownName(layer))' has no activation and is not the output; spiking neurons need ReLU, LeakyReLU or Clip"
    case .overflow(let layer):
      "the ANN's values in layer '\(shownName(layer))' overflow on the calibration data; check the scale of the input"
    case .notTrained(let layer):
      "layer '\(shownName(layer))' has no trained threshold (a Rate Norm Layer, QCFS or Clip); use method mmse"
    case .outputFeeds(let output, let layer):
      "the output '\(shownName(output))' feeds layer '\(shownName(layer))'; export the network up to its last layer"
    case .noGoal:
      "method 'auto' needs to know what to look for; give \(spell("steps")), \(spell("keepAccuracy")) or "
        + spell("maxLoss")
    case .notKept(let accuracy, let steps, let best, let method):
      "no method keeps an accuracy of \(numberText(accuracy)) within \(groupedText(steps)) steps on the calibration data"
        + (best.map { " (nearest: \(method), \(numberText($0)))" } ?? "") + "; ask for less, or give more steps"
    case .check(let error): "\(error)"
    case .compile(let error): "calibration on the chip model: \(error.text(spell: spell))"
    case .fitsNowhere(.unsupportedModel(_, let model, let chip, let supported)):
      "chip '\(chip)' refuses every conversion that was tried: it runs \(supported.joined(separator: ", ")) and no '\(model)'; "
        + "choose another chip"
    case .fitsNowhere(let error): "the chip refuses every conversion that was tried: \(error.text(spell: spell))"
    case .own(let text): text
    case .conflict(let first, let second, let reason):
      "\(spell(first)) and \(spell(second)) exclude one another: \(reason); leave one of them out"
    case .partner(let key, let other, let value, let reason):
      "\(spell(key)) needs \(spell(other)) \(value): \(reason); give it, or leave \(spell(key)) out"
    }
  }
}
