/// A table in aligned columns, for example populations and their spikes, on a terminal (`render`) or a page (`markup`).
///
/// Numbers are right-aligned and never cut. On a terminal a table that is too wide for its style shortens the first
/// text column, then the next ones, down to eight characters each, but no labels; what is still too wide goes on in parts
/// below, each of which begins with the first column again.
struct Table: Sendable {
  /// A column: its heading and what its cells are.
  struct Column: Sendable {
    enum Kind: Sendable {
      case text, number
      /// Text that tells rows apart: a terminal does not shorten it.
      case label
      /// Text that a page may break anywhere: names that people gave.
      case name
      /// A bar of a page.
      case bar
    }
    var title: String
    var kind: Kind
    var isNumber: Bool { kind == .number }
    static func text(_ title: String) -> Column { Column(title: title, kind: .text) }
    static func name(_ title: String) -> Column { Column(title: title, kind: .name) }
    static func label(_ title: String) -> Column { Column(title: title, kind: .label) }
    static func number(_ title: String) -> Column { Column(title: title, kind: .number) }
  }

  /// A column of a table that has a row for each value: its heading, and the cell of a value.
  struct Field<Value> {
    var column: Column
    var cell: (Value) -> Cell

    static func text(_ title: String, _ cell: @escaping (Value) -> Cell) -> Field {
      Field(column: .text(title), cell: cell)
    }
    static func name(_ title: String, _ cell: @escaping (Value) -> String) -> Field {
      Field(column: .name(title)) { .text(cell($0)) }
    }
    static func number(_ title: String, _ cell: @escaping (Value) -> Cell) -> Field {
      Field(column: .number(title), cell: cell)
    }
    static func count(_ title: String, _ count: @escaping (Value) -> Int) -> Field {
      Field(column: .number(title)) { .count(count($0)) }
    }
    /// Bars of a page, as markup.
    static func bar(_ markup: @escaping (Value) -> String) -> Field {
      Field(column: Column(title: "", kind: .bar)) { .markup(markup($0)) }
    }
    /// Numbers of a page, as markup.
    static func figure(_ title: String, _ markup: @escaping (Value) -> String) -> Field {
      Field(column: .number(title)) { .markup(markup($0)) }
    }
  }

  /// What stands in a cell.
  struct Cell: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    /// On a terminal, and on a page that has no markup of its own for the cell.
    var text: String
    /// On a page, already escaped.
    var markup: String?
    /// How dark the cell is on a page, 0 to 1; nil: not coloured.
    var shade: Double?
    /// The count that it is.
    var number: Int?

    init(stringLiteral value: String) { text = value }
    init(integerLiteral value: Int) { (text, number) = (NumberFormat.count(value), value) }
    private init(_ text: String, markup: String? = nil, shade: Double? = nil) {
      (self.text, self.markup, self.shade) = (text, markup, shade)
    }

    static func text(_ text: String) -> Cell { Cell(text) }
    /// With thousands separators.
    static func count(_ value: Int) -> Cell { Cell(integerLiteral: value) }
    /// The same for a count that may be unknown or without limit.
    static func count(_ value: Int?, else absent: String) -> Cell {
      value.map { .count($0) } ?? Cell(absent)
    }
    /// For pages alone.
    static func markup(_ markup: String, shade: Double? = nil) -> Cell { Cell("", markup: markup, shade: shade) }
  }

  let columns: [Column]
  private(set) var rows: [[Cell]] = []
  private(set) var footer: [Cell]?
  private var heads: [(title: String, columns: ClosedRange<Int>)] = []
  private static let gap = "  "
  private static let narrowest = 8

  init(_ columns: [Column]) { self.columns = columns }

  /// A row for each value.
  init<Value>(_ values: some Sequence<Value>, _ fields: [Field<Value>], footer: [Cell]? = nil) {
    columns = fields.map(\.column)
    for value in values { add(fields.map { $0.cell(value) }) }
    if let footer { setFooter(footer) }
  }

  var isEmpty: Bool { rows.isEmpty }

  /// Adds a row. Missing cells are empty, surplus ones are dropped.
  mutating func add(_ cells: [Cell]) { rows.append(fitted(cells)) }

  /// Sets the last row, which a rule separates from the others: totals.
  mutating func setFooter(_ cells: [Cell]) { footer = fitted(cells) }

  /// Sets headings over columns that belong together, for a terminal that shows the table in one part.
  mutating func setHeads(_ heads: [(title: String, columns: ClosedRange<Int>)]) { self.heads = heads }

  private func fitted(_ cells: [Cell]) -> [Cell] {
    Array(cells.prefix(columns.count)) + Array(repeating: "", count: max(0, columns.count - cells.count))
  }

  // MARK: - Page

  /// The table for a page, with a scroll bar of its own where the page is narrow. Columns without titles have no head.
  /// - Parameters:
  ///   - name: of the files that it is exported to.
  ///   - isTight: smaller type and less room, for many columns.
  func markup(_ name: String, isTight: Bool = false) -> PageMarkup {
    func row(_ cells: [Cell]) -> String { "<tr>\(zip(columns, cells).map(Self.markup).joined())</tr>" }
    let titles = columns.map { "<th\($0.isNumber ? " class=\"n\"" : "")>\(HTML.text($0.title))</th>" }.joined()
    let head = columns.allSatisfy(\.title.isEmpty) ? "" : "<thead><tr>\(titles)</tr></thead>\n"
    let foot = footer.map { "\n<tfoot>\(row($0))</tfoot>" } ?? ""
    let text = "<div class=\"scroll\"><table\(isTight ? " class=\"tight\"" : "")>\n\(head)"
      + "<tbody>\(rows.map(row).joined(separator: "\n"))</tbody>\(foot)</table></div>"
    return PageMarkup(text, [.init(name: name, content: .table(self))])
  }

  /// Of a picture that has no table beside it: not shown, but exported.
  func hidden(_ name: String) -> PageMarkup { PageMarkup("", [.init(name: name, content: .table(self))]) }

  private static func markup(_ column: Column, _ cell: Cell) -> String {
    let content = cell.markup ?? HTML.text(column.isNumber ? PageNumber.typeset(cell.text) : cell.text)
    var classes: [String] =
      switch column.kind {
      case .text, .label: []
      case .number: ["n"]
      case .name: ["name"]
      case .bar: ["wide"]
      }
    if cell.shade != nil { classes.append("heat") }
    let style = cell.shade.map { $0 > 0 ? " style=\"--h:\(HTML.coordinate($0))\"" : "" } ?? ""
    return "<td\(classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\"")\(style)>\(content)</td>"
  }

  // MARK: - Terminal

  /// The table as lines that end in a line end, without trailing blanks.
  func render(_ style: TextStyle) -> String {
    guard !columns.isEmpty else { return "" }
    let titles = columns.map { ErrorText.escaped($0.title) }
    func shown(_ cells: [Cell]) -> [String] { cells.map { ErrorText.escaped($0.text) } }
    let lines = (body: rows.map(shown), foot: footer.map(shown))
    let all = [titles] + lines.body + (lines.foot.map { [$0] } ?? [])
    let natural = columns.indices.map { column in all.map { $0[column].displayWidth }.max() ?? 0 }
    var widths = shrunk(natural, to: style.width)
    if widths.reduce(Self.gap.count * (widths.count - 1), +) > style.width {
      // It is cut into parts anyway, so names keep their length within reason.
      widths = columns.indices.map { column in
        switch columns[column].kind {
        case .number: natural[column]
        case .label: min(natural[column], max(style.width / 2, style.width - 24))
        default: min(natural[column], style.width / 2)
        }
      }
    }
    return parts(widths, style.width).map { part($0, widths, titles, lines.body, lines.foot, style) }
      .joined(separator: "\n")
  }

  /// Columns that stand beside each other.
  private func parts(_ widths: [Int], _ width: Int) -> [[Int]] {
    var parts: [[Int]] = [[0]]
    var used = widths[0]
    for column in columns.indices.dropFirst() {
      let more = Self.gap.count + widths[column]
      if used + more > width, parts[parts.count - 1].count > 1 {
        parts.append([0])
        used = widths[0]
      }
      parts[parts.count - 1].append(column)
      used += more
    }
    return parts
  }

  private func part(
    _ shown: [Int], _ widths: [Int], _ titles: [String], _ rows: [[String]], _ footer: [String]?, _ style: TextStyle
  ) -> String {
    let ellipsis = style.usesUnicode ? "\u{2026}" : "..."

    func line(_ cells: [String]) -> String {
      var text = ""
      for column in shown {
        let cell = cells[column].shortened(to: widths[column], ellipsis: ellipsis)
        let blanks = String(repeating: " ", count: max(0, widths[column] - cell.displayWidth))
        text += (column > 0 ? Self.gap : "") + (columns[column].isNumber ? blanks + cell : cell + blanks)
      }
      while text.last == " " { text.removeLast() }
      return text
    }

    var lines = shown.count == columns.count && !heads.isEmpty ? [style.bold(headLine(widths, style))] : []
    lines.append(style.bold(line(titles)))
    lines += rows.map(line)
    if let footer {
      let total = shown.reduce(0) { $0 + widths[$1] } + Self.gap.count * (shown.count - 1)
      lines.append(String(repeating: style.usesUnicode ? "\u{2500}" : "-", count: total))
      lines.append(line(footer))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Each heading in the middle of a rule over its columns.
  private func headLine(_ widths: [Int], _ style: TextStyle) -> String {
    func place(_ column: Int) -> Int { widths[..<column].reduce(0) { $0 + $1 + Self.gap.count } }
    var text = ""
    for (title, span) in heads {
      let width = place(span.upperBound) + widths[span.upperBound] - place(span.lowerBound)
      let label = " \(title) ".shortened(to: width, ellipsis: "")
      let rule = width - label.displayWidth
      let dash = style.usesUnicode ? "\u{2500}" : "-"
      text += String(repeating: " ", count: max(0, place(span.lowerBound) - text.displayWidth))
      text += String(repeating: dash, count: rule / 2) + label + String(repeating: dash, count: rule - rule / 2)
    }
    return text
  }

  private func shrunk(_ natural: [Int], to width: Int) -> [Int] {
    var widths = natural
    var excess = natural.reduce(0, +) + Self.gap.count * (natural.count - 1) - width
    for column in columns.indices where excess > 0 && !columns[column].isNumber && columns[column].kind != .label {
      let less = min(excess, max(0, widths[column] - Self.narrowest))
      widths[column] -= less
      excess -= less
    }
    return widths
  }
}
