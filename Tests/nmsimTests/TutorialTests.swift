import Foundation
import Testing

@testable import nmsim

/// docs/tutorial.md and the guides: every command is run, in order, in a copy of its folder, and prints what the text shows.
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

  /// A folder like `Examples`, where pages find the bundled examples.
  private func inExamples(_ body: (URL) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      let examples = URL(filePath: folder.path).appending(path: "Examples")
      let tutorial = examples.appending(path: "tutorial")
      try FileManager.default.createDirectory(at: tutorial, withIntermediateDirectories: true)
      let source = Self.package.appending(path: "Examples")
      for name in ["digits", "nir"] {
        try FileManager.default.copyItem(at: source.appending(path: name), to: examples.appending(path: name))
      }
      for file in ["model.onnx", "train.py", "plan.json"] {
        try FileManager.default.copyItem(
          at: source.appending(path: "tutorial/\(file)"), to: tutorial.appending(path: file))
      }
      try body(examples)
    }
  }

  private func page(_ name: String) throws -> String {
    try String(contentsOf: Self.package.appending(path: "docs/\(name)"), encoding: .utf8)
  }

  @Test("every command runs and prints what is shown")
  func commands() throws {
    try inExamples { examples in
      let work = examples.appending(path: "tutorial")
      #expect(try check(try page("tutorial.md"), in: work) >= 10)
      for file in ["report.html", "chips.html", "chips/loihi.json", "traces/trace.json", "traces/probes.vcd"] {
        #expect(FileManager.default.fileExists(atPath: work.appending(path: file).path), "\(file)")
      }
      let page = try String(contentsOf: work.appending(path: "report.html"), encoding: .utf8)
      #expect(page.contains("data-path=\"layers[0].kByStep\""))
    }
  }

  @Test(
    "guides: every command runs and prints what is shown",
    arguments: [
      ("nir.md", "nir", 5), ("guide-paper.md", "tutorial", 10), ("guide-chip.md", "tutorial", 5), ("guide-snn.md", "nir", 4),
    ])
  func guide(_ name: String, folder: String, commands: Int) throws {
    try inExamples { examples in
      let work = examples.appending(path: folder)
      #expect(try check(try page(name), in: work) >= commands)
      if let python = Self.python, name == "guide-paper.md" {
        let figure = blocks(try page(name)).filter { $0.lines.first == "import json" }
        #expect(figure.count == 1)
        try run(python, figure, in: work)
        #expect(FileManager.default.fileExists(atPath: work.appending(path: "accuracy.pdf").path))
      }
    }
  }

  private static let python = Program.python(with: ["pandas", "matplotlib"], named: "NMSIM_PANDAS")

  @Test(
    "results are read with pandas and drawn with matplotlib as docs/pandas.md says",
    .enabled(if: TutorialTests.python != nil, "no Python with pandas and matplotlib (NMSIM_PANDAS)"))
  func pandas() throws {
    let python = try #require(Self.python)
    let nmsim = try #require(Program.nmsim)
    try inExamples { examples in
      let work = examples.appending(path: "digits")
      let blocks = blocks(try page("pandas.md"))
      for line in blocks.first(where: { $0.language == "sh" })?.lines ?? [] {
        let result = try Program.run(nmsim, line.split(separator: " ").dropFirst().map(String.init), in: work)
        #expect(result.status == 0, "\(line)\n\(result.text)")
      }
      try run(python, blocks, in: work)
      for file in ["accuracy.svg", "sweep.svg", "energy.svg"] {
        #expect(FileManager.default.fileExists(atPath: work.appending(path: file).path), "\(file)")
      }
    }
  }

  /// Runs the blocks of Python, one after the other in one program.
  private func run(_ python: String, _ blocks: [Block], in work: URL) throws {
    let program = blocks.filter { $0.language == "python" }.flatMap(\.lines).joined(separator: "\n")
    let result = try Program.run(python, ["-W", "error::FutureWarning", "-c", program], in: work)
    #expect(result.status == 0, "\(result.text)")
  }

  /// Runs the commands of a page in a folder and compares what they print with what it shows.
  /// - Returns: how many there are.
  private func check(_ text: String, in work: URL) throws -> Int {
    let nmsim = try #require(Program.nmsim, "the binary is beside the tests")
    var count = 0
    for block in blocks(text) {
      // A file that the page shows.
      if block.language == "json", let name = block.lines.first?.split(separator: ":").first, name.hasPrefix("// ") {
        try Data(block.lines.joined(separator: "\n").utf8).write(to: work.appending(path: String(name.dropFirst(3))))
      }
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

  @Test("its comparison of lines finds what differs")
  func comparison() {
    #expect(Self.matches(["a", "b", "c"], ["a", "...", "c"]) && Self.matches(["a"], ["a", "..."]))
    #expect(!Self.matches(["a", "b"], ["a"]) && !Self.matches(["a", "b", "c"], ["a", "...", "d"]))
    #expect(!Self.matches([], ["a"]) && Self.matches([], ["..."]))
  }

  @Test("the readme shows the way to it and to every guide")
  func linked() throws {
    let readme = try String(contentsOf: Self.package.appending(path: "README.md"), encoding: .utf8)
    let pages = try FileManager.default.contentsOfDirectory(atPath: Self.package.appending(path: "docs").path)
    for page in ["tutorial.md", "pandas.md", "from-1.md"] + pages.filter({ $0.hasPrefix("guide-") }) {
      #expect(readme.contains("(docs/\(page))"), "\(page)")
    }
  }
}
