/// Strict reading of one JSON object: every key must be asked for, or `finish()` refuses it.
///
/// ```swift
/// var object = try JSONNode(root: value).object()
/// let name = try object.required("name").string()
/// let period = try object.optional("period")?.int(in: 1...16) ?? 8
/// try object.finish()
/// ```
package struct JSONObjectReader: Sendable {
  /// Where the object is, for messages: `populations[2].neuron`; empty for the whole text.
  package let path: String
  package let location: SourceLocation
  private let members: [JSONMember]
  /// Position by key, built only where looking one by one would be quadratic.
  private let positions: [String: Int]
  private var isRead: [Bool]
  /// Every key asked for, present or not: what an unknown key may have meant.
  private var asked: [String] = []

  init(members: [JSONMember], path: String, location: SourceLocation) {
    self.members = members
    self.path = path
    self.location = location
    isRead = Array(repeating: false, count: members.count)
    positions =
      members.count <= 16
      ? [:] : Dictionary(members.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The keys in the order of the text.
  package var keys: [String] { members.map(\.key) }

  /// - Throws: a missing key, located at the object.
  package mutating func required(_ key: String) throws(JSONError) -> JSONNode {
    guard let node = optional(key) else { throw JSONError(.missingKey(key), at: location, path: path) }
    return node
  }

  /// Nil where the key is absent. A `null` is a value, not an absence: see `JSONNode.isNull`.
  package mutating func optional(_ key: String) -> JSONNode? {
    asked.append(key)
    let position = positions.isEmpty ? members.firstIndex { $0.key == key } : positions[key]
    guard let position else { return nil }
    isRead[position] = true
    return JSONNode(members[position].value, path: childPath(key))
  }

  /// All members in the order of the text, for objects with free keys; they all count as read.
  package mutating func allMembers() -> [(key: String, node: JSONNode)] {
    isRead = Array(repeating: true, count: members.count)
    return members.map { ($0.key, JSONNode($0.value, path: childPath($0.key))) }
  }

  /// Refuses the first key, in the order of the text, that nobody asked for.
  package func finish() throws(JSONError) {
    guard let position = isRead.firstIndex(of: false) else { return }
    let member = members[position]
    // A key that is already there is no likely meaning of another one.
    let candidates = asked.filter { key in !members.contains { $0.key == key } }
    throw JSONError(
      .unknownKey(member.key, suggestion: closest(to: member.key, in: candidates)), at: member.keyLocation, path: path)
  }

  /// An error about the object as a whole, for a format's own rules.
  package func error(_ text: String) -> JSONError {
    JSONError(.invalid(text), at: location, path: path)
  }

  private func childPath(_ key: String) -> String {
    // A key with other than word characters is quoted, so that a message stays one unambiguous line.
    let isPlain = key.utf8.allSatisfy { byte in
      switch UInt8(byte) {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    let name = isPlain && !key.isEmpty && key.utf8.count <= 60 ? key : "[\(quotedForMessage(key))]"
    return path.isEmpty || name.hasPrefix("[") ? path + name : path + "." + name
  }
}
