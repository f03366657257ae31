/// Lines of a trace file, up to a number of bytes: a trace grows with every spike, a disk does not.
struct BoundedText: Sendable {
  /// In parts, so that a long one is never copied to grow.
  private(set) var parts: [[UInt8]]
  private var size: Int
  /// Lines that did not fit any more. Once one is left out all later ones are, so that what is there has no holes.
  private(set) var dropped = 0
  let limit: Int

  init(header: String, limit: Int) {
    parts = [Array((header + "\n").utf8)]
    size = parts[0].count
    self.limit = limit
  }

  mutating func add(_ line: String) { add(lines: Array(line.utf8) + [UInt8(ascii: "\n")], count: 1) }

  var text: [UInt8] { Array(parts.joined()) }

  /// Whether all later lines are left out.
  var isFull: Bool { dropped > 0 }

  mutating func leaveOut(_ lines: Int) { dropped += lines }

  /// Adds whole lines, as many of them as fit.
  mutating func add(lines: [UInt8], count: Int) {
    if isFull { return leaveOut(count) }
    guard lines.count > limit - size else { return append(lines[...]) }
    let fits = lines.prefix(max(0, limit - size)).lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    append(lines[..<fits])
    dropped = lines[fits...].count { $0 == UInt8(ascii: "\n") }
  }

  private mutating func append(_ lines: ArraySlice<UInt8>) {
    size += lines.count
    if lines.count < Self.shortPart, parts[parts.count - 1].count < Self.shortPart {
      parts[parts.count - 1] += lines
    } else {
      parts.append(Array(lines))
    }
  }

  private static let shortPart = 1 << 16

  /// A name as a CSV field: quoted where RFC 4180 asks for it; one that a table program would take for a formula begins
  /// with an apostrophe.
  static func field(_ name: String) -> String {
    let text = name.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false ? "'" + name : name
    guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else { return text }
    var result = "\""
    for character in text.unicodeScalars {
      if character == "\"" { result += "\"" }
      result.unicodeScalars.append(character)
    }
    return result + "\""
  }
}
