import ChipModel

/// `nmsim help`: the help pages.
enum HelpCommand {
  static let spec = CommandSpec(
    name: "help", abstract: "Show help for a command or topic",
    positionals: [
      PositionalSpec("topic", "NAME", .text, .optional, "A command or a topic; without it, a list of all.")
    ],
    examples: [
      ExampleSpec("nmsim help compile", "All about one command."),
      ExampleSpec("nmsim help exit-status", "What the exit status means."),
    ])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    let table = arguments.table
    let help = Help(table: table)
    guard let name = arguments.positional("topic") else {
      terminal.print(help.full)
      return .success
    }
    if let command = table.command(name) {
      terminal.print(help.page(for: command.spec))
    } else if let topic = table.topic(name) {
      terminal.print(help.page(for: topic))
    } else {
      let known = table.commands.map(\.spec.name) + table.topics.map(\.name)
      throw CommandError(.unknownTopic(name, suggestion: closest(to: name, in: known)))
    }
    return .success
  }
}
