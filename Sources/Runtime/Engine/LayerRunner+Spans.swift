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
    let isNarrow: Bool
    /// Nil: a shortcut.
    let bytes: DenseRoute.Bytes?
  }

  /// Whether a population's updates are known without looking at its neurons step by step.
  func knowsUpdates(_ p: PopulationPlan, _ current: Current) -> Bool {
    current.isActive && p.population.lag == 0 && !p.hasBiasByStep
      && (updateTally.isFullyDriven(p) || (p.incoming.isEmpty && p.initialMagnitude == 0))
  }

  /// Ticks that run together.
  private struct TickSpan {
    var ticks: Range<Int>
    /// What arrives block by block.
    var arrivals: [Arrival]
    /// Whether sums of the whole map are there already, and whether there are any.
    var isWhole = false
    var hasArrived = false
    /// Of the maps of what arrives.
    var bytes: Int {
      arrivals.reduce(0) { sum, arrival in
        sum + (arrival.bytes.map { DeliverDense.bytes($0, steps: arrival.sent.count) } ?? 0)
      }
    }
  }

  mutating func runSpans(_ pass: Pass, _ incoming: [IncomingSpikes], _ current: Current) {
    let p = pass.p
    let lag = p.population.lag
    trains[p.index].beginBits(p.count / 16, steps: steps)
    // Ticks of the window: the first `lag` only add, the last only fire. After its last row a table of biases goes on.
    let ends = [lag, steps, steps + lag] + (p.hasBiasByStep ? [p.population.biasByStep.count - 1] : [])
    var isPending = p.isActiveAtStart
    var start = 0
    // Blocks run through spans that follow one another, as long as maps stay in the second cache.
    var batch: [TickSpan] = []
    while start < steps + lag {
      let end = ends.filter { $0 > start }.min() ?? steps + lag
      let blocked = start..<min(end, start + (incoming.isEmpty ? 64 : PopulationPlan.blockSteps))
      let arrivals = arrivals(incoming, blocked)
      var span = TickSpan(
        ticks: arrivals == nil ? start..<min(end, start + p.slots) : blocked, arrivals: arrivals ?? [],
        isWhole: arrivals == nil)
      start = span.ticks.upperBound
      let bytes = batch.reduce(span.bytes) { $0 + $1.bytes }
      let joins = acts(span, p, current) && bytes <= LayerRunner.mostBatchBytes
      if span.isWhole || !joins {
        isPending = run(batch, pass, incoming, current, isPending)
        batch = []
      }
      if span.isWhole {
        span.hasArrived = deliverWhole(incoming, span.ticks, p)
        isPending = run([span], pass, incoming, current, isPending)
        clearBehind(p, slots: span.ticks.count)
      } else if joins {
        batch.append(span)
      } else {
        isPending = run([span], pass, incoming, current, isPending)
      }
    }
    _ = run(batch, pass, incoming, current, isPending)
  }

  private static let mostBatchBytes = 3 << 18

  /// Whether something happens in a span whatever the one before leaves.
  private func acts(_ span: TickSpan, _ p: PopulationPlan, _ current: Current) -> Bool {
    let lag = p.population.lag
    return span.hasArrived || !span.arrivals.isEmpty || isDriven(span, p, current)
      || (span.ticks.lowerBound == lag && lag > 0)
  }

  private func isDriven(_ span: TickSpan, _ p: PopulationPlan, _ current: Current) -> Bool {
    span.ticks.lowerBound < steps && (current.isActive || p.hasBiasByStep)
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
        Arrival(
          index: index, sent: sent, slot: sent.lowerBound + spikes.plan.offset - ticks.lowerBound,
          isNarrow: spikes.plan.path.isNarrow, bytes: bytes))
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
  /// - Parameter spans: one, or several that act whatever the one before leaves.
  /// - Returns: whether a neuron may fire in the next tick without new input.
  private mutating func run(
    _ spans: [TickSpan], _ pass: Pass, _ incoming: [IncomingSpikes], _ current: Current, _ isPending: Bool
  ) -> Bool {
    guard let first = spans.first?.ticks.lowerBound, let end = spans.last?.ticks.upperBound else { return isPending }
    let p = pass.p
    let index = p.index
    let lag = p.population.lag
    let acts = isPending || acts(spans[0], p, current)
    if acts {
      isInitial[index] = false
      if updateTally.isOn {
        for step in first..<end { updateTally.note(p, step: step, isDriven: true, incoming: [], v: v[index], b: b[index]) }
      }
      let firstMask = p.firing == .none ? 0 : trains[index].reserveBits(steps: end - max(first, lag))
      while scratch.maps.count < spans.count * incoming.count { scratch.maps.append(DenseMaps()) }
      if scratch.begins { BufferKernels.makeRoom(&v[index], p.count) }
      let works = spans.enumerated().map { place, span in
        SpanWork(
          pass, span, incoming, adds: span.ticks.lowerBound < steps, isDriven: isDriven(span, p, current),
          drive: p.hasBiasByStep ? p.biasesByStep : scratch.current, level: plan.kernels,
          whole: span.isWhole ? scratch.sums : nil,
          firstMask: firstMask + max(0, span.ticks.lowerBound - max(first, lag)) * (p.count / 16),
          found: span.ticks.lowerBound - first, begins: scratch.begins && place == 0,
          maps: Array(scratch.maps.dropFirst(place * incoming.count)))
      }
      scratch.begins = false
      let (team, threads) = (team, scratch.threads)
      if works.count == 1 {
        works[0].fill(team)
      } else {
        _ = team.sum(works.count) { span, _ in
          works[span].fill(.alone)
          return 0
        }
      }
      for thread in threads { thread.found = [(groups: Int, spikes: Int)](repeating: (0, 0), count: end - first) }
      tally.saturations[index] += NeuronStep.with(&v[index], &trains[index].masks) { neurons in
        team.sum((p.shape.pixels + p.blockPixels - 1) / p.blockPixels) { block, worker in
          works.reduce(0) { $0 + $1.run(block: block, neurons, threads[worker]) }
        }
      }
    }
    guard end > lag else { return isPending }
    let fired = max(first, lag)..<end
    if acts, p.firing != .none {
      trains[index].endBits(
        found: fired.map { tick in
          scratch.threads.reduce((0, 0)) {
            let found = $1.found[tick - first]
            return ($0.0 + found.groups, $0.1 + found.spikes)
          }
        })
    } else {
      trains[index].endBits(steps: fired.count, level: nil)
    }
    return p.actsAlone || (acts && trains[index].spikeCount(step: end - 1 - lag) > 0)
  }

  /// What the blocks of a span share, on any thread.
  private final class SpanWork: Sendable {
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
    /// By incoming projection.
    let maps: [DenseMaps]
    /// Where a thread counts the first step's spikes.
    let found: Int
    /// Whether neurons have their initial potentials before.
    let begins: Bool

    init(
      _ pass: Pass, _ ticks: TickSpan, _ incoming: [IncomingSpikes], adds: Bool, isDriven: Bool, drive: [Int32],
      level: KernelLevel, whole: Accumulators?, firstMask: Int, found: Int, begins: Bool, maps: [DenseMaps]
    ) {
      let p = pass.p
      let first = ticks.ticks.lowerBound
      let arrived = ticks.hasArrived || !ticks.arrivals.isEmpty
      var span = NeuronStep.Span(
        steps: ticks.ticks.count, apart: ticks.isWhole ? p.apart : p.blockPixels * p.padded, firstMask: firstMask,
        maskStep: p.count / 16)
      if p.hasBiasByStep {
        let last = p.population.biasByStep.count - 1
        span.driveTile = p.bias.count
        span.driveStep = first < last ? p.bias.count : 0
        span.firstDrive = min(first, last) * p.bias.count
      }
      self.pass = pass
      self.span = span
      // After the last tick that adds there is nothing to add.
      sources =
        adds ? NeuronStep.Sources(narrow: p.usesNarrow && arrived, wide: p.usesWide && arrived, drive: isDriven) : nil
      firing = first >= p.population.lag ? pass.firing : .none
      self.drive = drive
      self.level = level
      self.whole = whole
      self.incoming = incoming
      arrivals = ticks.arrivals
      self.maps = maps
      self.found = found
      self.begins = begins
    }

    /// Fills the maps of what arrives.
    func fill(_ team: WorkTeam) {
      for arrival in arrivals {
        guard let bytes = arrival.bytes else { continue }
        maps[arrival.index].fill(incoming[arrival.index].train, arrival.sent, bytes, level, team)
      }
    }

    /// Adds what arrives at a block's neurons, and runs them.
    ///
    /// - Returns: saturations.
    func run(block: Int, _ neurons: NeuronStep.Neurons, _ thread: ThreadScratch) -> Int {
      let p = pass.p
      let pixels = (block * p.blockPixels)..<min((block + 1) * p.blockPixels, p.shape.pixels)
      var span = span
      span.neurons = (pixels.lowerBound * p.padded)..<(pixels.upperBound * p.padded)
      if begins, let running = span.neurons { neurons.begin(p.initial, running) }
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
      if firing != .none { neurons.count(span, words: p.padded / 16, level: level, into: &thread.found, from: found) }
      return saturations
    }

    private func deliver(_ arrival: Arrival, _ pixels: Range<Int>, _ sums: Accumulators) {
      var lanes = Lanes(sums: sums, isNarrow: arrival.isNarrow, start: arrival.slot * span.apart)
      if let bytes = arrival.bytes {
        maps[arrival.index].deliver(
          DeliverDense.Part(steps: arrival.sent.count, positions: pixels, apart: span.apart), bytes, into: lanes)
        return
      }
      let spikes = incoming[arrival.index]
      if let shortcut = spikes.plan.shortcut {
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
