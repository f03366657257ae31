import ChipModel

/// The synapses of one projection in 64-bit floats, a spike's value folded into the weights as the compiler does.
///
/// Sums and neurons are channel-last: neuron `(c, pixel)` is at `pixel * channels + c`, so that what one spike reaches in
/// one place of the target lies together.
struct RealSynapses: Sendable {
  /// The map that spikes come from: the source, or the pooled map behind a max pool.
  let from: MapShape
  /// Max pooling of the source; an average is in `targets`.
  let gate: PoolGeometry?
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
  init(_ projection: CheckedProjection, source: CheckedPopulation?) throws(CompileError) {
    let pool = projection.pool
    let target = projection.targetShape
    let pooled = projection.pooledShape
    gate = pool?.kind == .max ? pool : nil
    from = gate == nil ? projection.sourceShape : pooled
    let values = try Self.values(projection, source)
    let c = projection.convolution
    let channels = from.channels
    let groups: Int
    let tapCount: Int
    switch projection.kind {
    case .dense: (groups, tapCount) = (1, pooled.pixels)
    case .conv2d: (groups, tapCount) = (c.groups, c.kernelY * c.kernelX)
    case .identity: (groups, tapCount) = (channels, 1)
    }
    inputsPerGroup = channels / groups
    outputsPerGroup = projection.kind == .dense ? target.count : target.channels / groups
    let per = outputsPerGroup
    var weights = [Double](repeating: 0, count: tapCount * channels * per)
    switch projection.kind {
    case .dense:
      for row in 0..<target.count {
        let position = row % target.pixels * target.channels + row / target.pixels
        for column in 0..<pooled.count {
          let (channel, cell) = (column / pooled.pixels, column % pooled.pixels)
          weights[(cell * channels + channel) * per + position] = values[row * pooled.count + column]
        }
      }
    case .conv2d:
      for output in 0..<target.channels {
        let group = output / per
        for input in 0..<inputsPerGroup {
          for tap in 0..<tapCount {
            weights[(tap * channels + group * inputsPerGroup + input) * per + output % per] =
              values[(output * inputsPerGroup + input) * tapCount + tap]
          }
        }
      }
    case .identity:
      weights = values
    }
    self.weights = weights

    var starts = [0]
    var targets: [Int] = []
    var taps: [Int] = []
    for pixel in 0..<from.pixels {
      for cell in Self.cells(of: pixel, from: from, pooled: pooled, average: gate == nil ? pool : nil) {
        switch projection.kind {
        case .dense:
          targets.append(0)
          taps.append(cell)
        case .identity:
          targets.append(cell * target.channels)
          taps.append(0)
        case .conv2d:
          for ky in 0..<c.kernelY {
            guard let row = c.outputRow(cell / pooled.width, tap: ky, height: target.height) else { continue }
            for kx in 0..<c.kernelX {
              guard let column = c.outputColumn(cell % pooled.width, tap: kx, width: target.width) else { continue }
              targets.append((row * target.width + column) * target.channels)
              taps.append(ky * c.kernelX + kx)
            }
          }
        }
      }
      starts.append(targets.count)
    }
    (self.starts, self.targets, self.taps) = (starts, targets, taps)
  }

  /// Weights with the value of a spike in them; integer weights are taken as they are.
  private static func values(
    _ projection: CheckedProjection, _ source: CheckedPopulation?
  ) throws(CompileError) -> [Double] {
    guard projection.isInteger else { return try FoldedWeights(projection, source: source).values }
    let raw = projection.weights?.doubles ?? [1]
    guard projection.kind == .identity, raw.count == 1 else { return raw }
    return [Double](repeating: raw[0], count: projection.targetShape.channels)
  }

  /// Pixels of the pooled map that a pixel is in.
  private static func cells(of pixel: Int, from: MapShape, pooled: MapShape, average: PoolGeometry?) -> [Int] {
    guard let average else { return [pixel] }
    var result: [Int] = []
    for row in average.windowsY(containing: pixel / from.width, count: pooled.height) {
      for column in average.windowsX(containing: pixel % from.width, count: pooled.width) {
        result.append(row * pooled.width + column)
      }
    }
    return result
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

  /// Largest value of each window of a channel-last map; 0 for a window that covers nothing.
  func maxPooled(_ values: [Double], of shape: MapShape) -> [Double] {
    guard let gate else { return values }
    var result = [Double](repeating: 0, count: from.count)
    for row in 0..<from.height {
      for column in 0..<from.width {
        for channel in 0..<from.channels {
          var best: Double?
          for y in gate.rows(of: row, height: shape.height) {
            for x in gate.columns(of: column, width: shape.width) {
              let value = values[(y * shape.width + x) * shape.channels + channel]
              best = max(best ?? value, value)
            }
          }
          result[(row * from.width + column) * from.channels + channel] = best ?? 0
        }
      }
    }
    return result
  }
}
