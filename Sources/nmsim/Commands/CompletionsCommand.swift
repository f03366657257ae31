/// `nmsim completions`: completion scripts for shells.
enum CompletionsCommand {
  static let spec = CommandSpec(
    name: "completions", abstract: "Print a completion script for a shell",
    discussion: ["The first lines of the script say where to put it."],
    positionals: [
      PositionalSpec(
        "shell", "SHELL", .choice(Completions.Shell.allCases.map(\.rawValue)), .required,
        "The shell: bash, zsh or fish.")
    ],
    examples: [
      ExampleSpec(
        "nmsim completions bash > ~/.local/share/bash-completion/completions/nmsim", "For bash, from the next shell on."
      ),
      ExampleSpec("nmsim completions fish > ~/.config/fish/completions/nmsim.fish", "For fish."),
    ])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    guard let shell = arguments.positional("shell").flatMap(Completions.Shell.init(rawValue:)) else {
      throw CommandError(.software, subject: spec.name, problem: "no script for this shell")
    }
    terminal.print(Completions(table: arguments.table).script(for: shell))
    return .success
  }
}
