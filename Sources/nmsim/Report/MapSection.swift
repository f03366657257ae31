import ChipModel
import Runtime

/// The chip as maps: what its cores hold, what they do, and the messages between them.
struct MapSection: Sendable {
  let run: ReportRun

  /// Empty where the document does not say where cores lie.
  var markup: PageMarkup {
    let cores = run.document.cores
    guard let map = ChipMap(cores, run.document.mesh) else { return "" }
    let layers = layers
    let maps = [holding(map, layers), load(map), energy(map), traffic(map)].compactMap { $0 }
    let legend = HTML.legend(layers.enumerated().map { ("\($0 + 1) \($1)", MapSection.color($0)) })
    return """
      <h2>The chip</h2>
      <p class="note">\(summary(cores, map))</p>
      <div class="\(maps.count == 4 ? "fours" : "thirds")">\(maps.map { "<figure>\($0)</figure>" as PageMarkup }.joined())</div>
      \(layers.count <= 24 ? legend : "")
      \(byStep)
      \(table(cores))
      """
  }

  /// Names of the layers on cores, in their order.
  private var layers: [String] {
    var names: [String] = []
    for name in run.document.cores.flatMap({ $0.layers.map(\.name) }) where !names.contains(name) { names.append(name) }
    return names
  }

  private static func color(_ layer: Int) -> Int { layer % 6 + 1 }

  private func attributes(_ column: String) -> String {
    " data-run=\"\(run.number)\" data-column=\"cores.\(column)\""
  }

  /// Which layers each core holds, and how full it is.
  private func holding(_ map: ChipMap, _ layers: [String]) -> PageMarkup {
    let limit = run.document.mesh?.limits.neurons
    let neurons = map.cores.map { Double($0.neurons) }
    let full = limit.map(Double.init)
    let labels = map.cores.map { core -> (text: String, color: Int) in
      let numbers = core.layers.compactMap { layer in layers.firstIndex(of: layer.name) }
      guard let first = numbers.first else { return ("", 0) }
      return (numbers.map { "\($0 + 1)" }.joined(separator: "+"), MapSection.color(first))
    }
    let layer = ChipMap.Layer(
      map: map, title: limit.map { "Layers; neurons, of \(PageNumber.integer($0)) per core" } ?? "Layers; neurons per core",
      quantities: neurons, most: full ?? neurons.max() ?? 0,
      text: { value in
        PageNumber.count(value) + " neurons" + (full.map { ", \(PageNumber.share(value / $0)) of the limit" } ?? "")
      },
      end: layers.isEmpty ? PageNumber.count(full ?? neurons.max() ?? 0) : nil, labels: layers.isEmpty ? [] : labels)
    return layer.markup("map-layers", attributes("neurons"))
  }

  private func load(_ map: ChipMap) -> PageMarkup {
    let operations = map.cores.map { Double($0.synapticOperations) / run.samples }
    let most = operations.max() ?? 0
    return ChipMap.Layer(
      map: map, title: "Synaptic operations per inference", quantities: operations, most: most,
      text: { "\(PageNumber.count($0)) synaptic operations" }, end: PageNumber.count(most)
    ).markup("map-synaptic-operations", attributes("synapticOperations") + " data-divisor=\"\(run.document.samples)\"")
  }

  private func energy(_ map: ChipMap) -> PageMarkup? {
    guard let joules = run.document.bill?.joulesByCore, joules.count == map.cores.count, run.chipJoules != nil else { return nil }
    let means = joules.map { $0 / run.samples }
    let most = means.max() ?? 0
    return ChipMap.Layer(
      map: map, title: "Energy per inference, chip model", quantities: means, most: most, text: PageNumber.joules,
      end: PageNumber.joules(most)
    ).markup("map-energy", "")
  }

  private func traffic(_ map: ChipMap) -> PageMarkup {
    let traffic = map.cores.map { (Double($0.messagesIn) + Double($0.messagesOut)) / run.samples }
    let most = traffic.max() ?? 0
    return ChipMap.Layer(
      map: map, title: "Messages in and out, links", quantities: traffic, most: most,
      text: { "\(PageNumber.count($0)) messages" }, end: PageNumber.count(most), links: run.document.mesh?.links ?? [],
      samples: run.samples
    ).markup("map-messages", "")
  }

  /// Spikes that cores send in each step, as far as layers tell: the neurons of a layer are taken to fire alike.
  private var byStep: PageMarkup {
    guard let details = run.document.details, details.steps.count > 1 else { return "" }
    let cores = run.document.cores
    var layers: [String: LayerDetails.Population] = [:]
    for population in details.populations { layers[population.name] = population }
    let shown = Array(
      ReportRun.shown(of: cores.count) { Double(cores[$0].spikes) }.filter { !cores[$0].layers.isEmpty }.prefix(40))
    let lengths = details.steps.indices.map { Double(details.steps[$0] - ($0 > 0 ? details.steps[$0 - 1] : 0)) }
    let rows = shown.map { index -> HeatMap.Row in
      var sums = [Double](repeating: 0, count: details.steps.count)
      for layer in cores[index].layers {
        guard let all = layers[layer.name], all.neurons > 0, all.spikes.count == sums.count else { continue }
        for step in sums.indices {
          sums[step] += Double(all.spikes[step]) * Double(layer.neurons) / Double(all.neurons) / lengths[step] / run.samples
        }
      }
      return .init(name: "core \(index)", values: sums)
    }
    let most = rows.flatMap(\.values).max() ?? 0
    guard rows.count > 1, most > 0 else { return "" }
    let map = HeatMap(
      title: "Spikes sent per step and inference", xTitle: "step", summary: "Spikes that each core sends in each step",
      rows: rows, columns: details.steps.map(Double.init), shade: HeatMap.linear(most),
      text: { "\(PageNumber.count($0)) spikes" })
    let few = shown.count < cores.count ? " The \(shown.count) cores with most spikes." : ""
    return """
      <div class="pair"><figure>\(map.markup("cores-by-step", ""))<figcaption>Load by core and step: spikes of a layer's \
      step, shared out by the neurons of the layer that a core holds.\(few)</figcaption></figure></div>
      """
  }

  private func summary(_ cores: [RunResult.Core], _ map: ChipMap) -> String {
    let tiles = map.tiles.count
    let chips = Set(cores.compactMap(\.chip)).count
    let extent = "\(run.derived("count(cores)", cores.count)) core\(cores.count == 1 ? "" : "s") on "
      + "\(run.derived("distinct(cores[*].x, cores[*].y)", tiles)) tile\(tiles == 1 ? "" : "s")"
      + (chips > 1 ? " of \(run.derived("distinct(cores[*].chip)", chips)) chips" : "")
    let hops = run.document.totals.hops.map { ", \(run.perInference("totals.hops", $0)) hops per inference" } ?? ""
    let cropped = map.isCropped ? " The maps show the part of the mesh that is used." : ""
    let links = run.document.mesh?.links.isEmpty == false ? " Wedges between tiles are links; they point where the messages go and are wider with more." : ""
    return "\(extent)\(hops). North is up.\(cropped)\(links)"
  }

  /// Every core's counts, folded away; the busiest come first where there are many.
  private func table(_ cores: [RunResult.Core]) -> PageMarkup {
    let shown = ReportRun.shown(of: cores.count) { Double(cores[$0].synapticOperations) }
    func path(_ index: Int) -> String { "cores[\(index)]" }
    let table = Table(
      shown,
      [
        .text("Core") { .text(run.place($0)) },
        .name("Layers") { cores[$0].layers.map(\.name).joined(separator: ", ") },
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
    return "<details><summary>\(title)</summary>\(table.markup("cores"))</details>"
  }
}
