/// `nmsim manual`: the man page.
enum ManualCommand {
  static let spec = CommandSpec(
    name: "manual", abstract: "Print the man page (mdoc)",
    examples: [
      ExampleSpec("nmsim manual | man -l -", "Read it."),
      ExampleSpec("nmsim manual > ~/.local/share/man/man1/nmsim.1", "Install it for one user."),
    ])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    terminal.print(Manual(table: arguments.table).page)
    return .success
  }
}
