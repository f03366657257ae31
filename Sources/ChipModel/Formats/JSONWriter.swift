/// A JSON document to be written. Members keep their order.
package enum JSONOutput: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  /// Must be finite; `JSONOutput.number(_:)` makes the choice of `null` for other values.
  case double(Double)
  case string(String)
  case array([JSONOutput])
  case object([(String, JSONOutput)])

  /// The number, or `null` where there is none or it is not finite: what is unknown is written as unknown.
  package static func number(_ value: Double?) -> JSONOutput {
    guard let value, value.isFinite else { return .null }
    return .double(value)
  }

  package static func integers(_ values: some Sequence<Int>) -> JSONOutput { .array(values.map { .int($0) }) }
  package static func doubles(_ values: some Sequence<Double>) -> JSONOutput { .array(values.map { .double($0) }) }
  package static func strings(_ values: some Sequence<String>) -> JSONOutput { .array(values.map { .string($0) }) }

  /// The shortest text that reads back as the same double: integral values within 2^53 without fraction (`3`, not
  /// `3.0`), negative zero as `-0.0`; nil where the value is not finite.
  package static func numberText(_ value: Double) -> String? {
    guard value.isFinite else { return nil }
    let isInteger = value.magnitude <= 0x1p53 && value.rounded(.towardZero) == value
    return isInteger && !(value == 0 && value.sign == .minus) ? "\(Int64(value))" : "\(value)"
  }
}

/// Why a document cannot be written.
package enum JSONWriteError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The member's path, for example `energy.items[3].joules`, and the value.
  case notFinite(path: String, value: String)
  /// The path of a member whose key another one has too.
  case repeatedKey(path: String)

  package var description: String {
    switch self {
    case .notFinite(let path, let value):
      "\(path.isEmpty ? "the value" : path) is \(value), which JSON cannot hold"
    case .repeatedKey(let path):
      "two members are called \(path)"
    }
  }
}

/// Writes JSON in one canonical form: equal documents give equal bytes.
package struct JSONWriter {
  package enum Style: Sendable {
    /// Two spaces a level; an array of scalars on one line where it fits 100 columns, else in filled lines.
    case indented
    /// No space at all, one line.
    case compact
  }

  /// The document as UTF-8, ending with a newline.
  /// - Throws: `JSONWriteError` for the first number that is not finite, or key that stands twice.
  package static func bytes(of document: JSONOutput, style: Style = .indented) throws(JSONWriteError) -> [UInt8] {
    var writer = JSONWriter(style: style)
    try writer.write(document, indent: 0)
    writer.output.append(0x0A)
    return writer.output
  }

  /// The same as a string.
  package static func text(of document: JSONOutput, style: Style = .indented) throws(JSONWriteError) -> String {
    String(decoding: try bytes(of: document, style: style), as: UTF8.self)
  }

  private static let lineWidth = 100
  private let style: Style
  private var output: [UInt8] = []
  /// Index in `output` of the current line's first byte.
  private var lineStart = 0
  private var path: [Step] = []

  private enum Step {
    case key(String)
    case index(Int)
  }

  private init(style: Style) {
    self.style = style
  }

  private mutating func write(_ value: JSONOutput, indent: Int) throws(JSONWriteError) {
    switch value {
    case .array(let elements):
      let isFlat = elements.allSatisfy(\.isScalar)
      if isFlat && style == .indented {
        try writeScalars(elements, indent: indent)
      } else {
        try writeContainer("[", "]", count: elements.count, indent: indent) {
          (writer, index) throws(JSONWriteError) in
          writer.path.append(.index(index))
          try writer.write(elements[index], indent: indent + 2)
          writer.path.removeLast()
        }
      }
    case .object(let members):
      var keys: Set<String> = []
      try writeContainer("{", "}", count: members.count, indent: indent) { (writer, index) throws(JSONWriteError) in
        let (key, value) = members[index]
        writer.path.append(.key(key))
        guard keys.insert(key).inserted else { throw .repeatedKey(path: writer.pathText) }
        writer.output += Self.quoted(key)
        writer.output.append(UInt8(ascii: ":"))
        if writer.style == .indented { writer.output.append(0x20) }
        try writer.write(value, indent: indent + 2)
        writer.path.removeLast()
      }
    default:
      output += try scalar(value)
    }
  }

  private mutating func writeContainer(
    _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, count: Int, indent: Int,
    item: (inout JSONWriter, Int) throws(JSONWriteError) -> Void
  ) throws(JSONWriteError) {
    output.append(UInt8(ascii: opening))
    for index in 0..<count {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      newLine(indent: indent + 2)
      try item(&self, index)
    }
    if count > 0 { newLine(indent: indent) }
    output.append(UInt8(ascii: closing))
  }

  /// An array of scalars: on the current line with room for a comma behind it, else in lines filled one level deeper.
  private mutating func writeScalars(_ elements: [JSONOutput], indent: Int) throws(JSONWriteError) {
    var texts: [[UInt8]] = []
    texts.reserveCapacity(elements.count)
    var width = columns(output[lineStart...]) + 3
    for (index, element) in elements.enumerated() {
      path.append(.index(index))
      let text = try scalar(element)
      path.removeLast()
      width += columns(text[...]) + (index > 0 ? 2 : 0)
      texts.append(text)
    }
    output.append(UInt8(ascii: "["))
    let fits = width <= Self.lineWidth
    var column = Int.max
    for (index, text) in texts.enumerated() {
      let needed = columns(text[...]) + 1
      if index > 0 { output.append(UInt8(ascii: ",")) }
      if fits {
        if index > 0 { output.append(0x20) }
      } else if column < Self.lineWidth - needed {
        output.append(0x20)
        column += needed + 1
      } else {
        newLine(indent: indent + 2)
        column = indent + 2 + needed
      }
      output += text
    }
    if !fits { newLine(indent: indent) }
    output.append(UInt8(ascii: "]"))
  }

  private mutating func newLine(indent: Int) {
    guard style == .indented else { return }
    output.append(0x0A)
    lineStart = output.count
    output.append(contentsOf: repeatElement(0x20, count: indent))
  }

  private func scalar(_ value: JSONOutput) throws(JSONWriteError) -> [UInt8] {
    switch value {
    case .bool(let value): return Array((value ? "true" : "false").utf8)
    case .int(let value): return Array("\(value)".utf8)
    case .string(let value): return Self.quoted(value)
    case .double(let value):
      guard let text = JSONOutput.numberText(value) else {
        throw .notFinite(path: pathText, value: "\(value)")
      }
      return Array(text.utf8)
    case .null, .array, .object: return Array("null".utf8)
    }
  }

  private var pathText: String {
    path.reduce(into: "") { text, step in
      switch step {
      case .key(let key): text += text.isEmpty ? key : "." + key
      case .index(let index): text += "[\(index)]"
      }
    }
  }

  /// Unicode scalars of a piece of UTF-8.
  private func columns(_ text: ArraySlice<UInt8>) -> Int {
    text.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }

  /// The string in double quotes; only what JSON demands is escaped.
  static func quoted(_ text: String) -> [UInt8] {
    var result: [UInt8] = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
      case 0x08: result += Array("\\b".utf8)
      case 0x09: result += Array("\\t".utf8)
      case 0x0A: result += Array("\\n".utf8)
      case 0x0C: result += Array("\\f".utf8)
      case 0x0D: result += Array("\\r".utf8)
      case 0..<0x20:
        let hex = String(byte, radix: 16)
        result += Array((byte < 16 ? "\\u000" : "\\u00").utf8) + Array(hex.utf8)
      default: result.append(byte)
      }
    }
    result.append(UInt8(ascii: "\""))
    return result
  }
}

extension JSONOutput {
  fileprivate var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }
}

extension JSONOutput {
  /// A value that was read, to be written.
  package init(_ value: JSONValue) {
    switch value.kind {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .integer(let number): self = Int(exactly: number).map { .int($0) } ?? .double(Double(number))
    case .number(let number): self = .number(number)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements.map { JSONOutput($0) })
    case .object(let members): self = .object(members.map { ($0.key, JSONOutput($0.value)) })
    }
  }
}
