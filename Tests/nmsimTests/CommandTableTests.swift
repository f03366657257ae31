import Foundation
import Testing

@testable import nmsim

@Suite("Command table")
struct CommandTableTests {
  private static let commands = CommandTable.shipped.commands.map(\.spec)

  @Test("names, short names and keys are unique, and none is taken by the parser", arguments: commands)
  func names(_ command: CommandSpec) {
    let keys = command.options.map(\.name) + command.positionals.map(\.name)
    #expect(Set(keys).count == keys.count)
    #expect(!keys.contains("help"))
    let shorts = command.options.compactMap(\.short) + ["h"]
    #expect(Set(shorts).count == shorts.count)
    #expect(Self.commands.filter { $0.name == command.name }.count == 1)
    #expect(CommandTable.shipped.topic(command.name) == nil)
  }

  @Test("a list comes last, an optional positional before no required one", arguments: commands)
  func positionals(_ command: CommandSpec) {
    for (index, positional) in command.positionals.enumerated() {
      let rest = command.positionals.dropFirst(index + 1)
      switch positional.arity {
      case .required: break
      case .optional: #expect(!rest.contains { $0.arity == .required })
      case .list: #expect(rest.isEmpty)
      }
    }
  }

  @Test("texts have their form, and there are two examples", arguments: commands)
  func texts(_ command: CommandSpec) {
    #expect(command.abstract.count <= 54 && !command.abstract.hasSuffix("."))
    #expect(command.examples.count >= 2)
    for option in command.options {
      #expect(option.help.hasSuffix("."), "--\(option.name)")
      #expect((option.value == nil) == option.placeholder.isEmpty, "--\(option.name)")
    }
  }

  @Test("every example is a right command line", arguments: commands)
  func examples(_ command: CommandSpec) throws {
    for example in command.examples {
      let words = example.line.split(separator: " ").map(String.init).prefix { $0 != ">" && $0 != "|" }
      #expect(words.first == "nmsim")
      let request = try ArgumentParser(table: .shipped).parse(Array(words.dropFirst()))
      guard case .command(let parsed, _) = request else {
        Issue.record("'\(example.line)' runs no command")
        continue
      }
      #expect(parsed.spec.name == command.name)
    }
  }

  @Test("every default is a value that its option takes", arguments: commands)
  func defaults(_ command: CommandSpec) throws {
    for option in command.options {
      guard case .value(let text)? = option.standard else { continue }
      #expect(throws: Never.self, "--\(option.name)") { try option.value?.parse(text) }
    }
  }

  @Test("exit statuses are those of sysexits.h")
  func statuses() {
    #expect(ExitStatus.allCases.map(\.rawValue) == [0, 1, 64, 65, 66, 69, 70, 73, 75, 78, 130, 143])
  }

  @Test("a result that could not be written ends with 73")
  func fullDisk() {
    let captured = CapturedTerminal(outputFailure: "no space left on the device")
    #expect(Dispatch.run(["help"], table: .shipped, terminal: captured.terminal) == .cannotWrite)
    #expect(
      captured.error.text
        == "nmsim: standard output: no space left on the device: free some space or write to another place\n")
  }

  /// Words of `sbatch` in `ClusterScript` and of the style sheet in `PageStyle` are others' own.
  @Test("every --word in the sources is an option of a command")
  func words() throws {
    let known = Set(Self.commands.flatMap { $0.options.flatMap(\.names) } + ["help", "version", "option", "opt", "name"])
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var found: Set<String> = []
    for case let file as URL in files where file.pathExtension == "swift" {
      if ["ClusterScript", "PageStyle"].contains(file.deletingPathExtension().lastPathComponent) { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      for line in text.split(separator: "\n") where !line.contains("sbatch ") {
        for match in line.matches(of: #/(?:^|[\s'"`(\[,])--([a-z][a-z0-9-]*)(?![a-z0-9:-])/#)
        where !line.contains("var(--\(match.1)") {
          found.insert(String(match.1))
          #expect(known.contains(String(match.1)), "\(file.lastPathComponent): --\(match.1)")
        }
      }
    }
    #expect(found.count > 50)
  }
}
