#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Standard output or standard error as file descriptors.
enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// How a write ended.
  enum Outcome: Sendable, Equatable {
    case written
    /// The reader is gone (EPIPE).
    case closed
    /// Anything else, in words.
    case failed(String)
  }

  /// Whether it is a terminal.
  var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Width in characters, where it is a terminal that knows.
  var columns: Int? {
    var size = winsize()
    guard unsafe ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes all bytes, continuing after partial writes and interruptions.
  func write(_ bytes: [UInt8]) -> Outcome {
    var start = 0
    while start < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[start...])
        return unsafe systemWrite(rawValue, rest.baseAddress, rest.count)
      }
      if count > 0 {
        start += count
      } else if count < 0 {
        switch errno {
        case EINTR: continue
        case EAGAIN: waitUntilWritable()
        case EPIPE: return .closed
        case ENOSPC: return .failed("no space left on the device")
        case EIO: return .failed("input/output error")
        case EFBIG: return .failed("the file is too large")
        case EDQUOT: return .failed("disk quota exceeded")
        case EBADF: return .failed("it is not open for writing")
        default: return .failed("system error \(errno)")
        }
      } else {
        return .failed("nothing could be written")
      }
    }
    return .written
  }

  /// A terminal set to non-blocking by another program answers EAGAIN; wait instead of spinning.
  private func waitUntilWritable() {
    var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&request, 1, 1000)
  }
}

/// `write(2)`, which the method of the same name hides.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, bytes, count)
}
