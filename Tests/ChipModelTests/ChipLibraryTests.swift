import Foundation
import Testing

@testable import ChipModel

@Suite struct ChipLibraryTests {
  /// Loads from texts by path, as from a folder.
  private func load(_ path: String, _ files: [String: String]) throws(ChipError) -> ChipDescription {
    try ChipLibrary.load(path, chain: []) { (path) throws(ChipError) in
      guard let text = files[path] else { throw .unreadable(.missing(path: path)) }
      return Array(text.utf8)
    }
  }

  private func message(_ path: String, _ files: [String: String]) -> String {
    do {
      return "accepted \(try load(path, files).name)"
    } catch {
      return "\(error)"
    }
  }

  private func file(_ name: String, extends: String) -> String {
    "{ \"format\": \"nmsim-chip/1\", \"name\": \"\(name)\", \"extends\": \"\(extends)\" }"
  }

  @Test func `an unknown name lists what there is`() {
    #expect(
      message("zurich", [:])
        == "unknown chip 'zurich'; known are ideal, generic-45nm, truenorth, loihi, "
        + "loihi-sanafe, loihi2, spinnaker1, spinnaker2, dynapcnn, odin, or give the path of a .json file")
    #expect(message("lohi", [:]) == "unknown chip 'lohi'; did you mean 'loihi'?")
    #expect(message("none.json", [:]) == "none.json: no such file; check the path")
  }

  @Test func `extends is relative to its file`() throws {
    let files = [
      "chips/a.json": file("a", extends: "sub/b.json"), "chips/sub/b.json": file("b", extends: "../c.json"),
      "chips/sub/../c.json": file("c", extends: "loihi"),
    ]
    let chip = try load("chips/a.json", files)
    #expect(chip.name == "a" && chip.lineage == ["b", "c", "loihi"] && chip.neuronsPerCore == 1024)
    #expect(
      message("a.json", ["a.json": file("a", extends: "b.json"), "./b.json": file("b", extends: "odin")])
        == "accepted a")
    #expect(message("a.json", ["a.json": file("a", extends: "b")]).hasPrefix("a.json: line 1, column "))
    #expect(message("a.json", ["a.json": file("a", extends: "b")]).contains(": extends: unknown chip 'b'; "))
  }

  @Test func `a cycle is refused, however its paths are written`() {
    #expect(
      message("a.json", ["a.json": file("a", extends: "a.json"), "./a.json": file("a", extends: "a.json")])
        == "a.json: extends itself: a.json -> a.json; remove one 'extends'")
    let files = [
      "x/a.json": file("a", extends: "y/b.json"), "x/y/b.json": file("b", extends: "../a.json"),
      "x/y/../a.json": file("a", extends: "y/b.json"),
    ]
    #expect(
      message("x/a.json", files)
        == "x/a.json: extends itself: x/a.json -> x/y/b.json -> x/a.json; remove one 'extends'")
  }

  @Test func `a long chain is refused`() {
    var files: [String: String] = [:]
    for i in 0..<20 { files["f/\(i).json"] = file("c\(i)", extends: i == 19 ? "odin" : "\(i + 1).json") }
    #expect(
      message("f/0.json", files)
        == "f/0.json: more than 8 descriptions extend one another; copy values instead")
    #expect(message("f/13.json", files) == "accepted c13")
  }

  @Test func `a file on disk is found by its path`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "nmsim-chips-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(file("base", extends: "odin").utf8).write(to: folder.appending(path: "base.json"))
    try Data(file("mine", extends: "base.json").utf8).write(to: folder.appending(path: "mine.json"))
    let chip = try ChipLibrary.load(folder.appending(path: "mine.json").path)
    #expect(chip.lineage == ["base", "odin"])
    #expect(throws: ChipError.unreadable(.isDirectory(path: folder.path))) { try ChipLibrary.load(folder.path) }
  }

  @Test func `a built-in name wins over a file`() throws {
    #expect(try load("odin", ["odin": "{}"]).name == "odin")
    #expect(message("./odin", ["./odin": file("other", extends: "loihi")]) == "accepted other")
  }
}
