/// A table in aligned columns, for example populations and their spikes.
///
/// Numbers are right-aligned and never cut. A table that is too wide for its style shortens the first text column,
/// then the next ones, down to eight characters each; what is still too wide goes on in parts below, each of which
/// begins with the first column again.
struct Table: Sendable {
  /// A column: its heading and whether its cells are numbers.
  struct Column: Sendable {
    var title: String
    var isNumber: Bool
    static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
    static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
  }

  /// What stands in a cell.
  enum Cell: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case text(String)
    /// Shown with thousands separators.
    case count(Int)

    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .count(value) }

    fileprivate var shown: String {
      switch self {
      case .text(let text): ErrorText.escaped(text)
      case .count(let value): NumberFormat.count(value)
      }
    }
  }

  private let columns: [Column]
  private var rows: [[String]] = []
  private var footer: [String]?
  private static let gap = "  "
  private static let narrowest = 8

  init(_ columns: [Column]) { self.columns = columns }

  var isEmpty: Bool { rows.isEmpty }

  /// Adds a row. Missing cells are empty, surplus ones are dropped.
  mutating func add(_ cells: [Cell]) { rows.append(fitted(cells)) }

  /// Sets the last row, which a rule separates from the others: totals.
  mutating func setFooter(_ cells: [Cell]) { footer = fitted(cells) }

  private func fitted(_ cells: [Cell]) -> [String] {
    let shown = cells.prefix(columns.count).map(\.shown)
    return shown + Array(repeating: "", count: columns.count - shown.count)
  }

  /// The table as lines that end in a line end, without trailing blanks.
  func render(_ style: TextStyle) -> String {
    guard !columns.isEmpty else { return "" }
    let titles = columns.map { ErrorText.escaped($0.title) }
    let all = [titles] + rows + (footer.map { [$0] } ?? [])
    let natural = columns.indices.map { column in all.map { $0[column].displayWidth }.max() ?? 0 }
    var widths = shrunk(natural, to: style.width)
    if widths.reduce(Self.gap.count * (widths.count - 1), +) > style.width {
      // It is cut into parts anyway, so names keep their length within reason.
      widths = columns.indices.map { columns[$0].isNumber ? natural[$0] : min(natural[$0], style.width / 2) }
    }
    return parts(widths, style.width).map { part($0, widths, titles, style) }.joined(separator: "\n")
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

  private func part(_ shown: [Int], _ widths: [Int], _ titles: [String], _ style: TextStyle) -> String {
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

    var lines = [style.bold(line(titles))]
    lines += rows.map(line)
    if let footer {
      let total = shown.reduce(0) { $0 + widths[$1] } + Self.gap.count * (shown.count - 1)
      lines.append(String(repeating: style.usesUnicode ? "\u{2500}" : "-", count: total))
      lines.append(line(footer))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func shrunk(_ natural: [Int], to width: Int) -> [Int] {
    var widths = natural
    var excess = natural.reduce(0, +) + Self.gap.count * (natural.count - 1) - width
    for column in columns.indices where excess > 0 && !columns[column].isNumber {
      let less = min(excess, max(0, widths[column] - Self.narrowest))
      widths[column] -= less
      excess -= less
    }
    return widths
  }
}
