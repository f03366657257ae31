import ChipModel
import Runtime

/// The chip as maps: what its cores hold, what they do, and the messages between them.
struct MapSection: Sendable {
  let run: ReportRun

  /// Empty where the document does not say where cores lie.
  var markup: String {
    let cores = run.document.cores
    guard let map = ChipMap(cores, run.document.mesh) else { return "" }
    let limit = run.document.mesh?.limits.neurons
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
        limit.map { "Neurons, of \(PageNumber.integer($0)) per core" } ?? "Neurons per core", neurons,
        top: full ?? neurons.max() ?? 0, text: share, run: run, path: "neurons"))
      \(map.figure(
        "Synaptic operations per inference", operations, top: operations.max() ?? 0,
        text: { "\(PageNumber.count($0)) synaptic operations" }, run: run, path: "synapticOperations"))
      \(energy.map {
        map.figure(
          "Energy per inference, chip model", $0, top: $0.max() ?? 0, text: PageNumber.joules, run: run, path: "joules",
          top: PageNumber.joules($0.max() ?? 0))
      } ?? "")
      \(map.figure(
        "Messages in and out per inference", traffic, top: traffic.max() ?? 0,
        text: { "\(PageNumber.count($0)) messages" }, run: run, path: "messages", links: run.document.mesh?.links ?? []))
      </div>
      \(table(cores))
      """
  }

  private func summary(_ cores: [RunResult.Core], _ map: ChipMap) -> String {
    let tiles = map.tiles.count
    let chips = Set(cores.compactMap(\.chip)).count
    let extent = "\(PageNumber.integer(cores.count)) core\(cores.count == 1 ? "" : "s") on \(PageNumber.integer(tiles)) "
      + "tile\(tiles == 1 ? "" : "s")" + (chips > 1 ? " of \(chips) chips" : "")
    let hops = run.document.totals.hops.map { ", \(run.perInference("totals.hops", $0)) hops per inference" } ?? ""
    let cropped = map.isCropped ? " The maps show the part of the mesh that is used." : ""
    let links = run.document.mesh?.links.isEmpty == false ? " Lines between tiles are links, wider with more messages." : ""
    return "\(extent)\(hops). North is up.\(cropped)\(links)"
  }

  /// Every core's counts, folded away; the busiest come first where there are many.
  private func table(_ cores: [RunResult.Core]) -> String {
    let shown = ReportRun.shown(of: cores.count) { Double(cores[$0].synapticOperations) }
    func path(_ index: Int) -> String { "cores[\(index)]" }
    let table = Table(
      shown,
      [
        .text("Core") { "\($0)" },
        .text("Tile x, y") { index in
          .text(cores[index].x.flatMap { x in cores[index].y.map { "\(x), \($0)" } } ?? "")
        },
        .figure("Neurons") { run.value("\(path($0)).neurons", cores[$0].neurons) },
        .figure("Spikes") { run.perInference("\(path($0)).spikes", cores[$0].spikes) },
        .figure("Synaptic operations") {
          run.perInference("\(path($0)).synapticOperations", cores[$0].synapticOperations)
        },
        .figure("Messages in") { run.perInference("\(path($0)).messagesIn", cores[$0].messagesIn) },
        .figure("Messages out") { run.perInference("\(path($0)).messagesOut", cores[$0].messagesOut) },
        .text("Takes longest") { .text(cores[$0].bottleneck.map { BusiestText.name(of: $0) } ?? "unknown") },
        .figure("Of the time") { run.value("\(path($0)).utilisation", cores[$0].utilisation, PageNumber.share) },
      ])
    let count = PageNumber.integer(shown.count)
    let title = shown.count < cores.count ? "The \(count) cores with most synaptic operations" : "All cores"
    return "<details><summary>\(title)</summary>\(table.markup())</details>"
  }
}
