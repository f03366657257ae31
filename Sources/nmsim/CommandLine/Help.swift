/// The help pages, generated from the command table; 80 columns.
struct Help: Sendable {
  let table: CommandTable
  private static let width = 80
  private static let column = 26

  private static let abstract =
    "nmsim simulates neuromorphic chips: it converts a trained network to a spiking one, compiles it for a chip, runs it "
    + "in the chip's own integers, and reports accuracy, spikes, energy and time."

  /// What `nmsim` alone prints.
  var short: String {
    Self.paragraph(Self.abstract) + "\nUsage: nmsim COMMAND [options]\n" + firstUse + "\nCommands:\n" + commandList
      + "\n" + Self.paragraph("'nmsim help' shows more, 'nmsim help COMMAND' all about one command.")
  }

  /// What `nmsim help` prints.
  var full: String {
    Self.paragraph(Self.abstract) + "\nUsage: nmsim COMMAND [options]\n" + firstUse + "\nCommands:\n" + commandList
      + "\nTopics:\n" + Self.list(table.topics.map { ($0.name, $0.abstract) }) + "\nOptions:\n"
      + Self.list([
        ("-h, --help", "Show this help; after a command, the help of the command."),
        ("--version", "Show the version; with --json, as JSON."),
      ]) + "\nExit status:\n" + Self.statuses(table.statuses) + "\n"
      + Self.paragraph("'nmsim help NAME' shows all about one command or topic.")
  }

  /// The help of one command.
  func page(for command: CommandSpec) -> String {
    var text = Self.paragraph(command.abstract + ".") + "\n"
    text += Self.hanging("Usage: ", command.usage)
    for paragraph in command.discussion { text += "\n" + Self.paragraph(paragraph) }
    text += "\nExamples:\n"
    for example in command.examples {
      text += Self.commandLine(example.line) + TextLayout.paragraph(example.does, indent: 6, width: Self.width)
    }
    if !command.positionals.isEmpty {
      text += "\nArguments:\n" + Self.list(command.positionals.map { ($0.usage, Self.describe($0)) })
    }
    for (group, options) in Self.groups(of: command) {
      text += "\n\(group):\n" + Self.list(options.map { ($0.usage, Self.describe($0)) })
    }
    return text + "\nExit status:\n" + Self.statuses(command.statuses)
  }

  /// The help of one topic.
  func page(for topic: HelpTopic) -> String {
    var text = Self.paragraph(topic.abstract + ".")
    for block in topic.body {
      text += "\n"
      switch block {
      case .paragraph(let paragraph): text += Self.paragraph(paragraph)
      case .lines(let lines): text += lines
      case .list(let entries): text += Self.list(entries.map { ($0.term, $0.text) })
      case .exitStatuses: text += Self.statuses(table.statuses)
      }
    }
    return text
  }

  private var commandList: String { Self.list(table.commands.map { ($0.spec.name, $0.spec.abstract) }) }

  /// The three lines that lead from a network to its energy, once those commands exist.
  private var firstUse: String {
    let lines = ["compile": "nmsim compile net.json", "run": "nmsim run --ticks 200", "energy": "nmsim energy"]
    let shown = table.commands.compactMap { lines[$0.spec.name] }
    return shown.isEmpty ? "" : "\nFirst use:\n" + shown.map { "  \($0)\n" }.joined()
  }

  /// The options of a command by heading: the common ones, then the others in the order of the table, `--help` last.
  static func groups(of command: CommandSpec) -> [(name: String, options: [OptionSpec])] {
    let common = command.common.compactMap(command.option)
    var groups: [(name: String, options: [OptionSpec])] = common.isEmpty ? [] : [("Common options", common)]
    for option in command.options + [.help] where !common.contains(option) {
      if let index = groups.firstIndex(where: { $0.name == option.group }) {
        groups[index].options.append(option)
      } else {
        groups.append((option.group, [option]))
      }
    }
    return groups
  }

  /// The text of an option with its values and default.
  static func describe(_ option: OptionSpec) -> String {
    describe(option.help, value: option.value, standard: option.standard, placeholder: option.placeholder)
  }

  /// The text of a positional with its values and default.
  static func describe(_ positional: PositionalSpec) -> String {
    describe(
      positional.help, value: positional.value, standard: positional.standard, placeholder: positional.placeholder)
  }

  private static func describe(
    _ help: String, value: ValueKind?, standard: OptionSpec.Standard?, placeholder: String
  ) -> String {
    var text = help
    // Choices that the placeholder or the text names already are not repeated.
    let shown = (placeholder + " " + help).split { !($0.isLetter || $0 == "-") }.map(String.init)
    if case .choice(let names)? = value, !names.allSatisfy(shown.contains) {
      text += " One of: \(names.joined(separator: ", "))."
    }
    if case .integer(let range)? = value, range.upperBound < 1_000 {
      text += " From \(range.lowerBound) to \(range.upperBound)."
    }
    if let standard { text += " [default: \(standard.text)]" }
    return text
  }

  private static func statuses(_ statuses: [ExitStatus]) -> String {
    list(statuses.map { ("\($0.rawValue)", $0.meaning) }, column: 8)
  }

  private static func paragraph(_ text: String) -> String { TextLayout.paragraph(text, width: width) }

  private static func list(_ items: [(String, String)], column: Int = column) -> String {
    TextLayout.list(items.map { (term: $0.0, text: $0.1) }, column: column, width: width)
  }

  /// A command as typed; a long one goes on after a backslash, so that it can still be copied.
  private static func commandLine(_ text: String) -> String {
    let lines = TextLayout.wrap(text, width: width - 6)
    return lines.enumerated().map { index, line in
      (index == 0 ? "  " : "    ") + line + (index < lines.count - 1 ? " \\" : "") + "\n"
    }.joined()
  }

  /// A line whose continuation is indented to its label.
  private static func hanging(_ label: String, _ text: String) -> String {
    let lines = TextLayout.wrap(text, width: width - label.count)
    let margin = String(repeating: " ", count: label.count)
    return lines.enumerated().map { ($0 == 0 ? label : margin) + $1 + "\n" }.joined()
  }
}
