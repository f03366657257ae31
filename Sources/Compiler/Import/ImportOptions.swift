import ChipModel

/// How a model is read, beyond what its file says.
package struct ImportOptions: Sendable, Equatable {
  /// What the network is read for.
  package enum Purpose: Sendable {
    /// To become a spiking network: refuses what would not mean the same there.
    case conversion
    /// To be evaluated in floats.
    case evaluation
  }
  package var purpose = Purpose.conversion

  package var selection: ModelSelection

  package init(_ purpose: Purpose = .conversion, selection: ModelSelection = ModelSelection()) {
    (self.purpose, self.selection) = (purpose, selection)
  }
}
