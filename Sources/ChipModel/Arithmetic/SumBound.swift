/// How large the sum that one neuron receives in one tick can get: the proof behind every accumulator's width.
///
/// Bounds are per output channel: every synapse of the largest fan-in (an inner pixel; every neuron of an average pool,
/// one winner of a max pool) delivers in the same tick, with the largest payload the source can emit, first all positive
/// contributions, then all negative ones.
package struct SumBound: Sendable, Equatable {
  /// Largest sum, >= 0, and lowest sum, <= 0. Saturated at +-2^62.
  package var high: Int64
  package var low: Int64

  package init(high: Int64 = 0, low: Int64 = 0) {
    self.high = high
    self.low = low
  }

  /// Beyond this nothing is proven and everything refuses.
  package static let limit = Int64(1) << 62

  package var magnitude: Int64 { max(high, -low) }

  package mutating func add(_ other: SumBound) {
    high = SumBound.clamp(high.addingReportingOverflow(other.high))
    low = SumBound.clamp(low.addingReportingOverflow(other.low))
  }

  /// The bound of the same sum shifted left.
  package func shifted(by shift: Int) -> SumBound {
    SumBound(high: SumBound.shift(high, shift), low: SumBound.shift(low, shift))
  }

  private static func shift(_ value: Int64, _ shift: Int) -> Int64 {
    product(value, Int64(1) << Int64(min(62, max(0, shift))))
  }

  /// The product, saturated by the sign it has: a wrapped product's own sign says nothing.
  private static func product(_ a: Int64, _ b: Int64) -> Int64 {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow { return (a < 0) == (b < 0) ? limit : -limit }
    return min(max(value, -limit), limit)
  }

  /// A sum, saturated; one that overflowed has the sign that it should not have.
  private static func clamp(_ result: (partialValue: Int64, overflow: Bool)) -> Int64 {
    if result.overflow { return result.partialValue < 0 ? limit : -limit }
    return min(max(result.partialValue, -limit), limit)
  }

  /// Bounds of one projection's sum per output channel (identity: per channel; dense: per neuron).
  ///
  /// - Parameters:
  ///   - projection: whose kind, pool and shifts count.
  ///   - weights: the projection's weight tensor, output channels (dense: target neurons) first.
  ///   - channels: output channels; dense: a bound is the worst over the neurons of a channel.
  ///   - payload: lowest and highest payload (or input value) of a spike; 0 and 1 for binary spikes.
  package static func perChannel(
    _ projection: Projection, weights: WeightTensor, channels: Int, payload: ClosedRange<Int64>
  ) -> [SumBound] {
    guard channels > 0, weights.count % channels == 0 else { return [] }
    // A dense projection into a map has a row of weights for every pixel of a channel: the worst of them counts.
    let rows = projection.kind.traits.positions == .all ? max(1, weights.shape[0] / channels) : 1
    let row = weights.count / channels / rows
    // Every neuron of an averaging window reaches the synapse of its pooled cell; overlapping windows are already
    // separate cells.
    let copies = projection.pool.map { $0.kind == .average ? Int64($0.area) : 1 } ?? 1
    var result: [SumBound] = []
    result.reserveCapacity(channels)
    let high = max(0, payload.upperBound)
    let low = min(0, payload.lowerBound)
    for channel in 0..<channels {
      let factor = shift(copies, projection.shift(channel: channel))
      var worst = SumBound()
      for first in stride(from: channel * rows * row, to: (channel + 1) * rows * row, by: max(1, row)) {
        // Sums of at most 2^30 weights of 16 bits stay below 2^46.
        var positive: Int64 = 0
        var negative: Int64 = 0
        for index in first..<(first + row) {
          let weight = Int64(weights[index])
          if weight > 0 { positive += weight } else { negative += weight }
        }
        var bound = SumBound(
          high: product(product(positive, high), factor), low: product(product(negative, high), factor))
        bound.add(
          SumBound(high: product(product(negative, low), factor), low: product(product(positive, low), factor)))
        worst.high = max(worst.high, bound.high)
        worst.low = min(worst.low, bound.low)
      }
      result.append(worst)
    }
    return result
  }
}

extension SumBound {
  /// The worst of several, each of which may happen.
  package static func worst(_ bounds: [SumBound]) -> SumBound {
    SumBound(high: bounds.reduce(0) { max($0, $1.high) }, low: bounds.reduce(0) { min($0, $1.low) })
  }
}

/// What one step may add to the neurons of a population, by channel: the proof of widths, put together from its projections.
package struct StepSum: Sendable {
  /// From populations, without fraction bits.
  package private(set) var delivered: [SumBound]
  /// From the input, in units of 2^-12.
  private var input: [SumBound]?

  package init(channels: Int) {
    delivered = [SumBound](repeating: SumBound(), count: channels)
  }

  /// Adds what a projection delivers (``SumBound/perChannel(_:weights:channels:payload:)``).
  package mutating func add(_ bounds: [SumBound], isInput: Bool) {
    var sums = isInput ? input ?? delivered.map { _ in SumBound() } : delivered
    for (channel, bound) in bounds.enumerated() where channel < sums.count { sums[channel].add(bound) }
    if isInput { input = sums } else { delivered = sums }
  }

  /// The worst channel with fraction bits and bias, before the shift of a period code.
  package func worst(fractionBits: Int, biases: [UnitValues]) -> SumBound {
    var worst = SumBound.worst(
      delivered.indices.map { channel in
        var sum = delivered[channel].shifted(by: fractionBits)
        if let current = input?[channel].shifted(by: fractionBits) {
          // The current is rounded after the division by 2^12: one more at most.
          sum.add(SumBound(high: (current.high >> 12) + 1, low: (current.low >> 12) - 1))
        }
        return sum
      })
    let values = biases.lazy.flatMap(\.values)
    worst.add(SumBound(high: max(0, Int64(values.max() ?? 0)), low: min(0, Int64(values.min() ?? 0))))
    return worst
  }
}

extension Population {
  /// Lowest and highest payload of a spike, given the bound of one step's sum (fraction bits included).
  ///
  /// With an unbounded payload at most `threshold - 1` stays behind, so the next payload is at most that plus one step's
  /// sum, in thresholds; and never more than the membrane holds.
  /// - Parameters:
  ///   - sum: bound of what a neuron receives in one step.
  ///   - membraneBits: width of the potential, 2...32.
  ///   - isDisturbed: the potential before a step may be anything that the membrane holds, as where bits flip.
  package func payloadRange(
    sum: SumBound, membraneBits: Int, isDisturbed: Bool = false
  ) -> ClosedRange<Int64> {
    guard model.hasPayload else { return 0...1 }
    let bound = Int64(model.maximumPayload ?? Int32.max)
    if model.isInput || model.code == .switches { return -bound...bound }
    let finite = threshold.values.filter { $0 != NeuronModel.infinite }
    guard let lowest = finite.min(), lowest > 0 else {
      return (model.hasNegativeThreshold ? -payload(negativeSum: sum, membraneBits, bound, isDisturbed) : 0)...0
    }
    let top = FixedPoint.highest(bits: membraneBits)
    // What may be left from the step before: under the threshold, or anything where the payload is bounded.
    let isBounded = model.maximumPayload != nil || isDisturbed
    let rest = isBounded ? top : max(Int64(lowest), Int64(initial.values.max() ?? 0))
    let reach = min(top, rest.addingReportingOverflow(sum.high).overflow ? top : rest + sum.high)
    let high = min(bound, max(1, reach / Int64(lowest)))
    return (model.hasNegativeThreshold ? -payload(negativeSum: sum, membraneBits, bound, isDisturbed) : 0)...high
  }

  private func payload(
    negativeSum sum: SumBound, _ membraneBits: Int, _ bound: Int64, _ isDisturbed: Bool
  ) -> Int64 {
    guard let highest = negativeThreshold.values.max(), highest < 0 else { return bound }
    let bottom = FixedPoint.lowest(bits: membraneBits)
    let isBounded = model.maximumPayload != nil || isDisturbed
    let rest = isBounded ? bottom : min(Int64(highest), Int64(initial.values.min() ?? 0))
    let reach = max(bottom, rest.addingReportingOverflow(sum.low).overflow ? bottom : rest + sum.low)
    return min(bound, max(1, reach / Int64(highest)))
  }
}
