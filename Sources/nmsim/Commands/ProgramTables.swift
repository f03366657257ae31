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
      facts.add(
        "cores",
        "\(used)\(limit), \(plural(report.routes, "route")), the longest of \(plural(report.longestRoute, "hop"))")
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
        .text(row.headroom.stepsToSaturation.map { "step \(NumberFormat.count($0))" } ?? "never"),
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
    var table = Table(
      [.number("core")] + place + [
        .number("neurons"), .number("synapse bits"), .number("axons in"), .number("axons out"),
      ] + (hasLimits ? [.number("full")] : []) + [.text("holds")])
    for core in shown {
      var cells: [Table.Cell] = [.count(core.index)]
      if showsPlace { cells.append(.count(core.place)) }
      cells += CompileReport.Resource.ofCore.map { .count(core.load[$0] ?? 0) }
      if hasLimits { cells.append(.text(NumberFormat.percent(core.fullest?.fraction, places: 0))) }
      table.add(cells + [.text(core.populations.joined(separator: " "))])
    }
    if hasLimits {
      table.setFooter(
        ["limit"] + (showsPlace ? [""] : [])
          + CompileReport.Resource.ofCore.map { .text(report.limits[$0].map { NumberFormat.count($0) } ?? "none") })
    }
    let note =
      all.count > shown.count
      ? TextLayout.paragraph(
        "The \(shown.count) fullest of \(NumberFormat.count(all.count)) cores; --json has all of them.",
        width: style.width) : ""
    return table.render(style) + note
  }

  private var limiting: String {
    guard let share = report.limiting else {
      return report.cores.isEmpty ? "No cores.\n" : "Limited by nothing: the chip states no limits.\n"
    }
    let place = share.core.map { " on core \($0)" } ?? ""
    let unit = share.resource == .synapseMemory ? " bits" : ""
    let percent = NumberFormat.percent(share.fraction, places: share.fraction < 0.0995 ? 1 : 0)
    return "Limited by \(share.resource.rawValue)\(place): \(percent) of \(NumberFormat.count(share.limit))\(unit).\n"
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
