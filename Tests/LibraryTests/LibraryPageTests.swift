import Foundation
import Testing

/// docs/library.md shows the ten programs; here they are compiled and run.
@Suite("Library page")
struct LibraryPageTests {
  @Test("every snippet is that of its test, byte for byte, in the same order")
  func snippets() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(Repository.folder)/Tests/LibraryTests")
      .filter { $0.hasPrefix("Program") }.sorted()
    #expect(files.count == 10)
    let sources = try files.map { try Self.marked(Repository.text("Tests/LibraryTests/\($0)"), $0) }
    // The first block is the manifest of a package that uses the library.
    let shown = try Self.blocks(Repository.text("docs/library.md")).filter { !$0.contains("import PackageDescription") }
    #expect(shown.count == sources.count)
    for (file, (source, block)) in zip(files, zip(sources, shown)) { #expect(source == block, "\(file)") }
  }

  /// The lines between the two marks of a test, without their common indentation.
  private static func marked(_ text: String, _ file: String) throws -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    func mark(_ word: String) -> Int? { lines.firstIndex { $0.trimmingCharacters(in: .whitespaces) == "// \(word)" } }
    let first = try #require(mark("snippet"), "\(file) has no snippet")
    let last = try #require(mark("end"), "\(file) has no end")
    let indentation = lines[first].prefix { $0 == " " }.count
    return lines[(first + 1)..<last].map { $0.dropFirst(indentation) + "\n" }.joined()
  }

  /// The blocks of Swift.
  private static func blocks(_ text: String) -> [String] {
    text.components(separatedBy: "```swift\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
  }
}

/// What is public, read from the sources.
@Suite("Public names")
struct PublicNameTests {
  /// File and line number of every line of the libraries that declares something public, and the line.
  private static func declarations() throws -> [(place: String, line: Substring, before: Substring)] {
    var found: [(String, Substring, Substring)] = []
    for module in ["ChipModel", "Runtime", "Compiler"] {
      let folder = "\(Repository.folder)/Sources/\(module)"
      let files = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }.sorted()
      for file in files {
        let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
        var before: Substring = ""
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
          let code = line.drop { $0 == " " }
          if code.hasPrefix("public ") { found.append(("\(module)/\(file):\(number + 1)", code, before)) }
          if !code.hasPrefix("@") { before = code }
        }
      }
    }
    return found
  }

  @Test("at most 60 types are public, and none has a name that everybody uses")
  func types() throws {
    let kinds = ["struct", "enum", "class", "protocol", "actor", "typealias"]
    var names: [String] = []
    for (_, line, _) in try Self.declarations() {
      let words = line.split { " :<(".contains($0) }.map(String.init)
      guard let kind = words.firstIndex(where: kinds.contains), kind <= 2 else { continue }
      names.append(words[kind + 1])
    }
    #expect((20...60).contains(names.count), "\(names)")
    let common = ["Run", "Method", "Box", "Cost", "Route", "Kind", "Options", "Settings", "Result", "Spike"]
    #expect(names.filter(common.contains) == [])
  }

  @Test("every public name has a doc comment")
  func documentation() throws {
    let bare = try Self.declarations().filter { !$0.before.hasPrefix("///") }.map { "\($0.place): \($0.line)" }
    #expect(bare == [])
  }
}
