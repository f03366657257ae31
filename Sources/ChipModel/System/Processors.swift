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
}
