import Foundation
import Testing

@testable import Compiler

/// Where the import tests find their files.
enum ImportFiles {
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
  /// The folder beside the package with networks and data; tests that need it skip where it is absent.
  static let shared = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")

  static func fixture(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: fixtures.appending(path: name)))
  }

  static func importFixture(_ name: String) throws -> ImportedModel {
    try ONNXImporter.read(fixture(name), folder: fixtures.path(percentEncoded: false), name: name)
  }

  static func hasShared(_ paths: String...) -> Bool {
    for path in paths
    where !FileManager.default.fileExists(atPath: shared.appending(path: path).path(percentEncoded: false)) {
      print("skipped: ../shared/\(path) is not there")
      return false
    }
    return true
  }

  static func importModel(_ name: String) throws -> ImportedModel {
    let folder = shared.appending(path: "models")
    let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
    return try ONNXImporter.read(bytes, folder: folder.path(percentEncoded: false), name: name)
  }
}

/// One module of the fixtures with two samples and what onnxruntime gives for them.
struct FixtureReference: Decodable, Sendable, CustomTestStringConvertible {
  let input: [Float]
  let samples: Int
  let inputShape: [Int]
  let output: [Float]
  let files: [String]
  var testDescription: String { files.first ?? "" }

  static let all: [FixtureReference] = {
    guard let data = try? Data(contentsOf: ImportFiles.fixtures.appending(path: "references.json")),
      let table = try? JSONDecoder().decode([String: FixtureReference].self, from: data)
    else { return [] }
    return table.sorted { $0.key < $1.key }.map(\.value)
  }()
}

/// A seeded generator for property and fuzz tests.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
  mutating func float() -> Float { Float(next() >> 40) / Float(1 << 23) - 1 }
}
