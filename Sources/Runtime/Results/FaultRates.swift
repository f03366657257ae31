import ChipModel

/// The faults that a run had: those of the chip, which the program carries, and those of the run.
package struct FaultRates: JSONRecord {
  /// What a rate is of.
  package enum Kind: String, Sendable, CaseIterable {
    case deadCores, deadLinks, stuckWeightBits, flipMembraneBits, loseSpikes, duplicateSpikes

    /// For headings and axes.
    package var name: String {
      switch self {
      case .deadCores: "dead cores"
      case .deadLinks: "dead links"
      case .stuckWeightBits: "stuck weight bits"
      case .flipMembraneBits: "flipped membrane bits"
      case .loseSpikes: "lost spikes"
      case .duplicateSpikes: "duplicated spikes"
      }
    }
  }

  /// Nil: none.
  package private(set) var chip: ChipFaults?
  package private(set) var run: FaultSettings?

  package init() {}

  /// Nil where there is no fault at all.
  package init?(chip: ChipFaults?, run: FaultSettings) {
    self.chip = chip.flatMap { $0.isNone ? nil : $0 }
    self.run = run.isNone ? nil : run
    if self.chip == nil && self.run == nil { return nil }
  }

  /// Cores and links that were named rather than drawn.
  package var namedCores: Int { chip?.deadCores.count ?? 0 }
  package var namedLinks: Int { chip?.deadLinks.count ?? 0 }

  package func rate(_ kind: Kind) -> Double {
    let rate: Double? =
      switch kind {
      case .deadCores: chip?.deadCoreRate
      case .deadLinks: chip?.deadLinkRate
      case .stuckWeightBits: chip?.stuckWeightBits
      case .flipMembraneBits: run?.flipMembraneBits
      case .loseSpikes: run?.loseSpikes
      case .duplicateSpikes: run?.duplicateSpikes
      }
    return rate ?? 0
  }

  /// The kinds with a rate above 0.
  package var kinds: [Kind] { Kind.allCases.filter { rate($0) > 0 } }

  package static let fields: [JSONField<FaultRates>] = [
    .optional("chip", \.chip, .object, "permanent faults of the chip", absent: "without them"),
    .optional("run", \.run, .object, "faults that come and go", absent: "without them"),
  ]
}
