import ChipModel
import Runtime

/// Spikes of single neurons over the steps: a line a neuron, layer by layer.
struct RasterPicture: Picture {
  struct Row: Sendable {
    var layer: String
    var neuron: Int
    var steps: [Int]
    var color: Int
    /// Markup that names the numbers of a document.
    var attributes: String
  }

  var rows: [Row]
  /// The last step that is shown.
  var last: Int

  private static let left = 118.0
  private static let top = 26.0
  private static let rowHeight = 6.0

  var classes: String { "chart" }
  var summary: String { "Spikes of \(rows.count) neurons in the first sample" }
  var size: (width: Double, height: Double) { (480, Self.top + Self.rowHeight * Double(rows.count) + 38) }

  var values: CSV {
    var csv = CSV(["layer", "neuron", "step"])
    for row in rows { for step in row.steps { csv.add([row.layer, "\(row.neuron)", "\(step)"]) } }
    return csv
  }

  var content: String {
    let c = HTML.coordinate
    let width = (size.width - Self.left - 4) / Double(max(1, last))
    var result = "<text x=\"0\" y=\"12\">Neurons</text>"
    for (index, row) in rows.enumerated() {
      let y = Self.top + Self.rowHeight * Double(index)
      if index == 0 || rows[index - 1].layer != row.layer {
        let name = row.layer.count > 17 ? row.layer.prefix(16) + "\u{2026}" : row.layer[...]
        result += "<text class=\"end\" x=\"\(c(Self.left - 7))\" y=\"\(c(y + 8))\">\(HTML.text(String(name)))</text>"
      }
      let places = row.steps.map { Self.left + width * (Double($0) - 0.5) }
      let marks = places.isEmpty
        ? "" : "M\(c(places[0])) \(c(y))v5" + zip(places, places.dropFirst()).map { "m\(c($1 - $0))-5v5" }.joined()
      result += "<path class=\"spikes s\(row.color)\" d=\"\(marks)\"\(row.attributes)/>"
    }
    let bottom = Self.top + Self.rowHeight * Double(rows.count)
    for tick in Axis(1, Double(max(2, last))).ticks {
      let x = c(Self.left + width * (tick - 0.5))
      result += "<text class=\"middle\" x=\"\(x)\" y=\"\(c(bottom + 14))\">\(PageNumber.count(tick))</text>"
    }
    return result + "<text class=\"end\" x=\"\(c(size.width - 4))\" y=\"\(c(bottom + 32))\">step</text>"
  }

  var latex: String {
    let points = rows.enumerated().flatMap { index, row in row.steps.map { "(\($0),\(index))" } }
    var ticks: [(place: Int, name: String)] = []
    for (index, row) in rows.enumerated() where ticks.last?.name != row.layer { ticks.append((index, row.layer)) }
    return LaTeX.axis(
      "xlabel={step}, xmin=0, xmax=\(last + 1), ymin=-1, ymax=\(rows.count), y dir=reverse, ytick={\(ticks.map { "\($0.place)" }.joined(separator: ","))}, "
        + "yticklabels={\(ticks.map { "{\(LaTeX.text($0.name))}" }.joined(separator: ","))}",
      ["\\addplot[only marks, mark=|, mark size=1.5pt] coordinates {\(points.joined(separator: " "))};"])
  }
}
