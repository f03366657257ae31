import Runtime

/// What integers cost: rounding of weights, resolution of thresholds, room before saturation, and saturations that happened.
struct ExactnessSection: Sendable {
  let run: ReportRun

  init(_ run: ReportRun) { self.run = run }

  /// Empty where the document does not say.
  var markup: String {
    let d = run.document
    guard let fit = d.fit, !fit.populations.isEmpty, fit.populations.count == d.populations.count else { return "" }
    var rows = ""
    for (index, p) in fit.populations.enumerated() {
      let path = "fit.populations[\(index)]"
      let first = p.stepsToSaturation.map { run.value("\(path).stepsToSaturation", $0) } ?? "never"
      let threshold = p.threshold.map { run.value("\(path).threshold", $0) } ?? "none"
      rows += "<tr><td class=\"name\">\(HTML.text(p.name))</td><td class=\"n\">\(run.value("\(path).cores", p.cores))</td>"
        + "<td class=\"n\">\(run.value("\(path).synapses", p.synapses))</td>"
        + "<td class=\"n\">\(run.value("\(path).roundingError", p.roundingError, PageNumber.significant))</td>"
        + "<td class=\"n\">\(threshold)</td>"
        + "<td class=\"n\">\(run.value("\(path).sumBits", p.sumBits))</td><td class=\"n\">\(first)</td>"
        + "<td class=\"n\">\(run.value("populations[\(index)].saturations", d.populations[index].saturations))</td></tr>"
    }
    let bits = d.program
    let widths = [
      bits.weightBits.map { "\(run.value("program.weightBits", $0))-bit weights" },
      bits.membraneBits.map { "\(run.value("program.membraneBits", $0))-bit membranes" },
      bits.fractionBits.map { "\(run.value("program.fractionBits", $0)) fraction bits" },
    ].compactMap { $0 }.joined(separator: ", ")
    return """
      <h2>Rounding and saturation</h2>
      <p class="note">\(widths). The rounding error is the largest of any weight, in steps of the weights' grid: 0.5 is \
      what rounding to the nearest costs, more where a coarser shift was needed. A saturation is possible from the step \
      named on if every synapse delivered at once in every step.</p>
      <div class="scroll"><table>
      <thead><tr><th>Population</th><th class="n">Cores</th><th class="n">Synapses</th><th class="n">Rounding error</th>\
      <th class="n">Smallest threshold</th><th class="n">A step's sum, bits</th><th class="n">Saturation possible</th>\
      <th class="n">Saturations, all samples</th></tr></thead><tbody>\(rows)</tbody></table></div>
      """
  }
}
