import ChipModel

/// The spikes of one population in one sample, step by step; neurons are channel-last.
struct RealTrain: Sendable {
  private(set) var starts = [0]
  private(set) var neurons: [Int] = []
  private(set) var payloads: [Int] = []

  var steps: Int { starts.count - 1 }

  mutating func append(_ neuron: Int, payload: Int) {
    neurons.append(neuron)
    payloads.append(payload)
  }

  mutating func endStep() { starts.append(neurons.count) }

  func forEach(step: Int, _ body: (_ neuron: Int, _ payload: Int) -> Void) {
    for index in starts[step]..<starts[step + 1] { body(neurons[index], payloads[index]) }
  }

  /// The spikes that a max-pool gate lets through: in each window those of the neuron with the largest count so far, this
  /// step included; of equals the one with the larger spike now, then the lower index.
  ///
  /// - Parameters:
  ///   - period: phases of the source's code, 1 for a rate code; a spike counts `2^(period - 1 - phase)`.
  ///   - restarts: counts begin anew in every period.
  func gated(by pool: PoolGeometry, source: MapShape, pooled: MapShape, period: Int, restarts: Bool) -> RealTrain {
    var result = RealTrain()
    var counts = [Int](repeating: 0, count: source.count)
    var now = [Int](repeating: 0, count: source.count)
    for step in 0..<steps {
      if restarts, step % period == 0 { counts = [Int](repeating: 0, count: source.count) }
      let weight = 1 << PhaseCode.shift(step: step, period: period)
      var windows: Set<Int> = []
      forEach(step: step) { neuron, payload in
        counts[neuron] += payload * weight
        now[neuron] = payload
        let (pixel, channel) = (neuron / source.channels, neuron % source.channels)
        for row in pool.windowsY(containing: pixel / source.width, count: pooled.height) {
          for column in pool.windowsX(containing: pixel % source.width, count: pooled.width) {
            windows.insert((row * pooled.width + column) * pooled.channels + channel)
          }
        }
      }
      for window in windows.sorted() {
        let (cell, channel) = (window / pooled.channels, window % pooled.channels)
        var best: Int?
        for y in pool.rows(of: cell / pooled.width, height: source.height) {
          for x in pool.columns(of: cell % pooled.width, width: source.width) {
            let neuron = (y * source.width + x) * source.channels + channel
            if let leader = best, (counts[neuron], now[neuron]) <= (counts[leader], now[leader]) { continue }
            best = neuron
          }
        }
        if let best, now[best] != 0 { result.append(window, payload: now[best]) }
      }
      forEach(step: step) { neuron, _ in now[neuron] = 0 }
      result.endStep()
    }
    return result
  }
}
