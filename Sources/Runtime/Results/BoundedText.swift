/// Lines of a trace file, up to a number of bytes: a trace grows with every spike, a disk does not.
struct BoundedText: Sendable {
  private(set) var text: [UInt8]
  /// Lines that did not fit any more. Once one is left out all later ones are, so that what is there has no holes.
  private(set) var dropped = 0
  let limit: Int

  init(header: String, limit: Int) {
    text = Array((header + "\n").utf8)
    self.limit = limit
  }

  mutating func add(_ line: String) {
    add { $0 += line.utf8 }
  }

  /// Adds the line that `write` appends.
  mutating func add(_ write: (inout [UInt8]) -> Void) {
    guard dropped == 0 else {
      dropped += 1
      return
    }
    let before = text.count
    write(&text)
    text.append(UInt8(ascii: "\n"))
    guard text.count > limit else { return }
    text.removeLast(text.count - before)
    dropped = 1
  }

  /// Whether all later lines are left out.
  var isFull: Bool { dropped > 0 }

  mutating func leaveOut(_ lines: Int) { dropped += lines }

  /// Adds whole lines, as many of them as fit.
  mutating func add(lines: [UInt8], count: Int) {
    if isFull { return leaveOut(count) }
    guard text.count + lines.count > limit else {
      text += lines
      return
    }
    let fits = lines.prefix(max(0, limit - text.count)).lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    text += lines[..<fits]
    dropped = lines[fits...].count { $0 == UInt8(ascii: "\n") }
  }

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

extension [UInt8] {
  /// Appends the number in decimal digits.
  mutating func append(decimal number: Int) {
    var rest = number.magnitude
    if number < 0 { append(UInt8(ascii: "-")) }
    let start = count
    repeat {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    self[start...].reverse()
  }
}

/// Shortest texts of numbers, the last ones kept: most numbers of a trace stand in many lines.
struct NumberTexts: Sendable {
  private var bits = [UInt64](repeating: UInt64.max, count: 4096)
  private var texts = [[UInt8]](repeating: [], count: 4096)

  /// As `"\(number)"` is.
  subscript(number: Double) -> [UInt8] {
    mutating get {
      let pattern = number.bitPattern
      let slot = Int(truncatingIfNeeded: (pattern &* 0x9e37_79b9_7f4a_7c15) >> 52)
      if bits[slot] != pattern || texts[slot].isEmpty {
        bits[slot] = pattern
        texts[slot] = Array("\(number)".utf8)
      }
      return texts[slot]
    }
  }
}
