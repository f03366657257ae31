import ChipModel
import Compiler
import Runtime

/// What `evaluate` prints.
struct EvaluationText {
  let model: ImportedModel
  let evaluation: Evaluation
  let style: TextStyle

  var text: String {
    var facts = FactList()
    facts.add("network", "\(model.network.name), input \(ProgramTables.shape(model.network.inputShape))")
    facts.add("output", output)
    facts.add("cost", ConversionText.cost(model.report.cost))
    facts.add("samples", NumberFormat.count(evaluation.samples))
    if let correct = evaluation.correct {
      let interval = Wilson.interval(correct: correct, total: evaluation.samples)
      facts.add(
        "accuracy",
        "\(NumberFormat.percent(Double(correct) / Double(max(1, evaluation.samples)))) "
          + "(\(NumberFormat.percent(interval.lowerBound)) to \(NumberFormat.percent(interval.upperBound)))")
    }
    if let error = evaluation.error {
      facts.add(
        "error",
        "mean squared \(NumberFormat.significant(error.squared)), mean absolute \(NumberFormat.significant(error.absolute))")
    }
    if let difference = evaluation.difference {
      facts.add("largest difference", "\(NumberFormat.significant(difference)) of the largest expected")
    }
    facts.add(
      "time",
      "\(NumberFormat.seconds(evaluation.seconds)), "
        + "\(NumberFormat.seconds(evaluation.seconds / Double(max(1, evaluation.samples)))) a sample")
    return facts.render(style) + "\n" + layers
  }

  private var output: String {
    let endings = model.output.endings.map(\.name)
    let shape = ProgramTables.shape(model.output.sampleShape)
    return endings.isEmpty ? shape : "\(shape), after \(endings.joined(separator: ", "))"
  }

  private var layers: String {
    let network = model.network
    let products = network.layers.map { layer in
      layer.connections.reduce(0) { $0 + network.multiplyAccumulates(of: $1, into: layer) }
    }
    return Table(
      Array(zip(network.layers, products)),
      [
        .name("layer", \.0.name), .text("shape") { .text(ProgramTables.shape($0.0.shape)) },
        .count("parameters") { (layer, _) in
          (layer.bias?.count ?? 0) + layer.connections.reduce(0) { $0 + $1.weights.count }
        },
        .count("multiply-accumulates", \.1),
      ],
      footer: ["", "", .count(network.layerCost.parameters), .count(network.layerCost.multiplyAccumulates)]
    ).render(style)
  }
}
