/// Shapes, names and foreign text as error messages show them: always on one line.
enum ShapeText {
  /// `[10000, 1, 28, 28]`
  static func of(_ shape: [Int]) -> String {
    "[" + shape.map(String.init).joined(separator: ", ") + "]"
  }

  /// `'a', 'b' and 3 more`; `none` for no names.
  static func list(_ names: [String], limit: Int = 8) -> String {
    if names.isEmpty { return "none" }
    let shown = names.prefix(limit).map { "'\(printable($0))'" }.joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
  }

  /// Text from a file: one line, at most 60 characters.
  static func printable(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let safe = printablePath(String(String.UnicodeScalarView(scalars.prefix(60))))
    return scalars.count > 60 ? safe + "..." : safe
  }

  /// A path: one line, whole; control characters are replaced, so that no file name can break a message.
  static func printablePath(_ path: String) -> String {
    let scalars = path.unicodeScalars.map { scalar -> Unicode.Scalar in
      scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "?" : scalar
    }
    return String(String.UnicodeScalarView(scalars))
  }
}
