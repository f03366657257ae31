import ChipModel

extension ConversionMethod {
  /// `max-norm`, as `docs/methods.md` describes it.
  public static let maxNorm = ConversionMethod(
    "max-norm", threshold: "largest activation", source: "Diehl et al. 2015; Rueckauer et al. 2017",
    parameters: [.steps, .initial, .reset, .readout] + Parameter.ofThresholds, sharesThresholds: true,
    convert: { (stage) throws(ConversionError) in stage.normalise(stage.largestByLayer()) })
}
