/// `nmsim version`: the same as `nmsim --version`.
enum VersionCommand {
  static let spec = CommandSpec(
    name: "version", abstract: "Show the version",
    options: [.flag("json", "As JSON: version, system, architecture and kind of build.")],
    examples: [
      ExampleSpec("nmsim version", "The version, in one line."), ExampleSpec("nmsim version --json", "For scripts."),
    ])

  static func run(_ arguments: ParsedArguments, _ terminal: Terminal) throws(CommandError) -> ExitStatus {
    terminal.print(arguments.flag("json") ? Version.json : Version.line)
    return .success
  }
}
