import ChipModel

/// A number for each kind of synaptic operation.
package struct ByKind<Number: Numeric & Hashable & Sendable>: Sendable, Hashable {
  private var dense: Number = 0
  private var convolution: Number = 0
  private var identity: Number = 0

  package init() {}

  package subscript(operation: SynapticOperation) -> Number {
    get {
      switch operation {
      case .dense: dense
      case .convolution: convolution
      case .identity: identity
      }
    }
    set {
      switch operation {
      case .dense: dense = newValue
      case .convolution: convolution = newValue
      case .identity: identity = newValue
      }
    }
  }

  package var total: Number { dense + convolution + identity }
}
