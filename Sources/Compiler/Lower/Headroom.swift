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
    let incoming = program.incoming
    var result = [Headroom](repeating: Headroom(), count: program.populations.count)
    for index in order {
      let population = program.populations[index]
      if population.model.isInput, population.model.isHostCurrent {
        payloads[index] = (program.network.calibratedRange ?? program.network.inputRange)?.quantised ?? InputEncoder.valueRange
        continue
      }
      let worst = worstSum(into: index, incoming[index], program, payloads)
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
    into index: Int, _ incoming: [Int], _ program: CompiledProgram, _ payloads: [ClosedRange<Int64>]
  ) -> SumBound {
    let population = program.populations[index]
    let channels = population.shape.channels
    var sum = StepSum(channels: channels)
    for projection in incoming.lazy.map({ program.projections[$0] }) {
      sum.add(
        SumBound.perChannel(
          projection, weights: program.weights[projection.weights], channels: channels,
          payload: payloads[projection.source]),
        isInput: program.isHostCurrent(projection))
    }
    var worst = sum.worst(fractionBits: program.fractionBits, biases: population.biases)
    if program.chip.reset(of: population.model)?.synapse != nil {
      // The threshold goes with a tick's sum.
      let most = population.threshold.values.filter { $0 != NeuronModel.infinite }.max() ?? 0
      worst.add(SumBound(high: 0, low: -Int64(most)))
    }
    return worst
  }
}
