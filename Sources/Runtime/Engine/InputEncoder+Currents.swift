import ChipModel

extension InputEncoder {
  /// The exact sums `sum(w_q * x_q)` rounded to currents, row-major over the population's shape: the definition.
  package static func currents(
    of population: Int, in program: CompiledProgram, quantised x: [Int32]
  ) -> [Int64] {
    let target = program.populations[population].shape
    var sums = [Int64](repeating: 0, count: target.count)
    for projection in program.projections where projection.source == nil && projection.target == population {
      let weights = program.weights[projection.weights]
      let input = maxPooled(x, shape: program.inputShape, pool: projection.pool)
      let pool = projection.pool?.kind == .average ? projection.pool : nil
      let taps = TapTable(projection: projection, source: input.shape, target: target, pool: pool)
      var train = SpikeTrain(shape: input.shape, hasPayload: true)
      for pixel in 0..<input.shape.pixels {
        for c in 0..<input.shape.channels {
          let value = input.values[c * input.shape.pixels + pixel]
          if value != 0 { train.append(pixel: pixel, channel: c, payload: value) }
        }
      }
      train.endStep()
      var delivered = [Int64](repeating: 0, count: target.count)
      DeliverReference.deliver(
        train, step: 0, taps: taps, projection: projection, weights: weights, targetChannels: target.channels,
        paddedTargets: target.channels, into: &delivered)
      for index in sums.indices {
        sums[index] &+= delivered[index % target.pixels * target.channels + index / target.pixels]
      }
    }
    return sums.map { current(sum: $0, fractionBits: program.fractionBits) }
  }
}
