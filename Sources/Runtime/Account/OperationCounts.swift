import ChipModel

/// Every operation of a run, derived from spike counts: exact integers, equal to what the chip interpreter counts one by one.
///
/// A spike of one neuron reaches the same synapses every time, so operations are sums over neurons of spikes times fan-out;
/// behind a max-pool gate, of the spikes that passed times the fan-out of the pooled neuron. Synaptic operations are
/// attributed to the population that receives, and counted when the message arrives at its core: in the tick of the
/// emission, also where the delay carries the weight beyond the receiver's window.
/// - Complexity: linear in neurons, axons and weights; independent of steps and spikes.
package struct OperationCounts: Sendable, Equatable {
  /// One population over all samples.
  package struct PopulationCounts: Sendable, Equatable {
    package var spikes = 0
    /// Synaptic operations that it received.
    package var synapticOperations = 0
    /// The same once for each unit of the payload: what a chip without payloads adds.
    package var additions = 0
    /// Additions with a weight that is not zero, once for each unit of the payload.
    package var effectiveACs = 0
    /// Messages that its spikes became, and their hops; 0 for a program without cores.
    package var messages = 0
    package var hops = 0
    package var saturations = 0
    package var neuronUpdates = 0
    /// Those in which the neuron had something to do (`NeuronUpdates`); nil: not counted.
    package var updatedNeurons: Int?
    package init() {}
  }

  /// Operations and additions through one kind of projection.
  package struct KindCounts: Sendable, Equatable {
    package var operations = 0
    package var additions = 0
  }

  /// One core over all samples.
  package struct CoreCounts: Sendable, Equatable {
    package var neurons = 0
    package var neuronUpdates = 0
    /// Those in which the neuron had something to do; nil: not counted.
    package var updatedNeurons: Int?
    package var saturations = 0
    package var spikes = 0
    /// Synaptic operations that it performed.
    package var synapticOperations = 0
    package var messagesIn = 0
    package var messagesOut = 0
    /// Hops of the messages that left it.
    package var hops = 0
    package init() {}
  }

  package var populations: [PopulationCounts]
  /// In the program's order; empty for a program without cores.
  package var cores: [CoreCounts]
  package var samples: Int
  package var spikes: Int
  package var synapticOperations: Int
  /// Synaptic operations once for each unit of the payload, zero weights too.
  package var additions: Int
  package var byKind: [Projection.Kind: KindCounts] = [:]
  /// `Effective_ACs`: sum over spikes of |payload| times its weights that are not zero.
  package var effectiveACs: Int
  /// `Effective_MACs`: multiply-accumulates of the host's input encoding with neither factor zero.
  package var effectiveMACs: Int
  /// `Dense`: the same with nothing skipped: every synapse (one winner per max-pool window) every step, and the input
  /// encoding once a sample.
  package var dense: Int
  package var neuronUpdates: Int
  /// Those in which the neuron had something to do; nil: not counted.
  package var updatedNeurons: Int?
  package var saturations: Int
  package var messages: Int
  /// Packets that left cores: the messages, or with multicast one for all messages of a spike.
  package var packets: Int
  /// Messages that stay within their tile.
  package var tileMessages: Int
  /// Tile-to-tile steps, a step between chips counted as the chip's link is worth.
  package var hops: Int
  /// Steps by direction within chips; `links`: steps between chips.
  package var hopsByDirection: HopCount
  /// The same by the tile they left, row by row.
  package var linkLoads: [LinkLoad]

  /// - Parameters:
  ///   - program: that ran.
  ///   - counters: of all samples, workers added up.
  ///   - steps: `T` of each sample.
  package init(program: CompiledProgram, counters: EngineCounters, steps: Int) {
    samples = counters.samples
    populations = program.populations.map { _ in PopulationCounts() }
    var synapses = 0
    var inputSynapses = 0
    for (index, projection) in program.projections.enumerated() {
      let from = projection.source.map { program.populations[$0].shape } ?? program.inputShape
      let fanOut = FanOut(
        projection: projection, weights: program.weights[projection.weights], source: from,
        target: program.populations[projection.target].shape)
      let all = fanOut.total.reduce(0, +)
      guard let source = projection.source else {
        inputSynapses += all
        continue
      }
      synapses += all
      let spikes = projection.isGated ? counters.gatedSpikes[index] : counters.spikes[source]
      let payloads = projection.isGated ? counters.gatedPayloads[index] : counters.payloads[source]
      var operations = 0
      var additions = 0
      var effective = 0
      for neuron in spikes.indices where spikes[neuron] != 0 {
        let carried = Int(payloads.isEmpty ? spikes[neuron] : payloads[neuron])
        operations += Int(spikes[neuron]) * fanOut.total[neuron]
        additions += carried * fanOut.total[neuron]
        effective += carried * fanOut.nonZero[neuron]
      }
      populations[projection.target].synapticOperations += operations
      populations[projection.target].additions += additions
      populations[projection.target].effectiveACs += effective
      byKind[projection.kind, default: KindCounts()].operations += operations
      byKind[projection.kind, default: KindCounts()].additions += additions
    }
    let active = OperationCounts.product(steps, counters.samples)
    for index in populations.indices {
      populations[index].spikes = counters.spikes[index].reduce(0) { $0 + Int($1) }
      populations[index].saturations = counters.saturations[index]
      populations[index].neuronUpdates = OperationCounts.product(program.populations[index].shape.count, active)
      populations[index].updatedNeurons = counters.updates.map { $0[index].reduce(0) { $0 + Int($1) } }
    }
    let updated = populations.reduce(0) { $0 + ($1.updatedNeurons ?? 0) }
    updatedNeurons = counters.updates == nil ? nil : updated
    spikes = populations.reduce(0) { $0 + $1.spikes }
    synapticOperations = populations.reduce(0) { $0 + $1.synapticOperations }
    additions = populations.reduce(0) { $0 + $1.additions }
    effectiveACs = populations.reduce(0) { $0 + $1.effectiveACs }
    effectiveMACs = counters.inputMACs
    saturations = populations.reduce(0) { $0 + $1.saturations }
    neuronUpdates = OperationCounts.product(program.populations.reduce(0) { $0 + $1.shape.count }, active)
    let everyStep = OperationCounts.product(synapses, active)
    let once = OperationCounts.product(inputSynapses, counters.samples)
    let (total, overflow) = everyStep.addingReportingOverflow(once)
    dense = overflow ? Int.max : total

    let traffic = Traffic(program: program, spikes: counters.spikes)
    for index in populations.indices {
      populations[index].messages = traffic.messagesOfPopulation[index]
      populations[index].hops = traffic.hopsOfPopulation[index]
    }
    messages = traffic.messages
    packets = traffic.packets
    tileMessages = traffic.tileMessages
    hops = traffic.hops
    hopsByDirection = traffic.hopsByDirection
    linkLoads = traffic.linkLoads
    cores = program.cores.enumerated().map { core, image in
      var counts = CoreCounts()
      counts.neurons = image.neuronCount
      counts.neuronUpdates = OperationCounts.product(image.neuronCount, active)
      counts.updatedNeurons = counters.updates.map { OperationCounts.sum($0, over: image) }
      if core < counters.saturationsByCore.count { counts.saturations = counters.saturationsByCore[core] }
      counts.spikes = traffic.spikes[core]
      counts.messagesIn = traffic.messagesIn[core]
      counts.messagesOut = traffic.messagesOut[core]
      counts.hops = traffic.hopsOut[core]
      for block in image.blocks {
        let source = program.projections[block.projection].source
        let gated = counters.gatedSpikes[block.projection]
        let spikes = gated.isEmpty ? source.map { counters.spikes[$0] } ?? [] : gated
        counts.synapticOperations += BlockFanOut(
          block, group: image.groups[block.group], weights: program.weights[block.weights]
        ).operations(spikes: spikes)
      }
      return counts
    }
  }

  /// What a core's neurons counted.
  private static func sum(_ counts: [[UInt64]], over image: CoreImage) -> Int {
    image.groups.reduce(0) { sum, group in
      let counts = counts[group.population]
      return (0..<group.box.count).reduce(sum) {
        $0 + Int(counts[group.box.populationIndex($1, in: group.populationShape)])
      }
    }
  }

  /// Steps, samples and neurons come from outside: saturated, never a trap.
  private static func product(_ a: Int, _ b: Int) -> Int {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? Int.max : value
  }
}

/// Synapses of one block by source neuron, as a product of three: those of its channel, its row and its column.
struct BlockFanOut: Sendable {
  /// The map that spikes come from: the source, or the pooled one behind a gate.
  let shape: MapShape
  let channels: [Int]
  let rows: [Int]
  let columns: [Int]

  init(_ block: SynapseBlock, group: NeuronGroup, weights: WeightTensor) {
    let isGate = block.pool?.kind == .max
    let pooled = block.pool?.output(of: block.sourceShape) ?? block.sourceShape
    let shape = isGate ? pooled : block.sourceShape
    self.shape = shape
    let box = group.box
    let pooledRows: [Int]
    let pooledColumns: [Int]
    switch block.kind {
    case .dense:
      channels = [Int](repeating: box.count, count: shape.channels)
      pooledRows = [Int](repeating: 1, count: pooled.height)
      pooledColumns = [Int](repeating: 1, count: pooled.width)
    case .identity:
      let parallel = weights.shape[1]
      channels = (0..<shape.channels).map { box.channels.contains($0) ? parallel : 0 }
      pooledRows = (0..<pooled.height).map { box.rows.contains($0) ? 1 : 0 }
      pooledColumns = (0..<pooled.width).map { box.columns.contains($0) ? 1 : 0 }
    case .convolution:
      let c = block.convolution
      let targets = weights.shape[0] / c.groups
      let sources = shape.channels / c.groups
      channels = (0..<shape.channels).map { channel in
        let first = channel / sources * targets
        return (first..<(first + targets)).clamped(to: box.channels).count
      }
      pooledRows = (0..<pooled.height).map { y in
        (0..<c.kernelY).count { tap in
          c.outputRow(y, tap: tap, height: group.populationShape.height).map(box.rows.contains) ?? false
        }
      }
      pooledColumns = (0..<pooled.width).map { x in
        (0..<c.kernelX).count { tap in
          c.outputColumn(x, tap: tap, width: group.populationShape.width).map(box.columns.contains) ?? false
        }
      }
    }
    if let pool = block.pool, !isGate {
      rows = (0..<shape.height).map { y in
        pool.windowsY(containing: y, count: pooled.height).reduce(0) { $0 + pooledRows[$1] }
      }
      columns = (0..<shape.width).map { x in
        pool.windowsX(containing: x, count: pooled.width).reduce(0) { $0 + pooledColumns[$1] }
      }
    } else {
      rows = pooledRows
      columns = pooledColumns
    }
  }

  /// Synapses of one neuron of the map.
  func synapses(of neuron: Int) -> Int {
    channels[neuron / shape.pixels] * rows[neuron % shape.pixels / shape.width] * columns[neuron % shape.width]
  }

  /// Sum over neurons of spikes times synapses.
  func operations(spikes: [UInt64]) -> Int {
    guard spikes.count == shape.count else { return 0 }
    var total = 0
    for c in channels.indices where channels[c] > 0 {
      for y in rows.indices where rows[y] > 0 {
        var inRow = 0
        for x in columns.indices { inRow += Int(spikes[shape.index(c, y, x)]) * columns[x] }
        total += inRow * rows[y] * channels[c]
      }
    }
    return total
  }
}
