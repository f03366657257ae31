/// Reads JSON (RFC 8259) into located values.
///
/// Stricter than the RFC requires: duplicate keys, lone surrogates, invalid UTF-8 and numbers outside the range of a
/// double are errors, nesting and size are limited. A byte order mark at the start is skipped. With `allowsComments`,
/// `//` and `/* */` comments and one trailing comma in arrays and objects are accepted, for files that people write.
package struct JSONParser {
  package struct Options: Sendable {
    /// Comments and trailing commas are accepted.
    package var allowsComments: Bool
    /// Largest text, bytes.
    package var maximumBytes: Int
    /// Deepest nesting of arrays and objects; at most 64, because every level costs stack.
    package var maximumDepth: Int
    /// Most values, containers counted: "[0,0," takes 2 bytes of text and 32 of memory a value.
    package var maximumValues: Int

    package init(
      allowsComments: Bool = false, maximumBytes: Int = 256 << 20, maximumDepth: Int = 64,
      maximumValues: Int = 1 << 25
    ) {
      self.allowsComments = allowsComments
      self.maximumBytes = maximumBytes
      self.maximumDepth = min(maximumDepth, 64)
      self.maximumValues = maximumValues
    }

    /// For files that programs write: plain JSON.
    package static let strict = Options()
    /// For files that people write: comments and trailing commas.
    package static let commented = Options(allowsComments: true)
  }

  /// - Throws: `JSONError` at the first thing that is not JSON or is beyond a limit.
  /// - Complexity: O(n); about 5 ns a byte, 60 ns for a number of an array.
  package static func parse(_ bytes: [UInt8], options: Options = .strict) throws(JSONError) -> JSONValue {
    guard bytes.count <= options.maximumBytes else {
      throw JSONError(
        .tooLarge(bytes: bytes.count, limit: options.maximumBytes), at: SourceLocation(line: 1, column: 1))
    }
    var parser = JSONParser(bytes: bytes, options: options)
    return try parser.parseText()
  }

  /// The same for a text in memory.
  package static func parse(_ text: String, options: Options = .strict) throws(JSONError) -> JSONValue {
    try parse(Array(text.utf8), options: options)
  }

  let bytes: [UInt8]
  let options: Options
  var index = 0
  var line = 1
  /// Byte index at which column 1 would be: the line's first byte plus the continuation bytes passed on the line.
  var columnOrigin = 0
  private var depth = 0
  private var valueCount = 0

  private init(bytes: [UInt8], options: Options) {
    self.bytes = bytes
    self.options = options
  }

  var location: SourceLocation { SourceLocation(line: line, column: index - columnOrigin + 1) }

  /// The byte at the index; 0, which no JSON token contains, at the end.
  @inline(__always)
  var current: UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func parseText() throws(JSONError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      index = 3
      columnOrigin = 3
    }
    try skipSpace()
    let value = try parseValue()
    try skipSpace()
    guard index == bytes.count else {
      throw JSONError(.expected("the end of the text", found: found), at: location)
    }
    return value
  }

  private mutating func parseValue() throws(JSONError) -> JSONValue {
    let start = location
    valueCount += 1
    guard valueCount <= options.maximumValues else {
      throw JSONError(.tooManyValues(limit: options.maximumValues), at: start)
    }
    switch current {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      return JSONValue(try parseNumber(), at: start)
    case UInt8(ascii: "\""):
      return JSONValue(.string(try parseString()), at: start)
    case UInt8(ascii: "["):
      return JSONValue(.array(try parseArray()), at: start)
    case UInt8(ascii: "{"):
      return JSONValue(.object(try parseObject()), at: start)
    default:
      return JSONValue(try parseWord(), at: start)
    }
  }

  private mutating func enter() throws(JSONError) {
    guard depth < options.maximumDepth else {
      throw JSONError(.tooDeep(limit: options.maximumDepth), at: location)
    }
    depth += 1
    index += 1
  }

  private mutating func parseArray() throws(JSONError) -> [JSONValue] {
    try enter()
    var elements: [JSONValue] = []
    try skipSpace()
    while current != UInt8(ascii: "]") {
      elements.append(try parseValue())
      try skipSpace()
      guard try parseComma(before: UInt8(ascii: "]"), after: "an element") else { break }
    }
    index += 1
    depth -= 1
    return elements
  }

  private mutating func parseObject() throws(JSONError) -> [JSONMember] {
    try enter()
    var members: [JSONMember] = []
    // Few members are compared one by one; a set takes over where that would be quadratic.
    var seen: Set<String> = []
    try skipSpace()
    while current != UInt8(ascii: "}") {
      let keyLocation = location
      guard current == UInt8(ascii: "\"") else {
        throw JSONError(.expected("a key in double quotes", found: found), at: location)
      }
      let key = try parseString()
      if members.count == 16 { seen = Set(members.map(\.key)) }
      if members.count < 16 ? members.contains(where: { $0.key == key }) : !seen.insert(key).inserted {
        throw JSONError(.duplicateKey(key), at: keyLocation)
      }
      try skipSpace()
      guard current == UInt8(ascii: ":") else {
        throw JSONError(.expected("':' after a key", found: found), at: location)
      }
      index += 1
      try skipSpace()
      members.append(JSONMember(key: key, keyLocation: keyLocation, value: try parseValue()))
      try skipSpace()
      guard try parseComma(before: UInt8(ascii: "}"), after: "a member") else { break }
    }
    index += 1
    depth -= 1
    return members
  }

  /// Passes a comma and the space after it; false, with the index at it, where the closing bracket is.
  @inline(__always)
  private mutating func parseComma(before closing: UInt8, after what: String) throws(JSONError) -> Bool {
    if current == closing { return false }
    guard current == UInt8(ascii: ",") else {
      let bracket = Character(Unicode.Scalar(closing))
      throw JSONError(.expected("',' or '\(bracket)' after \(what)", found: found), at: location)
    }
    let comma = location
    index += 1
    try skipSpace()
    if current == closing, !options.allowsComments {
      throw JSONError(.malformed("a trailing comma is not allowed here; remove it"), at: comma)
    }
    return true
  }

  /// `true`, `false`, `null`, or an error that names what stands there instead of a value.
  private mutating func parseWord() throws(JSONError) -> JSONValue.Kind {
    var end = index
    while end < bytes.count, end - index < 32, isWordByte(bytes[end]) { end += 1 }
    let word = String(decoding: bytes[index..<end], as: UTF8.self)
    switch word {
    case "true", "false", "null":
      index = end
      return word == "null" ? .null : .bool(word == "true")
    case "NaN", "nan", "Infinity", "infinity", "inf":
      throw JSONError(.malformed("\(word) is not JSON; numbers must be finite"), at: location)
    case "":
      if current == UInt8(ascii: "'") {
        throw JSONError(.malformed("strings are written in double quotes"), at: location)
      }
      throw JSONError(.expected("a value", found: found), at: location)
    default:
      throw JSONError(.expected("a value", found: quotedForMessage(word)), at: location)
    }
  }

  func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// What stands at the index, for messages.
  var found: String {
    guard index < bytes.count else { return "the end of the text" }
    let end = min(index + 4, bytes.count)
    // The first character of a repaired piece: a broken byte shows as U+FFFD, which is told as a byte.
    guard let scalar = String(decoding: bytes[index..<end], as: UTF8.self).unicodeScalars.first,
      scalar != "\u{FFFD}"
    else { return "byte 0x\(String(bytes[index], radix: 16))" }
    return quotedForMessage(String(Character(scalar)))
  }
}
