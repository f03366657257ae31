import ChipModel

/// What an option or positional takes: how its text is read, and what completions offer for it.
enum ValueKind: Sendable, Equatable {
  case text
  /// A path that the command reads, and what may be there; empty: its reader alone knows.
  case file([FileKind])
  /// A file that the command writes: it is looked at before the command starts.
  case newFile
  /// The same, and `-` is standard output.
  case newDocument
  /// A folder that the command writes into and makes where it is missing; looked at before the command starts, too.
  case newFolder
  case integer(ClosedRange<Int>)
  case number(NumberRange)
  /// A number from 0 to 1, both included.
  case fraction
  /// A number above 0, or a quotient of two, such as `1/255`.
  case ratio
  /// Numbers separated by commas.
  case numbers
  /// Whole numbers above 0 with `x` between, such as `3x224x224`.
  case shape
  case choice([String])
  /// One of the names, or a number; read as text.
  case choiceOrNumber([String], NumberRange)
  /// Names of a list, separated by commas.
  case list([String])
  /// One of the names, or any path.
  case choiceOrFile([String], FileKind)

  /// The values that completions offer, in the order of the help page.
  var choices: [String] {
    switch self {
    case .choice(let names), .choiceOrNumber(let names, _), .choiceOrFile(let names, _): names
    default: []
    }
  }

  /// Whether completions offer file names.
  var takesFile: Bool {
    switch self {
    case .file, .newFile, .newDocument, .newFolder, .choiceOrFile: true
    default: false
    }
  }

  /// Whether it is a path that the command reads.
  var isInput: Bool {
    switch self {
    case .file, .choiceOrFile: true
    default: false
    }
  }
}

/// A value that was read.
enum ParsedValue: Sendable, Equatable {
  case flag
  case text(String)
  /// Of an option that was given several times, in the order typed.
  case texts([String])
  case integer(Int)
  case number(Double)
  case numbers([Double])
  case shape([Int])
}

extension ValueKind {
  /// Reads one value. Strict: no blanks, no `+`, no separators, no hexadecimal, no `inf` or `nan`.
  func parse(_ text: String) throws(ValueProblem) -> ParsedValue {
    if text.isEmpty { throw .empty }
    switch self {
    case .newFile where text == "-": throw .notStandardOutput
    case .text, .file, .newFile, .newDocument, .newFolder:
      return .text(text)
    case .choiceOrFile(let names, _):
      return .text(Spelling.name(text, in: names) ?? text)
    case .integer(let range):
      guard Self.isWhole(text) else { throw .notWhole(range) }
      // Text that is a whole number but too long for 64 bits is out of any range.
      guard let value = Int(text), range.contains(value) else { throw .outsideWhole(range) }
      return .integer(value)
    case .number(let range):
      guard let value = Self.real(text) else { throw .notNumber(range) }
      guard range.contains(value) else { throw .outsideNumber(range) }
      return .number(value)
    case .fraction:
      guard let value = Self.real(text), (0...1).contains(value) else { throw .notFraction }
      return .number(value)
    case .ratio:
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Self.real(String($0)) }
      let value: Double? =
        switch parts.count {
        case 1: parts[0]
        case 2: parts[0].flatMap { top in parts[1].map { top / $0 } }
        default: nil
        }
      guard let value, value.isFinite, value > 0 else { throw .notRatio }
      return .number(value)
    case .numbers:
      var values: [Double] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard let value = Self.real(String(part)), value.isFinite else { throw .notNumbers }
        values.append(value)
      }
      return .numbers(values)
    case .shape:
      let parts = text.split(separator: "x", omittingEmptySubsequences: false).map(String.init)
      let sizes = parts.compactMap { Self.isWhole($0) ? Int($0) : nil }
      guard sizes.count == parts.count, sizes.allSatisfy({ $0 > 0 }) else { throw .notShape }
      return .shape(sizes)
    case .choice(let names):
      return .text(try Self.name(text, in: names))
    case .choiceOrNumber(let names, let range):
      guard let value = Self.real(text) else {
        return .text(try Self.name(text, in: names))
      }
      guard range.contains(value) else { throw .outsideNumber(range) }
      return .text(text)
    case .list(let names):
      var parts: [String] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        parts.append(try Self.name(String(part), in: names))
      }
      return .text(parts.joined(separator: ","))
    }
  }

  /// The name that the text spells.
  private static func name(_ text: String, in names: [String]) throws(ValueProblem) -> String {
    guard let name = Spelling.name(text, in: names) else {
      throw .notChoice(names, suggestion: closest(to: text, in: names))
    }
    return name
  }

  /// An optional minus sign and ASCII digits.
  private static func isWhole(_ text: String) -> Bool {
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    return !digits.isEmpty && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// A decimal number; `1e999` reads as infinity and is refused by its range.
  private static func real(_ text: String) -> Double? {
    guard let first = text.utf8.first, first != UInt8(ascii: "+") else { return nil }
    let allowed = text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
        UInt8(ascii: "e"), UInt8(ascii: "E"):
        true
      default: false
      }
    }
    return allowed ? Double(text) : nil
  }
}
