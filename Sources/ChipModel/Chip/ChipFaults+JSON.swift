extension ChipFaults {
  /// As results show it: rates, and what was named.
  package var document: JSONOutput {
    .object([
      ("seed", .string("\(seed)")), ("deadCoreRate", .double(deadCoreRate)), ("deadCores", .integers(deadCores)),
      ("deadLinkRate", .double(deadLinkRate)), ("deadLinks", .strings(deadLinks.map(\.text))),
      ("stuckWeightBits", .double(stuckWeightBits)),
    ])
  }
}
