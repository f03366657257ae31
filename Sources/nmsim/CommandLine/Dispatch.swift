/// From arguments to an exit status: reads the command line, runs the command, prints what went wrong.
enum Dispatch {
  /// Runs one command line.
  /// - Parameter arguments: without the program's name.
  static func run(_ arguments: [String], table: CommandTable, terminal: Terminal) -> ExitStatus {
    let status = answer(arguments, table: table, terminal: terminal)
    // A full disk behind standard output must not pass for success; a reader that left early is no failure.
    guard let failure = terminal.output.failure, status == .success || status == .checkFailed else { return status }
    return report(
      CommandError(
        .cannotWrite, subject: "standard output", problem: failure, remedy: "free some space or write to another place"
      ), on: terminal)
  }

  private static func answer(_ arguments: [String], table: CommandTable, terminal: Terminal) -> ExitStatus {
    let help = Help(table: table)
    let request: ArgumentParser.Request
    do { request = try ArgumentParser(table: table).parse(arguments) } catch {
      return report(CommandError(error), on: terminal)
    }
    switch request {
    case .nothing:
      terminal.error.write(help.short)
      return .usage
    case .version(let json):
      terminal.output.write(json ? Version.json : Version.line)
    case .help:
      terminal.output.write(help.full)
    case .commandHelp(let command):
      terminal.output.write(help.page(for: command))
    case .command(let command, let parsed):
      do {
        try parsed.checkKinds()
        try parsed.checkFiles()
        return try command.run(parsed, terminal.adjusted(by: parsed))
      } catch {
        return report(error, on: terminal)
      }
    }
    return .success
  }

  private static func report(_ error: CommandError, on terminal: Terminal) -> ExitStatus {
    terminal.error.write(ErrorText.line(for: error) + "\n")
    return error.status
  }
}

extension Terminal {
  /// The terminal as the shared options of a command want it.
  func adjusted(by arguments: ParsedArguments) -> Terminal {
    var terminal = self
    if arguments.command.option(OptionSpec.color.name) != nil,
      let choice = arguments.string(OptionSpec.color.name).flatMap(ColorChoice.init(rawValue:))
    {
      terminal = terminal.with(color: choice)
    }
    if arguments.command.option(OptionSpec.quiet.name) != nil, arguments.flag(OptionSpec.quiet.name) {
      terminal.isQuiet = true
    }
    return terminal
  }
}
