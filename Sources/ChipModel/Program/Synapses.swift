/// The address rule of a projection: which neurons a spike of its source reaches, through which stored weight, and the
/// reverse.
///
/// In every kind of projection channels, rows and columns are independent of one another, so that sets and counts are
/// products of three. Channels are in groups: all in one (dense), the convolution's, or each in its own (identity). Along
/// rows and columns a window slides (a convolution; an identity's has one tap), or all positions meet all (dense).
///
/// The engine's kernels (`TapTable`, `TapWeights`, `StoredWeights`) and the chip interpreter have rules of their own:
/// that these three agree is what tests compare.
package struct Synapses: Sendable {
  package let traits: ProjectionTraits
  package let pool: PoolGeometry?
  package let source: MapShape
  /// The source behind its pool.
  package let pooled: MapShape
  package let target: MapShape
  /// Parallel synapses of an identity; 1 in other kinds.
  package let copies: Int
  package let inputsPerGroup: Int
  package let outputsPerGroup: Int
  let rows: SynapseAxis
  let columns: SynapseAxis
  /// Whether a row of the stored weights belongs to a target neuron, not to a target channel.
  private let hasRowPerNeuron: Bool
  private var tapColumns: Int { columns.taps }

  /// - Parameters:
  ///   - kind: of the projection.
  ///   - pool: nil: none.
  ///   - convolution: of a convolution; ignored in other kinds.
  ///   - copies: parallel synapses of an identity.
  ///   - source: map that the pool reads.
  ///   - target: map of the receiving neurons.
  package init(
    kind: Projection.Kind, pool: PoolGeometry?, convolution: ConvolutionGeometry, copies: Int = 1, source: MapShape,
    target: MapShape
  ) {
    let pooled = pool?.output(of: source) ?? source
    let traits = kind.traits
    let groups = max(1, traits.groups(convolution, channels: pooled.channels))
    let windows: (rows: WindowAxis?, columns: WindowAxis?) =
      switch traits.positions {
      case .all: (nil, nil)
      case .window: (convolution.rowAxis, convolution.columnAxis)
      case .own: (WindowAxis(), WindowAxis())
      }
    self.traits = traits
    self.pool = pool
    self.source = source
    self.pooled = pooled
    self.target = target
    self.copies = traits.isElementwise ? copies : 1
    hasRowPerNeuron = traits.positions == .all
    inputsPerGroup = max(1, pooled.channels / groups)
    outputsPerGroup = max(1, target.channels / groups)
    rows = SynapseAxis(
      pool: pool?.rowAxis, window: windows.rows, source: source.height, pooled: pooled.height, target: target.height)
    columns = SynapseAxis(
      pool: pool?.columnAxis, window: windows.columns, source: source.width, pooled: pooled.width, target: target.width)
  }

  package init(_ projection: Projection, weights: WeightTensor, source: MapShape, target: MapShape) {
    self.init(
      kind: projection.kind, pool: projection.pool, convolution: projection.convolution,
      copies: projection.kind.traits.isElementwise ? weights.shape[1] : 1, source: source, target: target)
  }

  /// Whether spikes pass a max-pool gate: what reaches a synapse then is a neuron of the pooled map.
  package var isGated: Bool { pool?.kind == .max }

  /// The map that spikes come from: the source, or the pooled map behind a gate.
  package var from: MapShape { isGated ? pooled : source }

  /// Rows and columns of the window on the pooled map: a convolution's kernel, a dense projection's whole map.
  package var kernel: (y: Int, x: Int) { (rows.taps, columns.taps) }

  /// Rows (columns) of the pooled map whose windows have a row (column) of the source.
  package func windowRows(of row: Int) -> Range<Int> { rows.windows(containing: row) }
  package func windowColumns(of column: Int) -> Range<Int> { columns.windows(containing: column) }

  /// Places of the target that all pixels of `from` reach (``forEachPlace(y:x:_:)``), at most: a bound that ignores that
  /// windows are cut at the edges; saturated.
  package var mostTaps: Int {
    // Behind a gate there is one spike a window; else each neuron of a window has its own taps.
    Tensor.elementCount([target.pixels, rows.taps, columns.taps, isGated ? 1 : pool?.area ?? 1]) ?? Int.max
  }

  // MARK: - Channels

  /// Target channels that a channel of the source reaches.
  package func targets(of channel: Int) -> Range<Int> {
    let first = channel / inputsPerGroup * outputsPerGroup
    return first..<(first + outputsPerGroup)
  }

  /// Source channels that reach channels of the target.
  package func sources(of channels: Range<Int>) -> Range<Int> {
    let first = channels.lowerBound / outputsPerGroup * inputsPerGroup
    let end = ((channels.upperBound - 1) / outputsPerGroup + 1) * inputsPerGroup
    return first..<min(source.channels, end)
  }

  // MARK: - Weights

  /// Shape of the stored weights: dense `[N_out, N_in]`, convolution `[C_out, C_in / groups, kY, kX]`, identity
  /// `[C, parallel synapses]`.
  package var weightShape: [Int] {
    traits.slides
      ? [weightRows, inputsPerGroup, rows.taps, columns.taps] : [weightRows, inputsPerGroup * taps * copies]
  }

  /// Rows of the stored weights.
  package var weightRows: Int { hasRowPerNeuron ? target.count : target.channels }
  private var taps: Int { rows.taps * columns.taps }

  /// Stored weights of one row.
  package var weightsPerRow: Int { inputsPerGroup * taps * copies }

  /// Calls `body(source channel, weights)` for every run of a row's weights that belong to one channel of the source.
  ///
  /// - Parameter row: of the stored weights: a target neuron (dense) or target channel.
  package func forEachChannel(ofRow row: Int, _ body: (Int, Range<Int>) -> Void) {
    let run = taps * copies
    let first = (hasRowPerNeuron ? row / target.pixels : row) / outputsPerGroup * inputsPerGroup
    for input in 0..<inputsPerGroup {
      let start = (row * inputsPerGroup + input) * run
      body(first + input, start..<(start + run))
    }
  }

  /// Calls `body(channel, row, column, weight)` for every synapse of a neuron of the pooled map into a box of the target;
  /// `weight` is its place among the stored ones.
  package func forEachSynapse(
    of neuron: (c: Int, y: Int, x: Int), in box: Box, _ body: (Int, Int, Int, Int) -> Void
  ) {
    let channels = targets(of: neuron.c).clamped(to: box.channels)
    let run = taps * copies
    rows.forEachTarget(of: neuron.y, in: box.rows) { tapY, y in
      columns.forEachTarget(of: neuron.x, in: box.columns) { tapX, x in
        for c in channels {
          let row = hasRowPerNeuron ? target.index(c, y, x) : c
          let first = (row * inputsPerGroup + neuron.c % inputsPerGroup) * run + (tapY * tapColumns + tapX) * copies
          for copy in 0..<copies { body(c, y, x, first + copy) }
        }
      }
    }
  }

  /// Calls `body(tap, row, column)` for every place of the target that a pixel of `from` reaches, with the tap of the
  /// weights; once for each window of an average pool that it is in. Dense: the tap is the pooled pixel.
  package func forEachPlace(y: Int, x: Int, _ body: (Int, Int, Int) -> Void) {
    for py in isGated ? y..<(y + 1) : rows.windows(containing: y) {
      for px in isGated ? x..<(x + 1) : columns.windows(containing: x) {
        rows.forEachTarget(of: py, in: 0..<target.height) { tapY, row in
          columns.forEachTarget(of: px, in: 0..<target.width) { tapX, column in
            body(tapY * tapColumns + tapX, row, column)
          }
        }
      }
    }
  }

  // MARK: - Fan-out and fan-in

  /// Synapses by neuron of `from` into a box of the target, zero weights too, pooling unrolled.
  package func fanOut(into box: Box) -> FanOut {
    FanOut(
      shape: from, synapses: self, box: box, rows: rows.counts(into: box.rows, isGated: isGated),
      columns: columns.counts(into: box.columns, isGated: isGated))
  }

  /// The same into the whole target.
  package var fanOut: FanOut { fanOut(into: Box(whole: target)) }

  /// What a box of the target hears, and through how many synapses: each neuron of a pooling window has its own.
  package func fanIn(of box: Box) -> FanIn {
    let (rows, columns) = (rows.sources(of: box.rows), columns.sources(of: box.columns))
    return FanIn(
      channels: sources(of: box.channels), rows: rows.positions, columns: columns.positions,
      synapses: inputsPerGroup * copies * box.channels.count * rows.total * columns.total,
      largest: inputsPerGroup * copies * rows.largest * columns.largest)
  }

  /// Synapses by neuron of `from`, row-major, with a weight that is not zero.
  /// - Complexity: linear in the weights and in the places that the map's neurons reach.
  package func nonZero(_ weights: WeightTensor) -> [Int] {
    let live =
      switch weights.storage {
      case .int8(let values): nonZeroByTap(values)
      case .int16(let values): nonZeroByTap(values)
      }
    let (shape, channels) = (from, from.channels)
    var result = [Int](repeating: 0, count: shape.count)
    for y in 0..<shape.height {
      for x in 0..<shape.width {
        let pixel = y * shape.width + x
        for py in isGated ? y..<(y + 1) : rows.windows(containing: y) {
          for px in isGated ? x..<(x + 1) : columns.windows(containing: x) {
            rows.forEachTap(of: py) { tapY in
              columns.forEachTap(of: px) { tapX in
                let base = (tapY * tapColumns + tapX) * channels
                for c in 0..<channels { result[c * shape.pixels + pixel] += live[base + c] }
              }
            }
          }
        }
      }
    }
    return result
  }

  /// By tap and source channel.
  private func nonZeroByTap<Weight: FixedWidthInteger>(_ weights: [Weight]) -> [Int] {
    let channels = pooled.channels
    var live = [Int](repeating: 0, count: taps * channels)
    for row in 0..<weightRows {
      forEachChannel(ofRow: row) { channel, run in
        var index = run.lowerBound
        for tap in 0..<taps {
          for _ in 0..<copies {
            if weights[index] != 0 { live[tap * channels + channel] += 1 }
            index += 1
          }
        }
      }
    }
    return live
  }
}

/// Rows or columns of a projection: which positions of its source, behind its pool, meet which of its target.
struct SynapseAxis: Sendable {
  private let pool: WindowAxis?
  /// Nil: every position meets every other; the tap is the pooled position.
  private let window: WindowAxis?
  private let source: Int
  private let pooled: Int
  private let target: Int
  /// Taps of a window.
  var taps: Int { window?.kernel ?? pooled }

  init(pool: WindowAxis?, window: WindowAxis?, source: Int, pooled: Int, target: Int) {
    self.pool = pool
    self.window = window
    self.source = source
    self.pooled = pooled
    self.target = target
  }

  /// Pooled positions whose window has a source position.
  func windows(containing position: Int) -> Range<Int> {
    pool?.windows(containing: position, count: pooled) ?? position..<(position + 1)
  }

  private func positions(of pooled: Int) -> Range<Int> {
    pool?.positions(of: pooled, size: source) ?? pooled..<(pooled + 1)
  }

  /// Positions that spikes come from: those of the source, or of the pooled map behind a gate.
  func positionCount(isGated: Bool) -> Int { isGated ? pooled : source }

  /// Calls `body(tap, target position)` for every position in `range` that a pooled position meets.
  @inline(__always)
  func forEachTarget(of position: Int, in range: Range<Int>, _ body: (Int, Int) -> Void) {
    guard let window else {
      for target in range { body(position, target) }
      return
    }
    for tap in 0..<window.kernel {
      guard let target = window.window(of: position, tap: tap, count: target), range.contains(target) else { continue }
      body(tap, target)
    }
  }

  /// Calls `body(tap)` for every tap through which a pooled position meets a position.
  @inline(__always)
  func forEachTap(of position: Int, _ body: (Int) -> Void) {
    guard let window else { return body(position) }
    for tap in 0..<window.kernel where window.window(of: position, tap: tap, count: target) != nil { body(tap) }
  }

  /// By position of the source, or of the pooled map behind a gate: how often it meets positions in `range`.
  func counts(into range: Range<Int>, isGated: Bool) -> [Int] {
    var behind = [Int](repeating: window == nil ? range.count : 0, count: pooled)
    if let window {
      for target in range { window.forEachTap(of: target, size: pooled) { _, position in behind[position] += 1 } }
    }
    if isGated || pool == nil { return behind }
    return (0..<source).map { position in windows(containing: position).reduce(0) { $0 + behind[$1] } }
  }

  /// Source positions that meet positions in `range`, ascending; how many synapses all of those have with the axis alone,
  /// and the one that has most.
  func sources(of range: Range<Int>) -> (positions: [Int], total: Int, largest: Int) {
    var isMet = [Bool](repeating: false, count: source)
    func meet(_ pooled: Int) -> Int {
      let positions = positions(of: pooled)
      for position in positions { isMet[position] = true }
      return positions.count
    }
    var total = 0
    var largest = 0
    if let window {
      for target in range {
        var count = 0
        window.forEachTap(of: target, size: pooled) { _, position in count += meet(position) }
        total += count
        largest = max(largest, count)
      }
    } else {
      for position in 0..<pooled { largest += meet(position) }
      total = largest * range.count
    }
    return (isMet.indices.filter { isMet[$0] }, total, largest)
  }
}
