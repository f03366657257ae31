import ChipModel

/// Where the spikes of each source pixel go: the list of (tap, target pixel) pairs of a projection.
///
/// Stride, padding, dilation and average pooling (unrolled, overlapping or not) are all in this table, so delivery needs
/// no arithmetic on coordinates. Where all positions meet, there is a tap for every pair of a source (or pooled) pixel and
/// a target pixel.
/// Taps of source pixel `p` are `starts[p]..<starts[p + 1]`.
struct TapTable: Sendable {
  private(set) var starts: [UInt32] = [0]
  private(set) var taps: [UInt32] = []
  private(set) var targets: [UInt32] = []

  /// - Parameters:
  ///   - source: map that spikes come from; a max-pooled projection passes the pooled map and no pool.
  init(projection: Projection, source: MapShape, target: MapShape, pool: PoolGeometry?) {
    let pooled = pool?.output(of: source) ?? source
    starts.reserveCapacity(source.pixels + 1)
    for y in 0..<source.height {
      for x in 0..<source.width {
        let rows = pool?.windowsY(containing: y, count: pooled.height) ?? y..<(y + 1)
        let columns = pool?.windowsX(containing: x, count: pooled.width) ?? x..<(x + 1)
        for py in rows {
          for px in columns { append(projection, pooledY: py, pooledX: px, pooled: pooled, target: target) }
        }
        starts.append(UInt32(truncatingIfNeeded: taps.count))
      }
    }
  }

  private mutating func append(
    _ projection: Projection, pooledY py: Int, pooledX px: Int, pooled: MapShape, target: MapShape
  ) {
    switch projection.kind.traits.positions {
    case .all:
      let pixels = target.pixels
      for pixel in 0..<pixels {
        taps.append(UInt32(truncatingIfNeeded: (py * pooled.width + px) * pixels + pixel))
        targets.append(UInt32(truncatingIfNeeded: pixel))
      }
    case .own:
      taps.append(0)
      targets.append(UInt32(truncatingIfNeeded: py * target.width + px))
    case .window:
      let c = projection.convolution
      for ky in 0..<c.kernelY {
        guard let row = c.outputRow(py, tap: ky, height: target.height) else { continue }
        for kx in 0..<c.kernelX {
          guard let column = c.outputColumn(px, tap: kx, width: target.width) else { continue }
          taps.append(UInt32(truncatingIfNeeded: ky * c.kernelX + kx))
          targets.append(UInt32(truncatingIfNeeded: row * target.width + column))
        }
      }
    }
  }
}

/// Which stored weight a tap of a ``TapTable`` takes from one channel to another: the engine's own address rule.
struct TapWeights {
  private let sourcesPerGroup: Int
  let targetsPerGroup: Int
  /// Taps of two channels.
  let taps: Int
  /// Rows of weights of one target channel: its pixels, where each has a row of its own.
  private let rows: Int
  /// Weights side by side that are added up: parallel synapses.
  private let copies: Int

  init(_ projection: Projection, _ weights: WeightTensor, sourceChannels: Int, targetChannels: Int) {
    let traits = projection.kind.traits
    let groups = max(1, traits.groups(projection.convolution, channels: sourceChannels))
    sourcesPerGroup = max(1, sourceChannels / groups)
    targetsPerGroup = targetChannels / groups
    rows = traits.positions == .all ? max(1, weights.shape[0] / max(1, targetChannels)) : 1
    switch traits.positions {
    case .all: (taps, copies) = (weights.shape[1] / sourcesPerGroup * rows, 1)
    case .window: (taps, copies) = (projection.convolution.kernelY * projection.convolution.kernelX, 1)
    case .own: (taps, copies) = (1, weights.shape[1] / sourcesPerGroup)
    }
  }

  /// Target channels that a source channel reaches.
  func targets(of channel: Int) -> Range<Int> {
    let first = channel / sourcesPerGroup * targetsPerGroup
    return first..<(first + targetsPerGroup)
  }

  /// Calls `body(target channel, weight)` for each that a channel reaches through a tap, parallel synapses added up.
  @inline(__always)
  func forEachTarget(of channel: Int, tap: Int, _ weights: WeightTensor, _ body: (Int, Int64) -> Void) {
    let perRow = taps / rows * copies
    let first = (tap % rows * sourcesPerGroup + channel % sourcesPerGroup) * perRow + tap / rows * copies
    for target in targets(of: channel) {
      let index = target * rows * sourcesPerGroup * perRow + first
      var weight = Int64(weights[index])
      for copy in 1..<max(1, copies) { weight &+= Int64(weights[index + copy]) }
      body(target, weight)
    }
  }
}
