import ChipModel
import Runtime

/// What was run, so that it can be run again, and NeuroBench's figures under its own keys.
struct FactsSection: Sendable {
  let run: ReportRun

  var markup: PageMarkup {
    "<h2>What was run</h2><div class=\"pair\"><div>\(facts)</div><div>\(neurobench)\(history)</div></div>"
  }

  private var facts: String {
    let d = run.document
    let p = d.program
    func bits(_ path: String, _ value: Int?) -> String { "\(run.value("program.\(path)", value)) bits" }
    var rows: [(name: String, value: String?)] = [
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
      ("ANN", d.ann.parameters.map { "\(run.value("ann.parameters", $0)) parameters" }),
      (
        "ANN's accuracy elsewhere",
        d.ann.accuracy.map {
          run.value("ann.accuracy", $0, PageNumber.percent) + (d.ann.accuracyOn.map { ", \(HTML.text($0))" } ?? "")
        }
      ),
    ]
    if let simulation = d.simulation, simulation.seconds != nil {
      rows.append(
        (
          "Simulation",
          "\(run.value("simulation.seconds", simulation.seconds, PageNumber.seconds)) on "
            + "\(run.value("simulation.threads", simulation.threads)) thread\(simulation.threads == 1 ? "" : "s")"
        ))
    }
    return HTML.facts(rows)
  }

  /// The network's own history, `key: value` line by line, as its file has it.
  private var history: String {
    guard let lines = run.document.provenance?.history.prefix(40), !lines.isEmpty else { return "" }
    let list = lines.map { line -> (name: String, value: String?) in
      let colon = line.firstIndex(of: ":")
      let key = colon.map { String(line[..<$0]) } ?? ""
      let value = colon.map { String(line[line.index(after: $0)...].drop { $0 == " " }) } ?? line
      return (name: key, value: HTML.text(value))
    }
    return "<h3 class=\"apart\">Conversion</h3>\(HTML.facts(list))"
  }

  private var neurobench: PageMarkup {
    guard let n = run.document.neurobench else { return "" }
    let pooled = " Where spikes are average-pooled or carry counts, it counts layer by layer and step by step: "
      + "<code>nmsim run --per-tick</code> finds its operations."
    let path = "neurobench.SynapticOperations"
    let rows: [(name: String, markup: String)] = [
      ("Footprint, bytes", run.value("neurobench.Footprint", n.footprint)),
      ("ConnectionSparsity", run.value("neurobench.ConnectionSparsity", n.connectionSparsity, PageNumber.rate)),
      ("ActivationSparsity", run.value("neurobench.ActivationSparsity", n.activationSparsity, PageNumber.rate)),
      ("Effective_MACs", run.value("\(path).Effective_MACs", n.synapticOperations.effectiveMACs, PageNumber.count)),
      ("Effective_ACs", run.value("\(path).Effective_ACs", n.synapticOperations.effectiveACs, PageNumber.count)),
      ("Dense", run.value("\(path).Dense", n.synapticOperations.dense, PageNumber.count)),
    ]
    return """
      <h3>NeuroBench's figures</h3>\(Table(rows, [.text("") { .text($0.name) }, .figure("") { $0.markup }]).markup("neurobench"))\
      <p class="note">By its definitions, for one sample; they differ from the counts above where \
      NeuroBench counts otherwise.\(n.synapticOperations.effectiveACs == nil ? pooled : "")</p>
      """
  }
}
