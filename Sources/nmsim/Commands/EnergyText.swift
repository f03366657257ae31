import ChipModel
import Runtime

/// The energy of a run as a page of text: the models side by side, never mixed.
struct EnergyText {
  let run: RunResult
  /// Nil: no baseline.
  let ratios: [EnergyBill.Ratio]?
  let explains: Bool
  let style: TextStyle

  // MARK: - Text

  var text: String {
    var parts = [heading, spikeModel, operationModel]
    for (index, account) in run.energy.others.enumerated() { parts.append(model(account, number: 3 + index)) }
    parts.append(chipModel)
    if !shares.isEmpty { parts.append(shares) }
    if let ratios { parts.append(table(of: ratios)) }
    return parts.joined(separator: "\n")
  }

  private var heading: String {
    let method = run.method.map { ", \($0)" } ?? ""
    return style.bold("\(ErrorText.escaped(run.network)) on \(ErrorText.escaped(run.chip))")
      + ": \(NumberFormat.count(run.samples)) samples, \(NumberFormat.count(run.ticks)) steps"
      + "\(ErrorText.escaped(method)), accuracy \(NumberFormat.percent(run.accuracy))\n"
  }

  private var spikeModel: String {
    let model = SpikeEnergyModel(profile: .standard)
    let spike = run.spike ?? SpikeEnergy()
    var lines = [style.bold("1. \(model.title)") + " (\(model.source)): every spike costs the same"]
    lines.append(
      "   profile \(ErrorText.escaped(spike.profile ?? "unknown")): \(NumberFormat.joules(spike.joulesPerSpike)) a spike, "
        + "1 ms a step")
    // To the nearest, as on the page.
    let spikes = run.samples == 0 ? 0 : Int((Double(spike.spikesByStep?.sum ?? 0) / Double(run.samples)).rounded())
    lines.append(
      "   \(NumberFormat.count(spikes)) spikes an inference: \(NumberFormat.joules(spike.joulesPerInference)), "
        + "\(NumberFormat.watts(spike.watts)) over \(NumberFormat.count(run.ticks)) ms")
    if let steps = spike.stepsToTarget {
      lines.append(
        "   \(target) accuracy after step \(NumberFormat.count(steps)): \(NumberFormat.joules(spike.joulesToTarget))")
    } else if run.accuracyByStep != nil {
      lines.append("   \(target) accuracy is not reached")
    }
    if explains {
      lines.append("   \(model.formula)")
      if let source = spike.source { lines.append(wrapped("source: \(source)")) }
    }
    lines.append("   left out: \(model.leavesOut)")
    return lines.joined(separator: "\n") + "\n"
  }

  var target: String { NumberFormat.percent(run.spike?.target ?? CountedRun.standardTarget, places: 1) }

  private var operationModel: String {
    var table = Table([.text("network"), .number("additions"), .number("multiply-adds"), .number("an inference")])
    for row in run.operation.bills {
      table.add([
        .text(row.name), .text(perInference(row.bill.accumulates)), .text(perInference(row.bill.multiplyAccumulates)),
        .text(NumberFormat.joules(row.bill.joulesPerInference)),
      ])
    }
    var lines = [style.bold("2. Operations") + " at 45 nm (Horowitz 2014), an inference"]
    lines.append(indented(table.render(style)))
    if explains {
      for row in run.operation.bills { lines.append(wrapped("\(row.name): \(row.bill.formula ?? "unknown")")) }
    }
    lines.append("   left out: \(OperationEnergyModel().leavesOut)")
    return lines.joined(separator: "\n") + "\n"
  }

  private func perInference(_ total: Int?) -> String {
    guard let total else { return "unknown" }
    return NumberFormat.count(run.samples == 0 ? 0 : total / run.samples)
  }

  /// An account without a layout of its own.
  private func model(_ account: EnergyAccount, number: Int) -> String {
    let model = EnergyModels.named(account.name)
    var lines = [
      style.bold("\(number). \(ErrorText.escaped(account.title))") + ": \(ErrorText.escaped(account.source ?? "unknown source"))"
    ]
    lines.append(indented(table(of: account.items).render(style)))
    lines.append("   an inference: \(NumberFormat.joules(account.joulesPerInference))")
    lines += ending(account.items, missing: account.missing, formula: model?.formula)
    if let model { lines.append(wrapped("left out: \(model.leavesOut)")) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func table(of items: [EnergyItem]) -> Table {
    var table = Table([
      .text("unit"), .text("action"), .number("count"), .number("each"), .number("joules"),
    ])
    for item in items {
      table.add([
        .text(item.unit), .text(item.action), .count(item.count), .text(NumberFormat.joules(item.joulesEach)),
        .text(NumberFormat.joules(item.joules)),
      ])
    }
    return table
  }

  /// What an account lacks, and its sources where they are asked for.
  private func ending(_ items: [EnergyItem], missing: [String], formula: String?) -> [String] {
    var lines: [String] = []
    if !missing.isEmpty { lines.append(wrapped("unknown, so not in it: \(missing.joined(separator: ", "))")) }
    if explains {
      lines.append(wrapped("\(formula ?? "joules = count x joules each"); sources:"))
      for item in items { lines.append(wrapped("\(item.action): \(item.source ?? "unknown")")) }
    }
    return lines
  }

  private var chipModel: String {
    let bill = run.bill ?? ChipBill()
    var table = table(of: bill.items)
    table.add([.text("static"), .text("power over time"), .text(""), .text(""), .text(NumberFormat.joules(bill.staticJoules))])
    table.setFooter([.text("all"), .text("what is known"), .text(""), .text(""), .text(NumberFormat.joules(bill.knownJoules))])
    let number = 3 + run.energy.others.count
    var lines = [style.bold("\(number). Chip \(ErrorText.escaped(run.chip))") + ": every action priced, all samples"]
    lines.append(indented(table.render(style)))
    lines.append("   an inference: \(NumberFormat.joules(bill.joulesPerInference))\(latency)" + timeModel)
    lines += ending(bill.items, missing: bill.missing, formula: nil)
    if let notModelled = bill.notModelled { lines.append(wrapped("not modelled: \(notModelled)")) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var latency: String {
    guard let tick = run.time.secondsPerTick, let inference = run.time.secondsPerInference else { return ", time unknown" }
    return ", \(NumberFormat.seconds(inference)) at \(NumberFormat.seconds(tick)) a tick"
  }

  private func table(of ratios: [EnergyBill.Ratio]) -> String {
    var table = Table([.text("an inference"), .number("this run"), .number("baseline"), .number("ratio")])
    for row in ratios {
      table.add([
        .text(row.name), .text(NumberFormat.joules(row.mine)), .text(NumberFormat.joules(row.theirs)),
        .text(row.ratio.map { NumberFormat.decimal($0, places: 4) } ?? "unknown"),
      ])
    }
    return style.bold("Against the baseline") + "\n" + indented(table.render(style)) + "\n"
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
}
