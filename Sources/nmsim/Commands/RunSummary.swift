import ChipModel
import Runtime

/// What a run prints: the answer first, then where the work was, at 80 columns.
enum RunSummary {
  static func text(_ result: RunResult, style: TextStyle) -> String {
    let samples = max(1, result.samples)
    // To the nearest, as on the page.
    func mean(_ sum: Int) -> Int { sum / samples + (sum % samples >= samples - samples / 2 ? 1 : 0) }
    var lines: [String] = []
    let method = result.method.map { ", \($0)" } ?? ""
    lines.append(
      style.bold("\(ErrorText.escaped(result.network)) on \(ErrorText.escaped(result.chip))")
        + ": \(NumberFormat.count(result.samples)) samples, \(NumberFormat.count(result.ticks)) steps "
        + "(\(NumberFormat.count(result.ticksPerInference ?? result.ticks)) ticks)\(ErrorText.escaped(method))")
    lines.append("")
    if let accuracy = result.accuracy, let interval = result.accuracyInterval {
      let ann = result.ann.accuracy.map { "; the ANN \(NumberFormat.percent($0))" } ?? ""
      lines.append(
        row(
          "accuracy",
          "\(NumberFormat.percent(accuracy)), 95 % within \(NumberFormat.percent(interval.lowerBound, places: 1)) to "
            + "\(NumberFormat.percent(interval.upperBound, places: 1))\(ann)"))
    } else {
      lines.append(row("accuracy", "unknown: the data have no labels"))
    }
    if let steps = result.accuracyByStep, !steps.isEmpty {
      lines.append(row("by step", Sparkline.render(steps, width: 40, range: 0...1, style: style) + "  1 to \(steps.count)"))
    }
    if let spike = result.spike, let first = spike.stepsToTarget {
      lines.append(
        row(
          "to \(NumberFormat.percent(spike.target, places: 1))",
          "step \(first), \(NumberFormat.joules(spike.joulesToTarget)) an inference (spike model)"))
    }
    lines.append(
      row(
        "an inference",
        "\(NumberFormat.count(mean(result.totals.spikes ?? 0))) spikes, "
          + "\(NumberFormat.count(mean(result.totals.synapticOperations ?? 0))) synaptic operations, "
          + "\(NumberFormat.count(mean(result.totals.messages ?? 0))) messages"))
    let accounts = result.comparedAccounts.map { account in
      "\(account.name == "chip" ? "chip" : account.title.lowercased()) \(NumberFormat.joules(account.joulesPerInference))"
        + (account.missing.isEmpty ? "" : " + \(account.missing.count) unknown")
    }
    lines.append(row("energy", accounts.joined(separator: ", ")))
    if let ann = result.operation.ann?.joulesPerInference, let snn = result.operation.snn?.joulesPerInference {
      lines.append(
        row(
          "operations",
          "\(NumberFormat.joules(snn)) against \(NumberFormat.joules(ann)) of the ANN (45 nm, fp32)"))
    }
    lines += TimeSummary.rows(result).map(row)
    if let faults = result.faults { lines.append(row("faults", FaultText.run(faults))) }
    let saturations = result.populations.map { $0.saturations ?? 0 }.sum
    if saturations > 0 { lines.append(row("saturations", NumberFormat.count(saturations))) }
    lines.append("")
    var table = Table([
      .text("population"), .number("neurons"), .number("spikes/image"), .number("rate"), .number("synops/image"),
    ])
    for population in result.populations {
      table.add([
        .text(population.name), .count(population.neurons), .count(mean(population.spikes)),
        .text(NumberFormat.decimal(population.meanRate ?? 0, places: 4)), .count(mean(population.synapticOperations)),
      ])
    }
    lines.append(table.render(style))
    if let simulation = result.simulation, let threads = simulation.threads {
      lines.append(
        "Simulated in \(NumberFormat.seconds(simulation.seconds)) on \(threads) thread\(threads == 1 ? "" : "s"), "
          + "\(NumberFormat.si(simulation.synapticOperationsPerSecond ?? 0, unit: "")) synaptic operations a second.")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ name: String, _ value: String) -> String {
    "  " + name + String(repeating: " ", count: max(1, 14 - name.count)) + value
  }
}
