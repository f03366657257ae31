/// Markup, and the tables and charts in it: a page shows the one, `nmsim export` writes the others.
///
/// It is made from literals and what stands in them; tables and charts that stand in one are in the other too.
struct PageMarkup: Sendable, ExpressibleByStringInterpolation {
  /// A table or a chart, with the name that its files get.
  struct Item: Sendable {
    enum Content: Sendable {
      case table(Table)
      case picture(any Picture)
    }
    var name: String
    var content: Content
  }

  var text: String
  var items: [Item] = []

  var isEmpty: Bool { text.isEmpty }

  init(stringLiteral value: String) { text = value }
  init(stringInterpolation: Interpolation) { (text, items) = (stringInterpolation.text, stringInterpolation.items) }
  init(_ text: String, _ items: [Item] = []) { (self.text, self.items) = (text, items) }

  struct Interpolation: StringInterpolationProtocol {
    var text = ""
    var items: [Item] = []
    init(literalCapacity: Int, interpolationCount: Int) {}
    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ text: String) { self.text += text }
    mutating func appendInterpolation(_ number: Int) { text += "\(number)" }
    mutating func appendInterpolation(_ markup: PageMarkup) {
      text += markup.text
      items += markup.items
    }
  }

  static func + (left: PageMarkup, right: PageMarkup) -> PageMarkup {
    PageMarkup(left.text + right.text, left.items + right.items)
  }

  /// The same, the names of its items behind another.
  func named(_ prefix: String) -> PageMarkup {
    var result = self
    for index in items.indices { result.items[index].name = "\(prefix)-\(items[index].name)" }
    return result
  }
}

extension [PageMarkup] {
  func joined(separator: String = "") -> PageMarkup {
    PageMarkup(map(\.text).joined(separator: separator), flatMap(\.items))
  }
}

/// A drawing that stands in a page and alone.
protocol Picture: Sendable {
  /// The content of its `svg` element, labels in it as text.
  var content: String { get }
  /// Of its `svg` element.
  var classes: String { get }
  /// Said aloud instead of the picture.
  var summary: String { get }
  /// Width and height of the drawing; texts are 12 high.
  var size: (width: Double, height: Double) { get }
  /// What it shows, line by line, with a head.
  var values: CSV { get }
  /// The same drawing for a paper: commands of TikZ, with the packages that they need.
  var latex: String { get }
}

extension Picture {
  private var viewBox: String { "0 0 \(HTML.coordinate(size.width)) \(HTML.coordinate(size.height))" }

  /// For a page, with its values. `attributes` are markup.
  func drawing(_ attributes: String) -> String {
    // What is longer stays in the result alone, so that pages stay small.
    let values = values.text.utf8.count < 60_000 ? "<metadata>\(HTML.lines(values.text))</metadata>" : ""
    return "<svg class=\"\(classes)\" viewBox=\"\(viewBox)\" role=\"img\" aria-label=\"\(HTML.text(summary))\"\(attributes)>"
      + "\(content)\(values)</svg>"
  }

  /// A file of its own that needs no other.
  var file: String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" class="\(classes)" viewBox="\(viewBox)" width="\(HTML.coordinate(size.width))" \
    height="\(HTML.coordinate(size.height))">
    <title>\(HTML.text(summary))</title>
    <style>\(PageStyle.picture)</style>
    \(content)
    </svg>

    """
  }

  func markup(_ name: String, _ attributes: String = "") -> PageMarkup {
    PageMarkup(drawing(attributes), [.init(name: name, content: .picture(self))])
  }
}

/// Rows of comma-separated values (RFC 4180).
struct CSV: Sendable {
  private(set) var text = ""

  init(_ head: [String]) { add(head) }

  mutating func add(_ cells: [String]) { text += cells.map(CSV.cell).joined(separator: ",") + "\n" }

  private static func cell(_ text: String) -> String {
    let special: Set<Character> = [",", "\"", "\n", "\r", "\r\n"]
    guard text.contains(where: { special.contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
