import ChipModel
import Compiler
import Runtime

/// What another stage gives; its error becomes one of the command line.
func told<Value, Failure: Error>(
  _ status: ExitStatus, _ subject: String? = nil, _ stage: () throws(Failure) -> Value
) throws(CommandError) -> Value {
  try told(by: { CommandError(status, subject: subject, message: "\($0)") }, stage)
}

/// The same where the error itself decides the status.
func told<Value, Failure: Error>(
  by explain: (Failure) -> CommandError, _ stage: () throws(Failure) -> Value
) throws(CommandError) -> Value {
  do throws(Failure) { return try stage() } catch { throw explain(error) }
}

/// Which exit status goes with which error of another stage, and how its line is divided.
extension CommandError {
  /// An error whose text says what is wrong and, after its last `; `, what to do.
  init(_ status: ExitStatus, subject: String? = nil, message: String) {
    let parts = Self.divided(message)
    self.init(status, subject: subject, problem: parts.problem, remedy: parts.remedy)
  }

  /// At the last `; ` that is not inside quotes: a name may hold one.
  private static func divided(_ message: String) -> (problem: String, remedy: String?) {
    var tail: [Character] = []
    var rest = Array(message)
    var isQuoted = false
    while let last = rest.popLast() {
      // An apostrophe between letters quotes nothing.
      let isInWord = (tail.last?.isLetter ?? false) && (rest.last?.isLetter ?? false)
      if last == "'", !isInWord { isQuoted.toggle() }
      if last == ";", tail.last == " ", !isQuoted, !rest.isEmpty {
        return (String(rest), String(tail.dropLast().reversed()))
      }
      tail.append(last)
    }
    return (message, nil)
  }

  init(_ error: FileError) {
    let status: ExitStatus =
      switch error {
      case .tooLarge: .badData
      default: error.isAboutWriting ? .cannotWrite : .missingInput
      }
    self.init(status, subject: error.path, message: error.message)
  }

  init(_ error: DataError) {
    self.init(error.fileError.map { CommandError($0).status } ?? .badData, message: error.description)
  }

  init(_ error: StepsError) { self.init(.usage, subject: "run", message: error.commandText) }

  init(_ error: CountError) { self.init(.badConfiguration, subject: "run", message: error.description) }

  init(_ error: NetworkFileError) {
    if case .file(let error) = error {
      self.init(error)
    } else {
      self.init(.badData, subject: error.path, message: error.message)
    }
  }

  init(_ error: ChipError) {
    switch error {
    case .unreadable(let error): self.init(error)
    case .description(let error, let file): self.init(.badConfiguration, subject: file, message: "\(error)")
    default: self.init(.badConfiguration, message: error.description)
    }
  }

  /// - Parameters:
  ///   - network: file of the network.
  ///   - mapping: file of the mapping that was asked for.
  init(_ error: CompileError, network: String, mapping: String?) {
    switch error {
    case .option, .periodCodeNeedsWindows, .stuckBits, .lagNeedsWindows, .circleWithLag, .stepsOfNothing, .separatedNeedsSteps, .noLag,
      .switchesNeedSeparation, .lagHidesSpikes, .lagTooLong, .biasesNeedTime:
      self.init(.usage, subject: network, message: error.commandText)
    case .memory(let error): self.init(error, subject: network)
    case .mixedAmplitude, .ofNetwork:
      self.init(.badData, subject: network, message: error.commandText)
    case .mapping(let problem):
      self.init(
        problem.isAboutLimits ? .doesNotFit : .badData, subject: mapping ?? network, message: problem.description)
    case .unsupportedModel, .unsupportedReset, .thresholdsPerNeuron, .thresholdBelowOne, .doesNotFit, .sumDoesNotFit,
      .integerWeight, .weightRange, .capacity, .tooManyCores, .tooFewLiveCores, .cutOff, .deadPlaces, .parallelSynapses,
      .delay, .chipRule, .axonTypes, .noCoreOfKind, .width:
      self.init(.doesNotFit, subject: network, message: error.commandText)
    }
  }
}

extension CommandError {
  /// A file that asks for more memory than `--memory` allows.
  init(_ error: MemoryError, subject: String) {
    self.init(
      .doesNotFit, subject: subject, problem: error.problem, remedy: "allow more with --memory, or make it smaller")
  }
}

extension ParsedArguments {
  /// `--memory`, else 4 GiB.
  var memory: MemoryBudget {
    double("memory").map { MemoryBudget(bytes: Int($0 * Double(1 << 30))) } ?? .standard
  }
}
