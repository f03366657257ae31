import ChipModel

/// What the text of a `net.json` says, before its tensor file is opened.
package struct NetworkDocument: Sendable {
  /// The network, without tensors.
  package var network: Network
  /// The tensor file, relative to the text's folder and inside it; nil: the network has none.
  package var tensorsFile: String?
  /// Every `{"tensor": NAME}` in order, with its place: what a missing tensor is reported with.
  package var references: [TensorReference]

  /// Name of the format and its version.
  package static let format = "nmsim-network/1"
  /// Largest text, bytes. Weights beyond a few thousand belong into the tensor file.
  package static let maximumBytes = 32 << 20

  /// - Throws: `JSONError` with line, column and path: not JSON, an unknown or missing key, a wrong type, a ragged
  ///   array. What the values mean is not checked here: see `Network.checked()`.
  package init(parsing bytes: [UInt8]) throws(JSONError) {
    let options = JSONParser.Options(maximumBytes: Self.maximumBytes)
    let root = JSONNode(root: try JSONParser.parse(bytes, options: options))
    var reader = NetworkReader()
    (network, tensorsFile) = try reader.network(root)
    references = reader.references
  }
}

/// A use of a named tensor.
package struct TensorReference: Sendable, Equatable {
  package let name: String
  package let location: SourceLocation
  /// For example `projections[0].weights.tensor`.
  package let path: String
}
