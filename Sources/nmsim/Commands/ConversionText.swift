import Compiler

/// What `convert` prints: what came in, what each layer became, how and with which data.
struct ConversionText: Sendable {
  let model: ImportedModel
  let result: ConversionResult
  let style: TextStyle

  static func cost(_ cost: NetworkCost) -> String {
    "\(NumberFormat.count(cost.multiplyAccumulates)) multiply-accumulates, "
      + "\(NumberFormat.count(cost.parameters)) parameters"
  }

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
      let labels = calibration.hasLabels ? "" : ", the ANN's decisions as labels"
      facts.add(
        "Calibration", "\(calibration.name), \(NumberFormat.count(calibration.samples, of: "sample"))\(labels)")
      facts.add(
        "Accuracy", calibration.annAccuracy.map { "ANN on them: \(NumberFormat.percent($0))" })
    }
    if let ann = result.network.ann, let on = ann.accuracyOn, !on.hasPrefix("calibration") {
      facts.add("Accuracy", "ANN on \(on): \(NumberFormat.percent(ann.accuracy))")
    }
    if result.network.output.task == .values { facts.add("Task", "regression: each output has a scale of its own") }
    facts.add("Cost", Self.cost(model.report.cost))
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
    let hidden = ["method", "steps", "calibration", "calibrationSamples", "calibrationLabels", "floatKernels"]
    let options = result.network.provenance.filter { !hidden.contains($0.key) }.map { "\($0.key) \($0.value.shown)" }
    return ([result.report.settings.name] + options).joined(separator: ", ")
  }

  private var nodes: Table {
    Table(
      model.report.entries,
      [
        .name("Node", \.node), .text("Operation") { .text($0.operation) },
        .text("Output") { .text(ProgramTables.shape($0.shape)) }, .text("Became") { .text($0.became) },
      ])
  }

  private var layers: Table {
    Table(
      result.report.layers,
      [
        .name("Layer", \.population), .text("Shape") { .text(ProgramTables.shape($0.shape)) },
        .text("Activation") { .text($0.activation) }, .text("Neuron") { .text($0.model) },
        .number("Threshold") { .text(Self.thresholds($0)) },
        .number("Initial") { .text($0.initial.map(Self.range) ?? "0") },
        .number("Clipped") { .text($0.clipped.map { NumberFormat.percent($0) } ?? "-") },
        .number("Dead") { .count($0.model == "accumulator" ? nil : $0.deadChannels, else: "-") },
      ])
  }

  private var notes: String {
    var lines = model.report.notes + result.report.notes
    if !model.report.otherOutputs.isEmpty {
      let others = ErrorText.alternatives(model.report.otherOutputs)
      lines.insert("the model's first output was taken; --output-name takes another: \(others)", at: 0)
    }
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
}
