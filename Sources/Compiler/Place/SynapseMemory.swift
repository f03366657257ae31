import ChipModel

/// How many weights a core stores for a part of a population.
enum SynapseMemory {
  /// Weights of one projection for a box of its target: once per channel where the core shares a convolution's weights,
  /// else once per synapse. Those of a projection from the input stay on the host and are no core's.
  static func stored(
    _ projection: Projection, source: MapShape, weights: WeightTensor, box: Box, sharesConvolutions: Bool
  ) -> Int {
    if sharesConvolutions || projection.kind == .dense {
      return weights.count / max(1, weights.shape.first ?? 1)
        * (projection.kind == .dense ? box.count : box.channels.count)
    }
    return SynapseCount(projection, source: source, weights: weights, box: box).total
  }
}
