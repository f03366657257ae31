import ChipModel

extension ConversionMethod {
  /// `spike-norm`, as `docs/methods.md` describes it.
  public static let spikeNorm = ConversionMethod(
    "spike-norm", threshold: "largest weighted sum in a step under random input spikes, layer by layer",
    source: "Sengupta et al. 2019", parameters: [.steps, .initial, .reset, .readout] + Parameter.ofThresholds,
    isSeeded: true,
    watchesSpikes: { _ in true },
    tries: { _, _, _ in [] },
    convert: { (stage) throws(ConversionError) in try stage.balanceBySpikes() })
}
