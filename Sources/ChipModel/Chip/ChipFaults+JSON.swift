extension ChipFaults {
  /// As results show it: rates, and what was named.
  package static let fields: [JSONField<ChipFaults>] = [
    .member("seed", \.seed, .seed, "seed of the draws"),
    .member("deadCoreRate", \.deadCoreRate, .fraction, "probability of a dead core"),
    .member("deadCores", \.deadCores, .counts, "cores that are named as dead"),
    .member("deadLinkRate", \.deadLinkRate, .fraction, "probability of a dead link"),
    .member("deadLinks", \.deadLinks, .deadLinks, "links that are named as dead, X:Y:east or X:Y:north"),
    .member("stuckWeightBits", \.stuckWeightBits, .fraction, "probability that a bit of a weight is stuck"),
  ]
}

extension JSONForm where Value == UInt64 {
  /// In text, because a JSON number holds 53 bits for most readers.
  package static var seed: JSONForm {
    JSONForm("integer in text", write: { .string("\($0)") }) { (node, _) throws(JSONError) in
      guard let seed = UInt64(try node.string()) else { throw node.error("not an integer of 64 bits in text") }
      return seed
    }
  }
}

extension JSONForm where Value == [DeadLink] {
  fileprivate static var deadLinks: JSONForm {
    JSONForm("list of texts", write: { .strings($0.map(\.text)) }) { (node, _) throws(JSONError) in
      var links: [DeadLink] = []
      for node in try node.array() {
        let parts = try node.string().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let x = Int(parts[0]), let y = Int(parts[1]), (0...65_536).contains(x),
          (0...65_536).contains(y), let direction = MeshDirection(rawValue: String(parts[2]))
        else { throw node.error("not a link; expected X:Y:east or X:Y:north") }
        links.append(DeadLink(from: TileCoordinate(x: x, y: y), direction))
      }
      return links
    }
  }
}
