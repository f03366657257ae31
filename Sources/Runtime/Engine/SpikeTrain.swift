import ChipModel

/// All spikes of one population in one sample, step by step, in the order the kernels want: pixel by pixel (cell by cell
/// where the population is pooled), and within a pixel by channel.
///
/// Spikes of one pixel form a *group*: delivery adds them up in registers before it touches the accumulators. Groups of
/// step `s` are `stepStarts[s]..<stepStarts[s + 1]`; group `g` is pixel `pixels[g]` with the channels
/// `channels[channelStarts[g]..<channelStarts[g + 1]]`. Arrays may be longer than what is used; storage is kept between
/// samples, and kernels write into it without asking for room spike by spike.
///
/// A train may also hold bits alone (``beginBits(_:)``), until somebody needs groups (``list(level:)``).
package struct SpikeTrain: Sendable {
  /// Shape of the map whose neurons the spikes are of.
  package let shape: MapShape
  /// Whether spikes carry a payload other than 1.
  package let hasPayload: Bool
  /// Order of the pixels in a step; empty: as they come.
  var order: [UInt32] = []
  /// Whether groups and channels hold the spikes.
  private(set) var isListed = true
  /// Groups and spikes of each step that only bits hold.
  private var bitCounts: [(groups: Int, spikes: Int)] = []
  var stepStarts: [Int] = [0]
  var pixels: [UInt32] = []
  var channelStarts: [UInt32] = [0]
  var channels: [UInt32] = []
  /// One a spike where `hasPayload`, else empty.
  var payloads: [Int32] = []
  /// Groups and spikes so far.
  var groupCount = 0
  var spikeCount = 0
  /// The same spikes as a bit a neuron, channel-last and padded, `maskWords` words a step; where spikes are listed, those of
  /// a step without any mean nothing. 0 words: they are not kept.
  var masks: [UInt16] = []
  var maskWords = 0

  /// Forgets all spikes, keeps the storage.
  package mutating func removeAll() {
    stepStarts.removeAll(keepingCapacity: true)
    stepStarts.append(0)
    groupCount = 0
    spikeCount = 0
    isListed = true
    bitCounts.removeAll(keepingCapacity: true)
  }

  /// Makes an empty train one of bits, with room for those of so many steps, which are written before they are read.
  mutating func beginBits(_ words: Int, steps: Int = 0) {
    isListed = false
    maskWords = words
    BufferKernels.makeRoom(&masks, steps * words)
  }

  /// Makes room for the bits of so many more steps, and says where they begin.
  mutating func reserveBits(steps more: Int) -> Int {
    let start = steps * maskWords
    let end = start + more * maskWords
    if masks.count < end {
      masks.append(contentsOf: repeatElement(0, count: max(end, masks.count * 2) - masks.count))
    }
    return start
  }

  /// Ends steps whose bits are written, and counted.
  mutating func endBits(found: [(groups: Int, spikes: Int)]) {
    bitCounts += found
    for step in found { spikeCount += step.spikes }
  }

  /// Ends steps whose bits are written; nil: that have no spikes.
  mutating func endBits(steps ended: Int, level: KernelLevel?) {
    let start = reserveBits(steps: ended)
    for step in 0..<ended {
      let first = start + step * maskWords
      if let level {
        let found = MaskBits.count(masks, from: first, pixels: shape.pixels, words: maskWords / shape.pixels, level: level)
        bitCounts.append(found)
        spikeCount += found.spikes
      } else {
        MaskBits.clear(&masks, from: first, count: maskWords)
        bitCounts.append((0, 0))
      }
    }
  }

  /// Makes the groups of a train that has bits alone.
  mutating func list(level: KernelLevel, _ team: WorkTeam = .alone) {
    if isListed { return }
    isListed = true
    spikeCount = 0
    var starts = [(group: 0, spike: 0)]
    for step in bitCounts {
      groupCount += step.groups
      spikeCount += step.spikes
      starts.append((groupCount, spikeCount))
      endStep()
    }
    BufferKernels.makeRoom(&pixels, groupCount)
    BufferKernels.makeRoom(&channelStarts, groupCount + 1)
    BufferKernels.makeRoom(&channels, spikeCount)
    channelStarts[0] = 0
    NeuronStep.collectAll(level: level, starts, into: &self, team)
  }

  /// The same spikes without room for more: what is worth keeping.
  package func trimmed() -> SpikeTrain {
    var copy = self
    copy.list(level: .best)
    copy.pixels = Array(copy.pixels.prefix(copy.groupCount))
    copy.channelStarts = Array(copy.channelStarts.prefix(copy.groupCount + 1))
    copy.channels = Array(copy.channels.prefix(copy.spikeCount))
    copy.payloads = hasPayload ? Array(payloads.prefix(spikeCount)) : []
    copy.masks = []
    copy.maskWords = 0
    return copy
  }

  /// Number of steps recorded.
  package var steps: Int { isListed ? stepStarts.count - 1 : bitCounts.count }

  /// Payloads of all steps lie in it, and so does 0.
  var payloadRange: ClosedRange<Int64> {
    guard hasPayload else { return 0...(spikeCount == 0 ? 0 : 1) }
    let (low, high) = BufferKernels.extremes(payloads, count: spikeCount)
    return Int64(low)...Int64(high)
  }

  /// Largest magnitude of a payload, in all steps.
  var largestPayload: Int64 { max(payloadRange.upperBound, -payloadRange.lowerBound) }

  /// Number of spikes in `step`.
  package func spikeCount(step: Int) -> Int {
    if !isListed { return bitCounts[step].spikes }
    return Int(channelStarts[stepStarts[step + 1]]) - Int(channelStarts[stepStarts[step]])
  }

  /// Number of pixels that send any in `step`.
  func groupCount(step: Int) -> Int {
    isListed ? stepStarts[step + 1] - stepStarts[step] : bitCounts[step].groups
  }

  /// Makes room for so many more groups and spikes.
  mutating func reserve(groups: Int, spikes: Int) {
    func grow<T: FixedWidthInteger>(_ array: inout [T], _ count: Int) {
      if array.count < count {
        array.append(contentsOf: repeatElement(0, count: max(count, array.count * 2) - array.count))
      }
    }
    grow(&pixels, groupCount + groups)
    grow(&channelStarts, groupCount + groups + 1)
    grow(&channels, spikeCount + spikes)
    if hasPayload { grow(&payloads, spikeCount + spikes) }
  }

  /// Adds one spike of the current step. Spikes must come sorted by pixel, then channel.
  package mutating func append(pixel: Int, channel: Int, payload: Int32) {
    reserve(groups: 1, spikes: 1)
    let isNew = groupCount == stepStarts[stepStarts.count - 1] || pixels[groupCount - 1] != UInt32(truncatingIfNeeded: pixel)
    if isNew {
      pixels[groupCount] = UInt32(truncatingIfNeeded: pixel)
      groupCount += 1
    }
    channels[spikeCount] = UInt32(truncatingIfNeeded: channel)
    if hasPayload { payloads[spikeCount] = payload }
    spikeCount += 1
    channelStarts[groupCount] = UInt32(truncatingIfNeeded: spikeCount)
  }

  /// Keeps the bits of the current step, where any are kept.
  mutating func keep(_ stepMasks: [UInt16], from first: Int) {
    if maskWords == 0 { return }
    let start = reserveBits(steps: 1)
    BufferKernels.copy(stepMasks, from: first, count: maskWords, to: &masks, at: start)
  }

  /// Ends the current step.
  package mutating func endStep() { stepStarts.append(groupCount) }

  /// Calls `body(index, payload)` for every spike of `step`, index row-major over the shape, in the train's order.
  package func forEachSpike(step: Int, _ body: (Int, Int32) -> Void) {
    let area = shape.pixels
    if !isListed {
      let words = maskWords / area
      for index in 0..<(bitCounts[step].spikes > 0 ? area : 0) {
        let pixel = order.isEmpty ? index : Int(order[index])
        for word in 0..<words {
          var bits = masks[step * maskWords + pixel * words + word]
          while bits != 0 {
            body((word * 16 + bits.trailingZeroBitCount) * area + pixel, 1)
            bits &= bits &- 1
          }
        }
      }
      return
    }
    for group in stepStarts[step]..<stepStarts[step + 1] {
      let pixel = Int(pixels[group])
      for position in Int(channelStarts[group])..<Int(channelStarts[group + 1]) {
        body(Int(channels[position]) * area + pixel, hasPayload ? payloads[position] : 1)
      }
    }
  }
}

extension SpikeTrain {
  /// The spikes that a projection from the train's population reads.
  func part(_ projection: Projection) -> SpikeTrain {
    guard let sources = projection.sources else { return self }
    var part = SpikeTrain(shape: projection.sourceShape(of: shape), hasPayload: hasPayload)
    for step in 0..<steps {
      var read: [(pixel: Int, channel: Int, payload: Int32)] = []
      forEachSpike(step: step) { neuron, payload in
        guard sources.contains(neuron) else { return }
        let local = neuron - sources.lowerBound
        read.append((local % part.shape.pixels, local / part.shape.pixels, payload))
      }
      // A part of channels is read as a row of neurons, which pixels came before.
      if part.shape.pixels != shape.pixels { read.sort { $0.channel < $1.channel } }
      for spike in read { part.append(pixel: spike.pixel, channel: spike.channel, payload: spike.payload) }
      part.endStep()
    }
    return part
  }

  /// A train without steps.
  package init(shape: MapShape, hasPayload: Bool) {
    self.shape = shape
    self.hasPayload = hasPayload
  }
}
