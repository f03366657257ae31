/// Why a command stopped: the data of one line on standard error and the exit status that goes with it.
///
/// The line reads `nmsim: SUBJECT: PROBLEM: REMEDY`; `ErrorText` alone turns it into text.
struct CommandError: Error, Equatable, Sendable {
  /// How nmsim ends after this error; never `success`.
  var status: ExitStatus
  /// The file, command or thing that the error is about.
  var subject: String?
  /// What is wrong, with the actual value and the limit.
  var problem: String
  /// What to do next.
  var remedy: String?

  /// An error of the given kind.
  init(_ status: ExitStatus, subject: String? = nil, problem: String, remedy: String? = nil) {
    self.status = status
    self.subject = subject
    self.problem = problem
    self.remedy = remedy
  }

  /// A wrong command line.
  init(_ error: UsageError) {
    let line = error.line
    self.init(.usage, subject: line.subject, problem: line.problem, remedy: line.remedy)
  }
}
