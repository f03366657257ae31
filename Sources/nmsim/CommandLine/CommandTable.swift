/// A command that can be run: its data and its handler.
struct Command: Sendable {
  typealias Handler = @Sendable (ParsedArguments, Terminal) throws(CommandError) -> ExitStatus
  var spec: CommandSpec
  var run: Handler
  init(_ spec: CommandSpec, _ run: @escaping Handler) {
    self.spec = spec
    self.run = run
  }
}

/// Every command, in the order of the help page: the one source of the parser, the help pages, the shell completions
/// and the man page.
struct CommandTable: Sendable {
  var commands: [Command]
  var topics: [HelpTopic]

  /// What `nmsim` offers.
  static let shipped = CommandTable(
    commands: [
      Command(ConvertCommand.spec, ConvertCommand.run),
      Command(EvaluateCommand.spec, EvaluateCommand.run),
      Command(CompileCommand.spec, CompileCommand.run),
      Command(RunCommand.spec, RunCommand.run),
      Command(SweepCommand.spec, SweepCommand.run),
      Command(MergeCommand.spec, MergeCommand.run),
      Command(EnergyCommand.spec, EnergyCommand.run),
      Command(CompareCommand.spec, CompareCommand.run),
      Command(ReportCommand.spec, ReportCommand.run),
      Command(ExplainCommand.spec, ExplainCommand.run),
      Command(BenchCommand.spec, BenchCommand.run),
      Command(ExportCommand.spec, ExportCommand.run),
      Command(ChipsCommand.spec, ChipsCommand.run),
      Command(InspectCommand.spec, InspectCommand.run),
      Command(HelpCommand.spec, HelpCommand.run),
      Command(CompletionsCommand.spec, CompletionsCommand.run),
      Command(ManualCommand.spec, ManualCommand.run),
      Command(VersionCommand.spec, VersionCommand.run),
    ], topics: HelpTopic.all)

  /// The command of this name.
  func command(_ name: String) -> Command? { commands.first { $0.spec.name == name } }
  /// The help topic of this name.
  func topic(_ name: String) -> HelpTopic? { topics.first { $0.name == name } }

  /// Every status that a command of the table can end with, and those that a signal causes.
  var statuses: [ExitStatus] {
    ExitStatus.allCases.filter { status in
      status == .interrupted || status == .terminated || commands.contains { $0.spec.statuses.contains(status) }
    }
  }
}
