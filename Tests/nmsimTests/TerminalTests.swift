import Synchronization
import Testing

@testable import nmsim

@Suite("Terminal")
struct TerminalTests {
  private func facts(_ environment: [String: String], terminal: Bool = true) -> TerminalFacts {
    TerminalFacts(
      environment: { environment[$0] }, outputIsTerminal: terminal, errorIsTerminal: terminal, outputColumns: 100,
      errorColumns: 1_000)
  }

  @Test("colour follows the terminal, NO_COLOR and TERM, and --color beats them")
  func color() {
    let xterm = ["TERM": "xterm"]
    #expect(facts(xterm).usesColor(.auto))
    #expect(!facts(xterm, terminal: false).usesColor(.auto))
    #expect(!facts(["TERM": "xterm", "NO_COLOR": "1"]).usesColor(.auto))
    #expect(facts(["TERM": "xterm", "NO_COLOR": ""]).usesColor(.auto))
    #expect(!facts(["TERM": "dumb"]).usesColor(.auto))
    #expect(!facts([:]).usesColor(.auto))
    #expect(facts(["NO_COLOR": "1"], terminal: false).usesColor(.always))
    #expect(!facts(xterm).usesColor(.never))
  }

  @Test("the width is the terminal's, 80 where there is none")
  func width() {
    #expect(facts([:]).outputColumns == 100)
    #expect(facts([:]).errorColumns == 200)
    #expect(CapturedTerminal(facts: facts([:], terminal: false)).terminal.style.width == 80)
  }

  @Test("charts use Unicode in a UTF-8 locale")
  func unicode() {
    #expect(facts(["LANG": "en_US.UTF-8"]).isUnicode)
    #expect(facts(["LC_ALL": "C.utf8", "LANG": "C"]).isUnicode)
    #expect(!facts(["LC_ALL": "C", "LANG": "en_US.UTF-8"]).isUnicode)
    #expect(!facts([:]).isUnicode)
  }

  @Test("progress is not drawn without a terminal, quietly or under CI")
  func progressDecision() {
    let xterm = CapturedTerminal(facts: facts(["TERM": "xterm"])).terminal
    #expect(xterm.showsProgress)
    var quiet = xterm
    quiet.isQuiet = true
    #expect(!quiet.showsProgress)
    #expect(!CapturedTerminal(facts: facts(["TERM": "xterm"], terminal: false)).terminal.showsProgress)
    #expect(!CapturedTerminal(facts: facts(["TERM": "xterm", "CI": "true"])).terminal.showsProgress)
    #expect(CapturedTerminal(facts: facts(["TERM": "xterm", "CI": "false"])).terminal.showsProgress)
  }

  @Test("--quiet and --color reach the command's terminal")
  func adjusted() throws {
    let terminal = CapturedTerminal().terminal
    guard
      case .command(_, let parsed) = try ArgumentParser(table: .shipped).parse(["energy", "-q", "--color=always"])
    else { return }
    #expect(terminal.adjusted(by: parsed).isQuiet)
    #expect(terminal.adjusted(by: parsed).style.usesColor)
    #expect(!terminal.style.usesColor)
  }

  @Test("progress starts after half a second, is drawn ten times a second, and is cleared")
  func progress() {
    let captured = CapturedTerminal(
      facts: TerminalFacts(errorIsTerminal: true, errorColumns: 80))
    let now = TestClock()
    let progress = ProgressLine(
      "run", total: 10_000, unit: "images", terminal: captured.terminal, seconds: { now.seconds })
    now.seconds = 0.4
    progress.advance(by: 100)
    #expect(captured.error.text.isEmpty)
    now.seconds = 0.5
    progress.advance(by: 900)
    #expect(captured.error.text == "\r\u{1B}[Krun: 1,000 of 10,000 images, 2,000 a second, about 0:05 left")
    now.seconds = 0.55
    progress.advance()
    #expect(captured.error.text.filter { $0 == "\r" }.count == 1)
    now.seconds = 0.7
    progress.advance()
    #expect(captured.error.text.filter { $0 == "\r" }.count == 2)
    progress.finish()
    #expect(captured.error.text.hasSuffix("\r\u{1B}[K"))
    let end = captured.error.text
    now.seconds = 5
    progress.advance()
    progress.finish()
    #expect(captured.error.text == end)
  }

  @Test("what is quick draws nothing at all")
  func quick() {
    let captured = CapturedTerminal(facts: TerminalFacts(errorIsTerminal: true))
    let progress = ProgressLine("run", total: 1, unit: "images", terminal: captured.terminal, seconds: { 0.1 })
    progress.advance()
    progress.finish()
    #expect(captured.error.text.isEmpty)
  }

  @Test("several threads may report")
  func threads() async {
    let captured = CapturedTerminal(facts: TerminalFacts(errorIsTerminal: true))
    let now = TestClock()
    let progress = ProgressLine(
      "run", total: 4_001, unit: "images", terminal: captured.terminal, seconds: { now.seconds })
    await withTaskGroup { group in
      for _ in 0..<4 { group.addTask { for _ in 0..<1_000 { progress.advance() } } }
    }
    now.seconds = 1
    progress.advance()
    #expect(captured.error.text.contains("4,001 of 4,001 images"))
  }
}

/// A clock that the test sets.
private final class TestClock: Sendable {
  private let now = Mutex(0.0)
  var seconds: Double {
    get { now.withLock { $0 } }
    set { now.withLock { $0 = newValue } }
  }
}
