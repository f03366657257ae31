import ChipModel

/// Which source neurons of a projection have a synapse (or a vote in a max-pool gate that has one) in a box of the target.
///
/// Rows, columns and channels are independent of one another, so the set is a product of three.
struct Reach: Sendable {
  var channels: Range<Int>
  var rows: [Int]
  var columns: [Int]

  var count: Int { channels.count * rows.count * columns.count }

  init(_ projection: Projection, source: MapShape, target: MapShape, box: Box) {
    let pool = projection.pool
    let pooled = pool?.output(of: source) ?? source
    let pooledRows: [Int]
    let pooledColumns: [Int]
    switch projection.kind {
    case .dense:
      channels = 0..<source.channels
      pooledRows = Array(0..<pooled.height)
      pooledColumns = Array(0..<pooled.width)
    case .identity:
      channels = box.channels
      pooledRows = Array(box.rows)
      pooledColumns = Array(box.columns)
    case .convolution:
      let c = projection.convolution
      let targetsPerGroup = max(1, target.channels / c.groups)
      let sourcesPerGroup = max(1, source.channels / c.groups)
      let first = box.channels.lowerBound / targetsPerGroup * sourcesPerGroup
      let last = ((box.channels.upperBound - 1) / targetsPerGroup + 1) * sourcesPerGroup
      channels = first..<min(source.channels, last)
      pooledRows = Reach.inputs(
        of: box.rows, kernel: c.kernelY, stride: c.strideY, dilation: c.dilationY, before: c.top, size: pooled.height)
      pooledColumns = Reach.inputs(
        of: box.columns, kernel: c.kernelX, stride: c.strideX, dilation: c.dilationX, before: c.left,
        size: pooled.width)
    }
    rows = Reach.sources(pooledRows, size: source.height) {
      pool?.rows(of: $0, height: source.height) ?? $0..<($0 + 1)
    }
    columns = Reach.sources(pooledColumns, size: source.width) {
      pool?.columns(of: $0, width: source.width) ?? $0..<($0 + 1)
    }
  }

  /// Pooled rows (or columns) that the outputs `range` of a convolution read.
  private static func inputs(
    of range: Range<Int>, kernel: Int, stride: Int, dilation: Int, before: Int, size: Int
  ) -> [Int] {
    var used = [Bool](repeating: false, count: size)
    for output in range {
      for tap in 0..<kernel {
        let position = output * stride + tap * dilation - before
        if position >= 0 && position < size { used[position] = true }
      }
    }
    return used.indices.filter { used[$0] }
  }

  /// Source rows (or columns) in the windows of the pooled ones.
  private static func sources(_ pooled: [Int], size: Int, window: (Int) -> Range<Int>) -> [Int] {
    var used = [Bool](repeating: false, count: size)
    for position in pooled {
      for row in window(position) where row < size { used[row] = true }
    }
    return used.indices.filter { used[$0] }
  }
}

/// Synapses that a projection has in a box of its target: unrolled, as a core without shared weights stores them.
struct SynapseCount: Sendable {
  /// All synapses in the box.
  let total: Int
  /// The largest number into one neuron.
  let largestFanIn: Int

  init(_ projection: Projection, source: MapShape, weights: WeightTensor, box: Box) {
    let pool = projection.pool
    let pooled = pool?.output(of: source) ?? source
    // Source rows and columns behind each pooled row and column; a max pool's gate passes one, but each has its synapse.
    func behindRow(_ y: Int) -> Int { pool?.rows(of: y, height: source.height).count ?? 1 }
    func behindColumn(_ x: Int) -> Int { pool?.columns(of: x, width: source.width).count ?? 1 }
    switch projection.kind {
    case .dense:
      let rows = (0..<pooled.height).reduce(0) { $0 + behindRow($1) }
      let columns = (0..<pooled.width).reduce(0) { $0 + behindColumn($1) }
      largestFanIn = source.channels * rows * columns
      total = largestFanIn * box.count
    case .identity:
      let parallel = weights.shape[1]
      let rows = box.rows.map(behindRow)
      let columns = box.columns.map(behindColumn)
      largestFanIn = parallel * (rows.max() ?? 0) * (columns.max() ?? 0)
      total = parallel * box.channels.count * rows.reduce(0, +) * columns.reduce(0, +)
    case .convolution:
      let c = projection.convolution
      let inputs = source.channels / c.groups
      let rows = box.rows.map { output in
        (0..<c.kernelY).reduce(0) { sum, tap in
          let y = output * c.strideY + tap * c.dilationY - c.top
          return y >= 0 && y < pooled.height ? sum + behindRow(y) : sum
        }
      }
      let columns = box.columns.map { output in
        (0..<c.kernelX).reduce(0) { sum, tap in
          let x = output * c.strideX + tap * c.dilationX - c.left
          return x >= 0 && x < pooled.width ? sum + behindColumn(x) : sum
        }
      }
      largestFanIn = inputs * (rows.max() ?? 0) * (columns.max() ?? 0)
      total = inputs * box.channels.count * rows.reduce(0, +) * columns.reduce(0, +)
    }
  }
}
