import ChipModel

/// The synapses of one projection in 64-bit floats, a spike's value folded into the weights as the compiler does.
///
/// Sums and neurons are channel-last: neuron `(c, pixel)` is at `pixel * channels + c`, so that what one spike reaches in
/// one place of the target lies together.
struct RealSynapses: Sendable {
  /// The map that spikes come from: the source, or the pooled map behind a max pool.
  let from: MapShape
  /// Max pooling of the source; an average is in `targets`.
  let gate: Projection?
  /// Entries of pixel `p` of `from`: `starts[p]..<starts[p + 1]`.
  private let starts: [Int]
  /// Where an entry's target pixel begins among the sums, and which weights it takes.
  private let targets: [Int]
  private let taps: [Int]
  /// `[tap][source channel][outputs of its group]`
  private let weights: [Double]
  private let inputsPerGroup: Int
  private let outputsPerGroup: Int

  /// - Throws: `CompileError.mixedAmplitude`, as compiling does.
  init(_ projection: CheckedProjection, source: CheckedPopulation) throws(CompileError) {
    let synapses = projection.synapses
    let (target, pooled) = (synapses.target, synapses.pooled)
    let isDense = projection.kind.traits.isFull
    gate = synapses.isGated ? projection.gated(behind: source.model) : nil
    from = synapses.from
    let values = try Self.values(projection, source)
    let channels = from.channels
    inputsPerGroup = synapses.inputsPerGroup
    let per = isDense ? target.count : synapses.outputsPerGroup
    outputsPerGroup = per
    var weights = [Double](repeating: 0, count: values.count)
    for row in 0..<synapses.weightRows {
      let output = isDense ? row % target.pixels * target.channels + row / target.pixels : row % per
      synapses.forEachChannel(ofRow: row) { channel, run in
        for (tap, index) in run.enumerated() { weights[(tap * channels + channel) * per + output] = values[index] }
      }
    }
    self.weights = weights

    var starts = [0]
    var targets: [Int] = []
    var taps: [Int] = []
    for y in 0..<from.height {
      for x in 0..<from.width {
        if isDense {
          // A tap's weights reach the whole target.
          for row in gate == nil ? synapses.windowRows(of: y) : y..<(y + 1) {
            for column in gate == nil ? synapses.windowColumns(of: x) : x..<(x + 1) {
              targets.append(0)
              taps.append(row * pooled.width + column)
            }
          }
        } else {
          synapses.forEachPlace(y: y, x: x) { tap, row, column in
            targets.append((row * target.width + column) * target.channels)
            taps.append(tap)
          }
        }
        starts.append(targets.count)
      }
    }
    (self.starts, self.targets, self.taps) = (starts, targets, taps)
  }

  /// Weights with the value of a spike in them; integer weights are taken as they are.
  private static func values(
    _ projection: CheckedProjection, _ source: CheckedPopulation
  ) throws(CompileError) -> [Double] {
    guard projection.isInteger else { return try FoldedWeights(projection, source: source).values }
    let raw = projection.weights?.doubles ?? [1]
    guard projection.kind.traits.isElementwise, raw.count == 1 else { return raw }
    return [Double](repeating: raw[0], count: projection.targetShape.channels)
  }

  /// Adds what a neuron of `from` (channel-last) delivers: `value` spikes, or a rate of them.
  func deliver(_ position: Int, _ value: Double, into sums: inout [Double]) {
    let channels = from.channels
    let (pixel, channel) = (position / channels, position % channels)
    let shift = channel / inputsPerGroup * outputsPerGroup
    for entry in starts[pixel]..<starts[pixel + 1] {
      let target = targets[entry] + shift
      let first = (taps[entry] * channels + channel) * outputsPerGroup
      for output in 0..<outputsPerGroup { sums[target + output] += value * weights[first + output] }
    }
  }

  /// Adds what the rates, or the currents, of a channel-last map deliver, max-pooled where the projection is.
  func deliverRates(_ rates: [Double], of shape: MapShape, into sums: inout [Double]) {
    let pooled = gate == nil ? rates : channelLast(
      InputEncoder.maxPooled(rowMajor(rates, shape), shape: shape, pool: gate?.pool).values, from)
    for (position, rate) in pooled.enumerated() where rate != 0 { deliver(position, rate, into: &sums) }
  }
}
