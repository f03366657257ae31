import ChipModel

extension ConversionMethod {
  /// `robust-norm`, as `docs/methods.md` describes it.
  public static let robustNorm = ConversionMethod(
    "robust-norm", threshold: "percentile (99.9) of the non-zero activations", source: "Rueckauer et al. 2017",
    parameters: [.steps, .percentile.defaulting(to: 99.9), .initial, .reset, .readout] + Parameter.ofThresholds,
    sharesThresholds: true,
    tries: { standard, steps, _ in
      [standard, standard.with(.percentile, 99)].flatMap(\.withInitials)
        + (steps > 1 ? [standard.with(.schedule, .separated)] : [])
    },
    convert: { (stage) throws(ConversionError) in stage.normalise(stage.percentileByLayer()) })
}
