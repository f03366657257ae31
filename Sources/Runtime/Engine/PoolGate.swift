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
  /// - Returns: nil without a pool, or where the window does not fit the source map.
  package init?(_ projection: Projection, source: MapShape) {
    guard let pool = projection.pool, let pooled = pool.output(of: source) else { return nil }
    self.pooled = pooled
    switch projection.gate {
    case .count: rule = .count(CountGate(source: source, pooled: pooled, pool: pool))
    case .winner:
      rule = .winner(
        WinnerGate(
          source: source, pooled: pooled, pool: pool, period: projection.gatePeriod, restarts: projection.gateRestarts))
    }
  }

  /// Gates a whole train, from fresh counts.
  package mutating func gate(_ train: SpikeTrain, into output: inout SpikeTrain) {
    output.removeAll()
    switch rule {
    case .count(var gate):
      // Taken out, so that its arrays are not copied.
      rule = .count(.vacant)
      gate.gate(train, into: &output)
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
/// Work is per spike and window: a count that rises above the largest of its window is the new largest. Only a count that
/// fell from it makes the gate look at the whole window.
struct CountGate: Sendable {
  /// Windows of source pixel `p`: `windows[windowStarts[p]..<windowStarts[p + 1]]`, as pooled pixels.
  private var windowStarts: [Int] = [0]
  private var windows: [Int] = []
  /// Source pixels of pooled pixel `q`, likewise.
  private var cellStarts: [Int] = [0]
  private var cells: [Int] = []
  private let channels: Int
  private let padded: Int
  private let pooledPixels: Int
  /// Channel-last, of the source.
  private var counts: [Int64]
  /// Of the pooled map, channel-last and padded: the largest counts, their changes in this step, and whether they changed.
  private var largest: [Int64]
  private var change: [Int64]
  private var masks: [UInt16]
  private var touched: [Int] = []
  private var isTouched: [Bool]
  /// Of the collected spikes; nobody reads them.
  private var unread: [UInt8]

  static let vacant = CountGate()

  private init() {
    (channels, padded, pooledPixels) = (0, 0, 0)
    (counts, largest, change, masks, isTouched, unread) = ([], [], [], [], [], [])
  }

  init(source: MapShape, pooled: MapShape, pool: PoolGeometry) {
    channels = source.channels
    padded = PaddedChannels.count(source.channels)
    pooledPixels = pooled.pixels
    counts = [Int64](repeating: 0, count: source.count)
    largest = [Int64](repeating: 0, count: pooled.pixels * padded)
    change = largest
    masks = [UInt16](repeating: 0, count: largest.count / 16)
    isTouched = [Bool](repeating: false, count: largest.count)
    unread = [UInt8](repeating: 0, count: largest.count)
    for y in 0..<source.height {
      for x in 0..<source.width {
        for py in pool.windowsY(containing: y, count: pooled.height) {
          for px in pool.windowsX(containing: x, count: pooled.width) { windows.append(py * pooled.width + px) }
        }
        windowStarts.append(windows.count)
      }
    }
    for py in 0..<pooled.height {
      for px in 0..<pooled.width {
        for y in pool.rows(of: py, height: source.height) {
          for x in pool.columns(of: px, width: source.width) { cells.append(y * source.width + x) }
        }
        cellStarts.append(cells.count)
      }
    }
  }

  mutating func gate(_ train: SpikeTrain, into output: inout SpikeTrain) {
    BufferKernels.clear(&counts)
    BufferKernels.clear(&largest)
    for step in 0..<train.steps {
      // A count of 255 is the largest that is collected.
      if step % 255 == 0 { BufferKernels.clear(&unread) }
      let fired = !train.hasPayload && !output.hasPayload ? rise(train, step: step) : follow(train, step: step)
      if fired > 0 { collect(fired, into: &output) }
      output.endStep()
    }
  }

  /// A step of spikes of count 1, at most one a neuron: a largest count rises by 1 or stays.
  private mutating func rise(_ train: SpikeTrain, step: Int) -> Int {
    var fired = 0
    for group in train.stepStarts[step]..<train.stepStarts[step + 1] {
      let pixel = Int(train.pixels[group])
      for position in Int(train.channelStarts[group])..<Int(train.channelStarts[group + 1]) {
        let channel = Int(train.channels[position])
        let count = counts[pixel &* channels &+ channel] &+ 1
        counts[pixel &* channels &+ channel] = count
        for window in windowStarts[pixel]..<windowStarts[pixel &+ 1] {
          let at = windows[window] &* padded &+ channel
          if count > largest[at] {
            largest[at] = count
            masks[at &>> 4] |= 1 &<< UInt16(truncatingIfNeeded: at & 15)
            fired &+= 1
          }
        }
      }
    }
    return fired
  }

  /// A step of any spikes.
  private mutating func follow(_ train: SpikeTrain, step: Int) -> Int {
    for group in train.stepStarts[step]..<train.stepStarts[step + 1] {
      let pixel = Int(train.pixels[group])
      for position in Int(train.channelStarts[group])..<Int(train.channelStarts[group + 1]) {
        let channel = Int(train.channels[position])
        counts[pixel * channels + channel] &+= train.hasPayload ? Int64(train.payloads[position]) : 1
        for window in windowStarts[pixel]..<windowStarts[pixel + 1] {
          let at = windows[window] * padded + channel
          if isTouched[at] { continue }
          isTouched[at] = true
          touched.append(at)
        }
      }
    }
    var fired = 0
    for at in touched {
      isTouched[at] = false
      let (pooled, channel) = at.quotientAndRemainder(dividingBy: padded)
      var most = Int64.min
      for cell in cells[cellStarts[pooled]..<cellStarts[pooled + 1]] {
        most = max(most, counts[cell * channels + channel])
      }
      change[at] = most &- largest[at]
      largest[at] = most
      if change[at] == 0 { continue }
      masks[at >> 4] |= 1 << UInt16(truncatingIfNeeded: at & 15)
      fired += 1
    }
    touched.removeAll(keepingCapacity: true)
    return fired
  }

  private mutating func collect(_ fired: Int, into output: inout SpikeTrain) {
    NeuronStep.collect(
      level: .best, masks, firstMask: 0, order: [], fired: fired, padded: padded, pixels: pooledPixels, into: &output,
      counts: &unread)
    BufferKernels.clear(&masks)
    guard output.hasPayload else { return }
    NeuronStep.fillPayloads(of: &output, last: fired, padded: padded) { Int32(clamping: change[$0]) }
  }
}
