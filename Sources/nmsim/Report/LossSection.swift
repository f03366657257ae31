/// Where accuracy is lost on the way from the original network to the chip: what `nmsim explain` found.
struct LossSection: Sendable {
  let run: ReportRun

  init(_ run: ReportRun) { self.run = run }

  /// Empty without an explanation.
  var markup: String {
    guard let e = run.explanation else { return "" }
    func percent(_ path: String, _ value: Double?) -> String {
      "<td class=\"n\">\(run.explained(path, value, PageNumber.percent))</td>"
    }
    func cosine(_ path: String, _ value: Double?) -> String {
      "<td class=\"n\">\(value == nil ? "" : run.explained(path, value, Self.cosine))</td>"
    }
    var rows = ""
    for (index, layer) in e.layers.enumerated() {
      let path = "layers[\(index)]"
      rows += "<tr><td class=\"name\">\(HTML.text(layer.name))</td>"
        + cosine("\(path).cosine.float", layer.cosine.float) + cosine("\(path).cosine.integer", layer.cosine.integer)
        + cosine("\(path).cosine.chip", layer.cosine.chip) + percent("\(path).accuracy.float", layer.accuracy.float)
        + percent("\(path).accuracy.integer", layer.accuracy.integer)
        + percent("\(path).accuracy.chip", layer.accuracy.chip) + "</tr>"
    }
    let all = "<tr><td>All</td><td></td><td></td><td></td>"
      + percent("accuracy.float", e.accuracy.float) + percent("accuracy.integer", e.accuracy.integer)
      + percent("accuracy.chip", e.accuracy.chip) + "</tr>"
    return """
      <h2>Where accuracy is lost</h2>
      <p>\(HTML.text(e.summary))</p>
      <p class="note">Over \(run.explained("samples", e.samples)) samples, of which the original network gets \
      \(run.explained("accuracy.original", e.original, PageNumber.percent)) right: the spiking network in floats \
      (what conversion costs), in the chip's integers with wide membranes (rounding), with the chip's membranes \
      (saturation). Cosine: a layer's rates beside the original's activations. Accuracy: this layer and those before it \
      spike, the rest is the original network.</p>
      <div class="scroll"><table>
      <thead><tr><th>Layer</th><th class="n">Cosine, floats</th><th class="n">Integers</th><th class="n">Chip</th>\
      <th class="n">Accuracy, floats</th><th class="n">Integers</th><th class="n">Chip</th></tr></thead>
      <tbody>\(rows)</tbody><tfoot>\(all)</tfoot></table></div>
      """
  }

  private static func cosine(_ value: Double) -> String {
    PageNumber.typeset(NumberFormat.decimal(value, places: 4))
  }
}
