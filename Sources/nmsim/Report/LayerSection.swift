import Runtime

/// What layers did over time: how fast their rates reach the ANN's (the K curves of Ding et al. 2021,
/// figure 4, where the run was explained; else how they settle), when their neurons fire first, and how their firing
/// rates are distributed.
struct LayerSection: Sendable {
  let run: ReportRun

  /// Beyond this many layers they are rows of a heat map: curves would hide each other.
  private static let mostLines = 6
  /// Beyond this many the heat map has evenly chosen ones; the tables have all.
  private static let mostRows = 40

  /// Empty where nothing was collected.
  var markup: PageMarkup {
    let details = run.document.details.flatMap { $0.populations.isEmpty ? nil : $0 }
    let figures = [kFigure ?? details.flatMap(distance), similarity, details.flatMap(firstSpikes), differences].compactMap { $0 }
    guard !figures.isEmpty || details != nil else { return "" }
    return """
      <h2>Layers over time</h2>
      \(HTML.figures(figures))
      \(details.map(raster) ?? "")
      \(details.map(rates) ?? "")
      """
  }

  // MARK: - Curves

  private struct Line {
    var name: String
    var points: [Chart.Point]
    var attributes: String
  }

  private var kFigure: PageMarkup? {
    guard let explanation = run.explanation else { return nil }
    let lines = explanation.layers.indices.filter { !explanation.layers[$0].kByStep.isEmpty }.map { index in
      let layer = explanation.layers[index]
      return Line(
        name: layer.name, points: Chart.drawn(layer.kByStep.count).map { (Double($0 + 1), layer.kByStep[$0]) },
        attributes: run.series("layers[\(index)].kByStep") + " data-document=\"explanation\"")
    }
    guard !lines.isEmpty else { return nil }
    return figure(
      lines, title: "K, distance from the ANN's rates", "k",
      "K curves: squared distance of a layer's firing rates after each step from those that the ANN's "
        + "activations ask for, relative (Ding et al. 2021, equation 7 and figure 4), in floats, over "
        + "\(run.explained("samples", explanation.samples)) samples.")
  }

  private var similarity: PageMarkup? {
    guard let explanation = run.explanation else { return nil }
    let lines = explanation.layers.indices.compactMap { index -> Line? in
      let layer = explanation.layers[index]
      guard !layer.similarityByStep.isEmpty else { return nil }
      return Line(
        name: layer.name,
        points: Chart.drawn(layer.similarityByStep.count).map { (Double($0 + 1), layer.similarityByStep[$0]) },
        attributes: run.series("layers[\(index)].similarityByStep") + " data-document=\"explanation\"")
    }
    guard !lines.isEmpty else { return nil }
    return figure(
      lines, title: "Likeness to the ANN", "likeness", isLogarithmic: false,
      "Cosine of a layer's firing rates up to each step with the ANN's activations (Yu et al. 2020, equation 14), on the chip, "
        + "over \(run.explained("samples", explanation.samples)) samples.")
  }

  /// How the chip's outputs differ from the ANN's.
  private var differences: PageMarkup? {
    guard let found = run.explanation?.outputDifferences, found.most > found.least, found.counts.count > 1 else { return nil }
    let width = (found.most - found.least) / Double(found.counts.count)
    let bars = found.counts.enumerated().map { index, count -> Chart.Bar in
      (found.least + Double(index) * width, found.least + Double(index + 1) * width, Double(count))
    }
    var chart = Chart(
      x: Axis(found.least, found.most, kind: .number), y: Axis(0, bars.map(\.value).max() ?? 0, widened: true),
      xTitle: "output of the chip less that of the ANN", yTitle: "Outputs", summary: "Outputs by their difference from the ANN's")
    chart.addBars(bars, name: "outputs", color: 1)
    return """
      \(chart.markup)<figcaption>Outputs by how much the chip's are more than the ANN's, in its units (Li, Zhao, Zeng 2022, figure \
      5): mean \(run.explained("outputDifferences.mean", found.mean, PageNumber.significant)), standard deviation \
      \(run.explained("outputDifferences.deviation", found.deviation, PageNumber.significant)).</figcaption>
      """
  }

  private func distance(_ details: LayerDetails) -> PageMarkup? {
    let lines = details.populations.indices.compactMap { index in
      details.populations[index].distance.map { values in
        Line(
          name: details.populations[index].name, points: zip(details.steps, values).map { (Double($0), $1) },
          attributes: run.series("details.populations[\(index)].distance"))
      }
    }
    guard details.steps.count > 1, !lines.isEmpty else { return nil }
    return figure(
      lines, title: "Distance from the final rates", "distance",
      "How rates settle: squared distance of the firing rates after each step from those after the last, relative, over "
        + "the first \(run.value("details.samples", details.samples)) samples. K curves, the distance from the ANN's "
        + "rates, need its weights: <code>nmsim explain NETWORK --json explain.json</code>, then name explain.json after "
        + "the run's file.")
  }

  private func firstSpikes(_ details: LayerDetails) -> PageMarkup? {
    guard details.steps.count > 1, !details.populations.isEmpty else { return nil }
    let lines = details.populations.indices.map { index in
      let population = details.populations[index]
      let pairs = population.firstSpikes.reduce(Double(population.never)) { $0 + Double($1) }
      var sum = 0.0
      let points = zip(details.steps, population.firstSpikes).map { step, count -> Chart.Point in
        sum += Double(count)
        return (x: Double(step), y: pairs > 0 ? sum / pairs : 0)
      }
      return Line(
        name: population.name, points: points,
        attributes: run.series("details.populations[\(index)].firstSpikes", per: pairs > 0 ? pairs : 1, isSum: true))
    }
    return figure(
      lines, title: "Neurons that have fired", "first-spikes", isLogarithmic: false,
      "First spikes: the share of a layer's neurons that have fired at least once by each step, over the first "
        + "\(run.value("details.samples", details.samples)) samples. What is missing at the end never fires on a sample.")
  }

  /// Curves of few layers, a heat map of many. On a logarithmic scale zeros, at the end of a curve, are not drawn.
  private func figure(
    _ lines: [Line], title: String, _ name: String, isLogarithmic: Bool = true, _ caption: String
  ) -> PageMarkup {
    let values = lines.flatMap { $0.points.map(\.y) }
    let most = values.max() ?? 1
    let least = max(values.filter { $0 > 0 }.min() ?? most / 10, most * 1e-5)
    let format: @Sendable (Double) -> String = { isLogarithmic ? PageNumber.significant($0) : PageNumber.share($0) }
    let summary = "\(title) by step of \(lines.count) layers"
    guard lines.count <= Self.mostLines else {
      let (all, most) = (lines.count, most)
      let few = all <= Self.mostRows
        ? lines : (0..<Self.mostRows).map { lines[$0 * (all - 1) / (Self.mostRows - 1)] }
      let note = few.count < all ? " \(few.count) of \(PageNumber.integer(all)) layers, evenly chosen." : ""
      let map = HeatMap(
        title: title, xTitle: "step", summary: summary,
        rows: few.map { .init(name: $0.name, values: $0.points.map(\.y), attributes: $0.attributes) },
        columns: lines.max { $0.points.count < $1.points.count }?.points.map(\.x) ?? [],
        shade: isLogarithmic ? HeatMap.logarithmic(least, most) : HeatMap.linear(most), text: format,
        isLogarithmic: isLogarithmic)
      return "\(map.markup(name, ""))<figcaption>\(caption)\(note)</figcaption>"
    }
    let y = isLogarithmic
      ? Axis(logarithmic: [least, most], kind: .number)
      : Axis(0, min(1, max(0.05, most * 1.1)), kind: .fraction, widened: true)
    var chart = Chart(over: "step", run.document.ticks, y: y, title: title, summary: summary)
    for (index, line) in lines.enumerated() {
      chart.addLine(
        line.points, name: line.name, color: index + 1, from: isLogarithmic ? least : -1, attributes: line.attributes)
    }
    let legend = HTML.legend(lines.enumerated().map { ($1.name, $0 + 1) })
    return "\(chart.markup)\(legend)<figcaption>\(caption)</figcaption>"
  }

  // MARK: - Raster

  /// Empty where no neuron is listed.
  private func raster(_ details: LayerDetails) -> PageMarkup {
    let rows = details.populations.enumerated().flatMap { index, population in
      population.raster.enumerated().map { place, row in
        RasterPicture.Row(
          layer: population.name, neuron: row.neuron, steps: row.steps, color: index % 6 + 1,
          attributes: run.series("details.populations[\(index)].raster[\(place)].steps"))
      }
    }
    guard !rows.isEmpty else { return "" }
    let last = min(run.document.ticks, RasterRow.mostSteps)
    let picture = RasterPicture(rows: rows, last: max(last, rows.flatMap(\.steps).max() ?? 1))
    return """
      <div class="pair"><figure>\(picture.markup("raster"))<figcaption>Spike raster of the first sample: evenly chosen \
      neurons of each layer\(last < run.document.ticks ? ", up to step \(last)" : "").</figcaption></figure></div>
      """
  }

  // MARK: - Rates

  /// Neurons by firing rate: one row per layer, darker where more of its neurons are.
  private func rates(_ details: LayerDetails) -> PageMarkup {
    func cell(_ path: String, _ count: Int, of all: Int) -> Table.Cell {
      guard count > 0 else { return .markup("", shade: 0) }
      return .markup(run.value(path, count), shade: PageStyle.darkestCell * min(1, 0.1 + Double(count) / Double(max(1, all))))
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
      <p class="note">Neurons by their spikes per step, mean over all samples: each column up to the rate at its head, from \
      the one before it.</p>
      \(table.markup("rates", isTight: true))
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
