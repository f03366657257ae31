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
  package var purpose: Purpose
  package var selection: ModelSelection
  package var merge: MergeRule

  package init(
    _ purpose: Purpose = .conversion, selection: ModelSelection = ModelSelection(), merge: MergeRule = .auto
  ) {
    (self.purpose, self.selection, self.merge) = (purpose, selection, merge)
  }
}

/// How the importer joins linear layers that meet without an activation between.
package enum MergeRule: String, Sendable, CaseIterable {
  /// One layer, unless it costs more than both by a factor.
  case auto
  /// Always two layers, relay neurons between.
  case never
  /// Always one layer.
  case always
}
