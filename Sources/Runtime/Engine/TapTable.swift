import ChipModel

/// Where the spikes of each source pixel go: the list of (tap, target pixel) pairs of a projection.
///
/// Stride, padding, dilation and average pooling (unrolled, overlapping or not) are all in this table, so delivery needs
/// no arithmetic on coordinates. A dense projection has a tap for every pair of a source (or pooled) pixel and a target pixel.
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
    switch projection.kind {
    case .dense:
      let pixels = target.pixels
      for pixel in 0..<pixels {
        taps.append(UInt32(truncatingIfNeeded: (py * pooled.width + px) * pixels + pixel))
        targets.append(UInt32(truncatingIfNeeded: pixel))
      }
    case .identity:
      taps.append(0)
      targets.append(UInt32(truncatingIfNeeded: py * target.width + px))
    case .convolution:
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
