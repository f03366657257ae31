import ChipModel

extension CheckedProjection {
  /// The address rule; an identity has one weight a channel.
  var synapses: Synapses {
    Synapses(
      kind: kind.compiled, pool: pool, convolution: convolution, source: sourceShape, target: targetShape)
  }
}

extension NetworkProjection.Kind {
  /// The kind of the compiled projection.
  var compiled: Projection.Kind {
    switch self {
    case .dense: .dense
    case .conv2d: .convolution
    case .identity: .identity
    }
  }
}
