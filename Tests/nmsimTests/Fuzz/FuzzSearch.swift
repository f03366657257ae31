import Foundation
import Testing

@testable import nmsim

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Gives inputs to a reader in child processes, so that a trap or a hang ends a child and is counted.
struct FuzzSearch {
  let reader: FuzzReader
  let seed: UInt64
  let inputs: Range<Int>
  /// Bytes of memory that a child may take.
  let memory: Int
  /// Seconds after which the search ends; nil: when all inputs are read.
  var seconds: Double?
  /// Longest time for one input, seconds.
  var hangSeconds = 5

  /// After so many the reader is given up.
  private static let mostFindings = 10
  /// What a child ends with; it ends with no other status, and else by a signal.
  private enum Ending: Int32, Sendable { case done = 2, wrong, overMemory }

  func run() async throws -> (counts: FuzzCounts, findings: [FuzzFinding]) {
    let end = seconds.map { Date().addingTimeInterval($0) }
    var (counts, findings) = (FuzzCounts(), [FuzzFinding]())
    var next = inputs.lowerBound
    while next < inputs.upperBound, findings.count < Self.mostFindings, end.map({ Date() < $0 }) ?? true {
      let (state, kind) = try await child(from: next, until: end)
      counts.inputs += state.number - next
      counts.accepted += state.accepted
      counts.slowestMicroseconds = max(counts.slowestMicroseconds, state.slowestMicroseconds)
      counts.peakBytes = max(counts.peakBytes, state.peakBytes)
      guard let kind else { break }
      findings.append(FuzzFinding(number: state.number, kind: kind))
      counts.inputs += 1
      next = state.number + 1
    }
    return (counts, findings)
  }

  /// Runs one child until it ends.
  /// - Returns: what it had read, and what ended it; nil: nothing that is a finding.
  private func child(from first: Int, until end: Date?) async throws -> (state: FuzzState, kind: FuzzFinding.Kind?) {
    let file = FileManager.default.temporaryDirectory.appending(path: "nmsim-fuzz-\(UUID().uuidString)")
    try FuzzState(number: first).text.write(to: file, atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [
        name = reader.name as String, path = file.path as String, seed = seed as UInt64, first = first as Int,
        last = inputs.upperBound as Int, memory = memory as Int, hang = hangSeconds as Int, end = end as Date?
      ] in
      let reader = try #require(FuzzReader.named(name))
      let state = try FileHandle(forWritingTo: URL(filePath: path))
      let kind = Self.read(first..<last, by: reader, seed: seed, memory: memory, hangSeconds: hang, until: end) {
        try? state.seek(toOffset: 0)
        try? state.write(contentsOf: Data($0.text.utf8))
      }
      _exit(kind.rawValue)
    }
    let state = try #require(FuzzState(text: String(contentsOf: file, encoding: .utf8)))
    switch try #require(result).exitStatus {
    case .exitCode(Ending.done.rawValue): return (state, nil)
    case .exitCode(Ending.wrong.rawValue):
      let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      return (state, .wrong(text.trimmingCharacters(in: .newlines)))
    case .exitCode(Ending.overMemory.rawValue): return (state, .memory)
    case .exitCode: return (state, .trap(signal: 0))
    case .signal(SIGALRM): return (state, .hang)
    case .signal(let signal): return (state, .trap(signal: signal))
    @unknown default: return (state, .trap(signal: 0))
    }
  }

  /// What a child does: reads inputs and says before each one what was read so far.
  private static func read(
    _ numbers: Range<Int>, by reader: FuzzReader, seed: UInt64, memory: Int, hangSeconds: Int, until end: Date?,
    report: (FuzzState) -> Void
  ) -> Ending {
    // Far above the bound that is measured: this one only keeps the machine from harm.
    var limit = rlimit(rlim_cur: rlim_t(memory * 4 + 1 << 30), rlim_max: rlim_t(memory * 4 + 1 << 30))
    _ = unsafe setrlimit(FuzzSearch.addressSpace, &limit)
    // A test's thread blocks signals, and a hang is ended by one.
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_UNBLOCK, &all, nil)
    let source = FuzzInputs(reader, seed: seed)
    let clock = ContinuousClock()
    var state = FuzzState(number: numbers.lowerBound)
    for number in numbers {
      if let end, Date() >= end { break }
      let input = source[number]
      state.number = number
      report(state)
      alarm(UInt32(hangSeconds))
      let start = clock.now
      let outcome = reader.read(input)
      let time = start.duration(to: clock.now) / .microseconds(1)
      alarm(0)
      state.slowestMicroseconds = max(state.slowestMicroseconds, Int(time))
      state.peakBytes = ResourceUsage.peakMemory
      if outcome == .accepted { state.accepted += 1 }
      if case .wrong(let what) = outcome {
        report(state)
        _ = StandardStream.error.write(Array(what.utf8))
        return .wrong
      }
      if state.peakBytes > memory {
        report(state)
        return .overMemory
      }
      state.number = number + 1
    }
    report(state)
    return .done
  }

  #if canImport(Glibc)
    private static let addressSpace = __rlimit_resource_t(RLIMIT_AS.rawValue)
  #else
    private static let addressSpace = RLIMIT_AS
  #endif
}

/// An input that a reader must not be ended or harmed by, and was.
struct FuzzFinding: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    case trap(signal: Int32)
    case hang
    case memory
    case wrong(String)
  }
  let number: Int
  let kind: Kind

  var text: String {
    switch kind {
    case .trap(let signal): "ends in a trap (signal \(signal))"
    case .hang: "is not read in time"
    case .memory: "takes too much memory"
    case .wrong(let what): "is read, but wrongly: \(what)"
    }
  }
}

/// Counts of one reader.
struct FuzzCounts: Equatable, Sendable {
  var inputs = 0
  var accepted = 0
  var slowestMicroseconds = 0
  var peakBytes = 0
}

/// What a child has done so far, as it stands in the file that it shares with its parent.
private struct FuzzState {
  /// The input that is being read, or the one after the last.
  var number: Int
  var accepted = 0
  var slowestMicroseconds = 0
  var peakBytes = 0

  /// Its numbers only grow, so a later text covers an earlier one.
  var text: String { "\(number) \(accepted) \(slowestMicroseconds) \(peakBytes) " }

  init(number: Int) { self.number = number }

  init?(text: String) {
    let numbers = text.split(separator: " ").compactMap { Int($0) }
    guard numbers.count == 4 else { return nil }
    (number, accepted, slowestMicroseconds, peakBytes) = (numbers[0], numbers[1], numbers[2], numbers[3])
  }
}
