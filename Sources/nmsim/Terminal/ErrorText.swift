import ChipModel

/// The text of errors: one line, whatever the error and whatever is in it.
enum ErrorText {
  /// `nmsim: FILE: what is wrong: what to do`, without a line end.
  static func line(for error: CommandError) -> String {
    let parts = ["nmsim", error.subject, error.problem, error.remedy].compactMap { $0 }
    return parts.filter { !$0.isEmpty }.map { shortened($0) }.joined(separator: ": ")
  }

  /// The text on one line, with everything written out that could move the cursor, hide or reorder characters: names of
  /// files and networks come from anywhere.
  static func escaped(_ text: String) -> String { ChipModel.escaped(text) }

  /// Most characters of a part of a line: a path of the longest kind still stands there whole, a list of a thousand names
  /// does not.
  private static let longest = 4_096

  /// The text escaped, its middle left out when it is long.
  static func shortened(_ text: String, to longest: Int = ErrorText.longest) -> String {
    guard text.unicodeScalars.count > longest else { return escaped(text) }
    var (head, tail) = (String.UnicodeScalarView(), String.UnicodeScalarView())
    head.append(contentsOf: text.unicodeScalars.prefix(longest / 2))
    tail.append(contentsOf: text.unicodeScalars.suffix(longest / 4))
    return "\(escaped(String(head)))...\(escaped(String(tail)))"
  }

  /// The text in single quotes, escaped, its middle left out when it is long.
  static func quoted(_ text: String) -> String { "'\(shortened(text, to: 80))'" }

  /// `a`, `a or b`, `a, b or c`
  static func alternatives(_ names: [String]) -> String { list(names, "or") }

  /// `a`, `a and b`, `a, b and c`
  static func list(_ names: [String], _ conjunction: String = "and") -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " \(conjunction) " + last
  }
}
