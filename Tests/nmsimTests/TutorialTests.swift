import Foundation
import Testing

@testable import nmsim

/// docs/tutorial.md: every command in it is run, in order, in a copy of its folder, and prints what the text shows.
@Suite("Tutorial")
struct TutorialTests {
  private static let package = URL(filePath: TemporaryFolder.digits).deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A fenced block: its language and lines.
  private struct Block {
    var language: String
    var lines: [String] = []
  }

  private func blocks(_ text: String) -> [Block] {
    var blocks: [Block] = []
    var open: Block?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let block = open { blocks.append(block) }
        open = open == nil ? Block(language: String(line.dropFirst(3))) : nil
      } else {
        open?.lines.append(String(line))
      }
    }
    return blocks
  }

  /// Whether the lines are the expected ones, where `...` stands for any number of lines.
  static func matches(_ lines: ArraySlice<String>, _ expected: ArraySlice<String>) -> Bool {
    guard let first = expected.first else { return lines.isEmpty }
    if first == "..." {
      return lines.indices.contains { matches(lines[$0...], expected.dropFirst()) } || matches([], expected.dropFirst())
    }
    return lines.first == first && matches(lines.dropFirst(), expected.dropFirst())
  }

  @Test("every command runs and prints what is shown")
  func commands() throws {
    let text = try String(contentsOf: Self.package.appending(path: "docs/tutorial.md"), encoding: .utf8)
    try TemporaryFolder.with { folder in
      let examples = URL(filePath: folder.path).appending(path: "Examples")
      try FileManager.default.createDirectory(at: examples, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: TemporaryFolder.digits, toPath: examples.appending(path: "digits").path)
      let work = examples.appending(path: "tutorial")
      try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
      let source = Self.package.appending(path: "Examples/tutorial")
      for file in ["model.onnx", "train.py", "plan.json"] {
        try FileManager.default.copyItem(at: source.appending(path: file), to: work.appending(path: file))
      }
      #expect(try check(text, in: work) >= 10)
      for file in ["report.html", "chips.html", "chips/loihi.json", "traces/trace.json", "traces/probes.vcd"] {
        #expect(FileManager.default.fileExists(atPath: work.appending(path: file).path), "\(file)")
      }
      let page = try String(contentsOf: work.appending(path: "report.html"), encoding: .utf8)
      #expect(page.contains("data-path=\"layers[0].kByStep\""))
    }
  }

  /// Runs the commands of a page in a folder and compares what they print with what it shows.
  /// - Returns: how many there are.
  private func check(_ text: String, in work: URL) throws -> Int {
    let nmsim = try #require(Program.nmsim, "the binary is beside the tests")
    var count = 0
    for block in blocks(text) {
      guard block.language == "console" else {
        #expect(!block.lines.contains { $0.hasPrefix("nmsim ") || $0.hasPrefix("$") }, "a command that is not run")
        continue
      }
      let line = try #require(block.lines.first)
      try #require(line.hasPrefix("$ nmsim "), "\(line)")
      let result = try Program.run(
        nmsim, line.dropFirst(8).split(separator: " ").map(String.init), in: work, environment: ["LC_ALL": "C.UTF-8"])
      #expect(result.status == 0, "\(line)\n\(result.text)")
      let shown = result.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
      #expect(Self.matches(shown[...], block.lines.dropFirst()), "\(line)\n\(result.text)")
      count += 1
    }
    return count
  }

  @Test("the guide to NIR: every command runs and prints what is shown")
  func nirGuide() throws {
    let text = try String(contentsOf: Self.package.appending(path: "docs/nir.md"), encoding: .utf8)
    try TemporaryFolder.with { folder in
      let work = URL(filePath: folder.path).appending(path: "nir")
      try FileManager.default.copyItem(at: Self.package.appending(path: "Examples/nir"), to: work)
      #expect(try check(text, in: work) >= 5)
    }
  }

  @Test("its comparison of lines finds what differs")
  func comparison() {
    #expect(Self.matches(["a", "b", "c"], ["a", "...", "c"]) && Self.matches(["a"], ["a", "..."]))
    #expect(!Self.matches(["a", "b"], ["a"]) && !Self.matches(["a", "b", "c"], ["a", "...", "d"]))
    #expect(!Self.matches([], ["a"]) && Self.matches([], ["..."]))
  }

  @Test("the readme shows the way to it")
  func linked() throws {
    let readme = try String(contentsOf: Self.package.appending(path: "README.md"), encoding: .utf8)
    #expect(readme.contains("(docs/tutorial.md)"))
  }
}
