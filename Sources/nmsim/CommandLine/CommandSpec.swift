/// An option of a command, as the parser, the help pages, the completions and the man page see it.
struct OptionSpec: Sendable, Equatable {
  /// Long name without dashes; also the key in `ParsedArguments`.
  var name: String
  /// Other long names that mean the same.
  var synonyms: [String] = []
  /// One letter for `-o FILE`.
  var short: Character?
  /// Nil for a flag.
  var value: ValueKind?
  /// What the help shows for the value, for example `FILE`.
  var placeholder: String
  /// Used when the option is not given.
  var standard: Standard?
  /// One or two sentences.
  var help: String
  /// Heading in the help page.
  var group: String
  /// Whether it may be given several times; only for options with a text.
  var isRepeatable = false

  /// What holds when the option is not given.
  enum Standard: Sendable, Equatable {
    /// A value, read like one that was typed.
    case value(String)
    /// Words for a default that only the command can work out.
    case described(String)

    /// What the help page shows.
    var text: String {
      switch self {
      case .value(let text), .described(let text): text
      }
    }
  }

  /// An option with a value.
  static func option(
    _ name: String, short: Character? = nil, _ value: ValueKind, _ placeholder: String, standard: Standard? = nil,
    group: String = "Options", _ help: String
  ) -> OptionSpec {
    OptionSpec(
      name: name, short: short, value: value, placeholder: placeholder, standard: standard, help: help, group: group)
  }

  /// An option with a text that may be given several times.
  static func repeatable(_ name: String, _ placeholder: String, group: String, _ help: String) -> OptionSpec {
    OptionSpec(
      name: name, short: nil, value: .text, placeholder: placeholder, standard: nil, help: help, group: group,
      isRepeatable: true)
  }

  /// An option without a value.
  static func flag(_ name: String, short: Character? = nil, group: String = "Options", _ help: String) -> OptionSpec {
    OptionSpec(name: name, short: short, value: nil, placeholder: "", standard: nil, help: help, group: group)
  }

  /// The long names, the one that is meant first.
  var names: [String] { [name] + synonyms }

  /// `-o, --output FILE`
  var usage: String {
    let long = names.map { "--\($0)" }.joined(separator: ", ") + (value == nil ? "" : " \(placeholder)")
    return short.map { "-\($0), \(long)" } ?? long
  }
}

/// An argument without dashes.
struct PositionalSpec: Sendable, Equatable {
  /// Key in `ParsedArguments`.
  var name: String
  /// What the help shows, for example `NETWORK`.
  var placeholder: String
  var value: ValueKind
  var arity: Arity
  /// Used when an optional positional is not given.
  var standard: OptionSpec.Standard?
  var help: String
  /// What files it takes instead where a flag of this name is given.
  var kindsWithFlag: [String: [FileKind]] = [:]

  /// How often it is given. A list takes all that remain and comes last.
  enum Arity: Sendable, Equatable {
    case required
    case optional
    case list(minimum: Int)
  }

  init(
    _ name: String, _ placeholder: String, _ value: ValueKind, _ arity: Arity,
    standard: OptionSpec.Standard? = nil, kindsWithFlag: [String: [FileKind]] = [:], _ help: String
  ) {
    self.name = name
    self.placeholder = placeholder
    self.value = value
    self.arity = arity
    self.standard = standard
    self.help = help
    self.kindsWithFlag = kindsWithFlag
  }

  /// `NETWORK`, `[RUN]`, `PROGRAM...`
  var usage: String {
    switch arity {
    case .required: placeholder
    case .optional: "[\(placeholder)]"
    case .list(let minimum): minimum > 0 ? "\(placeholder)..." : "[\(placeholder)...]"
    }
  }
}

/// One use of a command, as typed, and what it does. Every example is parsed by a test.
struct ExampleSpec: Sendable, Equatable {
  var line: String
  var does: String
  init(_ line: String, _ does: String) {
    self.line = line
    self.does = does
  }
}

/// A command as data.
struct CommandSpec: Sendable, Equatable {
  var name: String
  /// What it does, in one line without a full stop.
  var abstract: String
  /// Paragraphs for its help page.
  var discussion: [String] = []
  var positionals: [PositionalSpec] = []
  var options: [OptionSpec] = []
  /// Names of the options that nearly everybody needs, at most four; help shows them first.
  var common: [String] = []
  /// The two commonest uses first.
  var examples: [ExampleSpec]
  /// How it can end, beside what every command shares: success, wrong usage, an error in nmsim itself, an output that
  /// cannot be written.
  var exits: [ExitStatus] = []

  /// `nmsim run [PROGRAM] [options]`
  var usage: String {
    (["nmsim", name] + positionals.map(\.usage) + ["[options]"]).joined(separator: " ")
  }

  /// Every status it can end with, in ascending order.
  var statuses: [ExitStatus] {
    ExitStatus.allCases.filter { [.success, .usage, .software, .cannotWrite].contains($0) || exits.contains($0) }
  }

  /// The option of this name.
  func option(_ name: String) -> OptionSpec? { options.first { $0.names.contains(name) } }
  /// The positional of this name.
  func positional(_ name: String) -> PositionalSpec? { positionals.first { $0.name == name } }
}

/// Options that several commands share, word for word.
extension OptionSpec {
  static let quiet = flag("quiet", short: "q", group: "General", "Print errors only: no tables, no progress.")
  static let color = option(
    "color", .choice(ColorChoice.allCases.map(\.rawValue)), "WHEN", standard: .value("auto"), group: "General",
    "Colour in the terminal: auto, always or never.")
  static let help = flag("help", short: "h", group: "General", "Show this help.")
}
