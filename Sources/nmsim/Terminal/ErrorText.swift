/// The text of errors: one line, whatever the error and whatever is in it.
enum ErrorText {
  /// `nmsim: FILE: what is wrong: what to do`, without a line end.
  static func line(for error: any Error) -> String {
    let error = commandError(for: error)
    let parts = ["nmsim", error.subject, error.problem, error.remedy].compactMap { $0 }
    return parts.filter { !$0.isEmpty }.map(escaped).joined(separator: ": ")
  }

  /// The exit status that goes with an error.
  static func status(for error: any Error) -> ExitStatus { commandError(for: error).status }

  /// Errors that no command has explained are errors in nmsim.
  private static func commandError(for error: any Error) -> CommandError {
    switch error {
    case let error as CommandError: error
    case let error as UsageError: CommandError(error)
    default: CommandError(.software, problem: String(describing: error))
    }
  }

  /// The text with everything that could move the cursor, hide or reorder characters or break the line written out,
  /// as `\n`, `\t` or `\u{1B}`: file names and network names come from anywhere.
  static func escaped(_ text: String) -> String {
    if text.unicodeScalars.allSatisfy({ !isHidden($0) }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isHidden(scalar): result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
  }

  /// The text in single quotes, escaped, its middle left out when it is long.
  static func quoted(_ text: String) -> String {
    let longest = 80
    guard text.unicodeScalars.count > longest else { return "'\(escaped(text))'" }
    var (head, tail) = (String.UnicodeScalarView(), String.UnicodeScalarView())
    head.append(contentsOf: text.unicodeScalars.prefix(longest / 2))
    tail.append(contentsOf: text.unicodeScalars.suffix(longest / 4))
    return "'\(escaped(String(head)))...\(escaped(String(tail)))'"
  }

  /// `a`, `a or b`, `a, b or c`
  static func alternatives(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }
}
