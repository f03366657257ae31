import ChipModel

/// Tables and charts of a page as files: the same ones, from the same list.
struct ResultExport: Sendable {
  enum Form: String, CaseIterable, Sendable {
    case csv, latex, svg
    /// What files of it end with.
    var ending: String { self == .latex ? "tex" : rawValue }
  }

  let items: [PageMarkup.Item]

  /// Every file of a form: its name, and its text. Tables have no SVG.
  func files(_ form: Form) -> [(name: String, text: String)] {
    var used: [String: Int] = [:]
    return items.compactMap { item in
      guard let text = ResultExport.text(item, form) else { return nil }
      let name = ResultExport.fileName(item.name)
      let count = (used[name] ?? 0) + 1
      used[name] = count
      return ("\(count == 1 ? name : "\(name)-\(count)").\(form.ending)", text)
    }
  }

  private static func text(_ item: PageMarkup.Item, _ form: Form) -> String? {
    switch (item.content, form) {
    case (.table(let table), .csv): table.csv.text
    case (.table(let table), .latex): table.latex
    case (.table, .svg): nil
    case (.picture(let picture), .csv): picture.values.text
    case (.picture(let picture), .svg): picture.file
    case (.picture(let picture), .latex): picture.latex
    }
  }

  /// Small letters, digits and hyphens, at most 80.
  private static func fileName(_ name: String) -> String {
    var result = ""
    for character in name.lowercased() {
      let isPlain = character.isASCII && (character.isLetter || character.isNumber)
      if isPlain { result.append(character) } else if result.last != "-" { result.append("-") }
    }
    return String(result.prefix(80)).trimmingHyphens()
  }
}

extension String {
  fileprivate func trimmingHyphens() -> String {
    var text = self[...]
    while text.first == "-" { text.removeFirst() }
    while text.last == "-" { text.removeLast() }
    return text.isEmpty ? "table" : String(text)
  }
}

/// Text made fit for LaTeX, and drawings.
enum LaTeX {
  /// Axes of the package pgfplots with plots in them.
  static func axis(_ options: String, _ plots: [String]) -> String {
    let lines = ["% Needs \\usepackage{pgfplots,textcomp}", "\\begin{tikzpicture}", "\\begin{axis}[\(options)]"]
    return (lines + plots + ["\\end{axis}", "\\end{tikzpicture}"]).joined(separator: "\n") + "\n"
  }

  static func text(_ text: String) -> String {
    var result = ""
    for scalar in ErrorText.escaped(text).unicodeScalars {
      switch scalar {
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(scalar)"
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "\u{A0}": result += "~"
      case "\u{2212}": result += "$-$"
      case "µ": result += "\\textmu{}"
      case "×": result += "$\\times$"
      case "·": result += "$\\cdot$"
      case "\u{2026}": result += "\\dots{}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Table {
  /// Numbers as the result has them: unrounded, in SI units, fractions of 1. What stands small below a number is a column
  /// of its own.
  var csv: CSV {
    let shown = columns.indices.filter { columns[$0].kind != .bar }
    let hasNote = columns.indices.map { column in rows.contains { $0[column].note != nil } }
    func cells(_ value: (Int) -> String, _ note: (Int) -> String) -> [String] {
      shown.flatMap { hasNote[$0] ? [value($0), note($0)] : [value($0)] }
    }
    var csv = CSV(cells({ columns[$0].title }, { columns[$0].title + ", note" }))
    for row in rows + (footer.map { [$0] } ?? []) {
      csv.add(cells({ row[$0].exact ?? row[$0].plain }, { row[$0].note ?? "" }))
    }
    return csv
  }

  /// A `tabular` with the rules of the package booktabs.
  var latex: String {
    let shown = columns.indices.filter { columns[$0].kind != .bar }
    func line(_ cells: [String]) -> String { cells.map(LaTeX.text).joined(separator: " & ") + " \\\\" }
    func row(_ cells: [Cell]) -> String {
      line(shown.map { column in cells[column].plain + (cells[column].note.map { " (\($0))" } ?? "") })
    }
    let titles = shown.map { columns[$0].title }
    let head = titles.allSatisfy(\.isEmpty) ? [] : [line(titles), "\\midrule"]
    let lines = ["% Needs \\usepackage{booktabs,textcomp}", "\\begin{tabular}{\(shown.map { columns[$0].isNumber ? "r" : "l" }.joined())}", "\\toprule"]
      + head + rows.map(row) + (footer.map { ["\\midrule", row($0)] } ?? []) + ["\\bottomrule", "\\end{tabular}"]
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Table.Cell {
  private static let small = "<span class=\"sub\">"

  /// What a page shows, without markup.
  var plain: String {
    guard let markup else { return text }
    return HTML.plain(String(markup.split(separator: Self.small, maxSplits: 1, omittingEmptySubsequences: false)[0]))
  }

  /// What stands small below it.
  var note: String? {
    let parts = markup?.split(separator: Self.small, maxSplits: 1, omittingEmptySubsequences: false) ?? []
    return parts.count > 1 ? HTML.plain(String(parts[1])) : nil
  }

  /// Its number unrounded, where it is one.
  var exact: String? {
    if let number { return "\(number)" }
    guard let markup, let start = markup.firstRange(of: " value=\"") else { return nil }
    return String(markup[start.upperBound...].prefix { $0 != "\"" })
  }
}

extension Chart {
  /// Its lines and dots for the package pgfplots.
  var latex: String {
    func mode(_ axis: Axis) -> String { axis.isLogarithmic ? "log" : "normal" }
    var series: [(name: String, points: [String])] = []
    for row in rows {
      guard let x = row.x.flatMap(JSONOutput.numberText), let y = JSONOutput.numberText(row.y) else { continue }
      if series.last?.name != row.series { series.append((row.series, [])) }
      series[series.count - 1].points.append("(\(x),\(y))")
    }
    let plots = series.map { series in
      "\\addplot\(series.points.count == 1 ? "+[only marks]" : "+[mark=none]") coordinates {\(series.points.joined(separator: " "))};\n"
        + "\\addlegendentry{\(LaTeX.text(series.name))}"
    }
    return LaTeX.axis(
      "xlabel={\(LaTeX.text(head(\.xTitle, \.x)))}, ylabel={\(LaTeX.text(head(\.yTitle, \.y)))}, "
        + "xmode=\(mode(x)), ymode=\(mode(y)), legend pos=outer north east", plots)
  }
}
