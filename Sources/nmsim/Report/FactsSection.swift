import ChipModel
import Runtime

/// What was run, so that it can be run again, and NeuroBench's figures under its own keys.
struct FactsSection: Sendable {
  let run: ReportRun

  init(_ run: ReportRun) { self.run = run }

  var markup: String {
    "<h2>What was run</h2><div class=\"pair\"><div>\(facts)</div><div>\(neurobench)\(history)</div></div>"
  }

  private var facts: String {
    let d = run.document
    let p = d.program
    func bits(_ path: String, _ value: Int?) -> String { "\(run.value("program.\(path)", value)) bits" }
    var rows: [(String, String?)] = [
      ("Result", HTML.text(run.file)),
      ("Network", HTML.text(d.network)),
      ("Method", d.method.map(HTML.text)),
      ("Chip", HTML.text(d.chip)),
      ("SHA-256 of the program", p.hash.map { "<code>\(HTML.text($0))</code>" }),
      ("Schedule", p.schedule.map(HTML.text)),
      ("Weights", p.weightBits.map { bits("weightBits", $0) }),
      ("Membranes", p.membraneBits.map { bits("membraneBits", $0) }),
      ("Fraction", p.fractionBits.map { bits("fractionBits", $0) }),
      ("Cores", p.cores.map { run.value("program.cores", $0) }),
      ("Engine", p.engine.map(HTML.text)),
      ("Made by", d.provenance?.version.map { "nmsim \(HTML.text($0))" }),
      ("Command", d.simulation?.command.map { "<code>\(HTML.text($0))</code>" }),
      ("Images", d.provenance?.images.map { "<code>\(HTML.text($0))</code>" }),
      ("SHA-256 of the images", d.provenance?.imagesHash.map { "<code>\(HTML.text($0))</code>" }),
      ("Original network", d.ann.parameters.map { "\(run.value("ann.parameters", $0)) parameters" }),
    ]
    if let simulation = d.simulation, simulation.seconds != nil {
      rows.append(
        (
          "Simulation",
          "\(run.value("simulation.seconds", simulation.seconds, PageNumber.seconds)) on "
            + "\(run.value("simulation.threads", simulation.threads)) thread\(simulation.threads == 1 ? "" : "s")"
        ))
    }
    let list = rows.compactMap { row in row.1.map { "<dt>\(row.0)</dt><dd>\($0)</dd>" } }.joined()
    return "<dl class=\"what\">\(list)</dl>"
  }

  /// The network's own history, `key: value` line by line, as its file has it.
  private var history: String {
    guard let lines = run.document.provenance?.history.prefix(40), !lines.isEmpty else { return "" }
    let list = lines.map { line in
      let colon = line.firstIndex(of: ":")
      let key = colon.map { String(line[..<$0]) } ?? ""
      let value = colon.map { String(line[line.index(after: $0)...].drop { $0 == " " }) } ?? line
      return "<dt>\(HTML.text(key))</dt><dd>\(HTML.text(value))</dd>"
    }.joined()
    return "<h3 class=\"apart\">How the network was made</h3><dl class=\"what\">\(list)</dl>"
  }

  private var neurobench: String {
    guard let n = run.document.neurobench else { return "" }
    func row(_ name: String, _ value: String) -> String { "<tr><td>\(name)</td><td class=\"n\">\(value)</td></tr>" }
    let path = "neurobench.SynapticOperations"
    let pooled = " Its operations are unknown here: where spikes are average-pooled or carry counts, it counts layer "
      + "by layer and step by step, which sums of spikes do not tell."
    return """
      <h3>NeuroBench's figures</h3><div class="scroll" style="margin-top:.3rem"><table>
      \(row("Footprint, bytes", run.value("neurobench.Footprint", n.footprint)))
      \(row("ConnectionSparsity", run.value("neurobench.ConnectionSparsity", n.connectionSparsity, PageNumber.rate)))
      \(row("ActivationSparsity", run.value("neurobench.ActivationSparsity", n.activationSparsity, PageNumber.rate)))
      \(row("Effective_MACs", run.value("\(path).Effective_MACs", n.effectiveMACs, PageNumber.count)))
      \(row("Effective_ACs", run.value("\(path).Effective_ACs", n.effectiveACs, PageNumber.count)))
      \(row("Dense", run.value("\(path).Dense", n.dense, PageNumber.count)))
      </table></div><p class="note">By its definitions, for one sample; they differ from the counts above where \
      NeuroBench counts otherwise.\(n.effectiveACs == nil ? pooled : "")</p>
      """
  }
}
