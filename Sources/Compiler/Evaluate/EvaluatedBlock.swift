/// Up to 16 samples that went through a network together.
///
/// Lane `i` of every value belongs to sample `first + i`; lanes from `count` on are not samples.
package struct EvaluatedBlock: Sendable {
  /// Index of the first sample.
  package let first: Int
  /// Samples in this block, 1...16.
  package let count: Int
  let input: [Lanes]
  let post: [[Lanes]]
  let pre: [[Lanes]]

  /// Activations of a layer, neuron by neuron, all lanes; empty if the layer was not asked for.
  package func activations(layer: Int) -> [Lanes] { post[layer] }

  /// Sums of a layer before its activation, neuron by neuron; empty if they were not asked for.
  package func preactivations(layer: Int) -> [Lanes] { pre[layer] }

  /// Values of the input, neuron by neuron.
  package var inputs: [Lanes] { input }

  /// Activations of a layer for one sample (0 ..< `count`).
  package func activation(layer: Int, sample: Int) -> [Float] { post[layer].map { $0[sample] } }

  /// Sums of a layer before its activation for one sample.
  package func preactivation(layer: Int, sample: Int) -> [Float] { pre[layer].map { $0[sample] } }
}
