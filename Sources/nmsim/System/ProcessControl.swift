import ChipModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What nmsim does to its own process.
enum ProcessControl {
  /// Makes a write to a closed pipe or beyond `ulimit -f` fail instead of killing the process, so that results are still
  /// saved when the reader of standard output has left, and what cannot be saved is said.
  static func ignoreWriteSignals() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Ends the process.
  static func end(with status: Int32) -> Never {
    exit(status)
  }

  /// Ends the process without running anything else; for threads beside others that still work.
  static func endNow(with status: Int32) {
    _exit(status)
  }

  /// Whether a process of this machine was stopped (SIGSTOP, Ctrl-Z); false where the system does not tell.
  static func isStopped(_ process: Int) -> Bool {
    guard let bytes = try? FileReader.bytes(of: "/proc/\(process)/stat", limit: 1 << 16) else { return false }
    // The state follows the program's name, which stands in parentheses and may hold some.
    return String(decoding: bytes, as: UTF8.self).split(separator: ")").last.map { $0.hasPrefix(" T") } ?? false
  }

  /// What this process is not granted and cannot work without.
  ///
  /// Threads get stacks of the main one's limit and end the process where they outgrow it; where no file can be opened the
  /// system's own libraries end it.
  static var missingResource: CommandError? {
    var stack = rlimit()
    #if canImport(Glibc)
      let kind = __rlimit_resource_t(RLIMIT_STACK.rawValue)
    #else
      let kind = RLIMIT_STACK
    #endif
    if unsafe getrlimit(kind, &stack) == 0, stack.rlim_cur < 512 << 10 {
      return CommandError(
        .badConfiguration, problem: "stacks are limited to \(stack.rlim_cur >> 10) KiB, 512 are needed",
        remedy: "raise the limit with 'ulimit -s 8192'")
    }
    var opened: [CInt] = []
    while opened.count < 4 {
      let number = unsafe open("/", O_RDONLY | O_CLOEXEC)
      if number < 0 { break }
      opened.append(number)
    }
    for number in opened { close(number) }
    return opened.count == 4
      ? nil
      : CommandError(
        .badConfiguration, problem: "only \(opened.count) more files can be opened, 4 are needed",
        remedy: "raise the limit with 'ulimit -n 64'")
  }

  /// Waits; a signal ends the wait early.
  static func wait(milliseconds: UInt32) {
    usleep(milliseconds * 1000)
  }
}
