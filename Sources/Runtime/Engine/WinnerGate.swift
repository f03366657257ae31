import ChipModel

/// Max pooling as the BSNN paper does it: a gate per window that lets the spikes of the most active neuron through.
///
/// Ties: the larger spike of this step, then the lower index.
struct WinnerGate: Sendable {
  let source: MapShape
  let pooled: MapShape
  let pool: PoolGeometry
  let period: Int
  let restarts: Bool
  private var counts: [Int64]
  private var now: [Int32]
  /// Spikes of this step: 2 where one is duplicated.
  private var times: [UInt8]
  private var touched: [Int] = []
  private var isTouched: [Bool]

  init(source: MapShape, pooled: MapShape, pool: PoolGeometry, period: Int, restarts: Bool) {
    self.source = source
    self.pooled = pooled
    self.pool = pool
    self.period = period
    self.restarts = restarts
    counts = [Int64](repeating: 0, count: source.count)
    now = [Int32](repeating: 0, count: source.count)
    times = [UInt8](repeating: 0, count: source.count)
    isTouched = [Bool](repeating: false, count: pooled.count)
  }

  /// Gates a whole train, from fresh counts.
  mutating func gate(_ train: SpikeTrain, into output: inout SpikeTrain) {
    output.removeAll()
    for index in counts.indices { counts[index] = 0 }
    for step in 0..<train.steps {
      if restarts && step % period == 0 {
        for index in counts.indices { counts[index] = 0 }
      }
      gateStep(train, step: step, into: &output)
      output.endStep()
    }
  }

  private mutating func gateStep(_ train: SpikeTrain, step: Int, into output: inout SpikeTrain) {
    let weight = Int64(1) << Int64(PhaseCode.shift(step: step, period: period))
    var spikes: [Int] = []
    train.forEachSpike(step: step) { index, payload in
      spikes.append(index)
      now[index] &+= payload
      times[index] &+= 1
      counts[index] &+= Int64(payload) &* weight
    }
    for index in spikes {
      let c = index / source.pixels
      let y = index % source.pixels / source.width
      let x = index % source.width
      for py in pool.windowsY(containing: y, count: pooled.height) {
        for px in pool.windowsX(containing: x, count: pooled.width) {
          // Ordered by pixel, then channel, as trains are.
          let key = (py * pooled.width + px) * pooled.channels + c
          if !isTouched[key] {
            isTouched[key] = true
            touched.append(key)
          }
        }
      }
    }
    touched.sort()
    for key in touched {
      isTouched[key] = false
      let c = key % pooled.channels
      let pixel = key / pooled.channels
      guard let index = winner(channel: c, py: pixel / pooled.width, px: pixel % pooled.width) else { continue }
      let copies = times[index]
      for _ in 0..<copies { output.append(pixel: pixel, channel: c, payload: now[index] / Int32(copies)) }
    }
    touched.removeAll(keepingCapacity: true)
    for index in spikes {
      now[index] = 0
      times[index] = 0
    }
  }

  /// The winner among the sources; it may have no spike in this step.
  private func winner(channel: Int, py: Int, px: Int) -> Int? {
    var best: Int64 = 0
    var payload: Int32 = 0
    var found: Int?
    for y in pool.rows(of: py, height: source.height) {
      for x in pool.columns(of: px, width: source.width) {
        let index = source.index(channel, y, x)
        if found == nil || counts[index] > best || (counts[index] == best && now[index] > payload) {
          found = index
          best = counts[index]
          payload = now[index]
        }
      }
    }
    return found
  }
}
