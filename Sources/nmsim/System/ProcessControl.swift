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

  /// Waits; a signal ends the wait early.
  static func wait(milliseconds: UInt32) {
    usleep(milliseconds * 1000)
  }
}
