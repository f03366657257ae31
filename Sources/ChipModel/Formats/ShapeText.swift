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

  /// Text from a file, at most 60 characters, control characters replaced.
  static func printable(_ text: String) -> String {
    let safe = String(
      String.UnicodeScalarView(
        text.unicodeScalars.prefix(60).map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0 }))
    return text.unicodeScalars.count > 60 ? safe + "..." : safe
  }
}
