import ChipModel

/// Repeated measurements of one thing: the median is what the machine did, the minimum what it can do. Processor seconds
/// leave out the time that other programs took, on a busy machine all that can be compared.
struct Timing: Sendable {
  /// Wall seconds.
  private(set) var seconds: [Double] = []
  /// Processor seconds, all threads together.
  private(set) var processorSeconds: [Double] = []

  var runs: Int { seconds.count }
  var median: Double { Timing.median(seconds) }
  var minimum: Double { seconds.min() ?? 0 }
  var processorMedian: Double { Timing.median(processorSeconds) }

  /// Times `body` once more.
  mutating func measure<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
    let used = ResourceUsage.processorSeconds
    let start = ContinuousClock.now
    let value = try body()
    seconds.append(start.duration(to: .now) / .seconds(1))
    processorSeconds.append(ResourceUsage.processorSeconds - used)
    return value
  }

  /// `work` a processor second at the median.
  func rate(_ work: Int) -> Double { processorMedian > 0 ? Double(work) / processorMedian : 0 }

  /// The middle value; the lower one of two.
  static func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[(values.count - 1) / 2]
  }

  /// Median over pairs of the same round of `part`'s wall seconds to `whole`'s: what is left of both when the load of
  /// the machine is in both.
  static func ratio(_ part: Timing, to whole: Timing) -> Double? {
    let ratios = zip(part.seconds, whole.seconds).filter { $1 > 0 }.map { $0 / $1 }
    return ratios.isEmpty ? nil : median(ratios)
  }

  /// The same of processor seconds.
  static func processorRatio(_ part: Timing, to whole: Timing) -> Double? {
    let ratios = zip(part.processorSeconds, whole.processorSeconds).filter { $1 > 0 }.map { $0 / $1 }
    return ratios.isEmpty ? nil : median(ratios)
  }

  func members(work: Int) -> [(String, JSONOutput)] {
    [
      ("runs", .int(runs)), ("medianSeconds", .double(median)), ("minimumSeconds", .double(minimum)),
      ("medianProcessorSeconds", .double(processorMedian)), ("perProcessorSecond", .double(rate(work))),
    ]
  }
}
