import ChipModel
import Compiler

/// The tables of `compile`, and of `inspect` for a program.
struct ProgramTables: Sendable {
  let report: CompileReport
  let style: TextStyle
  /// Cores that are shown; of more, the fullest.
  static let shownCores = 24

  /// Everything, with blank lines between the parts; the last line names the bottleneck.
  var text: String {
    var parts = [head, populations, arithmetic]
    if !relays.isEmpty { parts.append(relays) }
    if !report.cores.isEmpty { parts.append(perNeuron) }
    if report.populations.contains(where: { $0.layer != nil }) { parts.append(perLayer) }
    if !report.cores.isEmpty { parts.append(cores) }
    if let map = MapText(report: report, style: style).text { parts.append(map) }
    parts.append(limiting)
    return parts.joined(separator: "\n")
  }

  private var head: String {
    var facts = FactList()
    facts.add("network", report.network + (report.method.map { ", method \($0)" } ?? ""))
    facts.add("chip", "\(report.chip): \(report.chipTitle)")
    facts.add(
      "bits",
      "weights \(report.weightBits), membranes \(report.membraneBits), accumulators \(report.accumulatorBits), "
        + "fraction \(report.fractionBits)")
    let lag = report.lag == 0 ? "" : ", lag \(report.lag)" + (report.lagsDiffer ? " at most" : "")
    facts.add("schedule", "\(report.schedule.rawValue)\(lag), depth \(report.depth), \(ticks)")
    if report.biasTableBits > 0 { facts.add("biases by step", NumberFormat.count(report.biasTableBits, of: "bit")) }
    if !report.cores.isEmpty {
      let used = NumberFormat.count(report.cores.count)
      let limit = report.totalCores.map { " of \(NumberFormat.count($0))" } ?? ""
      let chips = report.capacity.first { $0.resource == .chips }?.limit.map { limit in
        limit > 1 ? " (\(NumberFormat.count(report.chips)) of \(plural(limit, "chip")))" : ""
      } ?? ""
      facts.add(
        "cores",
        "\(used)\(limit)\(chips), \(plural(report.routes, "route")), the longest of \(plural(report.longestRoute, "hop"))")
    }
    facts.add("area", KeyFigureText.area(cores: report.coreSquareMillimetres, dies: report.dieSquareMillimetres))
    if let mapping = report.mapping, report.cores.count > 1 {
      let spikes = mapping.isMeasured ? "by the calibration's spikes" : "every neuron spiking once"
      let spread = mapping.meanLink > 0 ? NumberFormat.decimal(Double(mapping.busiestLink) / mapping.meanLink, places: 1) : "0"
      facts.add(
        "traffic",
        mapping.linkPackets == 0 ? nil : "\(spikes): \(NumberFormat.decimal(mapping.meanHops, places: 2)) hops per message, "
          + "\(plural(mapping.linkPackets, "packet")) over links, \(NumberFormat.count(mapping.busiestLink)) over the busiest, "
          + "\(spread) times the mean")
      facts.add(
        "busiest core",
        "\(plural(mapping.busiestSynapticOperations, "synaptic operation")), \(plural(mapping.busiestNeurons, "neuron")), "
          + "\(plural(mapping.busiestMessagesIn, "message")) in, each where it is most")
    }
    facts.add("faults", FaultText.chip(report.faults))
    if let routes = report.routeFacts, routes.detours > 0 {
      facts.add("detours", FaultText.routes(routes))
    }
    return facts.render(style)
  }

  private var ticks: String {
    if let steps = report.steps {
      return "\(NumberFormat.count(steps + report.extraTicks)) ticks per inference of \(plural(steps, "step"))"
    }
    if report.extraTicks == 0 { return "as many ticks per inference as steps" }
    return "\(report.extraTicks) ticks per inference more than steps"
  }

  private var populations: String {
    func total(_ count: KeyPath<CompileReport.Population, Int>) -> Int {
      report.placed.reduce(0) { $0 + $1[keyPath: count] }
    }
    let table = Table(
      report.populations,
      [
        .name("population", \.name), .text("shape") { .text(Self.shape($0.dimensions)) }, .count("neurons", \.neurons),
        .text("model") { .text($0.model.name) }, .count("cores", \.cores), .count("synapses", \.synapses),
        .count("weights", \.weights),
      ],
      footer: ["total", "", .count(total(\.neurons)), "", "", .count(total(\.synapses)), .count(total(\.weights))])
    let host = total(\.hostWeights)
    var note = "Synapses are on the chip, pooling and shared weights unrolled."
    if host > 0 { note += " The host applies \(plural(host, "weight")) to the input." }
    return table.render(style) + TextLayout.paragraph(note, width: style.width)
  }

  private var arithmetic: String {
    let table = Table(
      report.placed,
      [
        .name("population", \.name), .number("threshold") { .text(Self.range($0.thresholds)) },
        .number("LSB") { .text(Self.range($0.units)) },
        .number("rounding") { .text(NumberFormat.decimal($0.relativeError, places: 2)) },
        .number("sum bits") { "\($0.headroom.sumBits) / \(report.accumulatorBits)" },
        .number("saturates") { .count($0.headroom.stepsToSaturation, else: "never") },
      ])
    let note =
      "LSB: least significant bit, in activation units. rounding: largest error of a weight, in steps of its grid. saturates: "
      + "step of the earliest possible saturation (worst case)."
    return table.render(style) + TextLayout.paragraph(note, width: style.width)
  }

  private var relays: String {
    let relays = report.relays
    if relays.isEmpty { return "" }
    let neurons = relays.reduce(0) { $0 + $1.neurons }
    let names = relays.map { "'\(ErrorText.escaped($0.name))'" }.joined(separator: ", ")
    return TextLayout.paragraph(
      "\(plural(relays.count, "relay population")) of \(plural(neurons, "neuron")) for delays beyond the chip's: "
        + names, width: style.width)
  }

  private var cores: String {
    let all = report.cores
    let shown = all.count > Self.shownCores ? Array(report.coresByLoad.prefix(Self.shownCores)) : all
    let showsPlace = all.contains { $0.index != $0.place }
    let place = showsPlace ? [Table.Column.number("place")] : []
    let hasLimits = report.limits.isKnown
    let types = report.capacity.first { $0.resource == .axonTypes }
    var table = Table(
      [.number("core")] + place + [
        .number("neurons"), .number("synapse bits"), .number("axons in"), .number("axons out"),
      ] + (types == nil ? [] : [.number("types")]) + (hasLimits ? [.number("full")] : []) + [.text("holds")])
    for core in shown {
      var cells: [Table.Cell] = [.count(core.index)]
      if showsPlace { cells.append(.count(core.place)) }
      cells += CompileReport.Resource.ofCore.map { .count(core.load[$0] ?? 0) }
      if types != nil { cells.append(.count(core.axonTypes ?? 0)) }
      if hasLimits { cells.append(.text(NumberFormat.percent(core.fullest?.fraction, places: 0))) }
      table.add(cells + [.text(core.populations.joined(separator: " "))])
    }
    if hasLimits {
      table.setFooter(
        ["limit"] + (showsPlace ? [""] : [])
          + CompileReport.Resource.ofCore.map { .text(limit($0)) }
          + (types.map { [.count($0.limit, else: "none")] } ?? []))
    }
    let note =
      all.count > shown.count
      ? TextLayout.paragraph(
        "The \(shown.count) fullest of \(NumberFormat.count(all.count)) cores; --json has all of them.",
        width: style.width) : ""
    return table.render(style) + note
  }

  /// The limit of every core, or that it depends on the place.
  private func limit(_ resource: CompileReport.Resource) -> String {
    let limit = report.limits[resource]
    if report.cores.contains(where: { $0.limits[resource] != limit }) { return "by place" }
    return limit.map { NumberFormat.count($0) } ?? "none"
  }

  /// What a neuron needs of each population, against the chip's limits.
  private var perNeuron: String {
    let columns: [(ChipResource, String, (CompileReport.Population) -> Int)] = [
      (.fanIn, "fan-in", \.fanIn), (.destinations, "fan-out in cores", \.destinations), (.delay, "delay", \.delay),
      (.payloadBits, "payload bits", \.payloadBits),
    ].filter { column in
      column.0 != .payloadBits || report.placed.contains { $0.payloadBits > 0 }
    }
    let note = "Per neuron, at most: synapses into it, cores that receive its spikes, ticks until its inputs arrive."
    return needs(columns, note)
  }

  /// What each layer needs of a core that runs one layer.
  private var perLayer: String {
    let words: [ChipResource: String] = [.inputSide: "side in", .outputSide: "side out", .fanOutLayers: "feeds"]
    let columns = ChipResource.ofLayer.map { resource in
      (resource, words[resource] ?? resource.rawValue, { (row: CompileReport.Population) in row.layer?[resource] ?? 0 })
    }
    let note = "Per layer, of the core that runs it. A dense layer is a kernel over the whole map. feeds: layers."
    return needs(columns, note)
  }

  /// What each population needs of resources, above the chip's limits.
  private func needs(
    _ columns: [(resource: ChipResource, title: String, need: (CompileReport.Population) -> Int)], _ note: String
  ) -> String {
    let table = Table(
      report.placed, [.name("population", \.name)] + columns.map { .count($0.title, $0.need) },
      footer: ["limit"]
        + columns.map { column in
          .count(report.capacity.first { $0.resource == column.resource }?.limit, else: "none")
        })
    return table.render(style) + TextLayout.paragraph(note, width: style.width)
  }

  private var limiting: String {
    guard let share = report.limiting else {
      return report.cores.isEmpty ? "No cores.\n" : "No bottleneck: the chip states no limits.\n"
    }
    let unit = share.resource == .synapseMemory ? " bits" : ""
    let use = "\(NumberFormat.count(share.used)) of \(NumberFormat.count(share.limit))\(unit)"
    let place = share.core.map { " per core (core \($0): \(use))" } ?? " (\(use))"
    var text = "Bottleneck: \(share.resource.rawValue)\(place)."
    if share.fraction >= 0.9 {
      let larger = share.resource.chips(with: share.limit + 1).filter { $0 != report.chip }.prefix(3)
      if let knob = share.resource.knob { text += " Option that changes it: \(OptionSpec.spelled(knob))." }
      if !larger.isEmpty { text += " Chips with more: \(larger.joined(separator: ", "))." }
    }
    return TextLayout.paragraph(text, width: style.width)
  }

  // MARK: Words

  static func shape(_ dimensions: [Int]) -> String { dimensions.map { "\($0)" }.joined(separator: "x") }

  static func range(_ range: ClosedRange<Int>?) -> String {
    guard let range else { return "infinite" }
    let low = NumberFormat.count(range.lowerBound)
    return range.count == 1 ? low : "\(low) to \(NumberFormat.count(range.upperBound))"
  }

  static func range(_ range: ClosedRange<Double>) -> String {
    let low = NumberFormat.significant(range.lowerBound)
    let high = NumberFormat.significant(range.upperBound)
    return low == high ? low : "\(low) to \(high)"
  }

  private func plural(_ count: Int, _ word: String) -> String { NumberFormat.count(count, of: word) }
}

extension CompileReport.Resource {
  /// The resources of a core, in the order of the table.
  static let ofCore: [CompileReport.Resource] = [.neurons, .synapseMemory, .inputAxons, .outputAxons]
}

extension CoreLimits {
  /// Whether any resource of a core is limited.
  var isKnown: Bool { CompileReport.Resource.ofCore.contains { self[$0] != nil } }
}
