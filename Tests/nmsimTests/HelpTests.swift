import Testing

@testable import nmsim

@Suite("Help, completions and man page")
struct HelpTests {
  private static let names =
    CommandTable.shipped.commands.map(\.spec.name) + CommandTable.shipped.topics.map(\.name)

  @Test("the page of a command or topic is as recorded, at most 80 columns wide", arguments: names)
  func page(_ name: String) throws {
    let result = invoke("help \(name)")
    #expect(result.status == .success)
    try expectGolden(result.output, "help-\(name).txt")
    expectWidth(result.output)
  }

  @Test("--help and help show the same page", arguments: CommandTable.shipped.commands.map(\.spec.name))
  func same(_ name: String) {
    #expect(invoke("\(name) --help").output == invoke("help \(name)").output)
  }

  @Test("the overview is as recorded, long and short")
  func overview() throws {
    try expectGolden(invoke("help").output, "help.txt")
    try expectGolden(invoke("").error, "help-short.txt")
    expectWidth(invoke("help").output)
    expectWidth(invoke("").error)
  }

  @Test("completions are as recorded", arguments: Completions.Shell.allCases)
  func completions(_ shell: Completions.Shell) throws {
    try expectGolden(invoke("completions \(shell.rawValue)").output, "completions.\(shell.rawValue)")
  }

  @Test(
    "every shell accepts its script, where it is installed",
    arguments: Completions.Shell.allCases.filter { Program.find($0.rawValue) != nil })
  func syntax(_ shell: Completions.Shell) throws {
    let path = try #require(Program.find(shell.rawValue))
    let result = try Program.withFile(Completions(table: .shipped).script(for: shell)) {
      try Program.run(path, [shell == .fish ? "--no-execute" : "-n", $0])
    }
    #expect(result.status == 0)
    #expect(result.text.isEmpty)
  }

  @Test(
    "bash offers commands, options and values", .enabled(if: Program.find("bash") != nil, "bash is not installed"),
    arguments: [
      ("nmsim|in", "inspect"), ("nmsim|run|--en", "--engine"), ("nmsim|run|--engine|i", "interpreter"),
      ("nmsim|run|--engine|=|f", "fast"), ("nmsim|compile|--schedule|", "windowed continuous separated"),
      ("nmsim|help|exit", "exit-status"), ("nmsim|completions|z", "zsh"), ("nmsim|run|--ticks|", ""),
      ("nmsim|compile|--chip|tr", "truenorth"),
    ])
  func bash(_ typed: String, _ offered: String) throws {
    let path = try #require(Program.find("bash"))
    let words = typed.split(separator: "|", omittingEmptySubsequences: false).map { "'\($0)'" }
    let script =
      Completions(table: .shipped).script(for: .bash)
      + "COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1)\n"
      + "_nmsim; echo \"${COMPREPLY[*]}\"\n"
    let result = try Program.withFile(script) { try Program.run(path, ["--norc", $0]) }
    #expect(result.text == offered + "\n")
  }

  @Test("the man page is as recorded")
  func manual() throws {
    try expectGolden(invoke("manual").output, "nmsim.1")
  }

  @Test("mandoc finds nothing to complain of", .enabled(if: Program.find("mandoc") != nil, "mandoc is not installed"))
  func lint() throws {
    let path = try #require(Program.find("mandoc"))
    let result = try Program.withFile(Manual(table: .shipped).page) { try Program.run(path, ["-Tlint", $0]) }
    #expect(result.text.isEmpty)
  }

  private func expectWidth(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    for line in text.split(separator: "\n") {
      #expect(line.count <= 80, "\(line)", sourceLocation: sourceLocation)
    }
  }
}
