import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What this process has used so far.
enum ResourceUsage {
  /// Largest resident memory in bytes.
  static var peakMemory: Int {
    #if canImport(Glibc)
      // getrusage would count what the parent process had in memory when it started this one.
      let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      return 1024 * (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0)
    #else
      var usage = rusage()
      guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return Int(usage.ru_maxrss)
    #endif
  }

  /// Seconds that processors spent on this process, all threads together.
  static var processorSeconds: Double {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
