import Synchronization

/// Counts of a layer's positive activations in 131,072 equal bins from 0 to a power of two, which doubles when a larger
/// activation comes: then two bins each become one. So one pass is enough, the bins at its end depend on no order, and
/// none is wider than 1/65,536 of the largest activation.
struct LayerHistogram: Sendable, Equatable {
  private static let bits = 17
  private static let bins = 1 << bits
  /// The last bin ends at 2 to this power.
  private var exponent = Self.least
  /// With a lower end the bins' scale would not be a number.
  private static let least = -108
  private var largest: Float = 0
  private var counts = [Int](repeating: 0, count: bins)
  /// Counts that are not among `counts` yet, and the kernel's scratch bin.
  private var recent = [Int32](repeating: 0, count: bins + 1)
  /// At most as many values are in `recent`.
  private var pending = 0

  /// Takes in the values of the first `lanes` lanes, the largest of which is `largest`.
  mutating func add(_ values: [Lanes], lanes: Int, largest: Float) {
    guard largest > 0, largest.isFinite else { return }
    self.largest = max(self.largest, largest)
    let needed = Int(largest.exponent) + 1
    if needed > exponent { widen(to: needed) }
    if pending + values.count * 16 > Int(Int32.max) { settle() }
    pending += values.count * 16
    let scale = Float(sign: .plus, exponent: Self.bits - exponent, significand: 1)
    histogram(values, values.indices, lanes: lanes, scale: scale, bins: Self.bins, first: 0, into: &recent)
    recent[Self.bins] = 0
  }

  private mutating func widen(to needed: Int) {
    settle()
    let shift = min(Self.bits, needed - exponent)
    exponent = needed
    for bin in 1..<Self.bins where counts[bin] != 0 {
      let count = counts[bin]
      counts[bin] = 0
      counts[bin >> shift] += count
    }
  }

  private mutating func settle() {
    for bin in 0..<Self.bins where recent[bin] != 0 {
      counts[bin] += Int(recent[bin])
      recent[bin] = 0
    }
    pending = 0
  }

  private var width: Double { Double(sign: .plus, exponent: exponent - Self.bits, significand: 1) }

  /// A percentile (0...100) of the positive activations, linear between ranks as numpy's default and spread evenly in a
  /// bin; exact to 1/65,536 of the largest. 0 where there are none.
  func percentile(_ percentile: Double) -> Double {
    var settled = self
    settled.settle()
    return Self.percentile(percentile, of: settled.counts, width: width, largest: Double(largest))
  }

  /// The value at a rank of counts in bins of one width.
  static func percentile(_ percentile: Double, of histogram: [Int], width: Double, largest: Double) -> Double {
    let total = histogram.reduce(0, +)
    guard total > 0, largest > 0 else { return 0 }
    if percentile >= 100 { return largest }
    let rank = percentile / 100 * Double(total - 1)
    var before = 0
    for (bin, count) in histogram.enumerated() where count > 0 {
      if rank < Double(before + count) {
        return min(largest, (Double(bin) + (rank - Double(before) + 0.5) / Double(count)) * width)
      }
      before += count
    }
    return largest
  }

  /// Activations above a limit, those of its own bin left out.
  func count(above limit: Double) -> Int {
    guard limit < Double(largest) else { return 0 }
    let first = limit < 0 ? 0 : Int(min(limit / width, Double(Self.bins - 1))) + 1
    var settled = self
    settled.settle()
    return settled.counts[first...].reduce(0, +)
  }
}

/// One that several threads count in.
final class SharedHistogram: Sendable {
  private let state = Mutex(LayerHistogram())

  var value: LayerHistogram { state.withLock { $0 } }

  func add(_ values: [Lanes], lanes: Int, largest: Float) {
    state.withLock { $0.add(values, lanes: lanes, largest: largest) }
  }
}
