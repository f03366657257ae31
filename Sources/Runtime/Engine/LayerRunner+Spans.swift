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
    trains[p.index].beginBits(p.count / 16, steps: steps)
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
    scratch.sums.reserve(narrow: p.usesNarrow ? p.slots * p.apart : 0, wide: p.usesWide ? p.slots * p.apart : 0)
    let (delivery, threads) = (delivery(p), scratch.threads)
    let arrived = team.sum(ticks.count) { slot, worker in
      incoming.reduce(0) { found, spikes in
        found + (delivery.deliver(spikes, step: ticks.lowerBound + slot, slot: slot, threads[worker]) ? 1 : 0)
      }
    }
    return arrived > 0
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
        scratch.dense[arrival.index].fill(incoming[arrival.index].train, arrival.sent, bytes, plan.kernels, team)
      }
      let whole = isWhole ? scratch.sums : nil
      if !isWhole { span.apart = p.blockPixels * p.padded }
      let work = SpanWork(
        pass: pass, span: span, sources: sources, firing: fires ? pass.firing : .none,
        drive: p.hasBiasByStep ? p.biasesByStep : scratch.current, level: plan.kernels, whole: whole, incoming: incoming,
        arrivals: arrivals, dense: scratch.dense)
      let (team, threads) = (team, scratch.threads)
      for thread in threads { thread.found = [(groups: Int, spikes: Int)](repeating: (0, 0), count: ticks.count) }
      tally.saturations[index] += NeuronStep.with(&v[index], &trains[index].masks) { neurons in
        team.sum((p.shape.pixels + p.blockPixels - 1) / p.blockPixels) { block, worker in
          work.run(block: block, neurons, threads[worker])
        }
      }
    }
    guard ticks.lowerBound >= lag else { return isPending }
    if acts, fires {
      trains[index].endBits(
        found: ticks.indices.map { tick in
          scratch.threads.reduce((0, 0)) {
            let found = $1.found[tick - ticks.lowerBound]
            return ($0.0 + found.groups, $0.1 + found.spikes)
          }
        })
    } else {
      trains[index].endBits(steps: ticks.count, level: nil)
    }
    return p.actsAlone || (acts && trains[index].spikeCount(step: ticks.upperBound - 1 - lag) > 0)
  }

  /// What the blocks of a span share, on any thread.
  private struct SpanWork: Sendable {
    let pass: Pass
    let span: NeuronStep.Span
    let sources: NeuronStep.Sources?
    let firing: NeuronStep.Firing
    let drive: [Int32]
    let level: KernelLevel
    /// Sums of the whole map, where they are there already; else each block adds up its own.
    let whole: Accumulators?
    let incoming: [IncomingSpikes]
    let arrivals: [Arrival]
    /// Filled maps, by incoming projection.
    let dense: [DeliverDense]

    /// Adds what arrives at a block's neurons, and runs them.
    ///
    /// - Returns: saturations.
    func run(block: Int, _ neurons: NeuronStep.Neurons, _ thread: ThreadScratch) -> Int {
      let p = pass.p
      let pixels = (block * p.blockPixels)..<min((block + 1) * p.blockPixels, p.shape.pixels)
      var span = span
      span.neurons = (pixels.lowerBound * p.padded)..<(pixels.upperBound * p.padded)
      if whole == nil {
        thread.sums.reserve(narrow: p.usesNarrow ? p.blockSums : 0, wide: p.usesWide ? p.blockSums : 0)
        for arrival in arrivals { deliver(arrival, pixels, thread.sums) }
      } else {
        span.firstSum = pixels.lowerBound * p.padded
      }
      let saturations = NeuronStep.run(
        level: level, neurons, sums: whole ?? thread.sums, drive: drive, sources: sources, tiles: p.tiles, firing: firing,
        settings: pass.settings, span: span
      ).saturations
      if firing != .none { neurons.count(span, words: p.padded / 16, level: level, into: &thread.found) }
      return saturations
    }

    private func deliver(_ arrival: Arrival, _ pixels: Range<Int>, _ sums: Accumulators) {
      let spikes = incoming[arrival.index]
      var lanes = Lanes(sums: sums, isNarrow: spikes.plan.path.isNarrow, start: arrival.slot * span.apart)
      if let bytes = arrival.bytes {
        dense[arrival.index].deliver(
          DeliverDense.Part(steps: arrival.sent.count, positions: pixels, apart: span.apart), bytes, into: lanes)
      } else if let shortcut = spikes.plan.shortcut {
        for step in arrival.sent {
          if spikes.train.spikeCount(step: step) > 0 {
            shortcut.deliver(spikes.train, step: step, pixels: pixels, level: level, into: lanes)
          }
          lanes.start += span.apart
        }
      }
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
