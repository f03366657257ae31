import ChipModel

/// A number for each kind of projection.
package struct ByKind<Number: Numeric & Hashable & Sendable>: Sendable, Hashable {
  private var dense: Number = 0
  private var convolution: Number = 0
  private var identity: Number = 0

  package init() {}

  package subscript(kind: Projection.Kind) -> Number {
    get {
      switch kind {
      case .dense: dense
      case .convolution: convolution
      case .identity: identity
      }
    }
    set {
      switch kind {
      case .dense: dense = newValue
      case .convolution: convolution = newValue
      case .identity: identity = newValue
      }
    }
  }

  package var total: Number { dense + convolution + identity }
}

extension Projection.Kind {
  /// What a chip prices and times one synaptic operation of the kind as.
  var operation: ChipAction {
    switch self {
    case .dense: .synapticOperation
    case .convolution: .convolutionOperation
    case .identity: .identityOperation
    }
  }
}
