/// The parts that pages are made of. Names are text, and escaped here; what is called markup is markup already.
extension HTML {
  /// A part of a page, for example a run's accuracy: anchor, name in the navigation, markup.
  typealias Section = (id: String, name: String, markup: PageMarkup)

  /// The head of a page, with links to its sections, and the sections. Those without markup are left out.
  /// - Parameters:
  ///   - sub: markup below the heading.
  ///   - links: markup that follows the links to the sections.
  static func page(over: String, heading: String, sub: PageMarkup, _ sections: [Section], links: String = "") -> PageMarkup {
    let shown = sections.filter { !$0.markup.isEmpty }
    let own = shown.map { "<a href=\"#\($0.id)\">\($0.name)</a>" }.joined()
    let blocks = HTML.blocks(shown) { " id=\"\($0.id)\"" }
    return """
      <header>
      <p class="over">\(over)</p>
      <h1>\(text(heading))</h1>
      \(sub)
      <nav aria-label="Sections">\(own)\(links)</nav>
      </header>
      \(blocks)
      """
  }

  /// Sections below each other; the names of their tables and charts begin with theirs.
  static func blocks(_ sections: [Section], _ attributes: (Section) -> String = { _ in "" }) -> PageMarkup {
    sections.map { section -> PageMarkup in
      "<section\(attributes(section))>\n\(section.markup.named(section.id))\n</section>"
    }.joined(separator: "\n")
  }

  /// Names and what they are, in two columns. Values are markup; a name without a value is left out.
  static func facts(_ rows: [(name: String, value: String?)]) -> String {
    let list = rows.compactMap { row in row.value.map { "<dt>\(text(row.name))</dt><dd>\($0)</dd>" } }
    return "<dl class=\"what\">\(list.joined())</dl>"
  }

  /// What colours stand for.
  static func legend(_ items: [(name: String, color: Int)]) -> String {
    let list = items.map { "<li data-of=\"\(text($0.name))\">\(key($0.color))\(text($0.name))</li>" }
    return list.isEmpty ? "" : "<ul class=\"legend\">\(list.joined())</ul>"
  }

  /// The square of a legend.
  static func key(_ color: Int) -> String { "<span class=\"key s\(color)\"></span>" }

  /// Figures beside each other; on a narrow screen one below the other.
  static func figures(_ figures: [PageMarkup]) -> PageMarkup {
    let blocks = figures.map { "<figure>\($0)</figure>" as PageMarkup }.joined()
    return "<div class=\"pair\">\(blocks)</div>"
  }

  /// A bar below a number: its share of the largest.
  static func bar(_ value: Double, of most: Double) -> String {
    "<span class=\"bar\"><b style=\"width:\(coordinate(most > 0 ? 100 * value / most : 0))%\"></b></span>"
  }

  /// A smaller remark below a number; nothing for nil.
  static func sub(_ markup: String?) -> String { markup.map { "<span class=\"sub\">\($0)</span>" } ?? "" }

  /// A bar of parts that together are the whole.
  static func stack(
    _ parts: [(name: String, joules: Double, color: Int, formula: String)], of total: Double
  ) -> String {
    parts.map { part in
      let title = "\(part.name): \(PageNumber.joules(part.joules)), \(PageNumber.share(part.joules / total))"
      let width = coordinate(1000 * part.joules / total)
      return "<span class=\"s\(part.color)\" style=\"flex:\(width) 0 0\" title=\"\(text(title))\"></span>"
    }.joined()
  }
}
