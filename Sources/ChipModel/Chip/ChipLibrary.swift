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
  /// - Parameter naming: who named it; what it extends is named by a file.
  /// - Throws: `ChipError`.
  package static func load(
    _ nameOrPath: String, namedBy naming: FileReader.Naming = .user
  ) throws(ChipError) -> ChipDescription {
    do throws(ChipError) {
      return try load(nameOrPath, chain: []) { (path) throws(ChipError) in
        try bytes(of: path, namedBy: path == nameOrPath ? naming : .file)
      }
    } catch {
      throw naming == .user ? error : error.withoutContent
    }
  }

  private static func bytes(of path: String, namedBy naming: FileReader.Naming) throws(ChipError) -> [UInt8] {
    do throws(FileError) {
      return try FileReader.bytes(of: path, limit: ChipDescription.maximumBytes, namedBy: naming)
    } catch {
      throw .unreadable(error)
    }
  }

  /// The files of a description, its own first, then those that it extends; as far as they can be read.
  package static func files(of nameOrPath: String) -> [String] {
    var files: [String] = []
    _ = try? load(nameOrPath, chain: []) { (path) throws(ChipError) in
      files.append(path)
      return try bytes(of: path, namedBy: path == nameOrPath ? .user : .file)
    }
    return files
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
    do throws(ChipError) {
      return try ChipDescription(json: bytes, file: file) { (parent) throws(ChipError) in
        let target = isBuiltIn || text(parent) != nil ? parent : relative(parent, to: nameOrPath)
        return try load(target, chain: chain + [key], read: read)
      }
    } catch {
      // Of a parent's file nothing is told that is no description.
      throw chain.isEmpty ? error : error.withoutContent
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
