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
    guard dropped == 0, text.count + line.utf8.count + 1 <= limit else {
      dropped += 1
      return
    }
    text += line.utf8
    text.append(UInt8(ascii: "\n"))
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
