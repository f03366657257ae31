/// How large the sum that one neuron receives in one tick can get: the proof behind every accumulator's width.
///
/// Bounds are per output channel: every synapse of the largest fan-in (an inner pixel; every neuron of an average pool,
/// one winner of a max pool) delivers in the same tick, with the largest payload the source can emit, first all positive
/// contributions, then all negative ones.
public struct SumBound: Sendable, Equatable {
  /// Largest sum, >= 0, and lowest sum, <= 0. Saturated at +-2^62.
  public var high: Int64
  public var low: Int64

  public init(high: Int64 = 0, low: Int64 = 0) {
    self.high = high
    self.low = low
  }

  /// Beyond this nothing is proven and everything refuses.
  public static let limit = Int64(1) << 62

  public var magnitude: Int64 { max(high, -low) }

  public mutating func add(_ other: SumBound) {
    high = SumBound.clamp(high.addingReportingOverflow(other.high))
    low = SumBound.clamp(low.addingReportingOverflow(other.low))
  }

  /// The bound of the same sum shifted left.
  public func shifted(by shift: Int) -> SumBound {
    SumBound(high: SumBound.shift(high, shift), low: SumBound.shift(low, shift))
  }

  private static func shift(_ value: Int64, _ shift: Int) -> Int64 {
    clamp(value.multipliedReportingOverflow(by: Int64(1) << Int64(min(62, max(0, shift)))))
  }

  private static func clamp(_ result: (partialValue: Int64, overflow: Bool)) -> Int64 {
    if result.overflow { return result.partialValue < 0 ? limit : -limit }
    return min(max(result.partialValue, -limit), limit)
  }

  /// Bounds of one projection's sum per output channel (identity: per channel; dense: per neuron).
  ///
  /// - Parameters:
  ///   - source: shape of the source map.
  ///   - payload: lowest and highest payload (or input value) of a spike; 0 and 1 for binary spikes.
  public static func perChannel(
    _ projection: Projection, weights: WeightTensor, channels: Int, payload: ClosedRange<Int64>
  ) -> [SumBound] {
    guard channels > 0, weights.count % channels == 0 else { return [] }
    let row = weights.count / channels
    // Every neuron of an averaging window reaches the synapse of its pooled cell; overlapping windows are already
    // separate cells.
    let copies = projection.pool.map { $0.kind == .average ? Int64($0.area) : 1 } ?? 1
    var result: [SumBound] = []
    result.reserveCapacity(channels)
    for channel in 0..<channels {
      var positive: Int64 = 0
      var negative: Int64 = 0
      for index in (channel * row)..<((channel + 1) * row) {
        let weight = Int64(weights[index])
        if weight > 0 { positive += weight } else { negative += weight }
      }
      // positive and negative are below 2^46: at most 2^30 weights of 16 bits.
      let high = max(0, payload.upperBound)
      let low = min(0, payload.lowerBound)
      let factor = clamp(copies.multipliedReportingOverflow(by: Int64(1) << Int64(projection.shift(channel: channel))))
      func product(_ sum: Int64, _ value: Int64) -> Int64 {
        let scaled = clamp(sum.multipliedReportingOverflow(by: value))
        return clamp(scaled.multipliedReportingOverflow(by: factor))
      }
      var bound = SumBound(high: product(positive, high), low: product(negative, high))
      bound.add(SumBound(high: product(negative, low), low: product(positive, low)))
      result.append(bound)
    }
    return result
  }
}

extension Population {
  /// Lowest and highest payload of a spike, given the bound of one step's sum (fraction bits included).
  ///
  /// With an unbounded payload at most `threshold - 1` stays behind, so the next payload is at most that plus one step's
  /// sum, in thresholds; and never more than the membrane holds.
  public func payloadRange(sum: SumBound, membraneBits: Int) -> ClosedRange<Int64> {
    guard model.kind == .augmented else { return 0...1 }
    let bound = Int64(model.maximumPayload ?? Int32.max)
    let finite = threshold.values.filter { $0 != NeuronModel.infinite }
    guard let lowest = finite.min(), lowest > 0 else {
      return (model.hasNegativeThreshold ? -payload(negativeSum: sum, membraneBits, bound) : 0)...0
    }
    let top = FixedPoint.highest(bits: membraneBits)
    // What may be left from the step before: under the threshold, or anything where the payload is bounded.
    let rest = model.maximumPayload == nil ? max(Int64(lowest), Int64(initial.values.max() ?? 0)) : top
    let reach = min(top, rest.addingReportingOverflow(sum.high).overflow ? top : rest + sum.high)
    let high = min(bound, max(1, reach / Int64(lowest)))
    return (model.hasNegativeThreshold ? -payload(negativeSum: sum, membraneBits, bound) : 0)...high
  }

  private func payload(negativeSum sum: SumBound, _ membraneBits: Int, _ bound: Int64) -> Int64 {
    guard let highest = negativeThreshold.values.max(), highest < 0 else { return bound }
    let bottom = FixedPoint.lowest(bits: membraneBits)
    let rest = model.maximumPayload == nil ? min(Int64(highest), Int64(initial.values.min() ?? 0)) : bottom
    let reach = max(bottom, rest.addingReportingOverflow(sum.low).overflow ? bottom : rest + sum.low)
    return min(bound, max(1, reach / Int64(highest)))
  }
}
