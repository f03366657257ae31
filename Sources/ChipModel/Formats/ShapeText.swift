/// Shapes, names and foreign text as error messages show them: always on one line.
package enum ShapeText {
  /// `[10000, 1, 28, 28]`
  package static func of(_ shape: [Int]) -> String {
    "[" + shape.map(String.init).joined(separator: ", ") + "]"
  }

  /// `'a', 'b' and 3 more`; `none` for no names.
  static func list(_ names: [String], limit: Int = 8) -> String {
    if names.isEmpty { return "none" }
    let shown = names.prefix(limit).map { "'\(printable($0))'" }.joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
  }
}

/// The text with everything that could move the cursor, hide or reorder characters or break the line written out, as
/// `\n`, `\t` or `\u{1B}`.
package func escaped(_ text: String) -> String {
  func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
  }
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

/// A name or text from a file as messages show it: escaped, cut after 60 characters.
package func printable(_ text: String) -> String {
  let scalars = text.unicodeScalars
  guard scalars.count > 60 else { return escaped(text) }
  return escaped(String(String.UnicodeScalarView(scalars.prefix(60)))) + "..."
}
