import Foundation
import Testing

@testable import ChipModel

/// `configs/*.json` are what people read; the build embeds them. Both are one text.
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
    #expect(names == ChipLibrary.names, "every file of configs/ has its row in BuiltInChips.swift")
    for name in names {
      let bytes = try Data(contentsOf: Self.configs.appending(path: name + ".json"))
      #expect(Data((ChipLibrary.text(name) ?? "").utf8) == bytes, "\(name)")
    }
  }

  @Test func `a description's name is its file's`() throws {
    for name in ChipLibrary.names { #expect(try ChipLibrary.builtIn(name).name == name) }
  }
}
