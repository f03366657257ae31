import ChipModel
import Runtime

/// The chip as maps: what its cores hold, what they do, and the messages between them.
struct MapSection: Sendable {
  let run: ReportRun

  init(_ run: ReportRun) { self.run = run }

  /// Empty where the document does not say where cores lie.
  var markup: String {
    let cores = run.document.cores
    guard let map = ChipMap(cores, run.document.mesh) else { return "" }
    let limit = run.document.mesh?.neurons
    let neurons = cores.map { Double($0.neurons) }
    let full = limit.map(Double.init)
    let traffic = cores.map { (Double($0.messagesIn) + Double($0.messagesOut)) / run.samples }
    let energy = run.document.bill?.joulesByCore.flatMap { joules in
      joules.count == cores.count && run.chipJoules != nil ? joules.map { $0 / run.samples } : nil
    }
    let operations = cores.map { Double($0.synapticOperations) / run.samples }
    let share: (Double) -> String = { value in
      PageNumber.count(value) + (full.map { " neurons, \(PageNumber.share(value / $0))" } ?? " neurons")
    }
    return """
      <h2>The chip</h2>
      <p class="note">\(summary(cores, map))</p>
      <div class="\(energy == nil ? "thirds" : "fours")">
      \(map.figure(
        limit.map { "Neurons, of \(PageNumber.integer($0)) a core" } ?? "Neurons a core", neurons,
        top: full ?? neurons.max() ?? 0, text: share, run: run, path: "neurons"))
      \(map.figure(
        "Synaptic operations an inference", operations, top: operations.max() ?? 0,
        text: { "\(PageNumber.count($0)) synaptic operations" }, run: run, path: "synapticOperations"))
      \(energy.map {
        map.figure(
          "Energy, chip model, an inference", $0, top: $0.max() ?? 0, text: PageNumber.joules, run: run, path: "joules",
          top: PageNumber.joules($0.max() ?? 0))
      } ?? "")
      \(map.figure(
        "Messages in and out, an inference", traffic, top: traffic.max() ?? 0,
        text: { "\(PageNumber.count($0)) messages" }, run: run, path: "messages", links: run.document.mesh?.links ?? []))
      </div>
      \(table(cores))
      """
  }

  private func summary(_ cores: [RunDocument.Core], _ map: ChipMap) -> String {
    let tiles = map.tiles.count
    let chips = Set(cores.compactMap(\.chip)).count
    let extent = "\(PageNumber.integer(cores.count)) core\(cores.count == 1 ? "" : "s") on \(PageNumber.integer(tiles)) "
      + "tile\(tiles == 1 ? "" : "s")" + (chips > 1 ? " of \(chips) chips" : "")
    let hops = run.document.totals.hops.map { ", \(run.perInference("totals.hops", $0)) hops an inference" } ?? ""
    let cropped = map.isCropped ? " The maps show the part of the mesh that is used." : ""
    let links = run.document.mesh?.links.isEmpty == false ? " Lines between tiles are links, wider with more messages." : ""
    return "\(extent)\(hops). North is up.\(cropped)\(links)"
  }

  /// Every core's counts, folded away; the busiest come first where there are many.
  private func table(_ cores: [RunDocument.Core]) -> String {
    let longest = 200
    let order = cores.indices.sorted {
      (cores[$1].synapticOperations, $0) < (cores[$0].synapticOperations, $1)
    }
    let shown = cores.count > longest ? Array(order.prefix(longest)) : Array(cores.indices)
    var rows = ""
    for index in shown {
      let core = cores[index]
      let path = "cores[\(index)]"
      let place = core.x.flatMap { x in core.y.map { "\(x), \($0)" } } ?? ""
      rows += "<tr><td>\(index)</td><td>\(place)</td><td class=\"n\">\(run.value("\(path).neurons", core.neurons))</td>"
        + "<td class=\"n\">\(run.perInference("\(path).spikes", core.spikes))</td>"
        + "<td class=\"n\">\(run.perInference("\(path).synapticOperations", core.synapticOperations))</td>"
        + "<td class=\"n\">\(run.perInference("\(path).messagesIn", core.messagesIn))</td>"
        + "<td class=\"n\">\(run.perInference("\(path).messagesOut", core.messagesOut))</td></tr>"
    }
    let title = cores.count > longest ? "The \(longest) cores with most synaptic operations" : "All cores"
    return """
      <details><summary>\(title)</summary><div class="scroll"><table>
      <thead><tr><th>Core</th><th>Tile x, y</th><th class="n">Neurons</th><th class="n">Spikes</th>\
      <th class="n">Synaptic operations</th><th class="n">Messages in</th><th class="n">Messages out</th></tr></thead>
      <tbody>\(rows)</tbody></table></div></details>
      """
  }
}
