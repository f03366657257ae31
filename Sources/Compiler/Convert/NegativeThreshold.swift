import ChipModel

extension ConversionStage {
  /// The negative threshold of a double-threshold neuron (Yu et al. 2020) carries LeakyReLU: a negative spike takes
  /// `1 / slope` times as much negative potential as a positive one takes positive. The paper writes one slope for both
  /// sides, which `literal` follows; it maps the identity.
  func negativeThreshold(_ threshold: Double, _ layer: Int) -> Values? {
    guard settings[.negativeThreshold] != false, case .leakyRelu(let slope) = network.layers[layer].activation, slope > 0 else { return nil }
    return .uniform(-threshold / (settings[.literal] == true ? 1 : Double(slope)))
  }
}

extension Parameter {
  package static let negativeThreshold = Parameter(
    "negativeThreshold", option: "no-negative-threshold", .flag, standard: .flag(true),
    source: "Yu et al. 2020, section III-E", "Leave the negative threshold of LeakyReLU out: negative activations are lost.")
}

extension ParameterKey<Bool> {
  package static var negativeThreshold: Self { Self(.negativeThreshold) }
}
