/// An input that a reader must not be ended or harmed by, and was.
struct FuzzFinding: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    case trap(signal: Int32)
    case hang(seconds: Int)
    case memory(bytes: UInt64, limit: Int)
    case wrong
  }
  let reader: String
  let number: Int
  let kind: Kind

  var text: String {
    switch kind {
    case .trap(let signal): "ends in a trap (signal \(signal))"
    case .hang(let seconds): "is not read within \(seconds) s"
    case .memory(let bytes, let limit): "takes \(bytes >> 20) MiB of memory, limit \(limit >> 20) MiB"
    case .wrong: "is read, but wrongly"
    }
  }
}

/// Gives inputs to a reader in child processes, so that a trap or a hang ends a child and is counted.
struct FuzzDriver {
  let reader: FuzzReader
  let seed: UInt64
  let inputs: Range<Int>
  /// Bytes of memory that a child may take.
  let memory: Int
  /// When to stop early; nil: never.
  let deadline: ContinuousClock.Instant?

  /// Longest time for one input, seconds.
  static let hangSeconds = 5
  /// After so many the reader is given up.
  private static let mostFindings = 10

  /// - Returns: nil where no child can be started.
  func run(progress: (Int) -> Void) -> (counts: FuzzCounts, findings: [FuzzFinding])? {
    var counts = FuzzCounts()
    var findings: [FuzzFinding] = []
    var next = inputs.lowerBound
    while next < inputs.upperBound, findings.count < Self.mostFindings, !isLate {
      guard let finding = child(from: next, &counts, progress) else { return nil }
      if let kind = finding.kind { findings.append(FuzzFinding(reader: reader.name, number: finding.next, kind: kind)) }
      next = finding.next + 1
    }
    return (counts, findings)
  }

  private var isLate: Bool { deadline.map { ContinuousClock.now >= $0 } ?? false }

  /// Runs one child until it ends.
  /// - Returns: The number of the input that ended it, and how; nil where none could be started.
  private func child(
    from first: Int, _ counts: inout FuzzCounts, _ progress: (Int) -> Void
  ) -> (next: Int, kind: FuzzFinding.Kind?)? {
    let arguments = [
      "fuzz", reader.name, "--in-process", "--seed", "\(seed)", "--first", "\(first)", "--inputs",
      "\(inputs.upperBound - first)", "--memory", "\(memory >> 20)",
    ]
    guard let child = ChildProcess(arguments: arguments) else { return nil }
    var number = first
    var rest: [UInt8] = []
    var finding: FuzzFinding.Kind?
    reading: while !isLate {
      switch child.report(milliseconds: Int32(Self.hangSeconds) * 1000) {
      case .silence:
        finding = .hang(seconds: Self.hangSeconds)
        break reading
      case .closed: break reading
      case .bytes(let bytes):
        rest += bytes
        var place = 0
        let before = number
        while rest.count - place >= FuzzRecord.size {
          let record = FuzzRecord(rest[place..<(place + FuzzRecord.size)])
          place += FuzzRecord.size
          counts.add(record)
          switch record.kind {
          case .wrong: finding = .wrong
          case .overMemory: finding = .memory(bytes: record.peakBytes, limit: memory)
          case .accepted, .refused: number += 1
          }
          if finding != nil { break reading }
        }
        rest.removeFirst(place)
        progress(number - before)
      }
    }
    child.kill()
    let ending = child.ending()
    if finding == nil, !isLate, number < inputs.upperBound {
      if case .signalled(let signal) = ending { finding = .trap(signal: signal) } else { finding = .trap(signal: 0) }
      counts.inputs += 1
    }
    return (number, finding)
  }
}
