import ChipModel

/// What is wrong with a command line. Cases carry data; `line` has the only texts.
enum UsageError: Error, Equatable, Sendable {
  case unknownCommand(String, suggestion: String?)
  case optionBeforeCommand(String, suggestion: String?)
  /// `remedy`: what to do where no option of the command is meant.
  case unknownOption(command: String, option: String, suggestion: String?, remedy: String? = nil)
  case repeatedOption(command: String, option: String)
  case missingValue(command: String, option: String, placeholder: String)
  case unexpectedValue(command: String, option: String, value: String)
  case missingPositional(command: String, placeholder: String, example: String)
  /// `takesInput`: data are named by an option, which people leave out.
  case tooManyPositionals(command: String, value: String, limit: Int, takesInput: Bool)
  case unknownTopic(String, suggestion: String?)
  /// `argument` is the option (`--ticks`) or the placeholder of the positional (`SHELL`).
  case invalidValue(command: String, argument: String, value: String, ValueProblem)

  /// The command that was being read, where there is one; what is wrong, in one line; what to type instead.
  var line: (subject: String?, problem: String, remedy: String) {
    func meant(_ suggestion: String?, else remedy: String) -> String {
      suggestion.map { "did you mean '\($0)'?" } ?? remedy
    }
    return switch self {
    case .unknownCommand(let name, let suggestion):
      (nil, "unknown command \(ErrorText.quoted(name))", meant(suggestion, else: "'nmsim help' lists the commands"))
    case .optionBeforeCommand(let option, let suggestion):
      (
        nil, "unknown option \(ErrorText.quoted(option))" + (suggestion == nil ? " before the command" : ""),
        meant(suggestion, else: "options go after the command")
      )
    case .unknownOption(let command, let option, let suggestion, let remedy):
      (
        command, "unknown option \(ErrorText.quoted(option))",
        meant(suggestion, else: remedy ?? "'nmsim \(command) --help' lists the options")
      )
    case .repeatedOption(let command, let option): (command, "'\(option)' is given twice", "give it once")
    case .missingValue(let command, let option, let placeholder):
      (
        command, "'\(option)' needs a value",
        "write '\(option) \(placeholder)', or '\(option)=\(placeholder)' for a value that begins with '-'"
      )
    case .unexpectedValue(let command, let option, let value):
      (command, "'\(option)' takes no value, got \(ErrorText.quoted(value))", "write '\(option)' alone")
    case .missingPositional(let command, let placeholder, let example):
      (command, "\(placeholder) is missing", "for example '\(example)'")
    case .tooManyPositionals(let command, let value, let limit, let takesInput):
      (
        command,
        "unexpected argument \(ErrorText.quoted(value)), the command takes \(limit == 0 ? "none" : "at most \(limit)")",
        (takesInput ? "data go after --input; " : "") + "'nmsim \(command) --help' shows the usage"
      )
    case .unknownTopic(let name, let suggestion):
      (
        "help", "no command or topic \(ErrorText.quoted(name))",
        meant(suggestion, else: "'nmsim help' lists the commands and topics")
      )
    case .invalidValue(let command, let argument, let value, let problem):
      (command, "\(argument) \(ErrorText.quoted(value)) \(problem.text)", problem.remedy)
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
  case notShape
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
    case .notShape: "is not a shape"
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
    case .notShape: "give sizes above 0, for example 3x224x224"
    case .notChoice(_, let suggestion?): "did you mean '\(suggestion)'?"
    case .notChoice(let choices, nil): "give \(ErrorText.alternatives(choices))"
    }
  }
}
