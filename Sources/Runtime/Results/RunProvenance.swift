import ChipModel

/// What a result was made from: the member `provenance` of `run.json`. Nothing in it changes with threads or time; the
/// command line, which may, is in `simulation`.
package struct RunProvenance: Sendable, Equatable {
  /// Version of nmsim.
  package var version: String
  /// Images and their SHA-256; nil: unknown, or too large to hash.
  package var images: String
  package var imagesHash: String?
  /// `key: value` lines of the network's history.
  package var history: [String]

  package init(version: String, images: String, imagesHash: String?, history: [String]) {
    self.version = version
    self.images = images
    self.imagesHash = imagesHash
    self.history = history
  }

  var document: JSONOutput {
    .object([
      ("nmsim", .string(version)), ("images", .string(images)),
      ("imagesHash", imagesHash.map { .string($0) } ?? .null), ("history", .strings(history)),
    ])
  }
}
