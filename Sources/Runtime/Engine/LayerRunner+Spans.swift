import ChipModel

/// Several steps of a population at once: what arrives is known for all of them before the first, so each step's sums go
/// into accumulators of its own, and neurons stay in registers from step to step.
///
/// Where nothing arrives spike by spike, a block of pixels runs through the steps before the next one does.
extension LayerRunner {
  /// What arrives in a span, block by block.
  private struct Arrival {
    /// Which incoming projection.
    let index: Int
    /// Steps of its train, and the first of them among the ticks.
    let sent: Range<Int>
    let slot: Int
    /// Nil: a shortcut.
    let bytes: DenseRoute.Bytes?
  }

  /// Whether a population's updates are known without looking at its neurons step by step.
  func knowsUpdates(_ p: PopulationPlan, _ current: Current) -> Bool {
    current.isActive && p.population.lag == 0 && !p.hasBiasByStep
      && (updateTally.isFullyDriven(p) || (p.incoming.isEmpty && p.initialMagnitude == 0))
  }

  mutating func runSpans(_ pass: Pass, _ incoming: [IncomingSpikes], _ current: Current) {
    let p = pass.p
    let lag = p.population.lag
    trains[p.index].beginBits(p.count / 16)
    // Ticks of the window: the first `lag` only add, the last only fire. After its last row a table of biases goes on.
    let ends = [lag, steps, steps + lag] + (p.hasBiasByStep ? [p.population.biasByStep.count - 1] : [])
    var isPending = p.isActiveAtStart
    var start = 0
    while start < steps + lag {
      let end = ends.filter { $0 > start }.min() ?? steps + lag
      let blocked = start..<min(end, start + (incoming.isEmpty ? 64 : PopulationPlan.blockSteps))
      if let arrivals = arrivals(incoming, blocked) {
        start = blocked.upperBound
        isPending = runSpan(pass, blocked, incoming, arrivals, isWhole: false, hasArrived: false, current, isPending)
      } else {
        let ticks = start..<min(end, start + p.slots)
        start = ticks.upperBound
        let arrived = deliverWhole(incoming, ticks, p)
        isPending = runSpan(pass, ticks, incoming, [], isWhole: true, hasArrived: arrived, current, isPending)
        clearBehind(p, slots: ticks.count)
      }
    }
  }

  /// What arrives in some ticks; nil where something does spike by spike.
  private func arrivals(_ incoming: [IncomingSpikes], _ ticks: Range<Int>) -> [Arrival]? {
    guard ticks.lowerBound < steps else { return [] }
    var arrivals: [Arrival] = []
    for (index, spikes) in incoming.enumerated() {
      let sent = spikes.sent(ticks, of: steps)
      guard sent.contains(where: { spikes.train.spikeCount(step: $0) > 0 }) else { continue }
      let bytes = spikes.bytes(steps: sent)
      guard bytes != nil || spikes.isShortcut(steps: sent) else { return nil }
      arrivals.append(
        Arrival(index: index, sent: sent, slot: sent.lowerBound + spikes.plan.offset - ticks.lowerBound, bytes: bytes))
    }
    return arrivals
  }

  /// Adds up what arrives in some ticks, each in its slot of a whole map; false where nothing does.
  private mutating func deliverWhole(_ incoming: [IncomingSpikes], _ ticks: Range<Int>, _ p: PopulationPlan) -> Bool {
    func size<T: FixedWidthInteger>(_ array: inout [T], _ count: Int) {
      if array.count < count { array = [T](repeating: 0, count: count) }
    }
    if p.usesNarrow { size(&scratch.narrow, p.slots * p.apart) }
    if p.usesWide { size(&scratch.wide, p.slots * p.apart) }
    var arrived = false
    for spikes in incoming {
      for step in spikes.sent(ticks, of: steps) {
        let tick = step + spikes.plan.offset
        arrived = deliver(spikes, step: tick, p, slot: tick - ticks.lowerBound) || arrived
      }
    }
    return arrived
  }

  /// Adds what arrives block by block, and updates.
  ///
  /// - Returns: whether a neuron may fire in the next tick without new input.
  private mutating func runSpan(
    _ pass: Pass, _ ticks: Range<Int>, _ incoming: [IncomingSpikes], _ arrivals: [Arrival], isWhole: Bool,
    hasArrived: Bool, _ current: Current, _ isPending: Bool
  ) -> Bool {
    let p = pass.p
    let index = p.index
    let lag = p.population.lag
    let adds = ticks.lowerBound < steps
    let fires = ticks.lowerBound >= lag && p.firing != .none
    let arrived = hasArrived || !arrivals.isEmpty
    let isDriven = adds && (current.isActive || p.hasBiasByStep)
    let acts = arrived || isDriven || isPending || (ticks.lowerBound == lag && lag > 0)
    if acts {
      isInitial[index] = false
      if updateTally.isOn {
        for step in ticks { updateTally.note(p, step: step, isDriven: true, incoming: [], v: v[index], b: b[index]) }
      }
      var span = NeuronStep.Span(steps: ticks.count, apart: p.apart, maskStep: p.count / 16)
      if p.hasBiasByStep {
        let last = p.population.biasByStep.count - 1
        span.driveTile = p.bias.count
        span.driveStep = ticks.lowerBound < last ? p.bias.count : 0
        span.firstDrive = min(ticks.lowerBound, last) * p.bias.count
      }
      if fires { span.firstMask = trains[index].reserveBits(steps: ticks.count) }
      // After the last tick that adds there is nothing to add.
      let sources =
        adds ? NeuronStep.Sources(narrow: p.usesNarrow && arrived, wide: p.usesWide && arrived, drive: isDriven) : nil
      for arrival in arrivals {
        guard let bytes = arrival.bytes else { continue }
        scratch.dense[arrival.index].fill(incoming[arrival.index].train, arrival.sent, bytes, plan.kernels)
      }
      let block = isWhole ? p.shape.pixels : p.blockPixels
      if !isWhole { span.apart = block * p.padded }
      for first in stride(from: 0, to: p.shape.pixels, by: block) {
        let pixels = first..<min(first + block, p.shape.pixels)
        for arrival in arrivals { deliver(arrival, incoming[arrival.index], pixels, apart: span.apart) }
        span.neurons = (pixels.lowerBound * p.padded)..<(pixels.upperBound * p.padded)
        tally.saturations[index] += NeuronStep.run(
          level: plan.kernels, v: &v[index], narrow: &scratch.narrow, wide: &scratch.wide,
          drive: p.hasBiasByStep ? p.biasesByStep : scratch.current, sources: sources, tiles: p.tiles,
          firing: fires ? pass.firing : .none, settings: pass.settings, masks: &trains[index].masks, span: span
        ).saturations
      }
    }
    guard ticks.lowerBound >= lag else { return isPending }
    trains[index].endBits(steps: ticks.count, level: acts && fires ? plan.kernels : nil)
    return p.actsAlone || (acts && trains[index].spikeCount(step: ticks.upperBound - 1 - lag) > 0)
  }

  /// Adds what arrives at some pixels.
  private mutating func deliver(_ arrival: Arrival, _ spikes: IncomingSpikes, _ pixels: Range<Int>, apart: Int) {
    let isNarrow = spikes.plan.path.isNarrow
    guard let bytes = arrival.bytes else {
      guard let shortcut = spikes.plan.shortcut else { return }
      for (at, step) in arrival.sent.enumerated() where spikes.train.spikeCount(step: step) > 0 {
        let start = (arrival.slot + at) * apart
        if isNarrow {
          shortcut.deliver(
            spikes.train, step: step, pixels: pixels, level: plan.kernels, into: &scratch.narrow, at: start)
        } else {
          shortcut.deliver(spikes.train, step: step, pixels: pixels, level: plan.kernels, into: &scratch.wide, at: start)
        }
      }
      return
    }
    let part = DeliverDense.Part(
      steps: arrival.sent.count, positions: pixels, start: arrival.slot * apart, apart: apart)
    if isNarrow {
      scratch.dense[arrival.index].deliver(part, bytes, into: &scratch.narrow)
    } else {
      scratch.dense[arrival.index].deliver(part, bytes, into: &scratch.wide)
    }
  }
}

extension LayerRunner.IncomingSpikes {
  /// Steps of the train that arrive in adding ticks of the target's window.
  fileprivate func sent(_ ticks: Range<Int>, of steps: Int) -> Range<Int> {
    (ticks.lowerBound - plan.offset..<min(ticks.upperBound, steps) - plan.offset).clamped(to: 0..<steps)
  }

  fileprivate func isShortcut(steps: Range<Int>) -> Bool {
    plan.shortcut.map { !train.isListed || $0.isWorth(train, steps: steps) } ?? false
  }
}
