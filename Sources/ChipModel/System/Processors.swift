import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How many processors this process may use.
package enum Processors {
  /// The affinity mask's count where the system tells it, so that a job keeps to what its scheduler granted; at least 1.
  package static var available: Int { affinity ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Set bits of `Cpus_allowed` in Linux' `/proc/self/status`; nil elsewhere.
  private static var affinity: Int? {
    guard let bytes = try? FileReader.bytes(of: "/proc/self/status", limit: 1 << 20) else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("Cpus_allowed:") {
      let count = line.dropFirst("Cpus_allowed:".count).compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
      return count > 0 ? count : nil
    }
    return nil
  }

  /// `body` of each of 0..<`count`, in order.
  ///
  /// - Parameters:
  ///   - threads: at most this many; nil: as many as this process may use.
  ///   - body: called from any thread, once an index.
  package static func map<Result: Sendable>(
    _ count: Int, threads: Int? = nil, _ body: @Sendable (_ index: Int) -> Result
  ) -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: count))
    let workers = max(1, min(threads ?? available, count))
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for index in stride(from: worker, to: count, by: workers) {
        let result = body(index)
        results.withLock { $0[index] = result }
      }
    }
    return results.withLock { $0.compactMap { $0 } }
  }
}
