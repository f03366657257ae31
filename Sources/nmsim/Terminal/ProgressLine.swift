import Synchronization

/// A line on standard error that says how far a long task is, its rate and about how much time is left.
///
/// The rate is that of the last half of the time or more, so that a slow beginning is forgotten and a change is seen.
/// Drawn only on a terminal, not with `--quiet` or under `CI`, from half a second on and at most ten times a second;
/// cleared at the end. Any thread may report.
final class ProgressLine: Sendable {
  private struct State {
    var done = 0
    /// Seconds since the start at which the line was last drawn; nil: never.
    var drawn: Double?
    var isFinished = false
    /// When and where the rate is measured from; the second one follows at twice the time, and then takes its place.
    var marks: [(seconds: Double, done: Int)] = [(0, 0)]

    /// Work a second.
    func rate(at now: Double) -> Double { Double(done - marks[0].done) / Swift.max(now - marks[0].seconds, 1e-9) }

    mutating func mark(at now: Double) {
      guard let last = marks.last, now >= Swift.max(2 * last.seconds, ProgressLine.delay) else { return }
      marks = [last, (now, done)]
    }
  }

  fileprivate static let delay = 0.5
  private static let interval = 0.1
  private static let clear = "\r\u{1B}[K"

  private let label: String
  private let unit: String
  private let total: Int
  private let width: Int
  private let sink: (any TextSink)?
  private let seconds: @Sendable () -> Double
  private let state = Mutex(State())

  /// Starts the clock.
  /// - Parameters:
  ///   - label: what is done, for example `run`.
  ///   - total: how much there is to do; 0 when unknown.
  ///   - unit: what is counted, in the plural.
  ///   - seconds: seconds since the start; nil: the system's monotonic clock.
  init(
    _ label: String, total: Int, unit: String, terminal: Terminal, seconds: (@Sendable () -> Double)? = nil
  ) {
    self.label = ErrorText.escaped(label)
    self.unit = unit
    self.total = total
    width = (terminal.facts.errorColumns ?? TextStyle.plain.width) - 1
    sink = terminal.showsProgress ? terminal.error : nil
    let start = ContinuousClock.now
    self.seconds = seconds ?? { start.duration(to: .now) / .seconds(1) }
  }

  /// Reports more work done.
  func advance(by count: Int = 1) {
    guard let sink else { return }
    let now = seconds()
    state.withLock { state in
      state.done = state.done.addingReportingOverflow(count).partialValue
      state.mark(at: now)
      guard !state.isFinished, now >= Self.delay, now - (state.drawn ?? -1) >= Self.interval else { return }
      state.drawn = now
      sink.write(Self.clear + line(done: state.done, rate: state.rate(at: now)))
    }
  }

  /// Clears the line. Later reports draw nothing.
  func finish() {
    guard let sink else { return }
    state.withLock { state in
      if state.drawn != nil, !state.isFinished { sink.write(Self.clear) }
      state.isFinished = true
    }
  }

  private func line(done: Int, rate: Double) -> String {
    var text = "\(label): \(NumberFormat.count(done))"
    if total > 0 { text += " of \(NumberFormat.count(total))" }
    text += " \(unit)"
    if done > 0, rate > 0 {
      text += ", \(NumberFormat.decimal(rate, places: rate < 10 ? 1 : 0)) a second"
      if total > done { text += ", about \(NumberFormat.clock(Double(total - done) / rate)) left" }
    }
    return text.shortened(to: width, ellipsis: "...")
  }
}
