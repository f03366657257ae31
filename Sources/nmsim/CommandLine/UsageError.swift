import ChipModel

/// What is wrong with a command line. Cases carry data; `subject`, `problem` and `remedy` are the only texts.
enum UsageError: Error, Equatable, Sendable {
  case unknownCommand(String, suggestion: String?)
  case optionBeforeCommand(String, suggestion: String?)
  case unknownOption(command: String, option: String, suggestion: String?)
  case repeatedOption(command: String, option: String)
  case missingValue(command: String, option: String, placeholder: String)
  case unexpectedValue(command: String, option: String, value: String)
  case missingPositional(command: String, placeholder: String, example: String)
  case tooManyPositionals(command: String, value: String, limit: Int)
  case unknownTopic(String, suggestion: String?)
  /// `argument` is the option (`--ticks`) or the placeholder of the positional (`SHELL`).
  case invalidValue(command: String, argument: String, value: String, ValueProblem)

  /// The command that was being read, where there is one.
  var subject: String? {
    switch self {
    case .unknownCommand, .optionBeforeCommand: nil
    case .unknownTopic: "help"
    case .unknownOption(let command, _, _), .repeatedOption(let command, _), .missingValue(let command, _, _),
      .unexpectedValue(let command, _, _), .missingPositional(let command, _, _),
      .tooManyPositionals(let command, _, _), .invalidValue(let command, _, _, _):
      command
    }
  }

  /// What is wrong, in one line without the remedy.
  var problem: String {
    switch self {
    case .unknownCommand(let name, _): "unknown command \(ErrorText.quoted(name))"
    case .optionBeforeCommand(let option, let suggestion):
      "unknown option \(ErrorText.quoted(option))" + (suggestion == nil ? " before the command" : "")
    case .unknownOption(_, let option, _): "unknown option \(ErrorText.quoted(option))"
    case .repeatedOption(_, let option): "'\(option)' is given twice"
    case .missingValue(_, let option, _): "'\(option)' needs a value"
    case .unexpectedValue(_, let option, let value): "'\(option)' takes no value, got \(ErrorText.quoted(value))"
    case .missingPositional(_, let placeholder, _): "\(placeholder) is missing"
    case .tooManyPositionals(_, let value, let limit):
      limit == 0
        ? "unexpected argument \(ErrorText.quoted(value)), the command takes none"
        : "unexpected argument \(ErrorText.quoted(value)), the command takes at most \(limit)"
    case .unknownTopic(let name, _): "no command or topic \(ErrorText.quoted(name))"
    case .invalidValue(_, let argument, let value, let problem):
      "\(argument) \(ErrorText.quoted(value)) \(problem.text)"
    }
  }

  /// What to type instead.
  var remedy: String {
    switch self {
    case .unknownCommand(_, let suggestion?), .optionBeforeCommand(_, let suggestion?),
      .unknownOption(_, _, let suggestion?), .unknownTopic(_, let suggestion?):
      "did you mean '\(suggestion)'?"
    case .unknownCommand: "'nmsim help' lists the commands"
    case .unknownTopic: "'nmsim help' lists the commands and topics"
    case .optionBeforeCommand: "options go after the command"
    case .unknownOption(let command, _, _): "'nmsim \(command) --help' lists the options"
    case .repeatedOption: "give it once"
    case .missingValue(_, let option, let placeholder):
      "write '\(option) \(placeholder)', or '\(option)=\(placeholder)' for a value that begins with '-'"
    case .unexpectedValue(_, let option, _): "write '\(option)' alone"
    case .missingPositional(_, _, let example): "for example '\(example)'"
    case .tooManyPositionals(let command, _, _): "'nmsim \(command) --help' shows the usage"
    case .invalidValue(_, _, _, let problem): problem.remedy
    }
  }
}

/// What is wrong with the value of an option or positional.
enum ValueProblem: Error, Equatable, Sendable {
  case empty
  case notStandardOutput
  case notWhole(ClosedRange<Int>)
  case outsideWhole(ClosedRange<Int>)
  case notNumber(NumberRange)
  case outsideNumber(NumberRange)
  case notFraction
  case notRatio
  case notNumbers
  case notChoice([String], suggestion: String?)

  var text: String {
    switch self {
    case .empty: "is empty"
    case .notStandardOutput: "is standard output, where this does not go"
    case .notWhole: "is not a whole number"
    case .outsideWhole, .outsideNumber: "is out of range"
    case .notNumber: "is not a number"
    case .notFraction: "is not a fraction of 1"
    case .notRatio: "is neither a number nor a quotient above 0"
    case .notNumbers: "is not a list of numbers"
    case .notChoice: "is not one of the possible values"
    }
  }

  var remedy: String {
    switch self {
    case .empty: "give a value"
    case .notStandardOutput: "give a file name"
    case .notWhole(let range), .outsideWhole(let range): "give a whole number \(range.boundsText)"
    case .notNumber(let range), .outsideNumber(let range): "give a number \(range.text)"
    case .notFraction: "give a number from 0 to 1; 98.5 % is 0.985"
    case .notRatio: "give for example 1/255 or 0.00392"
    case .notNumbers: "give numbers separated by commas, for example 0.49,0.48,0.45"
    case .notChoice(_, let suggestion?): "did you mean '\(suggestion)'?"
    case .notChoice(let choices, nil): "give \(ErrorText.alternatives(choices))"
    }
  }
}
