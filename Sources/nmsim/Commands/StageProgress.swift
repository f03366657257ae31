import Compiler
import Synchronization

/// Shows the stages of a conversion one after the other on the progress line.
final class StageProgress: Sendable {
  private let terminal: Terminal
  private let line = Mutex<ProgressLine?>(nil)

  init(_ terminal: Terminal) { self.terminal = terminal }

  /// Takes reports from any thread; a report of nothing done starts a stage.
  var handler: ConversionProgress.Handler {
    { [self] report in
      line.withLock { line in
        if report.finished == 0 {
          line?.finish()
          line = ProgressLine(report.stage, total: report.total, unit: "samples", terminal: terminal)
        } else {
          line?.advance(by: report.finished)
        }
      }
    }
  }

  /// Clears the line.
  func finish() {
    line.withLock { line in
      line?.finish()
      line = nil
    }
  }
}
