import ChipModel

/// A projection's weights in ANN units with everything folded in that a spike must carry: `w' = w * A / k^2`, `A` the
/// value of one presynaptic spike and `k^2` the area of an average pool.
///
/// Folding comes before rounding: the chip stores `w'`, never `w`, so one scale per unit holds for what is added.
struct FoldedWeights {
  /// Row-major `[output channels or neurons, ...]`; identity: one per channel.
  var values: [Double]
  var shape: [Int]
  /// Channels of the target; `values.count` is a multiple, a channel's values are consecutive.
  var channels: Int
  /// Largest |w'| per output channel.
  var largest: [Double]

  init(
    _ projection: CheckedProjection, source: CheckedPopulation
  ) throws(CompileError) {
    let area =
      projection.pool.map { $0.kind == .average ? Double($0.area) : 1 } ?? 1
    let spike = source.spikeValue
    let from = projection.sourceShape
    // In a population `[N]` every neuron is a channel.
    let isPerNeuron = spike.map { !$0.isUniformPerChannel } ?? false && from.pixels > 1
    if isPerNeuron && (projection.pool != nil || projection.kind.traits.positions != .all) {
      throw .mixedAmplitude(projection: projection.name, population: source.name)
    }
    // By neuron of the source, or by channel.
    let amplitudes = (0..<(isPerNeuron ? from.count : from.channels)).map { index in
      guard let spike else { return 1 / area }
      let value = spike.value(at: isPerNeuron ? index : index * from.pixels, shape: from)
      // A neuron that never fires delivers nothing, whatever its spike would be worth.
      return value.isFinite ? value / area : 0
    }
    let synapses = projection.synapses
    var values = projection.weights?.doubles ?? [1]
    if projection.kind.traits.isElementwise, values.count == 1 {
      values = [Double](repeating: values[0], count: projection.targetShape.channels)
    }
    for row in 0..<synapses.weightRows {
      synapses.forEachChannel(ofRow: row) { channel, run in
        for index in run {
          values[index] *= amplitudes[isPerNeuron ? channel * from.pixels + index - run.lowerBound : channel]
        }
      }
    }
    self.values = values
    shape = synapses.weightShape
    channels = projection.targetShape.channels
    let row = values.count / max(1, channels)
    largest = (0..<channels).map { channel in
      values[(channel * row)..<((channel + 1) * row)].reduce(0) { max($0, abs($1)) }
    }
  }
}
