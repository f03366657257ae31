import ChipModel

extension ConversionMethod {
  /// `channel-norm`, as `docs/methods.md` describes it.
  public static let channelNorm = ConversionMethod(
    "channel-norm", threshold: "largest activation of each channel", source: "Kim et al. 2020",
    parameters: [.steps, .initial, .reset, .readout] + Parameter.ofThresholds, sharesThresholds: true,
    convert: { (stage) throws(ConversionError) in stage.normalise(stage.largestByChannel()) })
}
