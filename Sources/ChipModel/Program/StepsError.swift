/// Why a program does not run for a number of steps.
package enum StepsError: Error, Sendable, Equatable, NamesParameters {
  case range(Int)
  case separated(steps: Int, compiled: Int)
  case lag(steps: Int, lag: Int)
  case biases(steps: Int, population: String, has: Int)

  package func text(spell: (String) -> String) -> String {
    switch self {
    case .range(let steps): "\(steps) steps asked for; give a whole number \(ActiveWindow.steps.boundsText)"
    case .separated(let steps, let compiled):
      "\(groupedText(steps)) steps asked for, the separated schedule was compiled for \(groupedText(compiled)); run "
        + "\(groupedText(compiled)), or compile with \(spell("steps")) \(steps)"
    case .lag(let steps, let lag):
      "\(groupedText(steps)) steps asked for, with a lag of \(groupedText(lag)) ticks nothing fires before step "
        + "\(groupedText(lag + 1)); run more steps, or compile with a lower \(spell("lag"))"
    case .biases(let steps, let population, let has):
      "\(groupedText(steps)) steps asked for, population '\(printable(population))' has biases for \(groupedText(has)); run at "
        + "most \(groupedText(has)), or convert for more \(spell("steps"))"
    }
  }
}
