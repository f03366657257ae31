extension String {
  /// Columns that a terminal needs for the text: 2 for East Asian wide characters and emoji, 0 for combining marks.
  ///
  /// An approximation of Unicode's annex 11 by blocks, enough to keep tables aligned.
  var displayWidth: Int {
    var width = 0
    for scalar in unicodeScalars { width += scalar.displayWidth }
    return width
  }

  /// The text cut to at most `width` columns by leaving out its middle, so that both ends of a long layer name show.
  func shortened(to width: Int, ellipsis: String) -> String {
    guard displayWidth > width else { return self }
    let room = width - ellipsis.displayWidth
    guard room > 0 else { return String(ellipsis.prefix(max(width, 0))) }
    var head = ""
    var (headWidth, tailWidth) = (0, 0)
    for character in self {
      let next = String(character).displayWidth
      if headWidth + next > (room + 1) / 2 { break }
      head.append(character)
      headWidth += next
    }
    var tail: [Character] = []
    for character in reversed() {
      let next = String(character).displayWidth
      if tailWidth + next > room - headWidth { break }
      tail.append(character)
      tailWidth += next
    }
    return head + ellipsis + String(tail.reversed())
  }
}

extension Unicode.Scalar {
  fileprivate var displayWidth: Int {
    if isASCII { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
