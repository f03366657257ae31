/// All spikes of one population in one sample, step by step, in the order the kernels want: sorted by pixel, and within a
/// pixel by channel.
///
/// Spikes of one pixel form a *group*: delivery adds them up in registers before it touches the accumulators. Groups of
/// step `s` are `stepStarts[s]..<stepStarts[s + 1]`; group `g` is pixel `pixels[g]` with the channels
/// `channels[channelStarts[g]..<channelStarts[g + 1]]`. Storage is kept between samples.
public struct SpikeTrain: Sendable {
  /// Shape of the map whose neurons the spikes are of.
  public let shape: MapShape
  /// Whether spikes carry a payload other than 1.
  public let hasPayload: Bool
  public internal(set) var stepStarts: [Int] = [0]
  public internal(set) var pixels: [UInt32] = []
  public internal(set) var channelStarts: [UInt32] = [0]
  public internal(set) var channels: [UInt32] = []
  /// One a spike where `hasPayload`, else empty.
  public internal(set) var payloads: [Int32] = []

  public init(shape: MapShape, hasPayload: Bool) {
    self.shape = shape
    self.hasPayload = hasPayload
  }

  /// Forgets all spikes, keeps the storage.
  public mutating func removeAll() {
    stepStarts.removeAll(keepingCapacity: true)
    stepStarts.append(0)
    pixels.removeAll(keepingCapacity: true)
    channelStarts.removeAll(keepingCapacity: true)
    channelStarts.append(0)
    channels.removeAll(keepingCapacity: true)
    payloads.removeAll(keepingCapacity: true)
  }

  /// Number of steps recorded.
  public var steps: Int { stepStarts.count - 1 }

  /// Number of spikes in `step`.
  public func spikeCount(step: Int) -> Int {
    Int(channelStarts[stepStarts[step + 1]]) - Int(channelStarts[stepStarts[step]])
  }

  /// Adds one spike of the current step. Spikes must come sorted by pixel, then channel.
  mutating func append(pixel: Int, channel: Int, payload: Int32) {
    if pixels.count == stepStarts[stepStarts.count - 1] || pixels[pixels.count - 1] != UInt32(truncatingIfNeeded: pixel) {
      pixels.append(UInt32(truncatingIfNeeded: pixel))
      channelStarts.append(channelStarts[channelStarts.count - 1])
    }
    channels.append(UInt32(truncatingIfNeeded: channel))
    channelStarts[channelStarts.count - 1] &+= 1
    if hasPayload { payloads.append(payload) }
  }

  /// Ends the current step.
  mutating func endStep() { stepStarts.append(pixels.count) }

  /// Calls `body(index, payload)` for every spike of `step`, index row-major over the shape, in pixel order.
  public func forEachSpike(step: Int, _ body: (Int, Int32) -> Void) {
    let area = shape.pixels
    for group in stepStarts[step]..<stepStarts[step + 1] {
      let pixel = Int(pixels[group])
      for position in Int(channelStarts[group])..<Int(channelStarts[group + 1]) {
        body(Int(channels[position]) * area + pixel, hasPayload ? payloads[position] : 1)
      }
    }
  }
}
