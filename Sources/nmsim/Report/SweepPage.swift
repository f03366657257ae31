import Runtime

/// The page of a sweep: what to choose, then every point. One file that needs nothing else, like a run's page.
struct SweepPage: Sendable {
  let document: SweepDocument
  /// Of `sweep.json`, embedded in the page.
  let text: [UInt8]
  /// Nil: the sweep's name.
  var title: String?

  /// Points of the table; a larger sweep shows those of its fronts.
  private static let mostRows = 1_000

  private var heading: String { title ?? document.name }

  var page: String { Report.page(title: heading, body: body, documents: [(id: "sweep-json", text: text)]) }

  /// What is on it, with its tables and charts.
  var body: PageMarkup {
    let entries = document.entries
    let fronts = SweepFront.all(entries)
    let coordinates = SweepPoint.coordinates(document.points)
    let labels = SweepPoint.labels(document.points)
    let finished = entries.indices.filter { entries[$0].figures != nil }
    func count(_ list: String, _ number: Int) -> String { HTML.derived("count(\(list))", Double(number), PageNumber.count) }
    var parts = ["\(count("points", entries.count)) point\(entries.count == 1 ? "" : "s")"]
    if document.refusals > 0 { parts.append("\(count("points[*].refused", document.refusals)) that cannot be run") }
    if !document.missing.isEmpty { parts.append("\(count("missing", document.missing.count)) missing") }
    let chips = chips
    let colors = document.points.map { point in chips.firstIndex(of: point.chip).map { $0 + 1 } ?? 1 }
    // Nobody chooses faults: where there are whole chips, these are what there is to choose.
    let isWhole = document.points.contains { $0.faults == nil }
    let chosen = isWhole ? fronts.map { $0.keeping { document.points[$0].faults == nil } } : fronts
    let figures = chosen.compactMap {
      SweepChart(document: document, front: $0, labels: labels, colors: colors).figure
    }
    let choice: PageMarkup =
      figures.isEmpty
      ? "<p class=\"note\">Nothing to draw: the data have no labels, or the points do not differ in what they cost.</p>"
      : """
        <p class="note">Each dot is a point of the plan; its line is the 95\u{A0}% interval of its accuracy. The dotted line is \
        the Pareto front: no other point is both cheaper and more accurate. Its dots are full, and numbered as in the table \
        where there is room. Energies with unpublished constants are compared where the same are missing.</p>
        \(colouring(coordinates))\(legend)
        \(HTML.figures(figures))
        """
    let rows = finished.count <= Self.mostRows ? finished : finished.filter { index in fronts.contains { $0.indices.contains(index) } }
    return HTML.page(
      over: "nmsim sweep report", heading: heading,
      sub: "<p class=\"sub\">\(parts.joined(separator: " · "))</p>\n\(recommended(chosen, coordinates, labels).named("recommended"))",
      [
        ("choice", "Pareto fronts", "<h2>Pareto fronts</h2>\n\(choice)"), ("faults", "Faults", faults),
        ("roofline", "Roofline", roofline(labels, colors)),
        ("seeds", "Seeds", seeds(coordinates)),
        ("points", "Points", "<h2>Points</h2>\n\(table(rows, fronts, coordinates))\n\(refusals(labels))"),
      ])
  }

  // MARK: - The answer

  /// The cheapest point by each cost, within the interval of the most accurate one.
  private func recommended(
    _ fronts: [SweepFront], _ coordinates: [(name: String, values: [String])], _ labels: [String]
  ) -> PageMarkup {
    typealias Choice = (front: SweepFront, index: Int, figures: SweepFigures)
    let choices = fronts.compactMap { front -> Choice? in
      guard let index = front.recommended, let figures = document.entries[index].figures else { return nil }
      return (front, index, figures)
    }
    guard !choices.isEmpty else { return "" }
    let table = Table(
      choices,
      [
        Table.Field<Choice>.text("Least") { .text($0.front.title) },
        .figure("Point") { "<a href=\"#point-\(document.points[$0.index].id)\">\($0.index + 1)</a>" },
        .figure("Accuracy") { accuracy($0.index, $0.figures) },
        .figure("Cost") { choice in
          let cost = choice.front.costs.first { $0.index == choice.index }?.cost
          return figure(choice.index, choice.front.member, cost) { cost in
            choice.front.unit.isEmpty
              ? PageNumber.count(cost) : PageNumber.typeset(NumberFormat.si(cost, unit: choice.front.unit))
          }
        },
      ] + parameters(coordinates) { $0.index } + [
        .text("Bottleneck") { .text($0.figures.bottleneck.map { BusiestText.name(of: $0) } ?? "") }
      ])
    return """
      <p class="answer">Recommended: the cheapest point whose accuracy is within the 95\u{A0}% interval of the most accurate one.</p>
      \(table.markup("points"))
      """
  }

  /// The coordinates of points as columns.
  private func parameters<Value>(
    _ coordinates: [(name: String, values: [String])], _ index: @escaping (Value) -> Int
  ) -> [Table.Field<Value>] {
    coordinates.map { coordinate in .text(Self.words(coordinate.name)) { .text(coordinate.values[index($0)]) } }
  }

  /// `weightBits` as `Weight bits`.
  private static func words(_ key: String) -> String {
    let words = BillSection.words(key)
    return words.prefix(1).uppercased() + words.dropFirst()
  }

  /// A number of a point's result.
  private func figure(_ index: Int, _ key: String, _ value: Double?, _ format: (Double) -> String) -> String {
    HTML.derived("points[\(index)].result.\(key)", value, format)
  }

  private func accuracy(_ index: Int, _ figures: SweepFigures) -> String {
    let interval = figures.accuracyInterval.map {
      figure(index, "accuracyInterval[0]", $0.lowerBound, PageNumber.share) + " to "
        + figure(index, "accuracyInterval[1]", $0.upperBound, PageNumber.share)
    }
    return figure(index, "accuracy", figures.accuracy, PageNumber.percent) + HTML.sub(interval)
  }

  /// Colours of the dots by any coordinate, for the page's script; without it they are those of the chips.
  private func colouring(_ coordinates: [(name: String, values: [String])]) -> String {
    let lists = coordinates.map { coordinate in
      "<option data-values=\"\(HTML.text(coordinate.values.joined(separator: "|")))\""
        + "\(coordinate.name == "chips" ? " selected=\"\"" : "")>\(HTML.text(Self.words(coordinate.name)))</option>"
    }
    return lists.isEmpty ? "" : "<p class=\"colouring script\">Colour by <select>\(lists.joined())</select></p>"
  }

  // MARK: - Sections

  /// The busiest core of each point under the limits of its chip; empty where no time is known.
  private func roofline(_ labels: [String], _ colors: [Int]) -> PageMarkup {
    var (dots, roofs): ([RooflineChart.Dot], [RooflineChart.Roof]) = ([], [])
    for (index, entry) in document.entries.enumerated() {
      guard let figures = entry.figures, let intensity = figures.operationsPerMessage,
        let rate = figures.operationsPerSecond,
        let dot = RooflineChart.Dot(
          operations: rate, messages: intensity > 0 ? rate / intensity : 0, seconds: 1, color: colors[index],
          name: "\(index + 1). \(labels[index])")
      else { continue }
      dots.append(dot)
      var roof = RooflineChart.Roof(
        secondsPerOperation: figures.secondsPerOperation, secondsPerMessage: figures.secondsPerMessage)
      (roof.color, roof.messageColor) = (colors[index], colors[index])
      if !roofs.contains(where: { $0.isNear(roof) }) { roofs.append(roof) }
    }
    guard let chart = RooflineChart(dots: dots, roofs: roofs, what: "points").markup else { return "" }
    return """
      <h2>Roofline</h2>
      <p class="note">The core with most synaptic operations of each point, under what its chip's description \
      lets a core do: operations, level, and what its messages bring, rising. Points without a known time are not drawn.</p>
      \(legend)
      \(HTML.figures([chart]))
      """
  }

  /// Chips by colour, where there are no more than colours.
  private var chips: [String] {
    var chips: [String] = []
    for point in document.points where !chips.contains(point.chip) { chips.append(point.chip) }
    return (2...5).contains(chips.count) ? chips : []
  }

  private var legend: String {
    HTML.legend(chips.enumerated().map { ($1, $0 + 1) })
  }

  /// Accuracy and energy against the rates of faults; empty where no rate differs.
  private var faults: PageMarkup {
    let points = FaultPoint.all(document)
    var section = FaultSection(points)
    var names: [(name: String, color: Int)] = []
    for point in points where !names.contains(where: { $0.name == point.name }) {
      names.append((point.name, point.color))
    }
    // Those beyond the colours share one; their dots say what they are.
    let items = names.filter { $0.color < 6 } + (names.count > 5 ? [("others", 6)] : [])
    if names.count > 1 { section.legend = HTML.legend(items) }
    return section.markup
  }

  /// Mean and standard deviation over points that differ in their seed alone; empty without several seeds.
  private func seeds(_ coordinates: [(name: String, values: [String])]) -> PageMarkup {
    let others = coordinates.filter { $0.name != "seeds" }
    guard others.count < coordinates.count else { return "" }
    var groups: [(key: [String], points: [Int])] = []
    for index in document.entries.indices where document.entries[index].figures != nil {
      let key = others.map { $0.values[index] }
      if let known = groups.firstIndex(where: { $0.key == key }) {
        groups[known].points.append(index)
      } else {
        groups.append((key, [index]))
      }
    }
    groups = groups.filter { $0.points.count > 1 }
    guard !groups.isEmpty else { return "" }
    typealias Group = (key: [String], points: [Int])
    func spread(
      _ title: String, _ key: String, _ value: @escaping (SweepFigures) -> Double?,
      _ format: @escaping (Double) -> String
    ) -> Table.Field<Group> {
      .figure(title) { group in
        let known = group.points.compactMap { point in
          document.entries[point].figures.flatMap(value).map { (path: "points[\(point)].result.\(key)", value: $0) }
        }
        guard known.count > 1 else { return ReportRun.unknown }
        let mean = known.reduce(0) { $0 + $1.value } / Double(known.count)
        let squares = known.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) }
        let deviation = (squares / Double(known.count - 1)).squareRoot()
        let list = known.map(\.path).joined(separator: ", ")
        return HTML.derived("mean(\(list))", mean, format)
          + HTML.sub("\u{B1} " + HTML.derived("deviation(\(list))", deviation, format))
      }
    }
    let parameters = others.enumerated().map { place, coordinate in
      Table.Field<Group>.text(Self.words(coordinate.name)) { .text($0.key[place]) }
    }
    let table = Table(
      groups,
      parameters + [
        .count("Seeds", \.points.count), spread("Accuracy", "accuracy", \.accuracy, PageNumber.percent),
        spread("Spikes", "spikes", \.spikes, PageNumber.count),
        spread("Energy, chip model", "chipJoules", \.chipJoules, PageNumber.joules),
        spread("Latency", "secondsPerInference", \.secondsPerInference, PageNumber.seconds),
      ])
    return """
      <h2>Over seeds</h2>
      <p class="note">Mean and, below it, standard deviation of points that differ in their seed alone.</p>
      \(table.markup("seeds"))
      """
  }

  private func table(
    _ rows: [Int], _ fronts: [SweepFront], _ coordinates: [(name: String, values: [String])]
  ) -> PageMarkup {
    let models = EnergyModels.all().filter(\.comparesRuns)
    let shown = rows.compactMap { index in document.entries[index].figures.map { (index: index, figures: $0) } }
    typealias Row = (index: Int, figures: SweepFigures)
    var fields = [
      Table.Field<Row>.figure("Point") { "<span id=\"point-\(document.points[$0.index].id)\">\($0.index + 1)</span>" }
    ]
    fields += parameters(coordinates) { $0.index }
    fields += [
      .figure("Accuracy") { accuracy($0.index, $0.figures) },
      .figure("To the ANN") { figure($0.index, "difference", $0.figures.difference, PageNumber.points) },
      .figure("Steps") { figure($0.index, "steps", Double($0.figures.steps), PageNumber.count) },
      .figure("Spikes") { figure($0.index, "spikes", $0.figures.spikes, PageNumber.count) },
    ]
    fields += models.map { model in
      .figure("Energy, \(model.title.lowercased())") { row in
        let mark = model.name == "chip" && !row.figures.missing.isEmpty ? "*" : ""
        let joules = row.figures[model.name]
        return figure(row.index, "\(model.name)Joules", joules, PageNumber.joules) + (joules == nil ? "" : mark)
      }
    }
    fields += [
      .figure("Latency") {
        figure($0.index, "secondsPerInference", $0.figures.secondsPerInference, PageNumber.seconds)
      },
      .figure("Cores") { figure($0.index, "cores", $0.figures.cores.map(Double.init), PageNumber.count) },
      .text("Bottleneck") { .text($0.figures.bottleneck.map { BusiestText.name(of: $0) } ?? "unknown") },
      .figure("Of the time") { figure($0.index, "utilisation", $0.figures.utilisation, PageNumber.share) },
      .text("Front") { row in
        .text(fronts.filter { $0.indices.contains(row.index) }.map(\.letter).joined(separator: " "))
      },
    ]
    let letters = fronts.map { "\($0.letter) \($0.title.prefix(1).lowercased() + $0.title.dropFirst())" }
    return """
      <p class="note">Counts, energies and times are per inference. * Without unpublished constants. On the Pareto front of \
      accuracy and: \(HTML.text(letters.joined(separator: ", "))).</p>
      \(Table(shown, fields).markup("all"))
      """
  }

  /// Points that cannot be run, by reason. Reasons that differ in their numbers alone are one, told by its first point.
  private func refusals(_ labels: [String]) -> PageMarkup {
    var reasons: [(pattern: String, text: String, points: [Int])] = []
    for (index, entry) in document.entries.enumerated() {
      guard case .refused(let problem) = entry.outcome else { continue }
      let pattern = String(problem.map { $0.isNumber ? "0" : $0 })
      if let known = reasons.firstIndex(where: { $0.pattern == pattern }) {
        reasons[known].points.append(index)
      } else {
        reasons.append((pattern, problem, [index]))
      }
    }
    guard !reasons.isEmpty else { return "" }
    let table = Table(
      reasons.sorted { ($1.points.count, $0.points[0]) < ($0.points.count, $1.points[0]) },
      [
        .name("Why, for example") { $0.text }, .count("Points", \.points.count),
        .name("Which") { reason in
          let names = reason.points.prefix(8).map { "\($0 + 1). \(labels[$0])" }.joined(separator: "; ")
          return reason.points.count > 8 ? "\(names); \(reason.points.count - 8) more" : names
        },
      ])
    return "<h2>What cannot be run</h2>\n\(table.markup("refused"))"
  }
}
