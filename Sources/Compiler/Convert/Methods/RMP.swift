import ChipModel

extension ConversionMethod {
  /// `rmp`, as `docs/methods.md` describes it.
  public static let rmp = ConversionMethod(
    "rmp", threshold: "that of `spike-norm` times `alpha`", source: "Han et al. 2020",
    parameters: [.steps, .alpha.defaulting(to: 0.8), .initial, .reset, .readout] + Parameter.ofThresholds.dropFirst(),
    isSeeded: true,
    watchesSpikes: { _ in true },
    tries: { _, _, _ in [] },
    convert: { (stage) throws(ConversionError) in try stage.balanceBySpikes() })
}
