/// The values that a network's input may have after preprocessing: what the proof of accumulator widths may rely on.
///
/// Without one, only the 24 bits of a quantised value bound the input (`InputEncoder.valueRange`), which is about
/// -2,048 to 2,048. A run refuses samples outside.
package struct InputRange: Sendable, Equatable {
  /// Finite, `low <= high`.
  package var low: Double
  package var high: Double

  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// What raw values from `raw` become, over all channels.
  ///
  /// Computed as `Dataset` computes a value; rounding keeps the order of values, so that no raw value inside leads
  /// outside. Nil where the preprocessing does not fit the shape.
  package init?(raw: ClosedRange<Double>, preprocessing: Preprocessing, shape: [Int]) {
    do { try preprocessing.check(shape: shape) } catch { return nil }
    low = .infinity
    high = -.infinity
    for channel in 0..<max(1, preprocessing.mean.count, preprocessing.std.count) {
      let (mean, std) = preprocessing.constants(ofChannel: channel)
      for end in [raw.lowerBound, raw.upperBound] {
        let value = (end * preprocessing.scale - mean) / std
        low = min(low, value)
        high = max(high, value)
      }
    }
    guard low.isFinite, high.isFinite else { return nil }
  }

  /// Whether both ends are finite and in order.
  package var isSound: Bool { low.isFinite && high.isFinite && low <= high }

  /// What calibration data show, widened by half its width on each side; nil without values.
  package init?(showing values: some Sequence<Float>) {
    var (least, most) = (Float.infinity, -Float.infinity)
    for value in values { (least, most) = (min(least, value), max(most, value)) }
    guard least <= most else { return nil }
    let width = Double(most) - Double(least)
    // Values that never change say nothing of how far they might.
    let margin = (width > 0 ? width : max(1, Double(most.magnitude))) / 2
    self.init(low: Double(least) - margin, high: Double(most) + margin)
  }

  /// Cuts values to the range.
  /// - Returns: how many lay beyond.
  package func cut(_ values: inout [Double]) -> Int {
    var count = 0
    for index in values.indices where !contains(values[index]) {
      values[index] = min(max(values[index], low), high)
      count += 1
    }
    return count
  }

  package func contains(_ value: Double) -> Bool { value >= low && value <= high }

  /// The range of `x_q`.
  package var quantised: ClosedRange<Int64> {
    let ends = [Int64(InputEncoder.quantise(low)), Int64(InputEncoder.quantise(high))]
    return min(ends[0], ends[1])...max(ends[0], ends[1])
  }
}
