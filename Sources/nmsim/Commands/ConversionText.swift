import Compiler

/// What `convert` prints: what came in, what each layer became, how and with which data.
struct ConversionText: Sendable {
  let model: ImportedModel
  let result: ConversionResult
  let style: TextStyle

  var text: String {
    [facts.render(style), nodes.render(style), layers.render(style)].joined(separator: "\n") + notes
  }

  private var facts: FactList {
    let report = result.report
    var facts = FactList()
    facts.add("Model", "\(model.network.name), \(model.report.producer), operator set \(model.report.opset)")
    facts.add("Method", method)
    facts.add("Steps", NumberFormat.count(report.steps))
    if let calibration = report.calibration {
      let labels = calibration.hasLabels ? "" : ", the network's own decisions as labels"
      facts.add(
        "Calibration", "\(calibration.name), \(NumberFormat.count(calibration.samples, of: "sample"))\(labels)")
      facts.add(
        "Accuracy", calibration.annAccuracy.map { "original network on them: \(NumberFormat.percent($0))" })
    }
    if let ann = result.network.ann, let on = ann.accuracyOn, !on.hasPrefix("calibration") {
      facts.add("Accuracy", "original network on \(on): \(NumberFormat.percent(ann.accuracy))")
    }
    facts.add(
      "Cost",
      "\(NumberFormat.count(model.report.multiplyAccumulates)) multiply-accumulates, "
        + "\(NumberFormat.count(model.report.parameters)) parameters")
    if let loss = report.rateInferenceLoss {
      facts.add(
        "Rates",
        "rate inference loss \(NumberFormat.decimal(loss.before, places: 2)), with these thresholds "
          + NumberFormat.decimal(loss.after, places: 2))
    }
    return facts
  }

  /// Method and its options, as provenance has them.
  private var method: String {
    let hidden = ["method", "steps", "calibration", "calibrationSamples", "calibrationLabels"]
    let options = result.network.provenance.filter { !hidden.contains($0.key) }.map { entry in
      switch entry.value {
      case .text(let text): "\(entry.key) \(text)"
      case .number(let value): "\(entry.key) \(NumberFormat.plain(value))"
      case .flag(let value): "\(entry.key) \(value ? "yes" : "no")"
      }
    }
    return ([result.report.method.name.rawValue] + options).joined(separator: ", ")
  }

  private var nodes: Table {
    var table = Table([.text("Node"), .text("Operation"), .text("Output"), .text("Became")])
    for entry in model.report.entries {
      table.add([.text(entry.node), .text(entry.operation), .text(Self.shape(entry.shape)), .text(entry.became)])
    }
    return table
  }

  private var layers: Table {
    var table = Table([
      .text("Layer"), .text("Shape"), .text("Activation"), .text("Neuron"), .number("Threshold"), .number("Initial"),
      .number("Clipped"), .number("Dead"),
    ])
    for layer in result.report.layers {
      let isOutput = layer.model == "accumulator"
      table.add([
        .text(layer.population), .text(Self.shape(layer.shape)), .text(layer.activation), .text(layer.model),
        .text(Self.thresholds(layer)), .text(layer.initial.map(Self.range) ?? "0"),
        .text(layer.clipped.map { NumberFormat.percent($0) } ?? "-"),
        .text(isOutput ? "-" : layer.deadChannels.map { NumberFormat.count($0) } ?? "-"),
      ])
    }
    return table
  }

  private var notes: String {
    let lines = model.report.notes + result.report.notes
    return lines.isEmpty ? "" : "\n" + lines.map { "Note: \(ErrorText.escaped($0))\n" }.joined()
  }

  private static func thresholds(_ layer: LayerAccount) -> String {
    guard let threshold = layer.threshold else { return layer.model == "accumulator" ? "none" : "infinite" }
    let negative = layer.negativeThreshold.map { ", \(NumberFormat.decimal($0, places: 3))" } ?? ""
    let factor = layer.factor.map { " (p \(NumberFormat.decimal($0, places: 2)))" } ?? ""
    return range(threshold) + negative + factor
  }

  private static func range(_ range: ClosedRange<Double>) -> String {
    let low = NumberFormat.decimal(range.lowerBound, places: 3)
    let high = NumberFormat.decimal(range.upperBound, places: 3)
    return low == high ? low : "\(low)..\(high)"
  }

  /// `3x32x32`
  private static func shape(_ shape: [Int]) -> String { shape.map { "\($0)" }.joined(separator: "x") }
}
