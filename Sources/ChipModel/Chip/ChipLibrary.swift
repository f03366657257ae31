/// Finds chip descriptions: the built-in ones by name, others by path.
///
/// The texts of `configs/*.json` are compiled in (``BuiltInChips``), so the program runs from any folder without
/// its sources.
package enum ChipLibrary {
  /// The chip of `compile` without `--chip`.
  package static let defaultName = "generic-45nm"
  /// How many descriptions may extend one another.
  static let maximumDepth = 8

  /// The built-in names, in the order they are listed.
  package static var names: [String] { BuiltInChips.texts.map(\.name) }

  /// The text of a built-in description, as in `configs/`; nil for an unknown name.
  package static func text(_ name: String) -> String? { BuiltInChips.texts.first { $0.name == name }?.text }

  /// A built-in description.
  /// - Throws: `ChipError.unknownChip`.
  package static func builtIn(_ name: String) throws(ChipError) -> ChipDescription {
    try load(name, chain: []) { (path) throws(ChipError) in throw .unknownChip(path, known: names) }
  }

  /// A description by built-in name, or by path: a text with a `/` or ending in `.json`.
  ///
  /// A built-in name wins; write `./NAME` for a file called like one. Paths in `extends` are relative to the file they
  /// stand in.
  /// - Throws: `ChipError`.
  package static func load(_ nameOrPath: String) throws(ChipError) -> ChipDescription {
    try load(nameOrPath, chain: []) { (path) throws(ChipError) in
      do throws(FileError) {
        return try FileReader.bytes(of: path, limit: ChipDescription.maximumBytes)
      } catch {
        throw .unreadable(error)
      }
    }
  }

  /// - Parameters:
  ///   - chain: the names and paths that led here, outermost first.
  ///   - read: gives the bytes of a path.
  static func load(
    _ nameOrPath: String, chain: [String], read: (String) throws(ChipError) -> [UInt8]
  ) throws(ChipError) -> ChipDescription {
    let isBuiltIn = text(nameOrPath) != nil
    // Seen again under the same name or normalised path: the chain is a cycle. A cycle through differently spelled
    // paths (symbolic links) still ends, at the depth limit.
    let key = isBuiltIn ? nameOrPath : normalised(nameOrPath)
    if chain.contains(key) { throw .extendsItself(chain + [key]) }
    guard chain.count < maximumDepth else { throw .extendsTooDeep(chain + [key], limit: maximumDepth) }
    let bytes: [UInt8]
    let file: String
    if let text = text(nameOrPath) {
      bytes = Array(text.utf8)
      file = "built-in \(nameOrPath)"
    } else if nameOrPath.hasSuffix(".json") || nameOrPath.contains("/") {
      bytes = try read(nameOrPath)
      file = nameOrPath
    } else {
      throw .unknownChip(nameOrPath, known: names)
    }
    return try ChipDescription(json: bytes, file: file) { (parent) throws(ChipError) in
      let target = isBuiltIn || text(parent) != nil ? parent : relative(parent, to: nameOrPath)
      return try load(target, chain: chain + [key], read: read)
    }
  }

  /// A path as it stands in a file: relative to that file's folder. A plain unknown name stays one.
  private static func relative(_ path: String, to file: String) -> String {
    guard path.hasSuffix(".json") || path.contains("/"), !path.hasPrefix("/") else { return path }
    guard let slash = file.lastIndex(of: "/") else { return path.contains("/") ? path : "./" + path }
    return String(file[...slash]) + path
  }

  /// The path without `.` and, where a folder comes before, without `..`.
  private static func normalised(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}
