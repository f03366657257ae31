/// Paragraphs and two-column lists at a given width, for the help pages.
enum TextLayout {
  /// The words of the text in lines of at most `width` characters. A longer word gets a line of its own, and no line begins
  /// with the sign of percent.
  static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var words: [String] = []
    for word in text.split(separator: " ") {
      if word.hasPrefix("%"), let number = words.popLast() {
        words.append("\(number) \(word)")
      } else {
        words.append(String(word))
      }
    }
    for word in words {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  /// A paragraph with every line indented, ending in a line end.
  static func paragraph(_ text: String, indent: Int = 0, width: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    return wrap(text, width: width - indent).map { margin + $0 + "\n" }.joined()
  }

  /// Terms on the left, explanations in a column on the right; a term that is too long has a line of its own.
  static func list(_ items: [(term: String, text: String)], column: Int, width: Int) -> String {
    var result = ""
    for item in items {
      let lines = wrap(item.text, width: width - column)
      var term = "  " + item.term
      if term.count + 2 > column {
        result += term + "\n"
        term = ""
      }
      for (index, line) in lines.enumerated() {
        let left = index == 0 ? term : ""
        result += left + String(repeating: " ", count: column - left.count) + line + "\n"
      }
      if lines.isEmpty, !term.isEmpty { result += term + "\n" }
    }
    return result
  }
}
