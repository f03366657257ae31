import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The signal that came first; 0: none. Global, because a signal handler can take nothing along.
private let received = Atomic<Int32>(0)

/// Signals that ask a long command to stop: SIGINT (Ctrl-C), SIGTERM and SIGUSR1 (schedulers send
/// them before time is up), SIGHUP (the terminal is gone) unless the shell has it ignored, as nohup does.
///
/// The first one only notes the wish; the command stops at a sample boundary, keeps what is done and ends with status 75.
/// The second one ends the process at once with 128 and its number.
enum StopSignal {
  /// From now on signals are noted instead of ending the process.
  static func listen() {
    // Made here: a signal handler must not be the first to touch it.
    received.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGUSR1, SIGHUP] {
      let before = signal(number) { number in
        if received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
      }
      if number == SIGHUP, unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        _ = signal(number, SIG_IGN)
      }
    }
  }

  /// Whether the command is asked to stop.
  static var isReceived: Bool { received.load(ordering: .relaxed) != 0 }
}
