import ChipModel

/// A chart as one SVG, its labels in it as text: in a page, saved from it, or exported, it is the same drawing.
///
/// Marks are kept as values in the units of the axes, so that they can be drawn, and listed as CSV.
struct Chart: Picture {
  var x: Axis
  var y: Axis
  var xTitle: String
  var yTitle: String
  var summary: String
  /// A second scale for the same lines, on the right.
  var right: (axis: Axis, title: String)?
  var height = Height.usual

  enum Height: Double { case short = 190, usual = 285, tall = 350 }

  private enum Mark {
    case line([Point], color: Int, style: String, attributes: String)
    case band([Span], color: Int, style: String)
    case level(Double, name: String, color: Int)
    case upright(Double, name: String, color: Int, isLow: Bool)
    case dot(Point, label: String, color: Int, style: String, title: String, attributes: String, whisker: ClosedRange<Double>?)
  }
  typealias Point = (x: Double, y: Double)
  typealias Span = (x: Double, low: Double, high: Double)
  typealias Bar = (low: Double, high: Double, value: Double)

  private var marks: [Mark] = []
  private(set) var rows: [(series: String, x: Double?, y: Double)] = []
  /// Intervals of values, by series and place.
  private var spans: [String: [Double: Span]] = [:]

  init(x: Axis, y: Axis, xTitle: String, yTitle: String, summary: String) {
    self.x = x
    self.y = y
    self.xTitle = xTitle
    self.yTitle = yTitle
    self.summary = summary
  }

  /// A chart over the steps or ticks 1...count.
  init(over unit: String, _ count: Int, y: Axis, title: String, summary: String, height: Height = .usual) {
    let x = Axis(1, Double(max(2, count)))
    self.init(x: x, y: y, xTitle: unit, yTitle: title, summary: summary)
    self.height = height
  }

  /// Indices of the values that a line shows: all of them up to a thousand, else evenly chosen ones and the last.
  static func drawn(_ count: Int) -> [Int] {
    guard count > 1_000 else { return Array(0..<max(0, count)) }
    let stride = (count + 999) / 1_000
    var steps = Array(Swift.stride(from: 0, to: count, by: stride))
    if steps.last != count - 1 { steps.append(count - 1) }
    return steps
  }

  // MARK: - Marks

  /// A line through the values of the steps 1, 2, ... It starts where it enters the plot.
  mutating func addCurve(_ values: [Double], name: String, color: Int, style: String = "", attributes: String = "") {
    let steps = Chart.drawn(values.count)
    let visible = steps.drop { values[$0] < y.low }
    let entry = visible.first.flatMap { $0 > 0 && y.low > 0 ? [$0 - 1] : nil } ?? []
    draw((entry + visible).map { (x: Double($0 + 1), y: values[$0]) }, name, color, style, attributes)
    list(steps.map { (x: Double($0 + 1), y: values[$0]) }, name)
  }

  /// The area below the values of the steps 1, 2, ..., in another colour up to the step `marked`, which is named.
  mutating func addArea(_ values: [Double], marked: Int? = nil, name: String = "") {
    func area(_ steps: [Int]) -> [Span] { steps.map { (x: Double($0 + 1), low: 0, high: values[$0]) } }
    let steps = Chart.drawn(values.count)
    if let marked { addBand(area(steps.filter { $0 < marked }), color: 2, style: "area") }
    addBand(area(steps.filter { $0 >= (marked ?? 1) - 1 }), color: 1, style: "area")
    if let marked { addUpright(Double(marked), name: name, color: 2) }
  }

  /// A line through the points that are at least `least`. `attributes` are markup, already escaped.
  mutating func addLine(
    _ points: [Point], name: String, color: Int, style: String = "", from least: Double = -.infinity, attributes: String = ""
  ) {
    draw(points.filter { $0.y >= least }, name, color, style, attributes)
    list(points, name)
  }

  /// A line that stays level from each point to the next: the way a front is read.
  mutating func addStairs(_ points: [Point], name: String, color: Int, style: String = "") {
    var corners: [Point] = []
    for point in points {
      if let last = corners.last { corners.append((point.x, last.y)) }
      corners.append(point)
    }
    draw(corners, name, color, style, "")
    list(points, name)
  }

  private mutating func draw(_ points: [Point], _ name: String, _ color: Int, _ style: String, _ attributes: String) {
    guard !points.isEmpty else { return }
    marks.append(.line(points, color: color, style: style, attributes: Chart.series(name) + attributes))
  }

  private mutating func list(_ points: [Point], _ name: String) {
    rows += points.map { (name, $0.x, $0.y) }
  }

  private static func series(_ name: String) -> String { " data-series=\"\(HTML.text(name))\"" }

  /// The area between two lines over the same places, and with a name its values.
  mutating func addBand(_ points: [Span], name: String? = nil, color: Int, style: String = "band") {
    guard !points.isEmpty else { return }
    marks.append(.band(points, color: color, style: style))
    guard let name else { return }
    for point in points { spans[name, default: [:]][point.x] = point }
  }

  /// Bars from 0, each from a place to another; listed at the second.
  mutating func addBars(_ bars: [Bar], name: String, color: Int) {
    for bar in bars {
      let gap = 0.06 * (bar.high - bar.low)
      marks.append(.band([(bar.low + gap, 0, bar.value), (bar.high - gap, 0, bar.value)], color: color, style: "area bar"))
    }
    list(bars.map { (x: $0.high, y: $0.value) }, name)
  }

  /// A level line across the plot with its name.
  mutating func addLevel(_ value: Double, name: String, color: Int) {
    rows.append((name, nil, value))
    guard value >= y.low, value <= y.high else { return }
    marks.append(.level(value, name: name, color: color))
  }

  /// A line from bottom to top, with its name beside it.
  mutating func addUpright(_ value: Double, name: String, color: Int, isLow: Bool = false) {
    marks.append(.upright(value, name: name, color: color, isLow: isLow))
  }

  /// A dot, with a label beside it unless that is empty, and what it stands for.
  /// - Parameter whisker: the interval of its value.
  mutating func addDot(
    _ px: Double, _ py: Double, label: String, name: String, color: Int, style: String = "", title: String,
    attributes: String = "", whisker: ClosedRange<Double>? = nil
  ) {
    marks.append(
      .dot(
        (px, py), label: label, color: color, style: style, title: title, attributes: Chart.series(name) + attributes,
        whisker: whisker))
    rows.append((name, px, py))
    if let whisker { spans[name, default: [:]][px] = (px, whisker.lowerBound, whisker.upperBound) }
  }

  // MARK: - Values

  var values: CSV {
    var csv = CSV(["series", head(\.xTitle, \.x), head(\.yTitle, \.y)] + (spans.isEmpty ? [] : ["low", "high"]))
    for row in rows {
      let span = row.x.flatMap { spans[row.series]?[$0] }
      let cells = [row.x, row.y] + (spans.isEmpty ? [] : [span?.low, span?.high])
      csv.add([row.series] + cells.map { $0.flatMap(JSONOutput.numberText) ?? "" })
    }
    return csv
  }

  /// Values are in the unit itself, without a prefix.
  func head(_ title: KeyPath<Chart, String>, _ axis: KeyPath<Chart, Axis>) -> String {
    if case .unit(let unit) = self[keyPath: axis].kind { "\(self[keyPath: title]) (\(unit))" } else { self[keyPath: title] }
  }

  /// Of the files that it becomes.
  private var name: String { "\(yTitle)-over-\(xTitle)" }

  var markup: PageMarkup {
    // From which the page's script finds the values under the pointer, and what a slider over the steps moves along; tests
    // find the numbers of the ticks and the places of lines and dots.
    let plot = [left, plotWidth, top, plotHeight].map(c)
    let ends = [x, y].flatMap { [$0.low, $0.high] }.map { "\($0)" }
    let unit = switch y.kind { case .fraction: "%"; case .number: ""; case .unit(let unit): unit }
    let marks = (x.isLogarithmic ? " data-bent-x=\"\"" : "") + (y.isLogarithmic ? " data-bent-y=\"\"" : "")
      + (right.map { " data-right=\"\($0.axis.low) \($0.axis.high)\"" } ?? "")
    return markup(
      name,
      " data-over=\"\(HTML.text(xTitle))\" data-plot=\"\((plot + ends).joined(separator: " "))\" data-unit=\"\(unit)\"\(marks)")
  }

  // MARK: - Drawing

  var classes: String { "chart" }
  var size: (width: Double, height: Double) { (480, height.rawValue) }
  private var left: Double { 54 }
  private var top: Double { 30 }
  private var plotWidth: Double { size.width - left - (right == nil ? 14 : 54) }
  private var plotHeight: Double { size.height - top - 40 }

  private func c(_ value: Double) -> String { HTML.coordinate(value) }
  private func across(_ value: Double) -> Double { left + plotWidth * x.position(value) }
  private func down(_ value: Double) -> Double { top + plotHeight * (1 - y.position(value)) }
  private func place(_ point: Point) -> String { c(across(point.x)) + " " + c(down(point.y)) }

  /// Through points, each told from the one before in hundredths and a level part as one, which keeps pages small.
  private func way(_ points: [Point]) -> String {
    func hundredths(_ value: Double) -> Double { (value * 100).rounded() }
    var (x, y) = (hundredths(across(points[0].x)), hundredths(down(points[0].y)))
    var result = "M\(c(x / 100)) \(c(y / 100))\(points.count == 1 ? "h0" : "")"
    var level = 0.0
    func endLevel() {
      if level != 0 { result += "h\(c(level / 100))" }
      level = 0
    }
    for point in points.dropFirst() {
      let (nextX, nextY) = (hundredths(across(point.x)), hundredths(down(point.y)))
      let (right, low) = (nextX - x, nextY - y)
      (x, y) = (nextX, nextY)
      if low == 0, level * right >= 0 {
        level += right
        continue
      }
      endLevel()
      let end = c(low / 100)
      result += low == 0 ? "h\(c(right / 100))" : right == 0 ? "v\(end)" : "l\(c(right / 100))\(low < 0 ? "" : " ")\(end)"
    }
    endLevel()
    return result
  }

  /// `tick`: the value that the text is of.
  private func text(
    _ text: String, _ px: Double, _ py: Double, _ classes: String, tick: (axis: String, value: Double)? = nil
  ) -> String {
    let value = tick.map { " data-\($0.axis)=\"\($0.value)\"" } ?? ""
    return "<text class=\"\(classes)\" x=\"\(c(px))\" y=\"\(c(py))\"\(value)>\(HTML.text(text))</text>"
  }

  var content: String { frame + marks.map(draw).joined() }

  private var frame: String {
    func titled(_ title: String, _ axis: Axis) -> String { axis.unit.isEmpty ? title : "\(title), \(axis.unit)" }
    let end = left + plotWidth
    let bottom = top + plotHeight
    var grid = ""
    var labels = text(titled(yTitle, y), 0, 12, "") + text(titled(xTitle, x), end, size.height - 4, "end")
    for tick in y.ticks {
      grid += "M\(c(left)) \(c(down(tick)))H\(c(end))"
      labels += text(y.label(tick), left - 7, down(tick) + 4, "end", tick: ("y", tick))
    }
    for tick in x.ticks {
      let isFirst = x.position(tick) < 0.02
      labels += text(
        x.label(tick), across(tick), bottom + 16, isFirst && right == nil ? "" : x.position(tick) > 0.98 ? "end" : "middle",
        tick: ("x", tick))
    }
    if let right {
      labels += text(titled(right.title, right.axis), size.width, 12, "end")
      for tick in right.axis.ticks {
        labels += text(
          right.axis.label(tick), end + 7, top + plotHeight * (1 - right.axis.position(tick)) + 4, "", tick: ("right", tick))
      }
    }
    return "<path class=\"grid\" d=\"\(grid)\"/><path class=\"frame\" d=\"M\(c(left)) \(c(bottom))H\(c(end))\"/>\(labels)"
  }

  private func draw(_ mark: Mark) -> String {
    let (end, bottom) = (left + plotWidth, top + plotHeight)
    switch mark {
    case .line(let points, let color, let style, let attributes):
      return "<path class=\"line s\(color)\(style.isEmpty ? "" : " " + style)\" d=\"\(way(points))\"\(attributes)/>"
    case .band(let points, let color, let style):
      let corners = points.map { (x: $0.x, y: $0.high) } + points.reversed().map { (x: $0.x, y: $0.low) }
      return "<path class=\"\(style) s\(color)\" d=\"\(way(corners))Z\"/>"
    case .level(let value, let name, let color):
      let label = levelLabel(value, name)
      return "<path class=\"line level s\(color)\" d=\"M\(c(left)) \(c(down(value)))H\(c(end))\"/>"
        + text(name, label.x, label.y, "mark s\(color)\(label.isEnd ? " end" : "")")
    case .upright(let value, let name, let color, let isLow):
      let isLeft = x.position(value) > 0.6
      return "<path class=\"line upright s\(color)\" d=\"M\(c(across(value))) \(c(top))V\(c(bottom))\"/>"
        + text(name, across(value) + (isLeft ? -6 : 6), isLow ? bottom - 6 : top + 10, "mark s\(color)\(isLeft ? " end" : "")")
    case .dot(let point, let label, let color, let style, let title, let attributes, let whisker):
      let line = whisker.map { span in
        "<path class=\"whisker s\(color)\"\(attributes) d=\"M\(place((point.x, span.lowerBound)))V\(c(down(span.upperBound)))\"/>"
      } ?? ""
      let dot = "<path class=\"dot s\(color)\(style.isEmpty ? "" : " " + style)\" d=\"M\(place(point))h0\"\(attributes)>"
        + "<title>\(HTML.text(title))</title></path>"
      guard !label.isEmpty else { return line + dot }
      let isLeft = x.position(point.x) > 0.55
      let height = down(point.y) + (y.position(point.y) > 0.88 ? 14 : -6)
      return line + dot + text(label, across(point.x) + (isLeft ? -7 : 7), height, "mark s\(color)\(isLeft ? " end" : "")")
    }
  }

  /// Where the name of a level covers no line: above or below it at its right or left end, else above the plot.
  private func levelLabel(_ value: Double, _ name: String) -> (x: Double, y: Double, isEnd: Bool) {
    let height = down(value)
    let width = min(0.6 * plotWidth, 6.6 * Double(name.count))
    let lines = marks.compactMap { mark -> [Point]? in if case .line(let points, _, _, _) = mark { points } else { nil } }
    func isFree(_ from: Double, _ top: Double) -> Bool {
      !lines.contains { points in
        let places = points.map { (x: across($0.x), y: down($0.y)) }
        return places.indices.contains { index in
          let (a, b) = (places[max(0, index - 1)], places[index])
          return b.x >= from && a.x <= from + width && max(a.y, b.y) >= top && min(a.y, b.y) <= top + 13
        }
      }
    }
    for (isEnd, isAbove) in [(true, true), (true, false), (false, true), (false, false)] {
      let top = isAbove ? height - 16 : height + 4
      guard top >= self.top - 8, top + 13 <= self.top + plotHeight else { continue }
      if isFree(isEnd ? left + plotWidth - width : left, top) {
        return (isEnd ? left + plotWidth : left + 4, top + 11, isEnd)
      }
    }
    return (left + plotWidth, 12, true)
  }
}
