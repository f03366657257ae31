import Synchronization
import Testing

@testable import nmsim

/// A sink that keeps what is written.
final class CapturedText: TextSink {
  private let written = Mutex("")
  let failure: String?
  init(failure: String? = nil) { self.failure = failure }
  func write(_ text: String) { written.withLock { $0 += text } }
  var text: String { written.withLock { $0 } }
}

/// A terminal whose output can be read back.
struct CapturedTerminal {
  let output: CapturedText
  let error = CapturedText()
  let terminal: Terminal

  init(facts: TerminalFacts = TerminalFacts(), outputFailure: String? = nil) {
    output = CapturedText(failure: outputFailure)
    terminal = Terminal(output: output, error: error, facts: facts)
  }
}

/// Testing has a type of this name too.
typealias ExitStatus = nmsim.ExitStatus

/// Runs one command line, written as in a shell without quotes.
func invoke(_ line: String, table: CommandTable = .shipped) -> (status: ExitStatus, output: String, error: String) {
  let captured = CapturedTerminal()
  let arguments = line.split(separator: " ").map(String.init)
  let status = Dispatch.run(arguments, table: table, terminal: captured.terminal)
  return (status, captured.output.text, captured.error.text)
}

/// A command is reported by its name.
extension CommandSpec: CustomTestStringConvertible {
  public var testDescription: String { name }
}
