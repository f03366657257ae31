import ChipModel
import Compiler

/// The tables of `compile`, and of `inspect` for a program.
struct ProgramTables: Sendable {
  let report: CompileReport
  let style: TextStyle
  /// Cores that are shown; of more, the fullest.
  static let shownCores = 24

  /// Everything, with blank lines between the parts; the last line says what limits the design.
  var text: String {
    var parts = [head, populations, arithmetic]
    if !relays.isEmpty { parts.append(relays) }
    if !report.cores.isEmpty { parts.append(perNeuron) }
    if report.populations.contains(where: { $0.layer != nil }) { parts.append(perLayer) }
    if !report.cores.isEmpty { parts.append(cores) }
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
    facts.add("schedule", "\(report.schedule.name), depth \(report.depth), \(ticks)")
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
    facts.add("faults", FaultText.chip(report.faults))
    if let routes = report.routeFacts, routes.detours > 0 {
      facts.add("detours", FaultText.routes(routes))
    }
    return facts.render(style)
  }

  private var ticks: String {
    if let steps = report.steps {
      return "\(NumberFormat.count(steps + report.extraTicks)) ticks an inference of \(plural(steps, "step"))"
    }
    return report.extraTicks == 0 ? "as many ticks an inference as steps" : "\(report.extraTicks) ticks more than steps"
  }

  private var populations: String {
    var table = Table([
      .text("population"), .text("shape"), .number("neurons"), .text("model"), .number("cores"), .number("synapses"),
      .number("weights"),
    ])
    for row in report.populations {
      table.add([
        .text(row.name), .text(Self.shape(row.dimensions)), .count(row.neurons), .text(row.model.name),
        .count(row.cores), .count(row.synapses), .count(row.weights),
      ])
    }
    table.setFooter([
      "total", "", .count(report.populations.reduce(0) { $0 + $1.neurons }), "", "",
      .count(report.populations.reduce(0) { $0 + $1.synapses }),
      .count(report.populations.reduce(0) { $0 + $1.weights }),
    ])
    let host = report.populations.reduce(0) { $0 + $1.hostWeights }
    var note = "Synapses are on the chip, pooling and shared weights unrolled."
    if host > 0 { note += " The host applies \(plural(host, "weight")) to the input." }
    return table.render(style) + TextLayout.paragraph(note, width: style.width)
  }

  private var arithmetic: String {
    var table = Table([
      .text("population"), .number("threshold"), .number("unit"), .number("error"), .number("sum bits"),
      .number("saturates"),
    ])
    for row in report.populations {
      table.add([
        .text(row.name), .text(Self.range(row.thresholds)), .text(Self.range(row.units)),
        .text(NumberFormat.decimal(row.relativeError, places: 2)),
        .text("\(row.headroom.sumBits) / \(report.accumulatorBits)"),
        .text(row.headroom.stepsToSaturation.map { NumberFormat.count($0) } ?? "never"),
      ])
    }
    let note =
      "unit: what 1 is worth in the original network. error: the largest of rounding a weight, in units. saturates: "
      + "the first step in which a membrane could, at the worst input."
    return table.render(style) + TextLayout.paragraph(note, width: style.width)
  }

  private var relays: String {
    let relays = report.relays
    if relays.isEmpty { return "" }
    let neurons = relays.reduce(0) { $0 + $1.neurons }
    let names = relays.map { "'\(ErrorText.escaped($0.name))'" }.joined(separator: ", ")
    return TextLayout.paragraph(
      "\(plural(relays.count, "relay population")) of \(plural(neurons, "neuron")) for delays that the chip has not: "
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
          + (types.map { [.text($0.limit.map { NumberFormat.count($0) } ?? "none")] } ?? []))
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
      (.fanIn, "fan-in", \.fanIn), (.destinations, "to cores", \.destinations), (.delay, "delay", \.delay),
      (.payloadBits, "payload bits", \.payloadBits),
    ].filter { column in
      column.0 != .payloadBits || report.populations.contains { $0.payloadBits > 0 }
    }
    var table = Table([.text("population")] + columns.map { .number($0.1) })
    for population in report.populations {
      table.add([.text(population.name)] + columns.map { .count($0.2(population)) })
    }
    table.setFooter(
      ["limit"]
        + columns.map { column in
          let capacity = report.capacity.first { $0.resource == column.0 }
          return .text(capacity?.limit.map { NumberFormat.count($0) } ?? "none")
        })
    let note = "For one neuron, at most: synapses into it, cores that hear it, ticks until its inputs arrive."
    return table.render(style) + TextLayout.paragraph(note, width: style.width)
  }

  /// What each layer needs of a core that runs one layer.
  private var perLayer: String {
    let words: [ChipResource: String] = [.inputSide: "side in", .outputSide: "side out", .fanOutLayers: "feeds"]
    var table = Table(
      [.text("population")] + ChipResource.ofLayer.map { .number(words[$0] ?? $0.rawValue) })
    for population in report.populations {
      table.add([.text(population.name)] + ChipResource.ofLayer.map { .count(population.layer?[$0] ?? 0) })
    }
    table.setFooter(
      ["limit"]
        + ChipResource.ofLayer.map { resource in
          .text(report.capacity.first { $0.resource == resource }?.limit.map { NumberFormat.count($0) } ?? "none")
        })
    let note = "For the core that runs it. A dense layer is a kernel over the whole map; feeds: layers."
    return table.render(style) + TextLayout.paragraph(note, width: style.width)
  }

  private var limiting: String {
    guard let share = report.limiting else {
      return report.cores.isEmpty ? "No cores.\n" : "Limited by nothing: the chip states no limits.\n"
    }
    let place = share.core.map { " on core \($0)" } ?? ""
    let unit = share.resource == .synapseMemory ? " bits" : ""
    let percent = NumberFormat.percent(share.fraction, places: share.fraction < 0.0995 ? 1 : 0)
    var text = "Limited by \(share.resource.rawValue)\(place): \(percent) of \(NumberFormat.count(share.limit))\(unit)."
    if share.fraction >= 0.9 {
      let larger = share.resource.chips(with: share.limit + 1).filter { $0 != report.chip }.prefix(3)
      let words: [String] = (share.resource.knob.map { [$0] } ?? []) + larger
      if !words.isEmpty { text += " More room: \(words.joined(separator: ", "))." }
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
