import ChipModel

/// What became of one input, as a child tells its parent: 16 bytes.
struct FuzzRecord: Equatable, Sendable {
  enum Kind: UInt8, Sendable { case refused, accepted, wrong, overMemory }

  var kind: Kind
  var microseconds: UInt32
  /// Of the process so far.
  var peakBytes: UInt64

  static let size = 16

  var bytes: [UInt8] {
    [kind.rawValue, 0, 0, 0] + FuzzSeeds.little(Int(microseconds), 4) + FuzzSeeds.little(Int(clamping: peakBytes), 8)
  }

  init(kind: Kind, microseconds: UInt32, peakBytes: UInt64) {
    self.kind = kind
    self.microseconds = microseconds
    self.peakBytes = peakBytes
  }

  /// - Precondition: 16 bytes.
  init(_ bytes: ArraySlice<UInt8>) {
    func number(_ range: Range<Int>) -> UInt64 {
      bytes.dropFirst(range.lowerBound).prefix(range.count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    kind = bytes.first.flatMap(Kind.init(rawValue:)) ?? .wrong
    microseconds = UInt32(truncatingIfNeeded: number(4..<8))
    peakBytes = number(8..<16)
  }
}

/// Gives a range of inputs to a reader, in this process.
struct FuzzWorker {
  let reader: FuzzReader
  let seed: UInt64
  let inputs: Range<Int>
  /// Bytes of memory that the process may take.
  let memory: Int

  /// Reads them all; ends early where an input is a finding, or `report` returns false.
  func run(_ report: (FuzzRecord) -> Bool) {
    let source = FuzzInputs(reader, seed: seed)
    let clock = ContinuousClock()
    for number in inputs {
      let input = source[number]
      let start = clock.now
      let outcome = reader.read(input)
      let time = start.duration(to: clock.now) / .microseconds(1)
      let peak = ProcessUse.peakBytes
      var record = FuzzRecord(
        kind: .refused, microseconds: UInt32(clamping: Int(time.rounded())), peakBytes: UInt64(clamping: peak))
      switch outcome {
      case .refused: break
      case .accepted: record.kind = .accepted
      case .wrong: record.kind = .wrong
      }
      if peak > memory { record.kind = .overMemory }
      guard report(record), record.kind == .refused || record.kind == .accepted else { return }
    }
  }
}

/// Counts of one reader.
struct FuzzCounts: Equatable, Sendable {
  var inputs = 0
  var accepted = 0
  var slowestMicroseconds: UInt32 = 0
  var peakBytes: UInt64 = 0

  mutating func add(_ record: FuzzRecord) {
    inputs += 1
    if record.kind == .accepted { accepted += 1 }
    slowestMicroseconds = max(slowestMicroseconds, record.microseconds)
    peakBytes = max(peakBytes, record.peakBytes)
  }
}
