import ChipModel

/// A chart that fits any width: SVG paths stretched over the plot, labels as text around it, so that text keeps its size on
/// a phone and lines keep their weight.
///
/// Coordinates of the paths are 0...1000 on both axes, y downwards. Without scripts, a strip per step shows its values on
/// hover.
struct Chart: Sendable {
  var x: Axis
  var y: Axis
  var xTitle: String
  var yTitle: String
  /// Said aloud instead of the picture.
  var summary: String
  /// A second scale for the same lines, on the right.
  var right: (axis: Axis, title: String)?
  /// `short`, `tall`; empty for the usual height.
  var heightClass = ""
  private var shapes = ""
  private var labels = ""
  private var strips = ""

  init(x: Axis, y: Axis, xTitle: String, yTitle: String, summary: String) {
    self.x = x
    self.y = y
    self.xTitle = xTitle
    self.yTitle = yTitle
    self.summary = summary
  }

  /// A chart over the steps or ticks 1...count.
  init(over unit: String, _ count: Int, y: Axis, title: String, summary: String, height: String = "") {
    let x = Axis(1, Double(max(2, count)))
    self.init(x: x, y: y, xTitle: unit, yTitle: title, summary: summary)
    heightClass = height
  }

  /// Indices of the values that a line shows: all of them up to a thousand, else evenly chosen ones and the last.
  static func drawn(_ count: Int) -> [Int] {
    guard count > 1_000 else { return Array(0..<max(0, count)) }
    let stride = (count + 999) / 1_000
    var steps = Array(Swift.stride(from: 0, to: count, by: stride))
    if steps.last != count - 1 { steps.append(count - 1) }
    return steps
  }

  /// Indices of the values with a hover text: at most a hundred.
  static func hovered(_ count: Int) -> [Int] { Array(stride(from: 0, to: count, by: max(1, (count + 99) / 100))) }

  /// A line through the values of the steps 1, 2, ... It starts where it enters the plot.
  mutating func addCurve(_ values: [Double], color: Int, style: String = "", attributes: String = "") {
    let visible = Chart.drawn(values.count).drop { values[$0] < y.low }
    let entry = visible.first.flatMap { $0 > 0 && y.low > 0 ? [$0 - 1] : nil } ?? []
    addLine(
      (entry + visible).map { (x: Double($0 + 1), y: values[$0]) }, color: color, style: style,
      attributes: y.low > 0 ? "" : attributes)
  }

  /// The area below the values of the steps 1, 2, ..., in another colour up to the step `marked`, which is named.
  mutating func addArea(_ values: [Double], marked: Int? = nil, name: String = "") {
    func area(_ steps: [Int]) -> [(x: Double, low: Double, high: Double)] {
      steps.map { (x: Double($0 + 1), low: 0, high: values[$0]) }
    }
    let steps = Chart.drawn(values.count)
    if let marked { addBand(area(steps.filter { $0 < marked }), color: 2, style: "area") }
    addBand(area(steps.filter { $0 >= (marked ?? 1) - 1 }), color: 1)
    if let marked { addUpright(Double(marked), name: name, color: 2) }
  }

  /// A hover text for each of so many steps, for example `step 3: 97 %`: what follows the colon.
  mutating func addHoverTexts(_ count: Int, _ text: (Int) -> String) {
    addStrips(Chart.hovered(count).map { (x: Double($0 + 1), text: "\(xTitle) \($0 + 1): \(text($0))") })
  }

  private func point(_ px: Double, _ py: Double) -> String {
    HTML.coordinate(1000 * x.position(px)) + " " + HTML.coordinate(1000 - 1000 * y.position(py))
  }

  /// A line through the points. `attributes` are markup, already escaped.
  mutating func addLine(_ points: [(x: Double, y: Double)], color: Int, style: String = "", attributes: String = "") {
    guard let first = points.first else { return }
    let rest = points.dropFirst().map { "L" + point($0.x, $0.y) }.joined()
    let path = "M" + point(first.x, first.y) + (points.count == 1 ? "h0" : rest)
    shapes += "<path class=\"line s\(color) \(style)\" d=\"\(path)\"\(attributes)/>"
  }

  /// A line that stays level from each point to the next: the way a front is read.
  mutating func addStairs(_ points: [(x: Double, y: Double)], color: Int, style: String = "") {
    var corners: [(x: Double, y: Double)] = []
    for point in points {
      if let last = corners.last { corners.append((point.x, last.y)) }
      corners.append(point)
    }
    addLine(corners, color: color, style: style)
  }

  /// The area between two lines over the same places.
  mutating func addBand(_ points: [(x: Double, low: Double, high: Double)], color: Int, style: String = "band") {
    guard !points.isEmpty else { return }
    let upper = points.map { point($0.x, $0.high) }
    let lower = points.reversed().map { point($0.x, $0.low) }
    shapes += "<path class=\"\(style) s\(color)\" d=\"M\((upper + lower).joined(separator: "L"))Z\"/>"
  }

  /// A level line across the plot, with its name at the right end.
  mutating func addLevel(_ value: Double, name: String, color: Int) {
    guard value >= y.low, value <= y.high else { return }
    let height = HTML.coordinate(1000 - 1000 * y.position(value))
    shapes += "<path class=\"line level s\(color)\" d=\"M0 \(height)H1000\"/>"
    let top = y.position(value) < 0.95
    labels +=
      "<span class=\"mark s\(color) \(top ? "above" : "below")\" style=\"right:0;top:"
      + "\(HTML.coordinate(100 - 100 * y.position(value)))%\">\(HTML.text(name))</span>"
  }

  /// A line from bottom to top, with its name beside it.
  mutating func addUpright(_ value: Double, name: String, color: Int, isLow: Bool = false) {
    let place = HTML.coordinate(1000 * x.position(value))
    shapes += "<path class=\"line upright s\(color)\" d=\"M\(place) 0V1000\"/>"
    let leaves = x.position(value) > 0.6
    let side = leaves ? "right:\(HTML.coordinate(100 - 100 * x.position(value)))%" : "left:\(HTML.coordinate(100 * x.position(value)))%"
    labels += "<span class=\"mark aside \(isLow ? "low " : "")s\(color)\" style=\"\(side);top:0\">\(HTML.text(name))</span>"
  }

  /// A dot, with a name beside it unless that is empty.
  mutating func addDot(
    _ px: Double, _ py: Double, name: String, color: Int, style: String = "", title: String, attributes: String = ""
  ) {
    shapes += "<path class=\"dot s\(color)\(style.isEmpty ? "" : " " + style)\" d=\"M\(point(px, py))h0\"\(attributes)>"
      + "<title>\(HTML.text(title))</title></path>"
    guard !name.isEmpty else { return }
    let (h, v) = (x.position(px), y.position(py))
    let side = h > 0.55 ? "right:\(HTML.coordinate(100 - 100 * h))%" : "left:\(HTML.coordinate(100 * h))%"
    labels +=
      "<span class=\"mark aside s\(color) \(v > 0.88 ? "" : "above")\" style=\"\(side);top:"
      + "\(HTML.coordinate(100 - 100 * v))%\">\(HTML.text(name))</span>"
  }

  /// Hover texts, one for each place, with a hair line.
  mutating func addStrips(_ texts: [(x: Double, text: String)]) {
    for (index, strip) in texts.enumerated() {
      let here = 1000 * x.position(strip.x)
      let before = index > 0 ? 500 * (x.position(texts[index - 1].x) + x.position(strip.x)) : 0
      let after = index + 1 < texts.count ? 500 * (x.position(texts[index + 1].x) + x.position(strip.x)) : 1000
      guard after > before else { continue }
      strips +=
        "<g><rect x=\"\(HTML.coordinate(before))\" width=\"\(HTML.coordinate(after - before))\" height=\"1000\"/>"
        + "<path d=\"M\(HTML.coordinate(here)) 0V1000\"/><title>\(HTML.text(strip.text))</title></g>"
    }
  }

  /// The figure's markup.
  var markup: String {
    var grid = ""
    var yLabels = ""
    for tick in y.ticks {
      let place = y.position(tick)
      grid += "M0 \(HTML.coordinate(1000 - 1000 * place))H1000"
      yLabels += "<i style=\"bottom:\(HTML.coordinate(100 * place))%\">\(y.label(tick))</i>"
    }
    var xLabels = ""
    for tick in x.ticks {
      let place = 100 * x.position(tick)
      let edge = place < 2 ? " class=\"first\"" : place > 98 ? " class=\"last\"" : ""
      xLabels += "<i\(edge) style=\"left:\(HTML.coordinate(place))%\">\(x.label(tick))</i>"
    }
    func titled(_ title: String, _ axis: Axis) -> String {
      HTML.text(axis.unit.isEmpty ? title : "\(title), \(axis.unit)")
    }
    var rightLabels = ""
    if let right {
      for tick in right.axis.ticks {
        rightLabels += "<i style=\"bottom:\(HTML.coordinate(100 * right.axis.position(tick)))%\">\(right.axis.label(tick))</i>"
      }
    }
    let rightTitle = right.map { "<span>\(titled($0.title, $0.axis))</span>" } ?? ""
    return """
      <div class="chart \(heightClass)\(right == nil ? "" : " two")">
      <div class="titles"><span>\(titled(yTitle, y))</span>\(rightTitle)</div>
      <div class="yticks">\(yLabels)</div>
      <div class="plot"><svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" \
      aria-label="\(HTML.text(summary))"><path class="grid" d="\(grid)"/>\(shapes)<g class="strips">\(strips)</g></svg>\
      \(labels)</div>
      \(right == nil ? "" : "<div class=\"yticks right\">\(rightLabels)</div>")
      <div class="xticks">\(xLabels)</div>
      <div class="xtitle">\(titled(xTitle, x))</div>
      </div>
      """
  }
}
