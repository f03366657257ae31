import ChipModel

/// Rows over steps, for example layers: darker where there is more. What many curves over each other would hide.
struct HeatMap: Picture {
  struct Row: Sendable {
    var name: String
    /// One a column.
    var values: [Double]
    /// Markup that names the numbers of a document.
    var attributes = ""
  }

  var title: String
  var xTitle: String
  var summary: String
  var rows: [Row]
  /// The last step of each column, rising.
  var columns: [Double]
  /// Of 0 to 1, and in words.
  var shade: @Sendable (Double) -> Double
  var text: @Sendable (Double) -> String
  /// Whether shades are of logarithms.
  var isLogarithmic = false

  private static let mostColumns = 32
  private static let left = 118.0
  private static let top = 26.0

  var classes: String { "chart" }
  private var rowHeight: Double { min(18, max(7, 320 / Double(max(1, rows.count)))) }
  var size: (width: Double, height: Double) { (480, Self.top + rowHeight * Double(rows.count) + 38) }

  /// Shades of values between the least and the most on a logarithmic scale.
  static func logarithmic(_ least: Double, _ most: Double) -> @Sendable (Double) -> Double {
    let (low, high) = (Axis.log2(least), Axis.log2(max(most, least * 1.01)))
    return { $0 <= 0 ? 0 : min(1, max(0, (Axis.log2($0) - low) / (high - low))) }
  }

  static func linear(_ most: Double) -> @Sendable (Double) -> Double { { most > 0 ? min(1, max(0, $0 / most)) : 0 } }

  var values: CSV {
    var csv = CSV(["row", xTitle, title])
    for row in rows {
      for (column, value) in zip(columns, row.values) {
        csv.add([row.name] + [column, value].map { JSONOutput.numberText($0) ?? "" })
      }
    }
    return csv
  }

  /// Columns that are drawn: all, or evenly chosen ones.
  private var chosen: [Int] {
    columns.count <= Self.mostColumns
      ? Array(columns.indices)
      : (0..<Self.mostColumns).map { $0 * (columns.count - 1) / (Self.mostColumns - 1) }
  }

  /// A matrix of values, or of their logarithms to base 10; what is not a number, or has no logarithm, is left empty.
  var latex: String {
    func meta(_ value: Double) -> String {
      isLogarithmic ? value > 0 ? HTML.coordinate(Axis.log2(value) / Axis.log2(10)) : "nan" : JSONOutput.numberText(value) ?? "nan"
    }
    let chosen = chosen
    let lines = rows.enumerated().map { index, row in
      chosen.enumerated().map { place, column in
        "(\(place),\(index)) [\(row.values.indices.contains(column) ? meta(row.values[column]) : "nan")]"
      }.joined(separator: " ")
    }
    let places = chosen.isEmpty ? [] : [0, chosen.count / 2, chosen.count - 1]
    return LaTeX.axis(
      "title={\(LaTeX.text(isLogarithmic ? "\(title), logarithm to base 10" : title))}, xlabel={\(LaTeX.text(xTitle))}, "
        + "y dir=reverse, enlargelimits=false, colorbar, colormap={shade}{color=(white) color=(blue)}, point meta=explicit, "
        + "xtick={\(places.map { "\($0)" }.joined(separator: ","))}, "
        + "xticklabels={\(places.map { PageNumber.count(columns[chosen[$0]]) }.joined(separator: ","))}, "
        + "ytick={0,...,\(max(0, rows.count - 1))}, "
        + "yticklabels={\(rows.map { "{\(LaTeX.text($0.name))}" }.joined(separator: ","))}",
      ["\\addplot[matrix plot*, mesh/cols=\(max(1, chosen.count))] coordinates {"] + lines + ["};"])
  }

  var content: String {
    let c = HTML.coordinate
    let chosen = chosen
    let width = (size.width - Self.left - 4) / Double(max(1, chosen.count))
    func label(_ text: String, _ x: Double, _ y: Double, _ place: String) -> String {
      "<text class=\"\(place)\" x=\"\(c(x))\" y=\"\(c(y))\">\(HTML.text(text))</text>"
    }
    var result = label(title, 0, 12, "")
    let isDense = rowHeight < 12
    for (index, row) in rows.enumerated() {
      let y = Self.top + rowHeight * Double(index)
      if !isDense || index % 2 == 0 {
        let name = row.name.count > 17 ? row.name.prefix(16) + "\u{2026}" : row.name[...]
        result += label(String(name), Self.left - 7, y + rowHeight / 2 + 4, "end")
      }
      result += "<g class=\"heat\"\(row.attributes)>"
      for (place, column) in chosen.enumerated() where row.values.indices.contains(column) {
        let (value, x) = (row.values[column], Self.left + width * Double(place))
        result += "<rect x=\"\(c(x))\" y=\"\(c(y))\" width=\"\(c(width + 0.1))\" height=\"\(c(rowHeight - 1))\" "
          + "fill-opacity=\"\(c(0.04 + 0.96 * shade(value)))\"><title>\(HTML.text(row.name)), \(xTitle) "
          + "\(PageNumber.count(columns[column])): \(HTML.text(text(value)))</title></rect>"
      }
      result += "</g>"
    }
    let bottom = Self.top + rowHeight * Double(rows.count)
    for place in [0, chosen.count / 2, chosen.count - 1] where chosen.indices.contains(place) {
      let x = Self.left + width * (Double(place) + 0.5)
      result += label(PageNumber.count(columns[chosen[place]]), x, bottom + 15, place == 0 ? "" : place == chosen.count - 1 ? "end" : "middle")
    }
    return result + label(xTitle, size.width - 4, bottom + 32, "end")
  }
}
