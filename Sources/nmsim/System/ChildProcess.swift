#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// nmsim itself, started again, with a pipe that it reports through. It ends with this value.
struct ChildProcess: ~Copyable {
  /// How a child ended.
  enum Ending: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  /// What reading the pipe gave.
  enum Report: Sendable, Equatable {
    case bytes([UInt8])
    /// Nothing for as long as was waited.
    case silence
    case closed
  }

  private let number: pid_t
  private let pipe: CInt

  /// Environment variable that names the descriptor of the pipe.
  static let reportVariable = "NMSIM_FUZZ_REPORT"
  private static let reportDescriptor: CInt = 3

  /// - Returns: nil where the system starts no further process.
  init?(arguments: [String]) {
    var ends: [CInt] = [0, 0]
    guard unsafe systemPipe(&ends) == 0 else { return nil }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    #if canImport(Glibc)
      var actions = unsafe posix_spawn_file_actions_t()
      let path = "/proc/self/exe"
    #else
      var actions: posix_spawn_file_actions_t?
      let path = CommandLine.arguments.first ?? "nmsim"
    #endif
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], Self.reportDescriptor)
    // A trap prints a trace; the input that causes it is kept and can be read again.
    for stream in [CInt(1), 2] {
      unsafe posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0)
    }
    let environment = ["\(Self.reportVariable)=\(Self.reportDescriptor)", "SWIFT_BACKTRACE=enable=no", "LC_ALL=C.UTF-8"]
    var child: pid_t = 0
    let words = unsafe (["nmsim"] + arguments).map { unsafe strdup($0) } + [nil]
    let settings = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer { for unsafe text in unsafe words + settings { unsafe free(text) } }
    let result = unsafe posix_spawn(&child, path, &actions, nil, words, settings)
    close(ends[1])
    guard result == 0 else {
      close(ends[0])
      return nil
    }
    number = child
    pipe = ends[0]
  }

  /// What the child reported since the last call, waiting for it where there is nothing.
  func report(milliseconds: Int32) -> Report {
    var request = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&request, 1, milliseconds) > 0 else { return .silence }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(pipe, $0.baseAddress, $0.count) }
    return count > 0 ? .bytes(Array(buffer.prefix(count))) : count < 0 && errno == EINTR ? .bytes([]) : .closed
  }

  /// Ends the child at once.
  func kill() {
    _ = systemKill(number, SIGKILL)
  }

  /// Waits until the child has ended.
  consuming func ending() -> Ending {
    var status: CInt = 0
    while unsafe waitpid(number, &status, 0) < 0 && errno == EINTR {}
    close(pipe)
    return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
  }

  /// The descriptor that this process reports to; nil where it was started by hand.
  static var ownReport: CInt? { Environment.value(reportVariable).flatMap { CInt($0) } }

  /// Writes all bytes to the parent; false where it is gone.
  static func send(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
    while true {
      let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      // Reports are shorter than what a pipe takes in one piece.
      if count == bytes.count { return true }
      guard count < 0, errno == EINTR else { return false }
    }
  }
}

/// `kill` and `pipe` of the C library, which the names above hide.
private func systemKill(_ process: pid_t, _ signal: CInt) -> CInt { kill(process, signal) }
private func systemPipe(_ ends: UnsafeMutablePointer<CInt>) -> CInt { unsafe pipe(ends) }

/// What this process takes of the machine.
enum ProcessUse {
  /// Largest resident memory so far, bytes.
  static var peakBytes: Int {
    var usage = rusage()
    #if canImport(Glibc)
      guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
      return usage.ru_maxrss * 1024
    #else
      guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return usage.ru_maxrss
    #endif
  }

  /// Makes every allocation fail that would take the process's address space beyond a bound.
  static func limitAddressSpace(bytes: Int) {
    var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
    #if canImport(Glibc)
      _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #else
      _ = unsafe setrlimit(RLIMIT_AS, &limit)
    #endif
  }
}
