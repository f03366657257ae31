import ChipModel

/// What the compiler proves about one population's sums.
package struct Headroom: Sendable, Equatable {
  /// Largest magnitude of one tick's sum, every synapse delivering at once.
  package var largestSum: Int64 = 0
  /// Bits of the accumulator that holds it.
  package var sumBits: Int = 1
  /// First step in which a saturation is possible at all; nil: never.
  package var stepsToSaturation: Int?

  package init() {}
}

extension Headroom {
  /// The proofs of all populations of a program, in the program's order.
  package static func all(_ program: CompiledProgram) -> [Headroom] {
    all(program, order: program.topologicalOrder)
  }

  /// - Parameter order: the program's populations, every source before its targets.
  static func all(_ program: CompiledProgram, order: [Int]) -> [Headroom] {
    var payloads = [ClosedRange<Int64>](repeating: 0...1, count: program.populations.count)
    var result = [Headroom](repeating: Headroom(), count: program.populations.count)
    for index in order {
      let population = program.populations[index]
      let worst = worstSum(into: index, program, payloads)
      payloads[index] = population.payloadRange(sum: worst, membraneBits: program.membraneBits)
      let shifted = worst.shifted(by: population.model.period - 1)
      result[index].largestSum = shifted.magnitude
      result[index].sumBits = FixedPoint.bits(holding: UInt64(shifted.magnitude))
      let start = population.initial.values.map { Int64($0.magnitude) }.max() ?? 0
      let room = FixedPoint.highest(bits: program.membraneBits) - start
      result[index].stepsToSaturation =
        shifted.magnitude == 0 ? nil : Int(max(0, room / shifted.magnitude)) + 1
    }
    return result
  }

  /// One step's largest and lowest sum over the channels, bias included, before the shift of a period code.
  private static func worstSum(
    into index: Int, _ program: CompiledProgram, _ payloads: [ClosedRange<Int64>]
  ) -> SumBound {
    let population = program.populations[index]
    var channels = [SumBound](repeating: SumBound(), count: population.shape.channels)
    for projection in program.projections where projection.target == index {
      let isInput = projection.source == nil
      let payload = projection.source.map { payloads[$0] } ?? program.network.inputRange?.quantised ?? InputEncoder.valueRange
      let bounds = SumBound.perChannel(
        projection, weights: program.weights[projection.weights], channels: population.shape.channels,
        payload: payload)
      for (channel, bound) in bounds.enumerated() where channel < channels.count {
        let units = bound.shifted(by: program.fractionBits)
        // An input current is rounded after the division by 2^12: one more at most.
        channels[channel].add(isInput ? SumBound(high: (units.high >> 12) + 1, low: (units.low >> 12) - 1) : units)
      }
    }
    var worst = SumBound()
    for bound in channels {
      worst.high = max(worst.high, bound.high)
      worst.low = min(worst.low, bound.low)
    }
    worst.add(
      SumBound(
        high: max(0, Int64(population.bias.values.max() ?? 0)), low: min(0, Int64(population.bias.values.min() ?? 0))))
    return worst
  }
}
