import Runtime

/// What each population did.
struct PopulationSection: Sendable {
  let run: ReportRun

  /// Empty without populations.
  var markup: PageMarkup {
    let populations = run.document.populations
    guard !populations.isEmpty else { return "" }
    let mostSpikes = populations.map(\.spikes).max() ?? 0
    let mostOperations = populations.map(\.synapticOperations).max() ?? 0
    let mostRate = populations.compactMap(\.meanRate).max() ?? 0
    let totals = run.document.totals
    let saturations = populations.compactMap(\.saturations).reduce(0.0) { $0 + Double($1) }
    let shown = ReportRun.shown(of: populations.count) { Double(populations[$0].synapticOperations) }
    var table = Table(
      shown,
      [
        .name("Layer") { populations[$0].name },
        .figure("Neurons") { run.value("populations[\($0)].neurons", populations[$0].neurons) },
        .figure("Spikes") {
          run.perInference("populations[\($0)].spikes", populations[$0].spikes)
            + HTML.bar(Double(populations[$0].spikes), of: Double(mostSpikes))
        },
        .figure("Rate") {
          run.value("populations[\($0)].meanRate", populations[$0].meanRate, PageNumber.rate)
            + HTML.bar(populations[$0].meanRate ?? 0, of: mostRate)
        },
        .figure("Synaptic operations") {
          run.perInference("populations[\($0)].synapticOperations", populations[$0].synapticOperations)
            + HTML.bar(Double(populations[$0].synapticOperations), of: Double(mostOperations))
        },
        .figure("Saturations, all samples") {
          run.value("populations[\($0)].saturations", populations[$0].saturations)
        },
      ],
      footer: [
        "All", "", .markup(run.perInference("totals.spikes", totals.spikes)), "",
        .markup(run.perInference("totals.synapticOperations", totals.synapticOperations)),
        .markup(run.derived("sum(populations[*].saturations)", saturations, PageNumber.count)),
      ])
    if shown.count < populations.count {
      let others = Set(populations.indices).subtracting(shown)
      func sum(_ count: (RunResult.Population) -> Int) -> Double {
        others.reduce(0.0) { $0 + Double(count(populations[$1])) }
      }
      table.add([
        "Others", .text(PageNumber.count(sum(\.neurons))), .text(PageNumber.count(sum(\.spikes) / run.samples)), "",
        .text(PageNumber.count(sum(\.synapticOperations) / run.samples)),
        .text(PageNumber.count(sum { $0.saturations ?? 0 })),
      ])
    }
    return """
      <h2>Counts by layer</h2>
      <p class="note">Spikes and synaptic operations are means per inference; synaptic operations are counted where \
      they arrive. The rate is spikes per neuron and step.</p>
      \(table.markup("activity"))
      \(ReportRun.note(shown, of: populations.count, by: "most synaptic operations", others: "are summed"))
      """
  }
}
