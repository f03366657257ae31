import Runtime

/// What each population did.
struct PopulationSection: Sendable {
  let run: ReportRun

  init(_ run: ReportRun) { self.run = run }

  /// Empty without populations.
  var markup: String {
    let populations = run.document.populations
    guard !populations.isEmpty else { return "" }
    let mostSpikes = populations.map(\.spikes).max() ?? 0
    let mostOperations = populations.map(\.synapticOperations).max() ?? 0
    let mostRate = populations.compactMap(\.meanRate).max() ?? 0
    var rows = ""
    for (index, p) in populations.enumerated() {
      let path = "populations[\(index)]"
      rows += "<tr><td class=\"name\">\(HTML.text(p.name))</td>"
        + "<td class=\"n\">\(run.value("\(path).neurons", p.neurons))</td>"
        + cell(run.perInference("\(path).spikes", p.spikes), Double(p.spikes), Double(mostSpikes))
        + cell(run.value("\(path).meanRate", p.meanRate, PageNumber.rate), p.meanRate ?? 0, mostRate)
        + cell(
          run.perInference("\(path).synapticOperations", p.synapticOperations), Double(p.synapticOperations),
          Double(mostOperations))
        + "<td class=\"n\">\(run.value("\(path).saturations", p.saturations))</td></tr>"
    }
    let totals = run.document.totals
    let saturations = populations.compactMap(\.saturations).reduce(0.0) { $0 + Double($1) }
    return """
      <h2>Populations</h2>
      <p class="note">Spikes and synaptic operations are means an inference; synaptic operations are counted where they \
      arrive. The rate is spikes a neuron and step.</p>
      <div class="scroll"><table>
      <thead><tr><th>Population</th><th class="n">Neurons</th><th class="n">Spikes</th><th class="n">Rate</th>\
      <th class="n">Synaptic operations</th><th class="n">Saturations, all samples</th></tr></thead>
      <tbody>\(rows)</tbody>
      <tfoot><tr><td>All</td><td></td><td class="n">\(run.perInference("totals.spikes", totals.spikes))</td><td></td>\
      <td class="n">\(run.perInference("totals.synapticOperations", totals.synapticOperations))</td>\
      <td class="n">\(PageNumber.count(saturations))</td></tr></tfoot>
      </table></div>
      """
  }

  private func cell(_ text: String, _ value: Double, _ most: Double) -> String {
    let width = most > 0 ? 100 * value / most : 0
    return "<td class=\"n\">\(text)<span class=\"bar\"><b style=\"width:\(HTML.coordinate(width))%\"></b></span></td>"
  }
}
