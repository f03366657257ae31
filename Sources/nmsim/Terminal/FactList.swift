/// Names and what they are, in two columns: the head of a report.
struct FactList: Sendable {
  private var items: [(name: String, text: String)] = []

  init() {}

  /// Adds a line; nil adds none.
  mutating func add(_ name: String, _ text: String?) {
    if let text { items.append((ErrorText.escaped(name), ErrorText.escaped(text))) }
  }

  var isEmpty: Bool { items.isEmpty }

  /// The lines; long texts go on in the right column. A word that this column cannot hold, such as a hash, has a
  /// line of its own below the name.
  func render(_ style: TextStyle, indent: Int = 0) -> String {
    let margin = String(repeating: " ", count: indent)
    let column = (items.map(\.name.displayWidth).max() ?? 0) + 2 + indent
    var result = ""
    for (name, text) in items {
      let item = (name: margin + name, text: text)
      let width = max(20, style.width - column)
      if item.text.split(separator: " ").contains(where: { $0.count > width }) {
        result += item.name + "\n" + TextLayout.paragraph(item.text, indent: indent + 2, width: style.width)
        continue
      }
      let lines = TextLayout.wrap(item.text, width: width)
      for (index, line) in (lines.isEmpty ? [""] : lines).enumerated() {
        let left = index == 0 ? item.name : ""
        var text = left + String(repeating: " ", count: column - left.displayWidth) + line
        while text.last == " " { text.removeLast() }
        result += text + "\n"
      }
    }
    return result
  }
}
