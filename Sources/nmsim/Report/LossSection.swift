/// Where accuracy is lost on the way from the ANN to the chip: what `nmsim explain` found.
struct LossSection: Sendable {
  let run: ReportRun
  /// Whether the page has said the summary already.
  var isSummed = false

  /// Empty without an explanation.
  var markup: PageMarkup {
    guard let e = run.explanation else { return "" }
    typealias Stage = (name: String, title: String, figure: KeyPath<ExplanationRecord.Executions, Double?>)
    let stages: [Stage] = [("float", "floats", \.float), ("integer", "Integers", \.integer), ("chip", "Chip", \.chip)]
    func fields(_ key: String, _ title: String, _ all: KeyPath<ExplanationRecord.Layer, ExplanationRecord.Executions>,
      _ format: @escaping (Double) -> String
    ) -> [Table.Field<Int>] {
      stages.enumerated().map { place, stage in
        .figure(place == 0 ? "\(title), \(stage.title)" : stage.title) { index in
          let value = e.layers[index][keyPath: all][keyPath: stage.figure]
          // A layer without spikes has no rates.
          if value == nil, key == "cosine" { return "" }
          return run.explained("layers[\(index)].\(key).\(stage.name)", value, format)
        }
      }
    }
    let shown = ReportRun.shown(of: e.layers.count) { 1 - (e.layers[$0].cosine.chip ?? 1) }
    let table = Table(
      shown,
      [.name("Layer") { e.layers[$0].name }] + fields("cosine", "Cosine", \.cosine, Self.cosine)
        + fields("accuracy", "Accuracy", \.accuracy, PageNumber.percent),
      footer: ["All", "", "", ""]
        + stages.map {
          .markup(run.explained("accuracy.\($0.name)", e.accuracy[keyPath: $0.figure], PageNumber.percent))
        })
    let original = run.explained("accuracy.original", e.accuracy.original, PageNumber.percent)
    return """
      <h2>Where accuracy is lost</h2>
      \(isSummed ? "" : "<p>\(HTML.text(e.summary))</p>")
      <p class="note">Over \(run.explained("samples", e.samples)) samples, of which the ANN \
      gets \(original) right: the spiking network in floats (what conversion costs), in the chip's integers with \
      wide membranes (rounding), with the chip's membranes (saturation). Cosine: a layer's rates beside the ANN's \
      activations. Accuracy: this layer and those before it spike, the rest is the ANN.</p>
      \(table.markup("layers"))
      \(ReportRun.note(shown, of: e.layers.count, by: "the smallest cosines on the chip", others: "are in the result"))
      """
  }

  private static func cosine(_ value: Double) -> String {
    PageNumber.typeset(NumberFormat.decimal(value, places: 4))
  }
}
