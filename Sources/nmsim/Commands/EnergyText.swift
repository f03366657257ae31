import ChipModel
import Runtime

/// The energy of a run as a page of text and as a document: three models side by side, never mixed.
struct EnergyText {
  let energy: EnergyDocument
  let baseline: EnergyDocument?
  let explains: Bool
  let style: TextStyle

  var run: RunDocument { energy.run }

  // MARK: - Text

  var text: String {
    var parts = [heading, spikeModel, operationModel, chipModel]
    if !shares.isEmpty { parts.append(shares) }
    if let baseline { parts.append(ratios(baseline)) }
    return parts.joined(separator: "\n")
  }

  private var heading: String {
    let method = run.method.map { ", \($0)" } ?? ""
    return style.bold("\(ErrorText.escaped(run.network)) on \(ErrorText.escaped(run.chip))")
      + ": \(NumberFormat.count(run.samples)) samples, \(NumberFormat.count(run.ticks)) steps"
      + "\(ErrorText.escaped(method)), accuracy \(NumberFormat.percent(run.accuracy))\n"
  }

  private var spikeModel: String {
    var lines = [style.bold("1. Spike model") + " (Ding et al. 2021, equation 14): every spike costs the same"]
    lines.append(
      "   profile \(ErrorText.escaped(energy.profile)): \(NumberFormat.joules(energy.joulesPerSpike)) a spike, "
        + "1 ms a step")
    // To the nearest, as on the page.
    let spikes = run.samples == 0 ? 0 : Int((Double(energy.spikes) / Double(run.samples)).rounded())
    lines.append(
      "   \(NumberFormat.count(spikes)) spikes an inference: \(NumberFormat.joules(energy.spikeEnergyPerInference)), "
        + "\(NumberFormat.watts(energy.watts)) over \(NumberFormat.count(run.ticks)) ms")
    if let steps = energy.stepsToTarget {
      lines.append(
        "   \(NumberFormat.percent(energy.target, places: 1)) accuracy after step \(NumberFormat.count(steps)): "
          + NumberFormat.joules(energy.spikeEnergyToTarget))
    } else if run.accuracyByStep != nil {
      lines.append("   \(NumberFormat.percent(energy.target, places: 1)) accuracy is not reached")
    }
    if explains {
      lines.append("   joules = spikes x joules a spike")
      if let source = energy.spikeSource { lines.append(wrapped("source: \(source)")) }
    }
    lines.append("   left out: synapses, routing, memory, host input encoding, static power")
    return lines.joined(separator: "\n") + "\n"
  }

  private var operationModel: String {
    var table = Table([.text("network"), .number("additions"), .number("multiply-adds"), .number("an inference")])
    for row in energy.operations {
      table.add([
        .text(row.name), .text(perInference(row.bill.accumulates)), .text(perInference(row.bill.multiplyAccumulates)),
        .text(NumberFormat.joules(row.bill.joulesPerInference)),
      ])
    }
    var lines = [style.bold("2. Operations") + " at 45 nm (Horowitz 2014), an inference"]
    lines.append(indented(table.render(style)))
    if explains {
      for row in energy.operations { lines.append(wrapped("\(row.name): \(row.bill.formula ?? "unknown")")) }
    }
    lines.append("   left out: memory, routing, neuron updates, static power")
    return lines.joined(separator: "\n") + "\n"
  }

  private func perInference(_ total: Int?) -> String {
    guard let total else { return "unknown" }
    return NumberFormat.count(run.samples == 0 ? 0 : total / run.samples)
  }

  private var chipModel: String {
    var table = Table([
      .text("unit"), .text("action"), .number("count"), .number("each"), .number("joules"),
    ])
    for item in energy.bill.items {
      table.add([
        .text(item.unit), .text(item.action), .count(item.count), .text(NumberFormat.joules(item.joulesEach)),
        .text(NumberFormat.joules(item.joules)),
      ])
    }
    table.add([.text("static"), .text("power over time"), .text(""), .text(""), .text(NumberFormat.joules(energy.bill.staticJoules))])
    let known = energy.bill.items.reduce(0) { $0 + ($1.joules ?? 0) } + (energy.bill.staticJoules ?? 0)
    table.setFooter([.text("all"), .text("what is known"), .text(""), .text(""), .text(NumberFormat.joules(known))])
    var lines = [style.bold("3. Chip \(ErrorText.escaped(run.chip))") + ": every action priced, all samples"]
    lines.append(indented(table.render(style)))
    lines.append("   an inference: \(NumberFormat.joules(energy.bill.joulesPerInference))\(latency)" + timeModel)
    if !energy.bill.missing.isEmpty { lines.append(wrapped("unknown, so not in it: \(energy.bill.missing.joined(separator: ", "))")) }
    if let notModelled = energy.bill.notModelled { lines.append(wrapped("not modelled: \(notModelled)")) }
    if explains {
      lines.append("   joules = count x joules each; sources:")
      for item in energy.bill.items {
        lines.append(wrapped("\(item.action): \(item.source ?? "unknown")"))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var latency: String {
    guard let tick = run.secondsPerTick, let inference = run.secondsPerInference else { return ", time unknown" }
    return ", \(NumberFormat.seconds(inference)) at \(NumberFormat.seconds(tick)) a tick"
  }

  private func ratios(_ other: EnergyDocument) -> String {
    var table = Table([.text("an inference"), .number("this run"), .number("baseline"), .number("ratio")])
    for row in comparison(other) {
      table.add([
        .text(row.name), .text(NumberFormat.joules(row.mine)), .text(NumberFormat.joules(row.theirs)),
        .text(row.ratio.map { NumberFormat.decimal($0, places: 4) } ?? "unknown"),
      ])
    }
    return style.bold("Against the baseline") + "\n" + indented(table.render(style)) + "\n"
  }

  private struct Ratio {
    var key: String
    var name: String
    var mine: Double?
    var theirs: Double?
    var ratio: Double? {
      guard let mine, let theirs, theirs != 0 else { return nil }
      return mine / theirs
    }
  }

  private func comparison(_ other: EnergyDocument) -> [Ratio] {
    let target = NumberFormat.percent(energy.target, places: 1)
    return [
      Ratio(
        key: "spike", name: "spike model", mine: energy.spikeEnergyPerInference, theirs: other.spikeEnergyPerInference),
      Ratio(
        key: "spikeToTarget", name: "spike model to \(target)", mine: energy.spikeEnergyToTarget,
        theirs: other.spikeEnergyToTarget),
      Ratio(
        key: "operation", name: "operations, fp32", mine: run.operation.snn?.joulesPerInference,
        theirs: other.run.operation.snn?.joulesPerInference),
      Ratio(key: "chip", name: "chip", mine: energy.bill.joulesPerInference, theirs: other.bill.joulesPerInference),
      Ratio(
        key: "chipToTarget", name: "chip to \(target)", mine: energy.bill.joulesToTarget,
        theirs: other.bill.joulesToTarget),
    ]
  }

  /// A line of 80 columns, indented by three, continued by five.
  func wrapped(_ text: String) -> String {
    var lines: [String] = []
    var line = "   "
    for word in ErrorText.escaped(text).split(separator: " ") {
      if line.count + word.count + 1 > style.width, line.contains(where: { $0 != " " }) {
        lines.append(line)
        line = "     "
      }
      line += (line.hasSuffix(" ") ? "" : " ") + word
    }
    lines.append(line)
    return lines.joined(separator: "\n")
  }

  func indented(_ table: String) -> String {
    table.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { "   " + $0 }.joined(separator: "\n")
  }

  // MARK: - Document

  /// `nmsim-energy/1`: the three models as numbers, and the ratios where there is a baseline.
  var document: JSONOutput {
    var members: [(String, JSONOutput)] = [
      ("format", .string("nmsim-energy/1")), ("network", .string(run.network)), ("chip", .string(run.chip)),
      ("samples", .int(run.samples)), ("ticks", .int(run.ticks)),
      (
        "spike",
        .object([
          ("profile", .string(energy.profile)), ("joulesPerSpike", .double(energy.joulesPerSpike)),
          ("joulesPerInference", .double(energy.spikeEnergyPerInference)), ("watts", .double(energy.watts)),
          ("target", .double(energy.target)), ("stepsToTarget", energy.stepsToTarget.map { .int($0) } ?? .null),
          ("joulesToTarget", .number(energy.spikeEnergyToTarget)),
        ])
      ),
      (
        "operation",
        .object(
          energy.operations.map { ($0.key, .object([("joulesPerInference", .number($0.bill.joulesPerInference))])) })
      ),
      (
        "chip",
        .object([
          ("joulesPerInference", .number(energy.bill.joulesPerInference)),
          ("staticJoules", .number(energy.bill.staticJoules)), ("missing", .strings(energy.bill.missing)),
          ("secondsPerInference", .number(run.secondsPerInference)), ("joulesToTarget", .number(energy.bill.joulesToTarget)),
        ])
      ),
    ]
    if let baseline {
      members.append(
        ("ratios", .object(comparison(baseline).map { ($0.key, .number($0.ratio)) })))
    }
    return .object(members)
  }
}
