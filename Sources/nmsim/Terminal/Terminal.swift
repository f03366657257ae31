/// When to use colour: the values of `--color`.
enum ColorChoice: String, CaseIterable, Sendable { case auto, always, never }

/// Standard output and standard error, and what they can show. Results go to `output`, everything else to `error`.
struct Terminal: Sendable {
  let output: any TextSink
  let error: any TextSink
  let facts: TerminalFacts
  private var color = ColorChoice.auto
  /// `--quiet`: errors only.
  var isQuiet = false

  init(output: any TextSink, error: any TextSink, facts: TerminalFacts) {
    self.output = output
    self.error = error
    self.facts = facts
  }

  /// The process's own streams.
  static func standard() -> Terminal {
    Terminal(output: StreamSink(.output), error: StreamSink(.error), facts: .current())
  }

  /// The same terminal with another `--color`.
  func with(color: ColorChoice) -> Terminal {
    var copy = self
    copy.color = color
    return copy
  }

  /// What tables and charts on standard output may use.
  var style: TextStyle {
    TextStyle(
      width: facts.outputColumns ?? TextStyle.plain.width, usesColor: facts.usesColor(color),
      usesUnicode: facts.isUnicode)
  }

  /// Whether progress is drawn on standard error.
  var showsProgress: Bool { facts.errorIsTerminal && !facts.isDumb && !facts.isContinuousIntegration && !isQuiet }

  /// Prints a result, `--quiet` or not: what was asked for, such as `--json -`.
  func print(_ text: String) { output.write(text) }

  /// Prints a table or a remark that `--quiet` leaves out, with the sign of micro where the terminal has it.
  func say(_ text: String) {
    if isQuiet { return }
    output.write(facts.isUnicode ? text.replacing(/([0-9]) u([JsW])(?![a-z])/) { "\($0.1) \u{B5}\($0.2)" } : text)
  }

  /// Prints a line on standard error, `--quiet` or not.
  func warn(_ line: String) { error.write("nmsim: \(ErrorText.shortened(line))\n") }
}

/// What text may use where it is shown.
struct TextStyle: Sendable, Equatable {
  /// Characters in a line.
  var width: Int
  var usesColor: Bool
  var usesUnicode: Bool

  /// 80 columns of plain ASCII.
  static let plain = TextStyle(width: 80, usesColor: false, usesUnicode: false)

  /// The text in bold where colour is on.
  func bold(_ text: String) -> String { usesColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
}

/// What the surroundings say about the terminal; plain data, so that the decisions can be tested.
struct TerminalFacts: Sendable, Equatable {
  var outputIsTerminal = false
  var errorIsTerminal = false
  /// Width of standard output, nil where it is no terminal.
  var outputColumns: Int?
  /// Width of standard error, nil where it is no terminal.
  var errorColumns: Int?
  /// `NO_COLOR` is set and not empty (no-color.org).
  var noColor = false
  /// `TERM` is `dumb`, or standard error cannot move its cursor for lack of a `TERM`.
  var isDumb = false
  /// `CI` is set and neither empty nor `false`.
  var isContinuousIntegration = false
  /// The locale is UTF-8.
  var isUnicode = false

  /// Whether standard output gets colour. An explicit choice beats the environment.
  func usesColor(_ choice: ColorChoice) -> Bool {
    switch choice {
    case .always: true
    case .never: false
    case .auto: outputIsTerminal && !noColor && !isDumb
    }
  }

  /// The process's own surroundings.
  static func current() -> TerminalFacts {
    TerminalFacts(
      environment: Environment.value, outputIsTerminal: StandardStream.output.isTerminal,
      errorIsTerminal: StandardStream.error.isTerminal, outputColumns: StandardStream.output.columns,
      errorColumns: StandardStream.error.columns)
  }
}

extension TerminalFacts {
  /// Reads the variables that matter; widths are kept between 40 and 200 characters.
  init(
    environment: (String) -> String?, outputIsTerminal: Bool, errorIsTerminal: Bool, outputColumns: Int?,
    errorColumns: Int?
  ) {
    func set(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
    let locale = set("LC_ALL") ?? set("LC_CTYPE") ?? set("LANG") ?? ""
    let encoding = locale.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "." }
    self.init(
      outputIsTerminal: outputIsTerminal, errorIsTerminal: errorIsTerminal,
      outputColumns: outputIsTerminal ? outputColumns.map { min(max($0, 40), 200) } : nil,
      errorColumns: errorIsTerminal ? errorColumns.map { min(max($0, 40), 200) } : nil,
      noColor: set("NO_COLOR") != nil, isDumb: (environment("TERM") ?? "dumb") == "dumb",
      isContinuousIntegration: set("CI").map { $0 != "false" } ?? false, isUnicode: encoding.hasSuffix(".utf8"))
  }
}
