import ChipModel

/// Text made fit for an HTML page: the only place where names, paths and sources become markup.
enum HTML {
  /// Escapes text for element content and for attribute values in double quotes alike. Control and formatting characters
  /// are written out (`\u{202E}`), as on the terminal, so that no name can reorder or hide what stands beside it.
  static func text(_ text: String) -> String {
    var result = ""
    for scalar in ErrorText.escaped(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// What markup shows, without its tags.
  static func plain(_ markup: String) -> String {
    var result = ""
    var isTag = false
    for character in markup {
      switch character {
      case "<": isTag = true
      case ">": isTag = false
      default: if !isTag { result.append(character) }
      }
    }
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
      result = result.replacing(entity, with: character)
    }
    return result
  }

  /// A number that carries its value unrounded, and says how it follows from the document's.
  static func derived(
    _ formula: String, _ value: Double?, _ format: (Double) -> String, _ attributes: String = ""
  ) -> String {
    guard let value, let exact = JSONOutput.numberText(value) else { return ReportRun.unknown }
    return "<data\(attributes) data-is=\"\(text(formula))\" value=\"\(exact)\">\(text(format(value)))</data>"
  }

  /// The same of several lines.
  static func lines(_ lines: String) -> String {
    lines.split(separator: "\n", omittingEmptySubsequences: false).map { text(String($0)) }.joined(separator: "\n")
  }

  /// A JSON document as the content of a data block. `<` occurs inside strings only, where its escape means the same.
  static func json(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for byte in bytes {
      if byte == UInt8(ascii: "<") { result += Array("\\u003c".utf8) } else { result.append(byte) }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A coordinate or a percentage with at most two decimals; what is not finite is 0.
  static func coordinate(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e9 else { return "0" }
    let hundredths = Int((value * 100).rounded())
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    let digits = rest < 10 ? "0\(rest)" : "\(rest)"
    return "\(sign)\(whole).\(digits.hasSuffix("0") ? String(digits.dropLast()) : digits)"
  }
}
