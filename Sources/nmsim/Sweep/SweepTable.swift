/// What a sweep prints: its best points, and the Pareto fronts that each is on.
struct SweepTable: Sendable {
  let document: SweepDocument
  let style: TextStyle

  /// Of the columns beside a point's name; where that is long, cores are in the summary and on the page alone.
  private static let figuresWidth = 54

  /// Sweeps up to this size are shown whole.
  private static let wholeUpTo = 24

  var text: String {
    let entries = document.entries
    let fronts = SweepFront.all(entries)
    let finished = entries.indices.filter { entries[$0].figures != nil }
    let shown = finished.count <= Self.wholeUpTo ? finished : finished.filter { index in fronts.contains { $0.indices.contains(index) } }
    let labels = SweepPoint.labels(document.points)
    var lines = style.bold(ErrorText.escaped(document.name)) + ": \(NumberFormat.count(entries.count, of: "point"))"
    if document.refusals > 0 { lines += ", \(NumberFormat.count(document.refusals)) that cannot be run" }
    if !document.missing.isEmpty { lines += ", \(NumberFormat.count(document.missing.count)) missing" }
    if shown.count < finished.count { lines += "; the best \(NumberFormat.count(shown.count)) of them" }
    lines += "\n\n"
    if !shown.isEmpty {
      // Names of points need a narrow terminal's width.
      let namesBottlenecks = style.width >= 110
      let widest = shown.map { labels[$0].displayWidth }.max() ?? 0
      let countsCores = widest + Self.figuresWidth <= style.width
      var table = Table(
        [.label("point"), .number("accuracy"), .number("to ANN"), .number("energy"), .number("time")]
          + (countsCores ? [.number("cores")] : []) + (namesBottlenecks ? [.text("bottleneck")] : []) + [.text("Pareto")])
      for index in shown {
        guard let figures = entries[index].figures else { continue }
        let mark = figures.missing.isEmpty || figures.chipJoules == nil ? "" : "*"
        var cells: [Table.Cell] = [
          .text(labels[index]),
          .text(figures.error?.mae.map(NumberFormat.significant) ?? NumberFormat.percent(figures.accuracy)),
          .text(NumberFormat.points(figures.difference)),
          .text(NumberFormat.joules(figures.chipJoules) + mark), .text(time(figures)),
        ]
        if countsCores { cells.append(figures.cores.map { .count($0) } ?? "unknown") }
        if namesBottlenecks { cells.append(.text(SweepTable.bottleneck(figures) ?? "unknown")) }
        table.add(cells + [.text(fronts.map { $0.indices.contains(index) ? $0.letter : "." }.joined())])
      }
      lines += table.render(style) + "\n"
      let legend = fronts.map { "\($0.letter) \($0.title.lowercased())" }.joined(separator: ", ")
      lines += TextLayout.paragraph(
        "On the Pareto front of accuracy and: \(legend). Energy and time are per inference.", width: style.width)
      var choices = FactList()
      for front in fronts {
        guard let index = front.recommended, let figures = entries[index].figures else { continue }
        choices.add(front.title.lowercased(), SweepTable.choice(labels[index], figures))
      }
      lines += "Cheapest within the interval of the most accurate:\n" + choices.render(style, indent: 2)
      if entries.contains(where: { $0.point.faults != nil }) {
        lines += "Points with faults are compared with those of the same faults.\n"
      }
      if shown.contains(where: { entries[$0].figures?.missing.isEmpty == false }) {
        lines += "* Without unpublished constants.\n"
      }
    }
    if let index = entries.firstIndex(where: { if case .refused = $0.outcome { true } else { false } }),
      case .refused(let problem) = entries[index].outcome
    {
      let label = ErrorText.escaped(labels[index])
      lines += TextLayout.paragraph(
        "Cannot be run, for example \(label): \(ErrorText.escaped(problem))", width: style.width)
    }
    return lines
  }

  /// `64 neurons w4: 98.70 %, 97.8 to 99.2; bottleneck synaptic operations, 12 % of the time`
  static func choice(_ label: String, _ figures: SweepFigures) -> String {
    let interval = figures.accuracyInterval.map {
      ", 95 % within \(NumberFormat.percent($0.lowerBound, places: 1)) to \(NumberFormat.percent($0.upperBound, places: 1))"
    }
    let busiest = figures.utilisation.flatMap { _ in bottleneck(figures).map { "; bottleneck \($0) of the time" } }
    return
      "\(label): \(NumberFormat.percent(figures.accuracy))\(interval ?? "")\(busiest ?? "")"
  }

  /// `messages in, 12 %`
  private static func bottleneck(_ figures: SweepFigures) -> String? {
    let share = figures.utilisation.map { ", \(BusiestText.share($0))" }
    return figures.bottleneck.map { BusiestText.name(of: $0) + (share ?? "") }
  }

  private func time(_ figures: SweepFigures) -> String {
    if let seconds = figures.secondsPerInference { return NumberFormat.seconds(seconds) }
    return figures.ticksPerInference.map { NumberFormat.count($0, of: "tick") } ?? "unknown"
  }
}
