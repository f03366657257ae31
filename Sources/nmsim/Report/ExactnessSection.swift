import Runtime

/// What integers cost: rounding of weights, resolution of thresholds, room before saturation, and saturations that happened.
struct ExactnessSection: Sendable {
  let run: ReportRun

  /// Empty where the document does not say.
  var markup: PageMarkup {
    let d = run.document
    guard let fit = d.fit, !fit.populations.isEmpty, fit.populations.count == d.populations.count else { return "" }
    func path(_ index: Int) -> String { "fit.populations[\(index)]" }
    let shown = ReportRun.shown(of: fit.populations.count) { fit.populations[$0].roundingError ?? 0 }
    let table = Table(
      shown,
      [
        .name("Population") { fit.populations[$0].name },
        .figure("Cores") { run.value("\(path($0)).cores", fit.populations[$0].cores) },
        .figure("Synapses") { run.value("\(path($0)).synapses", fit.populations[$0].synapses) },
        .figure("Largest rounding error (steps)") {
          run.value("\(path($0)).roundingError", fit.populations[$0].roundingError, PageNumber.significant)
        },
        .figure("Smallest threshold") { index in
          fit.populations[index].threshold.map { run.value("\(path(index)).threshold", $0) } ?? "none"
        },
        .figure("Sum of a step, bits") { run.value("\(path($0)).sumBits", fit.populations[$0].sumBits) },
        .figure("Earliest possible saturation (worst case)") { index in
          fit.populations[index].stepsToSaturation.map { run.value("\(path(index)).stepsToSaturation", $0) } ?? "never"
        },
        .figure("Saturations, all samples") {
          run.value("populations[\($0)].saturations", d.populations[$0].saturations)
        },
      ])
    let bits = d.program
    let widths = [
      bits.weightBits.map { "\(run.value("program.weightBits", $0))-bit weights" },
      bits.membraneBits.map { "\(run.value("program.membraneBits", $0))-bit membranes" },
      bits.fractionBits.map { "\(run.value("program.fractionBits", $0)) fraction bits" },
    ].compactMap { $0 }.joined(separator: ", ")
    return """
      <h2>Rounding and saturation</h2>
      <p class="note">\(widths). The rounding error is the largest of any weight, in steps of the weights' grid: 0.5 is \
      what rounding to the nearest costs. A saturation is possible from the step \
      named on if every synapse delivered at once in every step.</p>
      \(table.markup("populations"))
      \(ReportRun.note(
        shown, of: fit.populations.count, by: "the largest rounding errors", others: "are in the result"))
      """
  }
}
