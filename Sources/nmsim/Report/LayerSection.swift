import Runtime

/// What layers did over time: how fast their rates reach the ANN's (the K curves of Ding et al. 2021,
/// figure 4, where the run was explained; else how they settle), when their neurons fire first, and how their firing
/// rates are distributed.
struct LayerSection: Sendable {
  let run: ReportRun

  /// Beyond this many layers a chart shows evenly chosen ones; the tables have all.
  private static let mostLines = 24

  /// Empty where nothing was collected.
  var markup: String {
    let details = run.document.details.flatMap { $0.populations.isEmpty ? nil : $0 }
    let figures = [kFigure ?? details.flatMap(distance), details.flatMap(firstSpikes)].compactMap { $0 }
    guard !figures.isEmpty || details != nil else { return "" }
    return """
      <h2>Layers over time</h2>
      \(HTML.figures(figures))
      \(details.map(rates) ?? "")
      """
  }

  // MARK: - Curves

  private struct Line {
    var name: String
    var color: Int
    var points: [(x: Double, y: Double)]
    var attributes: String
  }

  private var kFigure: String? {
    guard let explanation = run.explanation else { return nil }
    let curves = explanation.layers.indices.filter { !explanation.layers[$0].kByStep.isEmpty }
    guard !curves.isEmpty else { return nil }
    let lines = LayerSection.chosen(curves.count).map { number in
      let layer = explanation.layers[curves[number]]
      return Line(
        name: layer.name, color: LayerSection.color(number, of: curves.count),
        points: Chart.drawn(layer.kByStep.count).map { (Double($0 + 1), layer.kByStep[$0]) },
        attributes: run.series("layers[\(curves[number])].kByStep", layer.kByStep) + " data-document=\"explanation\"")
    }
    return logarithmic(lines, title: "K, distance from the ANN's rates") + caption(
      "K curves: squared distance of a layer's firing rates after each step from those that the ANN's "
        + "activations ask for, relative (Ding et al. 2021, equation 7 and figure 4), in floats, over "
        + "\(run.explained("samples", explanation.samples)) samples.", lines)
  }

  private func distance(_ details: LayerDetails) -> String? {
    let fired = details.populations.indices.filter { details.populations[$0].distance != nil }
    guard details.steps.count > 1, !fired.isEmpty else { return nil }
    let lines = LayerSection.chosen(fired.count).map { number in
      let index = fired[number]
      let values = details.populations[index].distance ?? []
      return Line(
        name: details.populations[index].name, color: LayerSection.color(number, of: fired.count),
        points: zip(details.steps, values).map { (Double($0), $1) },
        attributes: run.series("details.populations[\(index)].distance", values))
    }
    let samples = run.value("details.samples", details.samples)
    return logarithmic(lines, title: "Distance from the final rates") + caption(
      "How rates settle: squared distance of the firing rates after each step from those after the last, relative, over "
        + "the first \(samples) samples. K curves, the distance from the ANN's rates, need its weights: "
        + "<code>nmsim explain NETWORK --json explain.json</code>, then name explain.json after the run's file.", lines)
  }

  /// A chart with a logarithmic scale of values; zeros, at the end of a curve, are not drawn.
  private func logarithmic(_ lines: [Line], title: String) -> String {
    let positive = lines.flatMap { $0.points.map(\.y) }.filter { $0 > 0 }
    let most = positive.max() ?? 1
    let least = max(positive.min() ?? most / 10, most * 1e-5)
    var chart = Chart(
      over: "step", run.document.ticks, y: Axis(logarithmic: [least, most], kind: .number), title: title,
      summary: "\(title) by step of \(lines.count) layers")
    for line in lines {
      let drawn = line.points.filter { $0.y >= least }
      chart.addLine(drawn, color: line.color, attributes: line.attributes)
    }
    chart.addStrips(strips(lines) { PageNumber.significant($0) })
    return chart.markup
  }

  private func firstSpikes(_ details: LayerDetails) -> String? {
    let count = details.populations.count
    let lines = LayerSection.chosen(count).map { index in
      let population = details.populations[index]
      let pairs = population.firstSpikes.reduce(Double(population.never)) { $0 + Double($1) }
      var sum = 0.0
      let points = zip(details.steps, population.firstSpikes).map { step, count in
        sum += Double(count)
        return (x: Double(step), y: pairs > 0 ? sum / pairs : 0)
      }
      return Line(
        name: population.name, color: LayerSection.color(index, of: count), points: points,
        attributes: run.series("details.populations[\(index)].firstSpikes", population.firstSpikes.map(Double.init)))
    }
    guard details.steps.count > 1 else { return nil }
    let most = lines.compactMap(\.points.last?.y).max() ?? 1
    var chart = Chart(
      over: "step", run.document.ticks, y: Axis(0, min(1, max(0.05, most * 1.1)), kind: .fraction, widened: true),
      title: "Neurons that have fired", summary: "Neurons that have fired by each step, of \(count) layers")
    for line in lines { chart.addLine(line.points, color: line.color, attributes: line.attributes) }
    chart.addStrips(strips(lines) { PageNumber.share($0) })
    return chart.markup + caption(
      "First spikes: the share of a layer's neurons that have fired at least once by each step, over the first "
        + "\(run.value("details.samples", details.samples)) samples. What is missing at the end never fires on a sample.", lines)
  }

  private func strips(_ lines: [Line], _ text: (Double) -> String) -> [(x: Double, text: String)] {
    guard let points = lines.max(by: { $0.points.count < $1.points.count })?.points else { return [] }
    return Chart.hovered(points.count).map { index in
      let values = lines.compactMap { line in
        line.points.indices.contains(index) ? "\(line.name) \(text(line.points[index].y))" : nil
      }
      return (x: points[index].x, text: "step \(Int(points[index].x)): " + values.joined(separator: ", "))
    }
  }

  private func caption(_ text: String, _ lines: [Line]) -> String {
    HTML.legend(lines.map { ($0.name, $0.color) }) + "<figcaption>\(text)</figcaption>"
  }

  /// Layers that a chart shows: the first and the last always.
  private static func chosen(_ count: Int) -> [Int] {
    guard count > mostLines else { return Array(0..<count) }
    return (0..<mostLines).map { $0 * (count - 1) / (mostLines - 1) }
  }

  /// Colours of few layers differ in hue; those of many run from the first layer's to the last one's.
  static func color(_ index: Int, of count: Int) -> Int {
    count <= 6 ? index + 1 : PageStyle.firstOfRamp + index * (PageStyle.rampLength - 1) / max(1, count - 1)
  }

  // MARK: - Rates

  /// Neurons by firing rate: one row a layer, darker where more of its neurons are.
  private func rates(_ details: LayerDetails) -> String {
    func cell(_ path: String, _ count: Int, of all: Int) -> Table.Cell {
      guard count > 0 else { return .markup("", shade: 0) }
      return .markup(run.value(path, count), shade: 0.06 + 0.6 * min(1, Double(count) / Double(max(1, all))))
    }
    var table = Table(
      [.name("Layer"), .number("silent")] + details.rateEdges.map { .number(LayerSection.edge($0)) })
    let shown = ReportRun.shown(of: details.populations.count) { Double(details.populations[$0].neurons) }
    for index in shown {
      let population = details.populations[index]
      let path = "details.populations[\(index)]"
      table.add(
        [.text(population.name), cell("\(path).silent", population.silent, of: population.neurons)]
          + population.rates.indices.map {
            cell("\(path).rates[\($0)]", population.rates[$0], of: population.neurons)
          })
    }
    return """
      <h3 class="apart">Firing rates</h3>
      <p class="note">Neurons by their spikes a step, mean over all samples: each column up to the rate at its head, from \
      the one before it.</p>
      \(table.markup(isTight: true))
      \(ReportRun.note(shown, of: details.populations.count, by: "most neurons", others: "are in the result"))
      """
  }

  /// `1/2048` for an edge that is the reciprocal of a whole number.
  static func edge(_ value: Double) -> String {
    if value == 1 { return "1" }
    guard value > 1e-9, value < 1 else { return PageNumber.significant(value) }
    let reciprocal = 1 / value
    return reciprocal == reciprocal.rounded() ? "1/\(Int(reciprocal))" : PageNumber.significant(value)
  }
}
