import Foundation
import Testing

@testable import ChipModel

/// `configs/*.json` are what people read; `BuiltInChips.swift` is what the program carries. Both are one text.
@Suite struct BuiltInChipsTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let configs = root.appending(path: "configs")

  /// Names of `configs/*.json`: built-in order first, new ones behind, sorted.
  static func configNames() throws -> [String] {
    let files = try FileManager.default.contentsOfDirectory(atPath: configs.path).filter { $0.hasSuffix(".json") }
    let names = Set(files.map { String($0.dropLast(5)) })
    return ChipLibrary.names.filter(names.contains) + names.subtracting(ChipLibrary.names).sorted()
  }

  @Test func `embedded texts equal configs byte for byte`() throws {
    let names = try Self.configNames()
    if ProcessInfo.processInfo.environment["NMSIM_RECORD_CHIPS"] != nil {
      try Self.record(names)
      Issue.record("BuiltInChips.swift was rewritten; look at the difference and run without NMSIM_RECORD_CHIPS")
      return
    }
    #expect(names == ChipLibrary.names, "run NMSIM_RECORD_CHIPS=1 swift test --filter BuiltInChips")
    for name in names {
      let bytes = try Data(contentsOf: Self.configs.appending(path: name + ".json"))
      #expect(
        Data((ChipLibrary.text(name) ?? "").utf8) == bytes,
        "\(name): run NMSIM_RECORD_CHIPS=1 swift test --filter BuiltInChips")
    }
  }

  @Test func `a description's name is its file's`() throws {
    for name in ChipLibrary.names { #expect(try ChipLibrary.builtIn(name).name == name) }
  }

  private static func record(_ names: [String]) throws {
    func identifier(_ name: String) -> String {
      let parts = name.split(separator: "-")
      return parts.prefix(1).joined() + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
    var text = """
      // Generated from configs/*.json; do not edit. Edit those, then run:
      //   NMSIM_RECORD_CHIPS=1 swift test --filter BuiltInChips
      // and again without the variable: the test compares both byte for byte.

      /// The texts of `configs/*.json`, so that the program needs no file to know its chips.
      enum BuiltInChips {
        static let texts: [(name: String, text: String)] = [

      """
    for name in names { text += "    (\"\(name)\", \(identifier(name))),\n" }
    text += "  ]\n"
    for name in names {
      let config = try String(contentsOf: configs.appending(path: name + ".json"), encoding: .utf8)
      text += "\n  private static let \(identifier(name)) = #\"\"\"\n\(config)\n\"\"\"#\n"
    }
    text += "}\n"
    let target = root.appending(path: "Sources/ChipModel/Chip/BuiltInChips.swift")
    try Data(text.utf8).write(to: target, options: .atomic)
  }
}
