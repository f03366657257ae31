/// A JSON document that ends with a checksum of everything before it, so that a later run believes no other text: its last
/// member is `"checksum": "SHA-256"`, in the one form that is written.
package enum JSONSeal {
  /// The document's text, sealed.
  ///
  /// - Parameter document: an object with members.
  package static func bytes(of document: JSONOutput) throws(JSONWriteError) -> [UInt8] {
    // Without the closing "\n}\n".
    let body = Array(try JSONWriter.bytes(of: document).dropLast(3))
    return body + ending(of: body)
  }

  /// Whether a text is what ``bytes(of:)`` made, to the last byte.
  package static func isWhole(_ text: [UInt8]) -> Bool {
    let body = Array(text.dropLast(ending(of: []).count))
    return text == body + ending(of: body)
  }

  private static func ending(of body: [UInt8]) -> [UInt8] {
    Array(",\n  \"checksum\": \"\(SHA256.hexadecimal(of: body))\"\n}\n".utf8)
  }
}
