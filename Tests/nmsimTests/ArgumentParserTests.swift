import Testing

@testable import nmsim

@Suite("Argument parser")
struct ArgumentParserTests {
  /// The arguments of a command line that is expected to be right.
  private func parsed(_ arguments: String...) throws -> ParsedArguments {
    guard case .command(_, let parsed) = try ArgumentParser(table: .shipped).parse(arguments) else {
      throw UsageError.unknownCommand("not a command", suggestion: nil)
    }
    return parsed
  }

  @Test("an option's value follows it or an equals sign")
  func values() throws {
    for arguments in [["--ticks", "200"], ["--ticks=200"]] {
      guard case .command(_, let parsed) = try ArgumentParser(table: .shipped).parse(["run"] + arguments) else {
        Issue.record("\(arguments) is no command")
        continue
      }
      #expect(parsed.int("ticks") == 200)
      #expect(parsed.isGiven("ticks"))
      #expect(parsed.positional("program") == nil)
    }
  }

  @Test("a positional may stand before, between and behind options")
  func order() throws {
    #expect(try parsed("run", "a.nmsim", "--ticks", "1").positional("program") == "a.nmsim")
    #expect(try parsed("run", "--ticks", "1", "a.nmsim", "--no-timing").positional("program") == "a.nmsim")
    #expect(try parsed("run", "--no-timing", "a.nmsim").positional("program") == "a.nmsim")
  }

  @Test(
    "a short option takes its value in every usual spelling",
    arguments: [["-o", "x"], ["-ox"], ["-o=x"], ["-qo", "x"], ["-qox"]])
  func short(_ spelling: [String]) throws {
    guard case .command(_, let parsed) = try ArgumentParser(table: .shipped).parse(["compile", "net.json"] + spelling)
    else { return }
    #expect(parsed.string("output") == "x")
    #expect(parsed.flag("quiet") == spelling[0].hasPrefix("-q"))
  }

  @Test("two dashes end the options; one dash is a word")
  func dashes() throws {
    #expect(try parsed("inspect", "--", "--json", "-h").positionals("files") == ["--json", "-h"])
    #expect(try parsed("inspect", "-").positionals("files") == ["-"])
    #expect(try parsed("run", "--json", "-").string("output") == "-")
  }

  @Test("a list takes every word")
  func list() throws {
    #expect(try parsed("inspect", "a.nmsim", "--quiet", "b.nmsim").positionals("files") == ["a.nmsim", "b.nmsim"])
  }

  @Test("defaults hold until something is given")
  func defaults() throws {
    let bare = try parsed("energy")
    #expect(bare.positional("run") == "run.json")
    #expect(!bare.isGiven("run"))
    #expect(try parsed("energy", "other.json").positional("run") == "other.json")
    #expect(try parsed("compile", "net.json").string("chip") == "generic-45nm")
    #expect(try parsed("compile", "net.json").int("weight-bits") == nil)
    #expect(try parsed("compile", "net.json").int("seed") == 0)
  }

  @Test("numbers, quotients and lists")
  func numbers() throws {
    let convert = try parsed(
      "convert", "m.onnx", "--input-scale", "1/255", "--mean=0.5,-0.25,1e-3", "--alpha", ".5", "--percentile", "100")
    #expect(convert.double("input-scale") == 1.0 / 255)
    #expect(convert.doubles("mean") == [0.5, -0.25, 1e-3])
    #expect(convert.double("alpha") == 0.5)
    #expect(convert.double("percentile") == 100)
  }

  @Test("a negative number is a value, not an option")
  func negative() throws {
    #expect(try parsed("convert", "m.onnx", "--mean", "-0.5,1").doubles("mean") == [-0.5, 1])
  }

  @Test(
    "help wins over everything before the two dashes",
    arguments: [
      ["run", "--help"], ["run", "-h", "--nonsense"], ["run", "--ticks", "x", "--help"], ["run", "--json", "-h"],
    ])
  func help(_ arguments: [String]) throws {
    guard case .commandHelp(let command) = try ArgumentParser(table: .shipped).parse(arguments) else {
      Issue.record("\(arguments) is no request for help")
      return
    }
    #expect(command.name == "run")
  }

  @Test("nothing, help and version without a command")
  func withoutCommand() {
    #expect(invoke("").status == .usage)
    #expect(invoke("").output.isEmpty)
    #expect(invoke("").error == Help(table: .shipped).short)
    #expect(invoke("--help").output == Help(table: .shipped).full)
    #expect(invoke("-h").status == .success)
    #expect(invoke("--version").output == "nmsim \(Version.number)\n")
    #expect(invoke("--version --json").output == Version.json)
    #expect(invoke("--nonsense --help").output == Help(table: .shipped).full)
  }

  @Test(
    "wrong command lines end with 64 and one whole line",
    arguments: [
      ("comple net.json", "unknown command 'comple': did you mean 'compile'?"),
      ("frobnicate", "unknown command 'frobnicate': 'nmsim help' lists the commands"),
      ("insp x", "unknown command 'insp': did you mean 'inspect'?"),
      ("--quiet run", "unknown option '--quiet' before the command: options go after the command"),
      ("--verson", "unknown option '--verson': did you mean '--version'?"),
      ("run --tick 3", "run: unknown option '--tick': did you mean '--ticks'?"),
      ("run --frobnicate", "run: unknown option '--frobnicate': 'nmsim run --help' lists the options"),
      ("run -x", "run: unknown option '-x': 'nmsim run --help' lists the options"),
      ("run -ticks 3", "run: unknown option '-ticks': did you mean '--ticks'?"),
      ("run --ticks 3 --ticks=4", "run: '--ticks' is given twice: give it once"),
      ("compile n -o a --output b", "compile: '--output' is given twice: give it once"),
      (
        "run --ticks",
        "run: '--ticks' needs a value: write '--ticks T', or '--ticks=T' for a value that begins with '-'"
      ),
      (
        "run --json --quiet",
        "run: '--json' needs a value: write '--json FILE|-', or '--json=FILE|-' for a value that begins with '-'"
      ),
      ("run --quiet=yes", "run: '--quiet' takes no value, got 'yes': write '--quiet' alone"),
      ("run --json=", "run: --json '' is empty: give a value"),
      ("run --ticks 2x0", "run: --ticks '2x0' is not a whole number: give a whole number from 1 to 1,000,000"),
      ("run --ticks 0", "run: --ticks '0' is out of range: give a whole number from 1 to 1,000,000"),
      ("run --ticks +5", "run: --ticks '+5' is not a whole number: give a whole number from 1 to 1,000,000"),
      (
        "run --ticks 99999999999999999999",
        "run: --ticks '99999999999999999999' is out of range: give a whole number from 1 to 1,000,000"
      ),
      ("run --samples -1", "run: --samples '-1' is out of range: give a whole number of at least 1"),
      (
        "run --target 98.5", "run: --target '98.5' is not a fraction of 1: give a number from 0 to 1; 98.5 % is 0.985"
      ),
      ("run --target nan", "run: --target 'nan' is not a fraction of 1: give a number from 0 to 1; 98.5 % is 0.985"),
      ("run --engine fst", "run: --engine 'fst' is not one of the possible values: did you mean 'fast'?"),
      ("run --engine slow", "run: --engine 'slow' is not one of the possible values: give fast or interpreter"),
      (
        "run a b",
        "run: unexpected argument 'b', the command takes at most 1: data go after --input; 'nmsim run --help' shows the usage"
      ),
      ("compile", "compile: NETWORK is missing: for example 'nmsim compile net.json'"),
      ("inspect", "inspect: FILE is missing: for example 'nmsim inspect net.nmsim'"),
      ("manual x", "manual: unexpected argument 'x', the command takes none: 'nmsim manual --help' shows the usage"),
      ("chips shw", "chips: ACTION 'shw' is not one of the possible values: did you mean 'show'?"),
      ("help enrgy", "help: no command or topic 'enrgy': did you mean 'energy'?"),
      ("help zzz", "help: no command or topic 'zzz': 'nmsim help' lists the commands and topics"),
      ("convert m --alpha 0", "convert: --alpha '0' is out of range: give a number above 0"),
      ("convert m --alpha 0x1p3", "convert: --alpha '0x1p3' is not a number: give a number above 0"),
      ("convert m --alpha 1e999", "convert: --alpha '1e999' is out of range: give a number above 0"),
      (
        "convert m --percentile 101",
        "convert: --percentile '101' is out of range: give a number above 0 and at most 100"
      ),
      (
        "convert m --input-scale 1/0",
        "convert: --input-scale '1/0' is neither a number nor a quotient above 0: give for example 1/255 or 0.00392"
      ),
      (
        "convert m --mean 1,,2",
        "convert: --mean '1,,2' is not a list of numbers: give numbers separated by commas, for example 0.49,0.48,0.45"
      ),
    ])
  func wrong(_ line: String, _ message: String) {
    let result = invoke(line)
    #expect(result.status == .usage)
    #expect(result.error == "nmsim: \(message)\n")
    #expect(result.output.isEmpty)
  }

  @Test("a hostile argument is shown in one short printable line")
  func hostile() {
    let captured = CapturedTerminal()
    let argument = "--a\n\u{1B}[2J\u{202E}" + String(repeating: "x", count: 100_000)
    let status = Dispatch.run(["run", argument], table: .shipped, terminal: captured.terminal)
    #expect(status == .usage)
    let text = captured.error.text
    #expect(text.hasPrefix("nmsim: run: unknown option '--a\\n\\u{1B}[2J\\u{202E}xxx"))
    #expect(text.count < 300)
    #expect(text.filter { $0 == "\n" }.count == 1)
  }

  @Test("a repeatable option keeps every text, in the order typed; others are given once")
  func repeatable() throws {
    let parser = ArgumentParser(table: .shipped)
    guard case .command(_, let arguments) = try parser.parse(["run", "--probe", "b:1", "--probe=a:2"]) else {
      Issue.record("no command")
      return
    }
    #expect(arguments.strings("probe") == ["b:1", "a:2"])
    let error = #expect(throws: UsageError.self) { try parser.parse(["run", "--json", "a", "--json", "b"]) }
    #expect(error?.line.problem == "'--json' is given twice")
  }

  @Test("random command lines never trap and never print more than one error line", arguments: 0..<8)
  func fuzz(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let commands = CommandTable.shipped.commands.map(\.spec)
    let table = CommandTable(
      commands: commands.map { Command($0, ArgumentParserTests.readEverything) }, topics: HelpTopic.all)
    let odd = [
      "", "-", "--", "---", "--=", "-=", "=", "-1", "-.5", "1e400", "9223372036854775808", "-9223372036854775809",
      "\u{0}", "\u{301}", "é",
      "👩‍👩‍👧", "--é", "-é", "0", "1/0", "1/2/3", ",", "NaN", "inf", "--help=1", "a b", "200",
      String(repeating: "-", count: 500), "--ticks=", "\r\n", "1,2", "0.5",
    ]
    for _ in 0..<1_500 {
      let command = commands.randomElement(using: &random) ?? HelpCommand.spec
      var arguments = Int.random(in: 0..<10, using: &random) == 0 ? [] : [command.name]
      for _ in 0..<Int.random(in: 0..<6, using: &random) {
        let value = odd.randomElement(using: &random) ?? ""
        let option = command.options.randomElement(using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: arguments.append(value)
        case 1: arguments.append("--\(option?.name ?? "x")")
        case 2: arguments.append("--\(option?.name ?? "x")=\(value)")
        case 3: arguments += ["--\(option?.name ?? "x")", option?.value?.choices.first ?? "1"]
        default: arguments.append(String((option?.name ?? "").shuffled(using: &random)))
        }
      }
      let captured = CapturedTerminal()
      let status = Dispatch.run(arguments, table: table, terminal: captured.terminal)
      // Odd names of outputs, such as one of 500 letters, may be impossible.
      #expect([.success, .usage, .cannotWrite].contains(status), "seed \(seed): \(arguments)")
      let lines = captured.error.text.filter { $0.isNewline }.count
      #expect(arguments.isEmpty || lines == (status == .success ? 0 : 1), "seed \(seed): \(arguments)")
    }
  }

  /// A handler that reads every argument as what the table says it is.
  @Sendable private static func readEverything(_ arguments: ParsedArguments, _ terminal: Terminal)
    throws(CommandError) -> ExitStatus
  {
    for option in arguments.command.options {
      _ = arguments.isGiven(option.name)
      switch option.value {
      case nil: _ = arguments.flag(option.name)
      case _ where option.isRepeatable: _ = arguments.strings(option.name)
      case .text, .file, .newFile, .newDocument, .newFolder, .choice, .choiceOrNumber, .list, .choiceOrFile:
        _ = arguments.string(option.name)
      case .integer: _ = arguments.int(option.name)
      case .number, .fraction, .ratio: _ = arguments.double(option.name)
      case .numbers: _ = arguments.doubles(option.name)
      case .shape: _ = arguments.shape(option.name)
      }
    }
    for positional in arguments.command.positionals { _ = arguments.positionals(positional.name) }
    return .success
  }
}
