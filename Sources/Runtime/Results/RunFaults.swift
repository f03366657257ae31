import ChipModel

/// The faults that a run had: those of the chip, which the program carries, and those of the run.
package struct RunFaults: Sendable, Equatable {
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

  /// Probabilities in the order of ``Kind``.
  private var rates: [Double]
  package private(set) var chip: ChipFaults?
  package private(set) var run: FaultSettings?
  /// Cores and links that were named rather than drawn.
  package private(set) var namedCores = 0
  package private(set) var namedLinks = 0

  /// Nil where there is no fault at all.
  package init?(chip: ChipFaults?, run: FaultSettings) {
    let chip = chip.flatMap { $0.isNone ? nil : $0 }
    guard chip != nil || !run.isNone else { return nil }
    self.chip = chip
    self.run = run.isNone ? nil : run
    rates = [
      chip?.deadCoreRate ?? 0, chip?.deadLinkRate ?? 0, chip?.stuckWeightBits ?? 0, run.flipMembraneBits,
      run.loseSpikes, run.duplicateSpikes,
    ]
    namedCores = chip?.deadCores.count ?? 0
    namedLinks = chip?.deadLinks.count ?? 0
  }

  package func rate(_ kind: Kind) -> Double {
    Kind.allCases.firstIndex(of: kind).map { rates[$0] } ?? 0
  }

  /// The kinds with a rate above 0.
  package var kinds: [Kind] { Kind.allCases.filter { rate($0) > 0 } }

  /// The member `faults` of `run.json`.
  var document: JSONOutput {
    var members: [(String, JSONOutput)] = []
    if let chip { members.append(("chip", chip.document)) }
    if let run { members.append(("run", run.document)) }
    return .object(members)
  }
}

extension RunFaults {
  /// Reads the member `faults`: what it names must have its type and range. Seeds are text and not needed.
  init(_ node: JSONNode) throws(JSONError) {
    var o = try node.object()
    rates = [Double](repeating: 0, count: Kind.allCases.count)
    if let chip = o.optional("chip"), !chip.isNull {
      var c = try chip.object()
      rates[0] = try RunFaults.rate(c.optional("deadCoreRate"))
      rates[1] = try RunFaults.rate(c.optional("deadLinkRate"))
      rates[2] = try RunFaults.rate(c.optional("stuckWeightBits"))
      namedCores = try c.optional("deadCores")?.array().count ?? 0
      namedLinks = try c.optional("deadLinks")?.array().count ?? 0
    }
    if let run = o.optional("run"), !run.isNull {
      var r = try run.object()
      rates[3] = try RunFaults.rate(r.optional("flipMembraneBits"))
      rates[4] = try RunFaults.rate(r.optional("loseSpikes"))
      rates[5] = try RunFaults.rate(r.optional("duplicateSpikes"))
    }
  }

  private static func rate(_ node: JSONNode?) throws(JSONError) -> Double {
    guard let node, !node.isNull else { return 0 }
    return try node.double(in: 0...1)
  }
}
