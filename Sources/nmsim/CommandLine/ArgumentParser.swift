import ChipModel

/// Reads a command line against the command table.
///
/// `--opt value`, `--opt=value`, `-o value`, `-ovalue`, `-qo value`; options and positionals in any order; `--` ends
/// the options; `-` is a positional. `--help` and `-h` win over every other argument, wrong ones too.
struct ArgumentParser: Sendable {
  let table: CommandTable

  /// What a command line asks for.
  enum Request: Sendable {
    /// Nothing: `nmsim` alone.
    case nothing
    /// `nmsim --version`, with `--json` as one JSON document.
    case version(json: Bool)
    /// `nmsim --help`
    case help
    /// `nmsim COMMAND --help`
    case commandHelp(CommandSpec)
    case command(Command, ParsedArguments)
  }

  /// Reads the arguments after the program's name.
  func parse(_ arguments: [String]) throws(UsageError) -> Request {
    guard let first = arguments.first else { return .nothing }
    let rest = arguments.dropFirst()
    if first == "--help" || first == "-h" { return .help }
    if first == "--version" {
      if let extra = rest.first(where: { $0 != "--json" }) {
        if Self.asksForHelp(rest) { return .help }
        throw .unknownOption(command: "--version", option: extra, suggestion: nil)
      }
      return .version(json: !rest.isEmpty)
    }
    if first.hasPrefix("-") {
      if Self.asksForHelp(rest) { return .help }
      throw .optionBeforeCommand(first, suggestion: closest(to: first, in: ["--help", "--version"]))
    }
    guard let command = table.command(first) else {
      let topic = HelpTopic.all.first { $0.name == first }.map { "nmsim help \($0.name)" }
      throw .unknownCommand(first, suggestion: topic ?? closest(to: first, in: table.commands.map(\.spec.name)))
    }
    if Self.asksForHelp(rest) { return .commandHelp(command.spec) }
    return .command(command, try parse(rest, for: command.spec))
  }

  private static func asksForHelp(_ arguments: ArraySlice<String>) -> Bool {
    arguments.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
  }

  private func parse(_ arguments: ArraySlice<String>, for command: CommandSpec) throws(UsageError) -> ParsedArguments {
    var reader = Reader(command: command, commands: table.commands.map(\.spec), remaining: arguments, typed: Array(arguments))
    try reader.readAll()
    return try reader.finish(table: table)
  }
}

/// The arguments of one command while they are being read.
private struct Reader {
  let command: CommandSpec
  /// All that there are, in the order of their use.
  let commands: [CommandSpec]
  var remaining: ArraySlice<String>
  let typed: [String]
  var values: [String: ParsedValue] = [:]
  var words: [String] = []

  mutating func readAll() throws(UsageError) {
    while let argument = remaining.popFirst() {
      if argument == "--" {
        words += remaining
        return
      } else if argument.hasPrefix("--") {
        try readLong(argument)
      } else if argument.hasPrefix("-"), argument != "-" {
        try readShort(argument)
      } else if let dash = argument.first, "\u{2012}\u{2013}\u{2014}\u{2212}".contains(dash) {
        // What text processors make of two hyphens.
        throw unknown(argument, String(argument.drop { $0 == dash }.prefix { $0 != "=" }))
      } else {
        words.append(argument)
      }
    }
  }

  /// `--name`, `--name value`, `--name=value`
  private mutating func readLong(_ argument: String) throws(UsageError) {
    let body = argument.dropFirst(2)
    let name = String(body.prefix { $0 != "=" })
    let attached = body.count > name.count ? String(body.dropFirst(name.count + 1)) : nil
    guard let option = Spelling.name(name, in: command.options.flatMap(\.names)).flatMap(command.option) else {
      throw unknown("--\(name)", name)
    }
    if option.value == nil, let attached {
      throw .unexpectedValue(command: command.name, option: "--\(name)", value: attached)
    }
    try take(option, spelled: "--\(name)", attached: attached)
  }

  /// `-o value`, `-ovalue`, `-o=value`, and flags run together, `-qo value`
  private mutating func readShort(_ argument: String) throws(UsageError) {
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = command.options.first(where: { $0.short == letter }) else {
        // A long name behind a single dash is the usual slip.
        let name = String(argument.dropFirst().prefix { $0 != "=" })
        throw unknown("-\(name)", name)
      }
      if option.value == nil {
        try take(option, spelled: "-\(letter)", attached: nil)
      } else {
        if letters.first == "=" { letters.removeFirst() }
        try take(option, spelled: "-\(letter)", attached: letters.isEmpty ? nil : String(letters))
        return
      }
    }
  }

  /// An option that the command does not have: what it most likely means here, or else where it belongs.
  private func unknown(_ option: String, _ name: String) -> UsageError {
    if let meant = Spelling.option(name, in: command.options.flatMap(\.names) + ["help"]) {
      return .unknownOption(command: command.name, option: option, suggestion: "--\(meant)")
    }
    var remedy: String?
    if Spelling.namesArgument(name), let positional = command.positionals.first {
      let example = command.examples.first?.line ?? command.usage
      remedy = "\(positional.placeholder) is given without an option, for example '\(example)'"
    } else {
      let places = commands.compactMap { spec in
        Spelling.synonym(name, in: spec.options.filter { $0.value != nil }.flatMap(\.names)).map { (spec, $0) }
      }
      let place = places.first { $0.0.common.contains($0.1) } ?? places.first
      remedy = place.map { "'nmsim \($0.0.name)' has '--\($0.1)'" } ?? Spelling.remedy(name)
    }
    return .unknownOption(command: command.name, option: option, suggestion: nil, remedy: remedy)
  }

  private mutating func take(_ option: OptionSpec, spelled: String, attached: String?) throws(UsageError) {
    if values[option.name] != nil, !option.isRepeatable { throw .repeatedOption(command: command.name, option: spelled) }
    guard let kind = option.value else {
      values[option.name] = .flag
      return
    }
    guard let text = attached ?? nextValue() else {
      throw .missingValue(command: command.name, option: spelled, placeholder: option.placeholder)
    }
    let value = try read(text, as: kind, argument: spelled)
    guard option.isRepeatable, case .text(let text) = value else {
      values[option.name] = value
      return
    }
    let before = if case .texts(let texts)? = values[option.name] { texts } else { [String]() }
    values[option.name] = .texts(before + [text])
  }

  /// The next argument, unless it looks like an option; `-` and negative numbers do not.
  private mutating func nextValue() -> String? {
    guard let next = remaining.first else { return nil }
    if next.hasPrefix("-"), next != "-" {
      guard let second = next.dropFirst().first, second.isASCII, second.isNumber || second == "." else { return nil }
    }
    remaining.removeFirst()
    return next
  }

  private func read(_ text: String, as kind: ValueKind, argument: String) throws(UsageError) -> ParsedValue {
    do { return try kind.parse(text) } catch {
      throw .invalidValue(command: command.name, argument: argument, value: text, error)
    }
  }

  /// Assigns the words to the positionals and fills in the defaults.
  mutating func finish(table: CommandTable) throws(UsageError) -> ParsedArguments {
    var given = Set(values.keys)
    var positionals: [String: [ParsedValue]] = [:]
    var rest = words[...]
    for spec in command.positionals {
      var texts: [String] = []
      var minimum = 0
      switch spec.arity {
      case .required: (texts, minimum) = (Array(rest.prefix(1)), 1)
      case .optional: texts = Array(rest.prefix(1))
      case .list(let least): (texts, minimum) = (Array(rest), least)
      }
      rest = rest.dropFirst(texts.count)
      if texts.count < minimum {
        throw .missingPositional(
          command: command.name, placeholder: spec.placeholder, example: command.examples.first?.line ?? command.usage)
      }
      if !texts.isEmpty {
        given.insert(spec.name)
      } else if case .value(let text)? = spec.standard {
        texts = [text]
      }
      var read: [ParsedValue] = []
      for text in texts { read.append(try self.read(text, as: spec.value, argument: spec.placeholder)) }
      positionals[spec.name] = read
    }
    if let extra = rest.first {
      throw .tooManyPositionals(
        command: command.name, value: extra, limit: command.positionals.count,
        takesInput: !command.positionals.isEmpty && command.option("input") != nil)
    }
    for option in command.options where values[option.name] == nil {
      guard let kind = option.value, case .value(let text)? = option.standard else { continue }
      values[option.name] = try read(text, as: kind, argument: "--\(option.name)")
    }
    return ParsedArguments(
      table: table, command: command, values: values, positionalValues: positionals, given: given, typed: typed)
  }
}
