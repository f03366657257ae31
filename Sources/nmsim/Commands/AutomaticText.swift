import Compiler
import Runtime

/// What `convert --method auto` prints first: what it looked for, what it tried, and what it took.
struct AutomaticText: Sendable {
  let report: AutomaticReport
  let style: TextStyle

  var text: String {
    let kept = report.attempts.filter { $0.outcome == .chosen || $0.outcome == .costsMore }.sorted { cost($0) < cost($1) }
    let others = report.attempts.filter { $0.outcome == .lessAccurate || $0.outcome == .leftForCost }
    var parts = [facts.render(style), table("Accurate enough, cheapest first", kept)]
    if front.count > 1 { parts.append(table("Pareto front: none tried is both cheaper and as accurate", front)) }
    if !others.isEmpty { parts.append(table("Not accurate enough, or left as too expensive", others)) }
    if others.contains(where: { $0.samples < report.samples }) {
      parts.append("Methods were left early where more samples could not help: their figures are of fewer.\n")
    }
    let skipped = report.attempts.compactMap(skip)
    if !skipped.isEmpty { parts.append(skipped.joined()) }
    return parts.joined(separator: "\n")
  }

  /// Of what ran on all samples and comes within 10 points of the best: cheaper than everything as accurate, ascending.
  private var front: [AutomaticAttempt] {
    var result: [AutomaticAttempt] = []
    for attempt in report.attempts.filter({ $0.samples == report.samples }).sorted(by: { cost($0) < cost($1) }) {
      if (attempt.accuracy ?? 0) > (result.last?.accuracy ?? -1) { result.append(attempt) }
    }
    let best = result.last?.accuracy ?? 0
    return result.filter { ($0.accuracy ?? 0) > best - 0.1 }
  }

  private var facts: FactList {
    var facts = FactList()
    facts.add("Goal", goal)
    let own = report.task == .values ? "outputs as targets" : "decisions as labels"
    let labels = report.hasLabels ? "" : ", the network's own \(own)"
    facts.add(
      "Tried on",
      "\(NumberFormat.count(report.samples, of: "calibration sample"))\(labels), 8-bit weights; the ANN "
        + (isOfValues ? "explains " : "") + NumberFormat.percent(report.originalAccuracy))
    if report.attempts.indices.contains(report.chosen), let accuracy = report.attempts[report.chosen].accuracy {
      let right = Int((accuracy * Double(report.samples)).rounded())
      let range = Wilson.interval(correct: max(0, right), total: report.samples)
      facts.add(
        measure,
        isOfValues
          ? "\(NumberFormat.percent(accuracy)) of the variance of the targets on these samples"
          : "\(NumberFormat.percent(accuracy)), 95 % interval \(NumberFormat.percent(range.lowerBound)) to "
            + "\(NumberFormat.percent(range.upperBound)) on these samples")
    }
    facts.add("Taken", report.attempts.indices.contains(report.chosen) ? taken(report.attempts[report.chosen]) : nil)
    return facts
  }

  private var isOfValues: Bool { report.task == .values }
  /// What the figures are.
  private var measure: String { isOfValues ? "Explained" : "Accuracy" }

  private var goal: String { sought + (report.goal.chip.map { ", for chip \(ErrorText.escaped($0.name))" } ?? "") }

  private var sought: String {
    let steps = report.goal.steps ?? AutomaticGoal.standardSteps
    let most = "within \(NumberFormat.count(steps, of: "step"))"
    return switch report.goal.accuracy {
    case nil: "cheapest within 0.1 points of the best, \(NumberFormat.count(steps, of: "step"))"
    case .least(let fraction)?: "cheapest with at least \(NumberFormat.percent(fraction)), \(most)"
    case .below(let points)?: "cheapest at most \(NumberFormat.plain(points)) points below the ANN, \(most)"
    }
  }

  private func taken(_ attempt: AutomaticAttempt) -> String {
    ([attempt.settings.name] + options(attempt).map { "--" + $0 }).joined(separator: " ")
      + " --steps \(attempt.settings.steps ?? 0)"
  }

  private func table(_ title: String, _ attempts: [AutomaticAttempt]) -> String {
    let table = Table(
      attempts,
      [
        .text("Method") { .text($0.settings.name) },
        .text("Options") { .text(options($0).joined(separator: ", ")) },
        .count("Steps") { $0.settings.steps ?? 0 }, .number(measure) { .text(NumberFormat.percent($0.accuracy)) },
        .number("SynOps") { .text(NumberFormat.decimal($0.synapticOperations, places: 0)) },
        .number("Spikes") { .text(NumberFormat.decimal($0.events, places: 0)) },
      ])
    return style.bold(title) + "\n" + table.render(style)
  }

  private func skip(_ attempt: AutomaticAttempt) -> String? {
    guard case .skipped(let reason) = attempt.outcome else { return nil }
    let name = ([attempt.settings.name] + [options(attempt).joined(separator: ", ")]).filter { !$0.isEmpty }
    let lines = TextLayout.wrap(
      "Skipped \(name.joined(separator: " ")): \(ErrorText.escaped(reason))", width: style.width)
    return lines.joined(separator: "\n  ") + "\n"
  }

  /// What differs from the method's own; the steps have a column.
  private func options(_ attempt: AutomaticAttempt) -> [String] { attempt.settings.with(.steps, nil).givenOptions }
  private func cost(_ attempt: AutomaticAttempt) -> Double { attempt.synapticOperations ?? .infinity }
}
