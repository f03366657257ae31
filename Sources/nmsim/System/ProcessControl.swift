#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What nmsim does to its own process.
enum ProcessControl {
  /// Makes a write to a closed pipe fail instead of killing the process, so that results are still saved when the
  /// reader of standard output has left.
  static func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
  }

  /// Ends the process.
  static func end(with status: Int32) -> Never {
    exit(status)
  }
}
