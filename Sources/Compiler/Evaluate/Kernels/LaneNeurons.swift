import Runtime
internal import CKernels

/// The neurons of a layer on a block of 16 samples, in floats: one spike a step, of both signs where signed; soft reset
/// unless told otherwise.
struct LaneNeurons: Sendable {
  /// One value, or one a channel.
  private(set) var threshold: [Float]
  /// Of signed neurons, at most 0; nil: spikes are positive alone.
  let negative: [Float]?
  /// Largest count of a spike.
  let counts: Int
  let channelSize: Int
  let hardReset: Bool
  private(set) var v: [Lanes]
  /// Of signed neurons: spikes that may still be taken back.
  private(set) var sent: [Lanes]

  /// - Parameter initial: potentials: one, one a channel or one a neuron.
  init(threshold: [Float], negative: [Float]?, counts: Int = 1, count: Int, channelSize: Int, initial: [Float], hardReset: Bool = false) {
    self.threshold = threshold
    self.negative = negative
    self.counts = counts
    self.channelSize = max(1, channelSize)
    self.hardReset = hardReset
    let size = max(1, count / max(1, initial.count))
    v = (0..<count).map { Lanes(repeating: initial[$0 / size]) }
    sent = negative == nil ? [] : [Lanes](repeating: .zero, count: count)
  }

  private var channels: Int { v.count / channelSize }

  private func entry(_ list: [Float], _ channel: Int) -> Float { list.count == 1 ? list[0] : list[channel] }

  /// For the next digit of a number.
  mutating func halveThresholds() {
    for at in threshold.indices { threshold[at] /= 2 }
  }

  mutating func add(_ sums: [Lanes]) {
    for neuron in v.indices { v[neuron] += sums[neuron] }
  }

  /// Adds one value a channel.
  mutating func add(bias: [Float]) {
    for channel in bias.indices where bias[channel] != 0 {
      for neuron in (channel * channelSize)..<((channel + 1) * channelSize) { v[neuron] += bias[channel] }
    }
  }

  /// Counts that a channel sends in the samples of `lanes` if its potentials were higher by `more`, the negative ones
  /// taken off.
  func spikes(channel: Int, more: Float, lanes: UInt16, level: KernelLevel = .best) -> Int {
    let limit = entry(threshold, channel)
    // Whoever holds a threshold more sends one more.
    return (0..<counts).reduce(0) { $0 + once(channel: channel, more: more - Float($1) * (counts > 1 ? limit : 0), lanes, level) }
  }

  private func once(channel: Int, more: Float, _ lanes: UInt16, _ level: KernelLevel) -> Int {
    let neurons = range(channel)
    let (limit, below) = (entry(threshold, channel), entry(negative ?? [0], channel))
    guard limit.isFinite else { return 0 }
    if level == .swift {
      return neurons.reduce(0) { sum, neuron in
        let (up, down) = plainly(v[neuron] + more, sent.isEmpty ? nil : sent[neuron], limit, below)
        return sum + (up & lanes).nonzeroBitCount - (down & lanes).nonzeroBitCount
      }
    }
    return unsafe v.withUnsafeBytes { v in
      unsafe sent.withUnsafeBytes { sent in
        // A trial writes nothing.
        Int(
          unsafe ck_fire(
            level.code, UnsafeMutablePointer(mutating: Self.floats(v, neurons.lowerBound)),
            sent.isEmpty ? nil : UnsafeMutablePointer(mutating: Self.floats(sent, neurons.lowerBound)),
            neurons.count, limit, below, more, lanes, nil, nil))
      }
    }
  }

  /// Fires every neuron and notes what it sends: a neuron that sends a count of several fires as often.
  mutating func fire(into train: inout LaneTrain, step: Int, level: KernelLevel = .best) {
    precondition(train.counts == counts)
    for count in 0..<counts { fireOnce(into: &train, row: step * counts + count, level) }
    guard hardReset else { return }
    for neuron in v.indices {
      let fired = train.up[step * train.neurons + neuron]
      if fired != 0 { v[neuron] *= 1 - LaneBits.lanes(fired) }
    }
  }

  private mutating func fireOnce(into train: inout LaneTrain, row: Int, _ level: KernelLevel) {
    for channel in 0..<channels where entry(threshold, channel).isFinite {
      let neurons = range(channel)
      let (limit, below) = (entry(threshold, channel), entry(negative ?? [0], channel))
      if level == .swift {
        for neuron in neurons { fire(neuron, limit, below, into: &train, row: row) }
        continue
      }
      let first = row * train.neurons + neurons.lowerBound
      let isSigned = !sent.isEmpty
      precondition(first + neurons.count <= train.up.count && (!isSigned || train.down.count == train.up.count))
      unsafe v.withUnsafeMutableBytes { v in
        unsafe sent.withUnsafeMutableBytes { sent in
          unsafe train.up.withUnsafeMutableBufferPointer { up in
            unsafe train.down.withUnsafeMutableBufferPointer { down in
              guard let ups = up.baseAddress else { return }
              _ = unsafe ck_fire(
                level.code, UnsafeMutablePointer(mutating: Self.floats(UnsafeRawBufferPointer(v), neurons.lowerBound)),
                isSigned
                  ? UnsafeMutablePointer(mutating: Self.floats(UnsafeRawBufferPointer(sent), neurons.lowerBound)) : nil,
                neurons.count, limit, below, 0, .max, ups + first,
                isSigned ? down.baseAddress.map { unsafe $0 + first } : nil)
            }
          }
        }
      }
    }
  }

  private static func floats(_ lanes: UnsafeRawBufferPointer, _ first: Int) -> UnsafePointer<Float>? {
    unsafe lanes.baseAddress.map { unsafe ($0 + first * 64).assumingMemoryBound(to: Float.self) }
  }

  private func range(_ channel: Int) -> Range<Int> { (channel * channelSize)..<((channel + 1) * channelSize) }

  // MARK: The Swift twin

  private func plainly(_ value: Lanes, _ sent: Lanes?, _ limit: Float, _ below: Float) -> (up: UInt16, down: UInt16) {
    var (up, down): (UInt16, UInt16) = (0, 0)
    for lane in 0..<16 {
      if value[lane] >= limit {
        up |= 1 << UInt16(lane)
      } else if let sent, value[lane] < below, sent[lane] > 0 {
        down |= 1 << UInt16(lane)
      }
    }
    return (up, down)
  }

  private mutating func fire(
    _ neuron: Int, _ limit: Float, _ below: Float, into train: inout LaneTrain, row: Int
  ) {
    let (up, down) = plainly(v[neuron], sent.isEmpty ? nil : sent[neuron], limit, below)
    let change = LaneBits.lanes(up) - LaneBits.lanes(down)
    v[neuron] -= change * limit
    if !sent.isEmpty { sent[neuron] += change }
    train.set(row: row, neuron: neuron, up: up, down: down)
  }
}

/// `min(max(x, 0), high)` of every value.
func clip(_ values: inout [Lanes], high: Float, level: KernelLevel = .best) {
  if level == .swift {
    for index in values.indices {
      values[index] = pointwiseMin(pointwiseMax(values[index], .zero), Lanes(repeating: high))
    }
    return
  }
  let count = values.count
  unsafe values.withUnsafeMutableBytes { values in
    guard let x = values.baseAddress else { return }
    unsafe ck_clip(level.code, x.assumingMemoryBound(to: Float.self), count, high)
  }
}
