/// How nmsim ends: the exit statuses of `sysexits.h`, so that scripts can tell a bad file from a full disk.
///
/// The only list of them: the parser, every command, the help pages and the man page take theirs from here.
enum ExitStatus: Int32, CaseIterable, Sendable {
  case success = 0
  case checkFailed = 1
  case usage = 64
  case badData = 65
  case missingInput = 66
  case doesNotFit = 69
  case software = 70
  case cannotWrite = 73
  case resumable = 75
  case badConfiguration = 78
  /// 128 + SIGINT
  case interrupted = 130
  /// 128 + SIGTERM
  case terminated = 143

  /// One line for the help pages.
  var meaning: String {
    switch self {
    case .success: "done"
    case .checkFailed: "done, but a check that was asked for failed, such as --min-accuracy"
    case .usage: "the command line is wrong"
    case .badData: "an input file is damaged, or does not mean what is needed"
    case .missingInput: "an input file is missing or cannot be read"
    case .doesNotFit: "the network does not fit the chip"
    case .software: "an error in nmsim itself"
    case .cannotWrite: "an output cannot be written"
    case .resumable: "interrupted; the same command continues where it stopped"
    case .badConfiguration: "a chip description, a profile or a limit of the process is wrong"
    case .interrupted: "stopped by an interrupt (Ctrl-C)"
    case .terminated: "stopped by a termination signal"
    }
  }
}
