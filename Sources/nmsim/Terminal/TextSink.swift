import Synchronization

/// Where text goes.
protocol TextSink: Sendable {
  /// Writes the text as UTF-8, now.
  func write(_ text: String)
  /// Why an earlier write failed, in words; nil while all went well or the reader has left.
  var failure: String? { get }
}

/// A standard stream. After the first write that fails everything else is dropped: quietly when the reader has left
/// (`nmsim run | head`), with `failure` set otherwise.
final class StreamSink: TextSink {
  private let stream: StandardStream
  private let state = Mutex(StandardStream.Outcome.written)

  init(_ stream: StandardStream) { self.stream = stream }

  func write(_ text: String) {
    // Writing inside the lock keeps the texts of different threads whole.
    state.withLock { state in
      if state == .written { state = stream.write(Array(text.utf8)) }
    }
  }

  var failure: String? {
    guard case .failed(let why) = state.withLock({ $0 }) else { return nil }
    return why
  }
}
