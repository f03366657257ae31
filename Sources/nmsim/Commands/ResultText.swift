import ChipModel
import Runtime

/// What a run prints: the answer first, then where the work was, at 80 columns.
enum ResultText {
  static func text(_ result: RunResult, style: TextStyle) -> String {
    let samples = max(1, result.samples)
    // To the nearest, as on the page.
    func mean(_ sum: Int) -> Int { sum / samples + (sum % samples >= samples - samples / 2 ? 1 : 0) }
    let method = result.method.map { ", \($0)" } ?? ""
    let heading =
      style.bold("\(ErrorText.escaped(result.network)) on \(ErrorText.escaped(result.chip))")
      + ": \(NumberFormat.count(result.samples, of: "sample")), \(NumberFormat.count(result.ticks, of: "step")) "
      + "(\(NumberFormat.count(result.ticksPerInference ?? result.ticks)) ticks)\(ErrorText.escaped(method))\n"
    var facts = FactList()
    if let accuracy = result.accuracy, let interval = result.accuracyInterval {
      facts.add(
        "accuracy",
        "\(NumberFormat.percent(accuracy)), 95 % within \(NumberFormat.percent(interval.lowerBound, places: 1)) to "
          + NumberFormat.percent(interval.upperBound, places: 1))
      if let ann = result.ann.accuracyOnTheseSamples, let range = result.ann.differenceInterval {
        facts.add(
          "the ANN",
          "\(NumberFormat.percent(ann)) on them: \(NumberFormat.points(result.ann.difference)) points, 95 % "
            + "within \(NumberFormat.points(range.lowerBound)) to \(NumberFormat.points(range.upperBound))")
      }
    } else if let error = result.error {
      facts.add("error", text(error))
      facts.add("the ANN's", result.ann.error.map(text))
    } else {
      facts.add("accuracy", "unknown: the data have no labels")
    }
    if let steps = result.accuracyByStep, !steps.isEmpty {
      facts.add("over steps", Sparkline.render(steps, width: 40, range: 0...1, style: style) + " 1 to \(steps.count)")
    }
    if let spike = result.spike, let first = spike.stepsToTarget {
      facts.add(
        "to \(NumberFormat.percent(spike.target, places: 1))",
        "step \(first), \(NumberFormat.joules(spike.joulesToTarget)) per inference (spike model)")
    }
    facts.add(
      "per inference",
      "\(NumberFormat.count(mean(result.totals.spikes ?? 0))) spikes, "
        + "\(NumberFormat.count(mean(result.totals.synapticOperations ?? 0))) synaptic operations, "
        + "\(NumberFormat.count(mean(result.totals.messages ?? 0))) messages")
    if let figures = result.figures {
      facts.add("use", KeyFigureText.use(figures))
      facts.add("energy-delay", KeyFigureText.delay(figures, result))
      facts.add("area", KeyFigureText.area(cores: figures.coreSquareMillimetres, dies: figures.dieSquareMillimetres))
    }
    let power = result.bill?.wattsOfUnknownTime.map { " + \(NumberFormat.watts($0)) all the time" } ?? ""
    let accounts = result.comparedAccounts.map { account in
      "\(account.title.lowercased()) \(NumberFormat.joules(account.joulesPerInference))"
        + (account.name == "chip" ? power : "")
        + (account.missing.isEmpty ? "" : " + \(account.missing.count) unknown")
    }
    facts.add("energy", accounts.joined(separator: ", "))
    if let ann = result.operation.ann?.joulesPerInference, let snn = result.operation.snn?.joulesPerInference {
      facts.add(
        "operations", "\(NumberFormat.joules(snn)) against \(NumberFormat.joules(ann)) of the ANN (45 nm, fp32)")
    }
    TimeText.add(result, isFull: false, to: &facts)
    TimeText.addRealTime(result, isFull: false, style: style, to: &facts)
    facts.add("bottleneck", BusiestText.bottleneck(result))
    TimeText.addEarlyExit(result, to: &facts)
    facts.add("faults", result.faults.map(FaultText.run))
    let saturations = result.populations.map { $0.saturations ?? 0 }.sum
    facts.add("saturations", saturations > 0 ? NumberFormat.count(saturations) : nil)
    let overflows = result.populations.map { $0.accumulatorOverflows ?? 0 }.sum
    facts.add("overflows", overflows > 0 ? NumberFormat.count(overflows, of: "sum") + " beyond the accumulator" : nil)
    if let cut = result.totals.cutInputs, cut > 0 {
      facts.add("input", "\(NumberFormat.count(cut, of: "value")) beyond the calibrated range, cut to it")
    }
    let table = Table(
      result.populations,
      [
        .name("layer", \.name), .count("neurons", \.neurons), .count("spikes") { mean($0.spikes) },
        .number("rate") { .text(NumberFormat.decimal($0.meanRate ?? 0, places: 4)) },
        .count("SynOps") { mean($0.synapticOperations) },
      ])
    let note = TextLayout.paragraph(
      "spikes, SynOps (synaptic operations): per inference. rate: per neuron and step.", width: style.width)
    var parts = [heading, facts.render(style, indent: 2), table.render(style) + note]
    if let simulation = result.simulation, let threads = simulation.threads {
      parts.append(
        "Simulated in \(NumberFormat.seconds(simulation.seconds)) on \(NumberFormat.count(threads, of: "thread")), "
          + "\(NumberFormat.si(simulation.synapticOperationsPerSecond ?? 0, unit: "")) synaptic operations per second.\n")
    }
    return parts.joined(separator: "\n")
  }

  /// `mean 0.0123, squared 0.000345, correlation 0.998, from the targets`
  private static func text(_ error: RunResult.Deviation) -> String {
    "mean \(error.mae.map(NumberFormat.significant) ?? "unknown"), squared "
      + "\(error.mse.map(NumberFormat.significant) ?? "unknown"), correlation "
      + "\(NumberFormat.decimal(error.correlation, places: 4)), from the \(error.of ?? "targets")"
  }
}
