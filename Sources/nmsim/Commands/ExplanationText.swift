import ChipModel
import Compiler

/// What `explain` prints: the finding first, then accuracies by stage, then two tables of layers, at 80 columns.
struct ExplanationText: Sendable {
  let explanation: Explanation
  let network: String
  let chip: String
  let style: TextStyle

  var page: String {
    let notes = explanation.notes.map { "Note: \(ErrorText.escaped($0))\n" }.joined()
    return [
      facts.render(style),
      TextLayout.wrap(finding, width: style.width).joined(separator: "\n") + "\n",
      style.bold("Up to each layer spiking, the rest in floats") + "\n" + losses.render(style),
      style.bold("Rates") + "\n" + rates.render(style)
        + TextLayout.paragraph("'nmsim help words' explains the columns.", width: style.width)
        + (notes.isEmpty ? "" : "\n" + notes),
    ].joined(separator: "\n")
  }

  private var isOfValues: Bool { explanation.task == .values }
  /// What the percentages are.
  private var measure: String { isOfValues ? "explained variance" : "accuracy" }

  // MARK: Facts

  private var facts: FactList {
    var facts = FactList()
    let e = explanation
    let labels = e.hasLabels ? "" : ", against the ANN's own \(isOfValues ? "outputs" : "decisions")"
    facts.add("Network", "\(network), \(NumberFormat.count(e.steps, of: "step"))")
    facts.add("Chip", "\(chip), weights of \(e.weightBits) bits, membranes of \(e.membraneBits)")
    facts.add("Samples", NumberFormat.count(e.samples) + labels)
    facts.add("ANN", "\(NumberFormat.percent(e.original)) \(isOfValues ? "of the variance explained " : "")in floats")
    facts.add("Spiking", "\(NumberFormat.percent(e.accuracy.real)) in floats\(change(0))")
    facts.add("Integers", "\(NumberFormat.percent(e.accuracy.integer)) without saturation\(change(1))")
    facts.add("Chip", "\(NumberFormat.percent(e.accuracy.chip))\(change(2))")
    return facts
  }

  /// `, conversion loses 0.50 points`
  private func change(_ index: Int) -> String {
    let (stage, loss) = explanation.losses[index]
    if loss == 0 { return ", \(stage.rawValue) loses nothing" }
    let verb = loss > 0 ? "loses" : "gains"
    let interval = explanation.stages[index].interval
    return ", \(stage.rawValue) \(verb) \(NumberFormat.decimal(abs(loss) * 100, places: 2)) points"
      + (interval.contains(0) ? " (uncertain)" : "")
  }

  // MARK: The finding

  /// One or two sentences.
  var finding: String {
    guard let finding = explanation.finding else {
      let lost = (explanation.original - explanation.accuracy.chip) * 100
      if explanation.losesSomething {
        return "\(NumberFormat.decimal(lost, places: 2)) points are lost in all, and "
          + "\(NumberFormat.count(explanation.samples, of: "sample")) cannot tell at which stage: give more --samples."
      }
      return lost > 0.005
        ? "Hardly any \(measure) is lost: \(NumberFormat.decimal(lost, places: 2)) points in all."
        : "No \(measure) is lost."
    }
    let points = "\(NumberFormat.decimal(finding.points, places: 2)) points in all"
    guard let layer = finding.layer.map({ explanation.layers[$0] }) else {
      return "\(isOfValues ? "Explained variance" : "Accuracy") is lost by \(finding.stage.rawValue) (\(points)), over several layers: "
        + "\(NumberFormat.count(explanation.samples, of: "sample")) do not tell where first. \(advice)"
    }
    let (before, after) = cosines(layer, finding.stage)
    let fall = "cosine \(cosine(before)) -> \(cosine(after))"
    let pool = layer.isBehindMaxPool ? ", which reads through max pooling," : ""
    return "\(isOfValues ? "Explained variance" : "Accuracy") is lost first at \(ErrorText.escaped(layer.name))\(pool) by \(finding.stage.rawValue) "
      + "(\(points)): \(fall), \(detail(layer, finding.cause)). \(advice)"
  }

  /// What was tried and helps; what was tried and does not.
  private var advice: String {
    let helping = explanation.remedies.filter(\.gain.isAhead)
    if let best = helping.first {
      return "Tried on these samples: \(name(best.change)) gains \(NumberFormat.decimal(best.gain.difference * 100, places: 2)) "
        + "points (95 % within \(NumberFormat.decimal(best.gain.interval.lowerBound * 100, places: 1)) to "
        + "\(NumberFormat.decimal(best.gain.interval.upperBound * 100, places: 1)))"
        + helping.dropFirst().map {
          ", \(name($0.change)) \(NumberFormat.decimal($0.gain.difference * 100, places: 2))"
        }.joined() + "."
    }
    let tried = explanation.remedies.map { name($0.change) }
    return tried.isEmpty
      ? "Another method may lose less: convert --method auto tries all."
      : "Tried on these samples without certain gain: \(tried.joined(separator: ", "))."
  }

  private func name(_ change: Remedy.Change) -> String {
    switch change {
    case .steps(let count): "--ticks \(count)"
    case .half: "--initial half in convert"
    case .countGate: "--max-pool count in convert"
    case .thresholds(let factor): "thresholds \(NumberFormat.plain(factor)) times as high"
    case .weightBits(let bits): "--weight-bits \(bits)"
    case .fractionBits(let bits): "--fraction-bits \(bits)"
    case .membraneBits(let bits): "--membrane-bits \(bits)"
    }
  }

  private func cosines(_ layer: ExplainedLayer, _ stage: Explanation.Stage) -> (before: Double?, after: Double?) {
    switch stage {
    case .conversion: (1, layer.cosine.real)
    case .rounding: (layer.cosine.real, layer.cosine.integer)
    case .saturation: (layer.cosine.integer, layer.cosine.chip)
    }
  }

  private func detail(_ layer: ExplainedLayer, _ cause: Explanation.Cause) -> String {
    switch cause {
    case .thresholds:
      return "and more steps would not help (cosine of its limit \(cosine(layer.cosine.limit)), "
        + "\(share(layer.full)) of its neurons at the highest rate)"
    case .steps:
      let distance = layer.kCurve.last.map { ", K still \(NumberFormat.significant($0))" } ?? ""
      return "its rates have not settled after \(NumberFormat.count(explanation.steps, of: "step"))\(distance)"
    case .weights:
      return "\(explanation.weightBits)-bit weights are too coarse"
    case .membranes:
      return "\(share(layer.saturated)) of its updates saturate \(explanation.membraneBits)-bit membranes"
    }
  }

  private func share(_ fraction: Double) -> String { NumberFormat.percent(fraction, places: 1) }
  private func cosine(_ value: Double?) -> String { value.map { NumberFormat.decimal($0, places: 3) } ?? "-" }

  // MARK: Tables

  private var losses: Table {
    var table = Table(
      explanation.layers,
      [
        .name("Layer", \.name), .number("Float") { .text(cosine($0.cosine.real)) },
        .number("Integer") { .text(cosine($0.cosine.integer)) }, .number("Chip") { .text(cosine($0.cosine.chip)) },
        .number("Float") { .text(NumberFormat.percent($0.accuracy?.real)) },
        .number("Integer") { .text(NumberFormat.percent($0.accuracy?.integer)) },
        .number("Chip") { .text(NumberFormat.percent($0.accuracy?.chip)) },
      ])
    table.setHeads([("cosine with ANN", 1...3), (measure, 4...6)])
    return table
  }

  private var rates: Table {
    var table = Table([
      .text("Layer"), .number("Rate"), .number("Silent"), .number("Full"), .number("SIN"), .number("Saturated"),
      .number("Omega"),
      .number("K"), .text("K by step"),
    ])
    for layer in explanation.layers {
      guard layer.spikes else {
        table.add([.text(layer.name), "-", "-", "-", "-", .text(share(layer.saturated)), "-", "-", "-"])
        continue
      }
      table.add([
        .text(layer.name), .text(NumberFormat.decimal(layer.meanRate, places: 4)),
        .text(share(Double(layer.silent) / Double(max(1, layer.neurons)))), .text(share(layer.full)),
        .text(layer.inactivated.map(share) ?? "-"), .text(share(layer.saturated)), .text(layer.omega.map { NumberFormat.significant($0) } ?? "-"),
        .text(layer.kCurve.last.map { NumberFormat.decimal($0, places: 4) } ?? "-"), .text(curve(layer.kCurve)),
      ])
    }
    return table
  }

  /// K over the steps on a logarithmic scale, from 0.0001 at the bottom to 1 at the top.
  private func curve(_ values: [Double]) -> String {
    let logarithms = values.map { value -> Double in
      // The binary logarithm, linear between powers of two: closer than the levels of the line.
      let value = min(max(value, 1e-4), 1)
      return Double(value.exponent) + value.significand - 1
    }
    return Sparkline.render(logarithms, width: 16, range: -13.3...0, style: style)
  }

  /// What `--json` writes.
  var record: ExplanationRecord {
    ExplanationRecord(explanation, network: network, chip: chip, summary: finding)
  }
}
