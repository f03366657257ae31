import ChipModel

/// Max pooling of spikes: a gate per window, decided in the step of emission, on counts that include that step. Turns the
/// source's spike train into the train of the pooled map, whose neuron `(c, py, px)` is the window.
package struct PoolGate: Sendable {
  private enum Rule: Sendable {
    case count(CountGate)
    case winner(WinnerGate)
  }

  let pooled: MapShape
  private var rule: Rule

  /// - Parameters:
  ///   - projection: whose pool, and whose gate's rule and period hold.
  ///   - source: shape of the map that it pools.
  ///   - kernels: which ones run.
  ///   - bandCounts: counts of a band, about: 16 bits each, they stay in the second cache.
  /// - Returns: nil without a pool, or where the window does not fit the source map.
  package init?(
    _ projection: Projection, source: MapShape, kernels: KernelLevel = .best, bandCounts: Int = 1 << 16
  ) {
    guard let pool = projection.pool, let pooled = pool.output(of: source) else { return nil }
    self.pooled = pooled
    switch projection.gate {
    case .count: rule = .count(CountGate(source: source, pooled: pooled, pool: pool, kernels: kernels, bandCounts: bandCounts))
    case .winner:
      rule = .winner(
        WinnerGate(
          source: source, pooled: pooled, pool: pool, period: projection.gatePeriod, restarts: projection.gateRestarts))
    }
  }

  /// Gates a whole train, from fresh counts.
  package mutating func gate(_ train: SpikeTrain, into output: inout SpikeTrain, _ team: WorkTeam = .alone) {
    output.removeAll()
    switch rule {
    case .count(var gate):
      // Taken out, so that its arrays are not copied.
      rule = .count(.vacant)
      gate.gate(train, into: &output, team)
      rule = .count(gate)
    case .winner(var gate):
      rule = .count(.vacant)
      gate.gate(train, into: &output)
      rule = .winner(gate)
    }
  }
}

/// The gate that emits by how much the window's largest signed count changed.
///
/// Counts of 16 bits, 16 channels at a time, where no neuron can count further; else one window and channel at a time.
struct CountGate: Sendable {
  private let kernels: KernelLevel
  private var windows = GateStep.Windows()
  private let pooledPixels: Int
  /// Of the pooled map, channel-last and padded: which largest counts changed, and by how much.
  private var masks: [UInt16] = []
  private var narrow = Counts<Int16>()
  private var wide = Counts<Int64>()
  /// Lines of windows that threads take, and counts of all.
  private var bands: [GateStep.Band] = []
  private var allCounts = 0
  /// Windows that a step's spikes are in.
  private var isTouched: [UInt8] = []
  private var touched: [Int] = []

  /// Of source neurons, and of windows: the largest, and their changes in this step. Channel-last and padded.
  private struct Counts<Count: FixedWidthInteger & Sendable>: Sendable {
    var counts: [Count] = []
    var largest: [Count] = []
    var change: [Count] = []

    mutating func begin(sources: Int, windows: Int, hasPayload: Bool) {
      // Storage is kept from sample to sample: fresh pages would have to be cleared.
      func clear(_ array: inout [Count], _ count: Int) {
        if array.count == count { BufferKernels.clear(&array) } else { array = [Count](repeating: 0, count: count) }
      }
      clear(&counts, sources)
      clear(&largest, windows)
      clear(&change, hasPayload ? windows : 0)
    }
  }

  static let vacant = CountGate()

  private init() {
    kernels = .base
    pooledPixels = 0
  }

  init(source: MapShape, pooled: MapShape, pool: PoolGeometry, kernels: KernelLevel, bandCounts: Int) {
    self.kernels = kernels
    let padded = PaddedChannels.count(source.channels)
    windows.padded = padded
    pooledPixels = pooled.pixels
    masks = [UInt16](repeating: 0, count: pooled.pixels * padded / 16)
    isTouched = [UInt8](repeating: 0, count: pooled.pixels)
    for y in 0..<source.height {
      for x in 0..<source.width {
        for py in pool.windowsY(containing: y, count: pooled.height) {
          for px in pool.windowsX(containing: x, count: pooled.width) {
            windows.ofPixel.append(UInt32(truncatingIfNeeded: py * pooled.width + px))
          }
        }
        windows.pixelStarts.append(UInt32(truncatingIfNeeded: windows.ofPixel.count))
      }
    }
    let lines = max(1, bandCounts / max(1, pool.strideY * source.width * padded))
    for first in stride(from: 0, to: pooled.height, by: lines) {
      let end = min(first + lines, pooled.height)
      let rows = pool.rows(of: first, height: source.height).lowerBound..<pool.rows(of: end - 1, height: source.height).upperBound
      var band = GateStep.Band(
        windows: first * pooled.width..<end * pooled.width,
        pixels: rows.lowerBound * source.width..<rows.upperBound * source.width)
      band.firstCount = max(0, allCounts - band.pixels.lowerBound * padded)
      allCounts = band.firstCount + band.pixels.upperBound * padded
      bands.append(band)
    }
    for py in 0..<pooled.height {
      for px in 0..<pooled.width {
        for y in pool.rows(of: py, height: source.height) {
          for x in pool.columns(of: px, width: source.width) {
            windows.cells.append(UInt32(truncatingIfNeeded: (y * source.width + x) * padded))
          }
        }
        windows.cellStarts.append(UInt32(truncatingIfNeeded: windows.cells.count))
      }
    }
  }

  mutating func gate(_ arriving: SpikeTrain, into output: inout SpikeTrain, _ team: WorkTeam) {
    var train = arriving
    let sources = train.shape.pixels * windows.padded
    let hasPayload = output.hasPayload
    if hasPayload { output.maskWords = 0 } else { output.beginBits(masks.count) }
    // A neuron sends a spike and a duplicate of it in a step.
    let (most, overflow) = train.largestPayload.multipliedReportingOverflow(by: 2 * Int64(train.steps))
    let isNarrow = !overflow && most <= Int64(Int16.max)
    if isNarrow, !hasPayload, train.maskWords > 0 { return gateBands(train, into: &output, team) }
    train.list(level: kernels, team)
    if isNarrow {
      narrow.begin(sources: sources, windows: masks.count * 16, hasPayload: hasPayload)
    } else {
      wide.begin(sources: sources, windows: masks.count * 16, hasPayload: hasPayload)
    }
    for step in 0..<train.steps {
      if train.spikeCount(step: step) > 0 {
        let fired = isNarrow ? followNarrow(train, step: step) : follow(train, step: step)
        if fired > 0 { collect(fired, isNarrow: isNarrow, into: &output) }
      }
      if hasPayload { output.endStep() } else if output.steps == step { output.endBits(steps: 1, level: nil) }
    }
  }

  /// Gates the bits of all steps, band by band.
  private mutating func gateBands(_ train: SpikeTrain, into output: inout SpikeTrain, _ team: WorkTeam) {
    output.beginBits(masks.count, steps: train.steps)
    BufferKernels.makeRoom(&narrow.counts, allCounts)
    BufferKernels.makeRoom(&narrow.largest, masks.count * 16)
    var nothing: [Int16] = []
    let (bands, kernels) = (bands, kernels)
    _ = GateStep.with(
      windows, counts: &narrow.counts, largest: &narrow.largest, change: &nothing, touched: &isTouched,
      masks: &output.masks
    ) { gates in
      team.sum(bands.count) { index, _ in
        gates.run(bands[index], train, level: kernels)
        return 0
      }
    }
    output.endBits(steps: train.steps, level: kernels)
  }

  private mutating func followNarrow(_ train: SpikeTrain, step: Int) -> Int {
    GateStep.count(train, step: step, windows, counts: &narrow.counts, touched: &isTouched)
    let all = GateStep.Band(windows: 0..<pooledPixels, pixels: 0..<train.shape.pixels)
    return GateStep.with(
      windows, counts: &narrow.counts, largest: &narrow.largest, change: &narrow.change, touched: &isTouched,
      masks: &masks
    ) { [kernels] in GateStep.run(level: kernels, $0, all) } ?? 0
  }

  /// A step of any spikes.
  private mutating func follow(_ train: SpikeTrain, step: Int) -> Int {
    let padded = windows.padded
    for group in train.stepStarts[step]..<train.stepStarts[step + 1] {
      let pixel = Int(train.pixels[group])
      for position in Int(train.channelStarts[group])..<Int(train.channelStarts[group + 1]) {
        wide.counts[pixel * padded + Int(train.channels[position])] &+= train.hasPayload ? Int64(train.payloads[position]) : 1
      }
      for window in windows.ofPixel[Int(windows.pixelStarts[pixel])..<Int(windows.pixelStarts[pixel + 1])] {
        if isTouched[Int(window)] == 0 { touched.append(Int(window)) }
        isTouched[Int(window)] = 1
      }
    }
    var fired = 0
    for window in touched {
      isTouched[window] = 0
      let cells = windows.cells[Int(windows.cellStarts[window])..<Int(windows.cellStarts[window + 1])]
      for channel in 0..<padded {
        let at = window * padded + channel
        let most = cells.reduce(Int64.min) { max($0, wide.counts[Int($1) + channel]) }
        let change = most &- wide.largest[at]
        wide.largest[at] = most
        if !wide.change.isEmpty { wide.change[at] = change }
        if change == 0 { continue }
        masks[at >> 4] |= 1 << UInt16(truncatingIfNeeded: at & 15)
        fired += 1
      }
    }
    touched.removeAll(keepingCapacity: true)
    return fired
  }

  private mutating func collect(_ fired: Int, isNarrow: Bool, into output: inout SpikeTrain) {
    guard output.hasPayload else {
      output.keep(masks, from: 0)
      output.endBits(steps: 1, level: kernels)
      BufferKernels.clear(&masks)
      return
    }
    var counts: [UInt8] = []
    NeuronStep.collect(
      level: kernels, masks, firstMask: 0, order: [], fired: fired, padded: windows.padded, pixels: pooledPixels,
      into: &output, counts: &counts)
    BufferKernels.clear(&masks)
    NeuronStep.fillPayloads(of: &output, last: fired, padded: windows.padded) { position in
      isNarrow ? Int32(narrow.change[position]) : Int32(clamping: wide.change[position])
    }
  }
}
