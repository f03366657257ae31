import ChipModel

/// What the text of a `net.json` says, before its tensor file is opened.
package struct NetworkDocument: Sendable, Equatable {
  /// The network, without tensors.
  package var network: Network
  /// The tensor file, relative to the text's folder and inside it; nil: the network has none.
  package var tensorsFile: String?

  /// Largest text, bytes. Weights beyond a few thousand belong into the tensor file.
  package static let maximumBytes = 32 << 20

  init(_ network: Network, tensorsFile: String?) {
    self.network = network
    self.tensorsFile = tensorsFile
  }

  /// - Throws: `JSONError` with line, column and path: not JSON, an unknown or missing key, a wrong type, a ragged
  ///   array. What the values mean is not checked here: see `Network.checked()`.
  package init(parsing bytes: [UInt8]) throws(JSONError) {
    let options = JSONParser.Options(maximumBytes: Self.maximumBytes)
    try self.init(JSONNode(root: try JSONParser.parse(bytes, options: options)))
  }
}

extension Network {
  /// The network as `net.json`, in one canonical form: keys in the order of `docs/net-json.md`, what holds anyway left out,
  /// the shortest spelling of every number. Reading this text and writing it again gives the same bytes.
  ///
  /// - Parameter tensorsFile: name of the tensor file, relative to the text's folder; nil: the network has none.
  /// - Throws: `JSONWriteError.notFinite` for a number that JSON cannot hold (only thresholds may be infinite).
  package func jsonBytes(tensorsFile: String?) throws(JSONWriteError) -> [UInt8] {
    try JSONWriter.bytes(of: NetworkDocument(self, tensorsFile: tensorsFile).document)
  }
}
