/// A place in a text: 1-based line and column. A column is one Unicode scalar; a tab counts as one.
package struct SourceLocation: Sendable, Equatable, Comparable, CustomStringConvertible {
  private let storedLine: UInt32
  private let storedColumn: UInt32

  /// Values beyond 32 bits are clamped: a location is for messages, never for addressing.
  package init(line: Int, column: Int) {
    storedLine = UInt32(clamping: line)
    storedColumn = UInt32(clamping: column)
  }

  package var line: Int { Int(storedLine) }
  package var column: Int { Int(storedColumn) }

  /// `line 3, column 14`
  package var description: String { "line \(line), column \(column)" }

  package static func < (a: SourceLocation, b: SourceLocation) -> Bool {
    (a.storedLine, a.storedColumn) < (b.storedLine, b.storedColumn)
  }
}

/// A JSON value that knows where in its text it begins.
///
/// Numbers keep what the text said: a literal without fraction and exponent that fits 64 bits is an `integer`, exact;
/// everything else is a `number`, correctly rounded and finite. Read fields through `JSONObjectReader`, which checks
/// types and ranges and refuses unknown keys.
package struct JSONValue: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// Members in the order of the text; keys are distinct.
    case object([JSONMember])
  }

  package let kind: Kind
  package let location: SourceLocation

  package init(_ kind: Kind, at location: SourceLocation) {
    self.kind = kind
    self.location = location
  }

  /// The value as a double where it is a number: an integer literal is rounded to the nearest double.
  package var double: Double? {
    switch kind {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value as an integer where it is one: an integer literal, or a number without fraction within 2^53 (`1e3`).
  package var integer: Int64? {
    switch kind {
    case .integer(let value): value
    case .number(let value) where value.magnitude <= 0x1p53 && value.rounded(.towardZero) == value: Int64(value)
    default: nil
    }
  }

  /// How a message names the value: scalars as they are, containers by their kind.
  var shortDescription: String {
    switch kind {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "the string \(quotedForMessage(value))"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// One member of a JSON object.
package struct JSONMember: Sendable, Equatable {
  package let key: String
  package let keyLocation: SourceLocation
  package let value: JSONValue

  package init(key: String, keyLocation: SourceLocation, value: JSONValue) {
    self.key = key
    self.keyLocation = keyLocation
    self.value = value
  }
}

/// The text in single quotes, made fit for one line.
func quotedForMessage(_ text: String) -> String { "'\(printable(text))'" }
