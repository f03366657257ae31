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

  /// An interactive zsh on a terminal of its own that completes each line and tells what became of it.
  private static let zshScript = """
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "PROMPT=; unsetopt zle_bracketed_paste; setopt no_beep; autoload -Uz compinit; compinit -u -D; source $1"
    zpty -w shell 'zle -C offered complete-word _main_complete
      tell() { zle offered; print -r -- "<$BUFFER>"; BUFFER= }; zle -N tell; bindkey "^T" tell; print REA""DY'
    zpty -r -m shell found '*READY*'
    for typed in ${argv[2,-1]}; do
      zpty -w -n shell "$typed"$'\\C-t'
      zpty -r -m shell found '*<*>*'
      print -r -- "${${found##*<}%%>*}"
    done
    """

  @Test(
    "zsh completes commands, options and values",
    .enabled(if: Program.find("zsh") != nil, "zsh is not installed"))
  func zsh() throws {
    let lines = [
      ("nmsim ins", "nmsim inspect "), ("nmsim run --en", "nmsim run --engine="),
      ("nmsim run --engine=i", "nmsim run --engine=interpreter "), ("nmsim help exit", "nmsim help exit-status "),
      ("nmsim compile --chip tr", "nmsim compile --chip truenorth "), ("nmsim completions f", "nmsim completions fish "),
      ("nmsim run --ticks ", "nmsim run --ticks "),
    ]
    let path = try #require(Program.find("zsh"))
    try TemporaryFolder.with { folder in
      let completions = try folder.write(Completions(table: .shipped).script(for: .zsh), "_nmsim")
      let script = try folder.write(Self.zshScript, "complete.zsh")
      let result = try Program.run(path, ["-f", script, completions] + lines.map(\.0))
      #expect(result.text == lines.map { $0.1 + "\n" }.joined())
    }
  }

  @Test(
    "fish offers commands, options and values",
    .enabled(if: Program.find("fish") != nil, "fish is not installed"),
    arguments: [
      ("nmsim ins", "inspect"), ("nmsim run --en", "--engine"), ("nmsim run --engine i", "interpreter"),
      ("nmsim help exit", "exit-status"), ("nmsim completions z", "zsh"), ("nmsim run --ticks ", ""),
      ("nmsim compile --chip tr", "truenorth"), ("nmsim compile --schedule ", "continuous separated windowed"),
    ])
  func fish(_ typed: String, _ offered: String) throws {
    let path = try #require(Program.find("fish"))
    try TemporaryFolder.with { folder in
      let script = try folder.write(Completions(table: .shipped).script(for: .fish), "nmsim.fish")
      // Without the caller's configuration, in a folder of no files.
      let result = try Program.run(
        path, ["--no-config", "-c", "cd \(folder.path); mkdir empty; cd empty; source \(script); complete -C '\(typed)'"])
      let words = result.text.split(separator: "\n").map { $0.prefix { $0 != "\t" } }
      #expect(words.joined(separator: " ") == offered)
    }
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
