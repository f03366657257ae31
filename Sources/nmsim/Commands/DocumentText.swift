import ChipModel

/// A JSON document of nmsim for people, whatever its format: scalars as lines, lists of objects as tables, curves as
/// their length and range.
struct DocumentText: Sendable {
  let value: JSONValue
  let style: TextStyle
  /// Rows of a table that are shown.
  private static let shownRows = 24
  /// Objects within objects that are shown.
  private static let deepest = 2

  /// The members in the order of the text: lines first, then tables.
  var page: String {
    var facts = FactList()
    var tables: [String] = []
    collect(value, name: "", depth: 0, &facts, &tables)
    return ([facts.render(style)] + tables).joined(separator: "\n")
  }

  private func collect(
    _ value: JSONValue, name: String, depth: Int, _ facts: inout FactList, _ tables: inout [String]
  ) {
    switch value.kind {
    case .object(let members):
      guard depth <= Self.deepest else {
        facts.add(name, NumberFormat.count(members.count, of: "member"))
        return
      }
      for member in members {
        collect(
          member.value, name: name.isEmpty ? member.key : "\(name).\(member.key)", depth: depth + 1, &facts, &tables)
      }
    case .array(let elements):
      if let table = table(elements, name: name) {
        tables.append(table)
      } else {
        facts.add(name, Self.list(elements))
      }
    default: facts.add(name, Self.scalar(value) ?? "")
    }
  }

  /// A table of the scalar members, where all elements are objects.
  private func table(_ elements: [JSONValue], name: String) -> String? {
    let rows = elements.compactMap { element -> [JSONMember]? in
      guard case .object(let members) = element.kind else { return nil }
      return members
    }
    guard let first = rows.first, rows.count == elements.count else { return nil }
    let columns = first.filter { Self.scalar($0.value) != nil }
    guard !columns.isEmpty else { return nil }
    var table = Table(columns.map { $0.value.double == nil ? .text($0.key) : .number($0.key) })
    for row in rows.prefix(Self.shownRows) {
      table.add(
        columns.map { column in
          .text(row.first { $0.key == column.key }.flatMap { Self.cell($0.value) } ?? "")
        })
    }
    let more = rows.count - min(rows.count, Self.shownRows)
    return style.bold(ErrorText.escaped(name)) + "\n" + table.render(style)
      + (more > 0 ? "and \(NumberFormat.count(more)) more\n" : "")
  }

  /// A scalar in a table: three significant digits keep its columns narrow.
  private static func cell(_ value: JSONValue) -> String? {
    if case .number(let number) = value.kind { return NumberFormat.significant(number) }
    return scalar(value)
  }

  private static func scalar(_ value: JSONValue) -> String? {
    switch value.kind {
    case .null: "unknown"
    case .bool(let flag): flag ? "yes" : "no"
    case .integer(let number): Int(exactly: number).map { NumberFormat.count($0) } ?? "\(number)"
    case .number(let number): NumberFormat.plain(number)
    case .string(let text): text
    case .array, .object: nil
    }
  }

  private static func list(_ elements: [JSONValue]) -> String {
    if elements.count <= 8 {
      let texts = elements.map { scalar($0) ?? "..." }
      return texts.isEmpty ? "none" : texts.joined(separator: ", ")
    }
    let numbers = elements.compactMap(\.double)
    let count = NumberFormat.count(elements.count)
    guard numbers.count == elements.count, let low = numbers.min(), let high = numbers.max(), let last = numbers.last
    else { return "\(count) values" }
    return "\(count) numbers, \(NumberFormat.significant(low)) to \(NumberFormat.significant(high)), "
      + "the last \(NumberFormat.significant(last))"
  }
}
