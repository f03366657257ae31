import Compiler

/// What `convert --method auto` prints first: what it looked for, what it tried, and what it took.
struct AutomaticText: Sendable {
  let report: AutomaticReport
  let style: TextStyle

  var text: String {
    let kept = report.attempts.filter { $0.outcome == .chosen || $0.outcome == .costsMore }.sorted { cost($0) < cost($1) }
    let others = report.attempts.filter { $0.outcome == .lessAccurate || $0.outcome == .leftForCost }
    var parts = [facts.render(style), table("Accurate enough, cheapest first", kept)]
    if !others.isEmpty { parts.append(table("Not accurate enough, or left as too expensive", others)) }
    if others.contains(where: { $0.samples < report.samples }) {
      parts.append("Methods were left early where more samples could not help: their figures are of fewer.\n")
    }
    let skipped = report.attempts.compactMap(skip)
    if !skipped.isEmpty { parts.append(skipped.joined()) }
    return parts.joined(separator: "\n")
  }

  private var facts: FactList {
    var facts = FactList()
    facts.add("Goal", goal)
    let labels = report.hasLabels ? "" : ", the network's own decisions as labels"
    facts.add(
      "Tried on",
      "\(NumberFormat.count(report.samples, of: "calibration sample"))\(labels), 8-bit weights; original network "
        + NumberFormat.percent(report.originalAccuracy))
    facts.add("Taken", report.attempts.indices.contains(report.chosen) ? taken(report.attempts[report.chosen]) : nil)
    return facts
  }

  private var goal: String {
    let steps = report.goal.steps ?? AutomaticGoal.standardSteps
    let most = "within \(NumberFormat.count(steps, of: "step"))"
    return switch report.goal.accuracy {
    case nil: "cheapest within 0.1 points of the best, \(NumberFormat.count(steps, of: "step"))"
    case .least(let fraction)?: "cheapest with at least \(NumberFormat.percent(fraction)), \(most)"
    case .below(let points)?: "cheapest at most \(NumberFormat.plain(points)) points below the original, \(most)"
    }
  }

  private func taken(_ attempt: AutomaticAttempt) -> String {
    let method = [attempt.method.name.rawValue, attempt.method.optionsText].filter { !$0.isEmpty }.joined(separator: " ")
    return "\(method) --steps \(attempt.method.steps ?? 0)"
  }

  private func table(_ title: String, _ attempts: [AutomaticAttempt]) -> String {
    var table = Table([
      .text("Method"), .text("Options"), .number("Steps"), .number("Right"), .number("Synops"), .number("Events"),
    ])
    for attempt in attempts {
      table.add([
        .text(attempt.method.name.rawValue),
        .text(attempt.method.optionsText.replacingDashes), .count(attempt.method.steps ?? 0),
        .text(NumberFormat.percent(attempt.accuracy)), .text(mean(attempt.synapticOperations)),
        .text(mean(attempt.events)),
      ])
    }
    return style.bold(title) + "\n" + table.render(style)
  }

  private func skip(_ attempt: AutomaticAttempt) -> String? {
    guard case .skipped(let reason) = attempt.outcome else { return nil }
    let name = [attempt.method.name.rawValue, attempt.method.optionsText.replacingDashes].filter { !$0.isEmpty }
    let lines = TextLayout.wrap(
      "Skipped \(name.joined(separator: " ")): \(ErrorText.escaped(reason))", width: style.width)
    return lines.joined(separator: "\n  ") + "\n"
  }

  private func mean(_ value: Double?) -> String { NumberFormat.decimal(value, places: 0) }
  private func cost(_ attempt: AutomaticAttempt) -> Double { attempt.synapticOperations ?? .infinity }
}

extension String {
  /// `--initial half --max-count 4` as `initial half, max-count 4`.
  fileprivate var replacingDashes: String {
    var result = ""
    for word in split(separator: " ") {
      if word.hasPrefix("--") {
        result += (result.isEmpty ? "" : ", ") + word.dropFirst(2)
      } else {
        result += " " + word
      }
    }
    return result
  }
}
