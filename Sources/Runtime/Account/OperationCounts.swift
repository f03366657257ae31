import ChipModel

/// Every count of the contract, derived from spike counts: what is linear in spikes is computed from them, once.
///
/// Synaptic operations belong to the population that receives, and are counted when the message arrives, in the tick of
/// emission. Exact integers, equal to the interpreter's count of events.
public struct OperationCounts: Sendable, Equatable {
  public struct PerPopulation: Sendable, Equatable {
    public var spikes = 0
    public var synapticOperations = 0
    public var neuronUpdates = 0
    public var saturations = 0
    /// Additions of a chip whose spikes carry no payload: synapses times |payload|.
    public var additions = 0
  }

  public struct PerCore: Sendable, Equatable {
    public var neurons = 0
    public var spikes = 0
    public var synapticOperations = 0
    public var additions = 0
    public var messagesIn = 0
    public var messagesOut = 0
    public var neuronUpdates = 0
  }

  /// Operations and additions through one kind of projection.
  public struct PerKind: Sendable, Equatable {
    public var operations = 0
    public var additions = 0
  }

  public var populations: [PerPopulation]
  public var byKind: [Projection.Kind: PerKind] = [:]
  /// In the order of the program's cores; empty for a program without cores.
  public var cores: [PerCore]
  public var spikes = 0
  public var synapticOperations = 0
  /// Synaptic operations times |payload|, zero weights too: what a chip without payloads adds.
  public var additions = 0
  /// Sum over spikes of |payload| times its non-zero weights.
  public var effectiveACs = 0
  /// The host's input encoding, once per sample, neither factor zero.
  public var effectiveMACs = 0
  /// Both with nothing skipped: every neuron fires in every step, every weight and input counts; one winner a window.
  public var dense = 0
  public var neuronUpdates = 0
  public var messages = 0
  /// Messages that stay within their tile.
  public var tileMessages = 0
  /// Steps from tile to tile; a chip-to-chip link counts as the chip's stated number.
  public var hops = 0
  /// Steps from tile to tile within chips, by direction, and messages over chip-to-chip links.
  public var hopsByDirection: [MeshDirection: Int] = [:]
  public var links = 0

  public init(program: CompiledProgram, counters: EngineCounters, steps: Int) {
    populations = program.populations.indices.map { index in
      let neurons = program.populations[index].shape.count
      return PerPopulation(
        spikes: counters.spikes[index].reduce(0) { $0 + Int($1) },
        neuronUpdates: neurons * steps * counters.samples, saturations: counters.saturations[index])
    }
    cores = program.cores.map { PerCore(neurons: $0.neuronCount) }
    countSynapses(program, counters, steps)
    countMessages(program, counters)
    for index in program.cores.indices {
      cores[index].neuronUpdates = cores[index].neurons * steps * counters.samples
      for group in program.cores[index].groups {
        let spikes = counters.spikes[group.population]
        guard !spikes.isEmpty else { continue }
        for local in 0..<group.box.count {
          cores[index].spikes += Int(spikes[group.box.populationIndex(local, in: group.populationShape)])
        }
      }
    }
    for population in populations {
      spikes += population.spikes
      synapticOperations += population.synapticOperations
      additions += population.additions
      neuronUpdates += population.neuronUpdates
    }
    effectiveMACs = counters.inputMACs
  }

  private mutating func countSynapses(_ program: CompiledProgram, _ counters: EngineCounters, _ steps: Int) {
    for (index, projection) in program.projections.enumerated() {
      let weights = program.weights[projection.weights]
      let target = program.populations[projection.target].shape
      guard let source = projection.source else {
        let fanOut = FanOut(projection: projection, weights: weights, source: program.inputShape, target: target)
        dense += fanOut.total.reduce(0, +) * counters.samples
        continue
      }
      let fanOut = FanOut(
        projection: projection, weights: weights, source: program.populations[source].shape, target: target)
      let gated = projection.isGated
      let spikes = gated ? counters.gatedSpikes[index] : counters.spikes[source]
      let carried = gated ? counters.gatedPayloads[index] : counters.payloads[source]
      let payloads = carried.isEmpty ? spikes : carried
      var operations = 0
      var added = 0
      for neuron in spikes.indices where spikes[neuron] != 0 {
        operations += Int(spikes[neuron]) * fanOut.total[neuron]
        added += Int(payloads[neuron]) * fanOut.total[neuron]
        effectiveACs += Int(payloads[neuron]) * fanOut.nonZero[neuron]
      }
      dense += fanOut.total.reduce(0, +) * steps * counters.samples
      populations[projection.target].synapticOperations += operations
      populations[projection.target].additions += added
      byKind[projection.kind, default: PerKind()].operations += operations
      byKind[projection.kind, default: PerKind()].additions += added
      countOnCores(program, index, spikes: spikes, payloads: payloads, fanOut: fanOut)
    }
  }

  /// Splits one projection's operations over the cores that hold its target.
  private mutating func countOnCores(
    _ program: CompiledProgram, _ index: Int, spikes: [UInt64], payloads: [UInt64], fanOut: FanOut
  ) {
    let projection = program.projections[index]
    var holders: [(core: Int, box: Box)] = []
    for (core, image) in program.cores.enumerated() {
      for group in image.groups where group.population == projection.target { holders.append((core, group.box)) }
    }
    if holders.count == 1, let only = holders.first {
      for neuron in spikes.indices where spikes[neuron] != 0 {
        cores[only.core].synapticOperations += Int(spikes[neuron]) * fanOut.total[neuron]
        cores[only.core].additions += Int(payloads[neuron]) * fanOut.total[neuron]
      }
      return
    }
    let weights = program.weights[projection.weights]
    let target = program.populations[projection.target].shape
    for holder in holders {
      let part = FanOut(
        projection: projection, weights: weights,
        source: projection.source.map { program.populations[$0].shape } ?? program.inputShape, target: target,
        within: holder.box)
      for neuron in spikes.indices where spikes[neuron] != 0 {
        cores[holder.core].synapticOperations += Int(spikes[neuron]) * part.total[neuron]
        cores[holder.core].additions += Int(payloads[neuron]) * part.total[neuron]
      }
    }
  }

  private mutating func countMessages(_ program: CompiledProgram, _ counters: EngineCounters) {
    var onRoute = [Int](repeating: 0, count: program.routes.count)
    for image in program.cores {
      let table = image.outputAxons
      for group in image.groups {
        let spikes = counters.spikes[group.population]
        guard !spikes.isEmpty else { continue }
        for local in 0..<group.box.count {
          let count = Int(spikes[group.box.populationIndex(local, in: group.populationShape)])
          guard count > 0 else { continue }
          let slot = group.firstSlot + local
          for entry in Int(table.offsets[slot])..<Int(table.offsets[slot + 1]) {
            onRoute[Int(table.routes[entry])] += count
          }
        }
      }
    }
    let mesh = Mesh(program.chip)
    for direction in MeshDirection.allCases { hopsByDirection[direction] = 0 }
    for (index, route) in program.routes.enumerated() where onRoute[index] > 0 {
      let count = onRoute[index]
      messages += count
      cores[route.from].messagesOut += count
      cores[route.to].messagesIn += count
      if route.steps.isEmpty { tileMessages += count }
      var here = mesh.tile(ofCore: program.cores[route.from].place)
      for direction in route.steps {
        let next = here.neighbour(direction)
        if mesh.crossesChips(here, next) {
          links += count
          hops += count * mesh.linkHops
        } else {
          hopsByDirection[direction, default: 0] += count
          hops += count
        }
        here = next
      }
    }
  }
}
