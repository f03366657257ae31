extension ChipFaults {
  /// As results show it: rates, and what was named.
  public var document: JSONOutput {
    .object([
      ("seed", .string("\(seed)")), ("deadCoreRate", .double(deadCoreRate)), ("deadCores", .integers(deadCores)),
      ("deadLinkRate", .double(deadLinkRate)), ("deadLinks", .strings(deadLinks.map(\.text))),
      ("stuckWeightBits", .double(stuckWeightBits)),
    ])
  }
}

extension FaultSettings {
  /// As results show it.
  public var document: JSONOutput {
    .object([
      ("seed", .string("\(seed)")), ("flipMembraneBits", .double(flipMembraneBits)),
      ("loseSpikes", .double(loseSpikes)), ("duplicateSpikes", .double(duplicateSpikes)),
    ])
  }
}
