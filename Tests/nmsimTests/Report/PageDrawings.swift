import ChipModel
import Foundation
import Testing

@testable import nmsim

/// What pictures draw and say beside the values that they list: ticks, lines, dots, names, and what is under the pointer.
extension PageNumbers {
  /// An axis as the page tells it.
  private struct Scale {
    var low: Double
    var high: Double
    var isBent: Bool

    /// 0 to 1; values beyond the ends are at the ends.
    func place(_ value: Double) -> Double {
      let share = isBent ? (log(value) - log(low)) / (log(high) - log(low)) : (value - low) / (high - low)
      return min(1, max(0, share))
    }
  }

  private struct Plot {
    var left, width, top, height: Double
    var x, y: Scale

    init?(_ attributes: [String: String]) {
      let numbers = (attributes["data-plot"] ?? "").split(separator: " ").compactMap { Double($0) }
      guard numbers.count == 8 else { return nil }
      (left, width, top, height) = (numbers[0], numbers[1], numbers[2], numbers[3])
      x = Scale(low: numbers[4], high: numbers[5], isBent: attributes["data-bent-x"] != nil)
      y = Scale(low: numbers[6], high: numbers[7], isBent: attributes["data-bent-y"] != nil)
    }

    func across(_ value: Double) -> Double { left + width * x.place(value) }
    func down(_ value: Double, _ scale: Scale? = nil) -> Double { top + height * (1 - (scale ?? y).place(value)) }
  }

  /// What is wrong with the pictures of the page, and how many ticks, corners of lines, dots and texts were looked at.
  func checkDrawings() throws -> (wrong: [String], checked: Int) {
    let elements = Markup(page).elements
    let starts = elements.indices.filter { elements[$0].name == "svg" } + [elements.count]
    var (wrong, checked): ([String], Int) = ([], 0)
    func check(_ isRight: Bool, _ text: @autoclosure () -> String) {
      checked += 1
      if !isRight { wrong.append(text()) }
    }
    for (start, end) in zip(starts, starts.dropFirst()) {
      let svg = elements[start].attributes
      let inner = Array(elements[start..<end].prefix { $0.name != "metadata" })
      let list = try #require(elements[start..<end].first { $0.name == "metadata" })
      let rows = list.text.split(separator: "\n").dropFirst().map { Self.cells(String($0)) }
      let label = svg["aria-label"] ?? ""
      if let plot = Plot(svg) { checkPlot(plot, svg, inner, rows) { check($0, "\(label): \($1)") } }
      let run = elements[..<start].last { $0.name == "article" }?.attributes["id"]?.replacing("run-", with: "run") ?? "run1"
      for (before, element) in zip(inner, inner.dropFirst()) where element.name == "title" {
        check(try isRight(element.text, of: before, rows, documents[run]), "\(label): under the pointer '\(element.text)'")
      }
    }
    for text in stackTexts() { check(text.isRight, "bar '\(text.title)'") }
    return (wrong, checked)
  }

  // MARK: - Charts

  private func checkPlot(
    _ plot: Plot, _ svg: [String: String], _ inner: [Markup.Element], _ rows: [[String]], _ check: (Bool, String) -> Void
  ) {
    func near(_ a: Double, _ b: Double) -> Bool { (a - b).magnitude < 0.02 }
    func number(_ element: Markup.Element, _ key: String) -> Double { Double(element.attributes[key] ?? "") ?? .nan }
    let texts = inner.filter { $0.name == "text" }
    // Titles of axes end with the unit of their ticks.
    let titles = texts.filter { text in !["data-x", "data-y", "data-right"].contains { text.attributes[$0] != nil } }
    func unit(_ index: Int) -> String {
      guard titles.indices.contains(index), let last = titles[index].text.components(separatedBy: ", ").last,
        last.wholeMatch(of: /%|[fpnµmkMGT]?(?:J s|J|s|W|\/s)/) != nil, last != titles[index].text
      else { return "" }
      return last
    }
    let right = (svg["data-right"] ?? "").split(separator: " ").compactMap { Double($0) }
    var ticks = ["data-x": 0, "data-y": 0]
    for text in texts {
      for (index, axis) in ["data-y", "data-x", "data-right"].enumerated() where text.attributes[axis] != nil {
        let value = number(text, axis)
        ticks[axis, default: 0] += 1
        let isPlaced = switch axis {
        case "data-x": near(number(text, "x"), plot.across(value))
        case "data-y": near(number(text, "y"), plot.down(value) + 4)
        default:
          right.count == 2 && near(
            number(text, "y"), plot.down(value, Scale(low: right[0], high: right[1], isBent: false)) + 4)
        }
        // `20k` is `20 k`, as other numbers are written.
        let digits = text.text.replacing(/([0-9])([kMGTmµnpf])$/) { "\($0.1)\u{A0}\($0.2)" }
        let unit = unit(index)
        check(isPlaced, "tick \(text.text) stands elsewhere")
        check(Self.says(unit.isEmpty ? digits : "\(digits)\u{A0}\(unit)", value), "tick '\(text.text)' \(unit) for \(value)")
      }
    }
    check(ticks["data-x"] ?? 0 > 1 && ticks["data-y"] ?? 0 > 1, "few ticks")
    for path in inner where path.name == "path" {
      let kinds = (path.attributes["class"] ?? "").split(separator: " ")
      guard let series = path.attributes["data-series"], !kinds.contains("front"), !kinds.contains("whisker") else { continue }
      let places = rows.filter { $0[0] == series && !$0[1].isEmpty }.compactMap { row in
        Double(row[1]).flatMap { x in Double(row[2]).map { (x: plot.across(x), y: plot.down($0)) } }
      }
      for corner in Self.corners(path.attributes["d"] ?? "") {
        check(places.contains { near($0.x, corner.x) && near($0.y, corner.y) }, "\(series): nothing at \(corner)")
      }
    }
    // Names of levels, dots and steps.
    for text in texts where (text.attributes["class"] ?? "").hasPrefix("mark") {
      for match in text.text.matches(of: /[\d.]+(?:\u{A0}%)?/) {
        let said = String(match.0)
        let isRow = rows.contains { row in Double(row[2]).map { Self.says(said, $0) } == true }
        let isName = rows.contains { $0[0].hasPrefix("\(said).") || Double($0[1]) == Double(said) }
        let isTarget = documents.values.contains { node in
          ["target", "stepsToTarget"].contains { key in
            (try? node.member("energy.spike.\(key)").double()).map { Self.says(said, $0) } == true
          }
        }
        check(isRow || isName || isTarget, "'\(text.text)'")
      }
    }
  }

  /// The corners of a path of `M`, `h`, `v` and `l`.
  static func corners(_ way: String) -> [(x: Double, y: Double)] {
    var (corners, place): ([(x: Double, y: Double)], (x: Double, y: Double)) = ([], (0, 0))
    for part in way.matches(of: /([Mhvl])([^Mhvl]*)/) {
      let numbers = part.2.matches(of: /-?[\d.]+/).compactMap { Double($0.0) }
      switch (part.1, numbers.count) {
      case ("M", 2): place = (numbers[0], numbers[1])
      case ("h", 1): place.x += numbers[0]
      case ("v", 1): place.y += numbers[0]
      case ("l", 2): place = (place.x + numbers[0], place.y + numbers[1])
      default: place = (.nan, .nan)
      }
      corners.append(place)
    }
    return corners
  }

  // MARK: - Under the pointer

  /// Whether the text of a dot, of a field or of a link is what the picture lists.
  private func isRight(_ text: String, of element: Markup.Element, _ rows: [[String]], _ run: JSONNode?) throws -> Bool {
    func says(_ shown: Substring, _ number: String) -> Bool { Double(number).map { Self.says(String(shown), $0) } ?? false }
    if let core = element.attributes["data-core"], let index = Int(core), rows.indices.contains(index), let run {
      let form = /core (\d+), tile \((\d+), (\d+)\): ([^ ;]+)[^;]*?(?:, ([^ ]+) of the limit)?(?:; holds (.*))?/
      guard let match = text.wholeMatch(of: form) else { return false }
      let row = rows[index]
      let held = try run.member("cores[\(index)].layers").array().map {
        let neurons = try $0.member("neurons").double()
        return "\(try $0.member("name").string()), \(NumberFormat.count(Int(neurons))) neuron\(neurons == 1 ? "" : "s")"
      }
      let share = try match.5.map { shown in
        try says(shown, "\(run.member("cores[\(index)].neurons").double() / run.member("mesh.limits.neurons").double())")
      }
      return match.1 == core && match.2 == row[1] && match.3 == row[2] && says(match.4, row[4]) && share ?? true
        && String(match.6 ?? "") == held.joined(separator: "; ")
    }
    if let match = text.wholeMatch(of: /link from tile \((\d+), (\d+)\) (\w+): ([^ ]+) messages per inference/), let run {
      let samples = try run.member("samples").double()
      let columns = try ["x", "y", "direction", "messages"].map { try run.member("mesh.links.\($0)").array() }
      return try columns[0].indices.contains { link in
        try "\(columns[0][link].int())" == match.1 && "\(columns[1][link].int())" == match.2
          && columns[2][link].string() == match.3 && says(match.4, "\(columns[3][link].double() / samples)")
      }
    }
    if let match = text.wholeMatch(of: /(.*), (?:step|tick) ([^:]+): ([^ ]+)(?: .*)?/) {
      return rows.contains { $0[0] == match.1 && says(match.2, $0[1]) && says(match.3, $0[2]) }
    }
    if let match = text.wholeMatch(of: /(.*): ([^ ]+) operations per message, ([^ ]+) per second/) {
      return rows.contains { $0[0] == text && says(match.2, $0[1]) && says(match.3, $0[2]) }
    }
    guard let series = element.attributes["data-series"] else { return false }
    guard text != series else { return rows.contains { $0[0] == series } }
    guard text.hasPrefix("\(series): ") else { return false }
    return rows.contains { $0[0] == series && says(text.dropFirst(series.count + 2), $0[2]) }
  }

  /// What parts of bars say, `memory: 1.91 µJ, 58.2 %`: the number of the table row of that name, which is held against the
  /// document like all others, and its share of the bar.
  private func stackTexts() -> [(title: String, isRight: Bool)] {
    let rows = page.components(separatedBy: "</tr>")
    func value(_ name: Substring, _ shown: Substring) -> Double? {
      rows.lazy.filter { $0.contains("\(name)</td>") }.compactMap { row in
        row.matches(of: /<data [^>]*value="([^"]+)"[^>]*>([^<]*)<\/data>/).first { $0.2 == shown }.flatMap { Double($0.1) }
      }.first
    }
    return page.matches(of: /class="stack">(.*?)<\/d/).flatMap { bar in
      let parts = bar.1.matches(of: /title="([^":]+): ([^",]+), ([^"]+)"/)
      let values = parts.map { value($0.1, $0.2) }
      let total = values.compactMap { $0 }.reduce(0, +)
      return zip(parts, values).map { part, value in
        (String(part.0), value.map { Self.says(String(part.3), $0 / total) } ?? false)
      }
    }
  }
}
