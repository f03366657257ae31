import ChipModel

/// The chip, executed as it is described: core by core, message by message, tick by tick. Slow and obvious.
///
/// It reads core images, axon tables and routes, and nothing else of a program: no population, no projection. It is the
/// definition of the arithmetic; the fast engine must equal it in spikes, potentials and every counter.
///
/// One tick: (1) every core takes the sums that are due, updates its neurons and notes their spikes; (2) every spike
/// becomes a message on each route of its output axons, and the messages travel step by step; (3) the destination core
/// looks the message's axon up, adds its synapses' weights to the sums due `delay` ticks later; max-pool gates decide when
/// all of the tick's messages are in.
package struct ChipInterpreter: Sendable {
  package let program: CompiledProgram
  package let steps: Int
  package private(set) var counters: InterpreterCounters
  private var cores: [CoreState]
  private let mesh: Mesh
  /// The host's input encoding, for its count of multiply-accumulates.
  private let inputFanOuts: [(fanOut: FanOut, pool: PoolGeometry?)]
  /// What the counters need beside events, in the engine's form, so that results are built the same way.
  package private(set) var engineCounters: EngineCounters
  /// Whether to count updated neurons in `engineCounters`.
  package var countsUpdates = false {
    didSet {
      guard countsUpdates, engineCounters.updates == nil else { return }
      engineCounters.updates = program.populations.map { [UInt64](repeating: 0, count: $0.shape.count) }
    }
  }
  /// Whether to note which neurons had something to do; off, because it is big.
  package var recordsUpdates = false
  /// Of the last sample; empty unless `recordsUpdates`.
  package private(set) var updates = UpdateTrace()
  /// Transient faults, and the index of the sample in the data that they are drawn by.
  package let faults: FaultSettings
  package var sample = 0
  /// This sample's, by population.
  private var spikeFaults: [SpikeFaults?] = []
  private var flips: [MembraneFlips?] = []
  /// Where each neuron is, for flips; empty without.
  private let places: NeuronPlaces?

  package init(_ program: CompiledProgram, steps: Int, faults: FaultSettings = .none) {
    self.faults = faults
    places = faults.flipMembraneBits > 0 ? NeuronPlaces(program) : nil
    self.program = program
    self.steps = steps
    mesh = Mesh(program.chip)
    counters = InterpreterCounters(program: program, steps: steps)
    cores = program.cores.map { CoreState($0, program) }
    engineCounters = EngineCounters(program: program, steps: steps)
    inputFanOuts = program.projections.filter { $0.source == nil }.map {
      let fanOut = FanOut(
        projection: $0, weights: program.weights[$0.weights], source: program.inputShape,
        target: program.populations[$0.target].shape)
      return (fanOut, $0.pool)
    }
  }

  /// What one core remembers between ticks.
  private struct CoreState: Sendable {
    var neurons: [NeuronRule.State] = []
    var rules: [NeuronRule] = []
    /// Sums due at tick `t` are in row `t % rows`.
    var due: [[Int64]] = []
    /// Whether anything arrives that is due at the tick, even if it sums to 0.
    var arrives: [[Bool]] = []
    /// Input current per slot, this sample's.
    var current: [Int64] = []
    /// Per block: counts of a max-pool gate over the source map, and this tick's spikes.
    var gateCounts: [[Int64]] = []
    var gateNow: [[Int32]] = []
    /// How many spikes those are.
    var gateTimes: [[Int]] = []
    /// The period that a gate's counts are of, where they restart with every period.
    var gatePeriod: [Int] = []

    init(_ image: CoreImage, _ program: CompiledProgram) {
      let delays = image.blocks.map(\.delay).max() ?? 1
      due = [[Int64]](repeating: [Int64](repeating: 0, count: image.neuronCount), count: delays + 1)
      arrives = due.map { $0.map { _ in false } }
      rules = image.groups.map { NeuronRule(model: $0.model, membraneBits: program.membraneBits) }
      current = [Int64](repeating: 0, count: image.neuronCount)
      gateCounts = image.blocks.map { block in
        [Int64](repeating: 0, count: block.pool?.kind == .max ? block.sourceShape.count : 0)
      }
      gateNow = gateCounts.map { [Int32](repeating: 0, count: $0.count) }
      gateTimes = gateCounts.map { [Int](repeating: 0, count: $0.count) }
      gatePeriod = [Int](repeating: 0, count: image.blocks.count)
    }
  }

  /// A spike on its way.
  private struct Message {
    var core: Int
    var axon: Int
    var payload: Int32
  }

  /// What one sample gave: the same as the engine's outcome.
  package mutating func run(_ values: [Double]) -> LayerRunner.Outcome {
    run(quantised: values.map(InputEncoder.quantise))
  }

  /// - Parameters:
  ///   - x: quantised input values `x_q`, row-major.
  ///   - eachTick: called after every tick, counters and potentials being those at its end.
  package mutating func run(
    quantised x: [Int32], eachTick: (_ tick: Int, _ chip: borrowing ChipInterpreter) -> Void = { _, _ in }
  ) -> LayerRunner.Outcome {
    reset(x)
    updates.ticks.removeAll()
    counters.samples += 1
    engineCounters.samples += 1
    for (fanOut, pool) in inputFanOuts {
      let values = InputEncoder.maxPooled(x, shape: program.inputShape, pool: pool).values
      for (index, value) in values.enumerated() where value != 0 { engineCounters.inputMACs += fanOut.nonZero[index] }
    }
    let output = OutputReader(program)
    var totals = [Int](repeating: 0, count: output.count)
    var outcome = LayerRunner.Outcome(decisions: [], outputs: [])
    for tick in 0..<ticks {
      let spikes = updateCores(tick)
      let messages = send(spikes)
      deliver(messages, tick)
      eachTick(tick, self)
      let step = tick - output.start
      guard step >= 0, step < steps else { continue }
      for place in output.places {
        totals[place.index] =
          program.output.readout == .potential
          ? Int(cores[place.core].neurons[place.slot].v)
          : spikes.reduce(totals[place.index]) {
            $1.core == place.core && $1.slot == place.slot ? $0 + Int($1.payload) : $0
          }
      }
      outcome.decisions.append(LayerRunner.decision(totals))
      outcome.margins.append(LayerRunner.margin(totals))
    }
    outcome.outputs = totals
    engineCounters.saturations = counters.saturations
    engineCounters.saturationsByCore = counters.saturationsByCore
    return outcome
  }

  /// Ticks of one inference: until the last window on any core closes.
  private var ticks: Int {
    ActiveWindow.ticksPerInference(steps: steps, starts: program.cores.lazy.flatMap(\.groups).map(\.start))
  }

  private mutating func reset(_ x: [Int32]) {
    startFaults()
    var currents: [Int: [Int64]] = [:]
    for (index, image) in program.cores.enumerated() {
      for row in cores[index].due.indices {
        for slot in cores[index].due[row].indices {
          cores[index].due[row][slot] = 0
          cores[index].arrives[row][slot] = false
        }
      }
      for block in cores[index].gateCounts.indices {
        cores[index].gatePeriod[block] = 0
        for i in cores[index].gateCounts[block].indices {
          cores[index].gateCounts[block][i] = 0
          cores[index].gateNow[block][i] = 0
          cores[index].gateTimes[block][i] = 0
        }
      }
      cores[index].neurons = []
      for group in image.groups {
        let shape = group.box.shape
        for local in 0..<group.box.count {
          let initial = group.initial.value(at: local, shape: shape)
          cores[index].neurons.append(
            NeuronRule.State(v: initial, b: group.model.kind == .bistable ? initial : 0))
        }
        guard group.takesInput else { continue }
        // The host computes the current of every neuron that the input feeds, once per sample.
        let current =
          currents[group.population]
          ?? InputEncoder.currents(of: group.population, in: program, quantised: x)
        currents[group.population] = current
        for local in 0..<group.box.count {
          cores[index].current[group.firstSlot + local] =
            current[group.box.populationIndex(local, in: group.populationShape)]
        }
      }
    }
  }

  // MARK: - Faults

  private mutating func startFaults() {
    spikeFaults = program.populations.indices.map { SpikeFaults(faults, sample: sample, population: $0) }
    flips = program.populations.indices.map { MembraneFlips(faults, sample: sample, population: $0, of: program) }
  }

  /// Flips the membrane bits of the tick before the neurons are updated.
  private mutating func flipBits(_ tick: Int) {
    guard let places else { return }
    for population in flips.indices {
      let step = tick - program.populations[population].start
      guard step >= 0, step < steps else { continue }
      while let flip = flips[population]?.next(step: step) {
        let core = Int(places.core[population][flip.neuron])
        let slot = Int(places.slot[population][flip.neuron])
        let state = cores[core].neurons[slot]
        if flip.isMemberB {
          cores[core].neurons[slot].b = flip.applied(to: state.b, membraneBits: program.membraneBits)
        } else {
          cores[core].neurons[slot].v = flip.applied(to: state.v, membraneBits: program.membraneBits)
        }
      }
    }
  }

  // MARK: - (1) Update

  private struct Spike {
    var core: Int
    var slot: Int
    var payload: Int32
  }

  private mutating func updateCores(_ tick: Int) -> [Spike] {
    var spikes: [Spike] = []
    flipBits(tick)
    if recordsUpdates {
      updates.ticks.append(program.cores.map { [Bool](repeating: false, count: $0.neuronCount) })
    }
    for (index, image) in program.cores.enumerated() {
      let row = tick % cores[index].due.count
      for (number, group) in image.groups.enumerated() {
        let step = tick - group.start
        for local in 0..<group.box.count {
          let slot = group.firstSlot + local
          let due = cores[index].due[row][slot]
          cores[index].due[row][slot] = 0
          let arrived = cores[index].arrives[row][slot]
          cores[index].arrives[row][slot] = false
          guard step >= 0, step < steps else { continue }
          if recordsUpdates || countsUpdates, arrived || hasWork(index, group, local, slot, step) {
            if recordsUpdates { updates.ticks[tick][index][slot] = true }
            let neuron = group.box.populationIndex(local, in: group.populationShape)
            engineCounters.updates?[group.population][neuron] += 1
          }
          let payload = update(index, number, group, local, slot, step, due)
          counters.neuronUpdates += 1
          if payload != 0 {
            let neuron = group.box.populationIndex(local, in: group.populationShape)
            // What is counted is what is sent.
            for _ in 0..<(spikeFaults[group.population]?.copies(step: step, neuron: neuron) ?? 1) {
              spikes.append(Spike(core: index, slot: slot, payload: payload))
              counters.note(spike: payload, core: index, population: group.population, neuron: neuron, step: step)
              engineCounters.note(spike: payload, population: group.population, neuron: neuron, step: step)
            }
          }
        }
      }
    }
    return spikes
  }

  /// Whether a neuron has something to do without a delivery: a potential that is not 0, or bias and input
  /// current that do not sum to 0.
  private func hasWork(_ core: Int, _ group: NeuronGroup, _ local: Int, _ slot: Int, _ step: Int) -> Bool {
    let state = cores[core].neurons[slot]
    if state.v != 0 || state.b != 0 { return true }
    guard step / group.model.period >= group.gatedPeriods else { return false }
    // Both are constants of the sample: what cancels is no work.
    let current = group.takesInput ? cores[core].current[slot] : 0
    return Int64(group.bias.value(at: local, shape: group.box.shape)) + current != 0
  }

  private mutating func update(
    _ core: Int, _ number: Int, _ group: NeuronGroup, _ local: Int, _ slot: Int, _ step: Int, _ due: Int64
  ) -> Int32 {
    let shape = group.box.shape
    var sum = due << Int64(program.fractionBits)
    if step / group.model.period >= group.gatedPeriods {
      sum &+= Int64(group.bias.value(at: local, shape: shape))
      if group.takesInput { sum &+= cores[core].current[slot] }
    }
    var saturations = 0
    defer {
      counters.saturations[group.population] += saturations
      counters.saturationsByCore[core] += saturations
    }
    return cores[core].rules[number].update(
      &cores[core].neurons[slot], sum: sum, threshold: group.threshold.value(at: local, shape: shape),
      negativeThreshold: group.negativeThreshold.value(at: local, shape: shape), step: step,
      saturations: &saturations)
  }

  // MARK: - (2) Messages

  private mutating func send(_ spikes: [Spike]) -> [Message] {
    var messages: [Message] = []
    for spike in spikes {
      let table = program.cores[spike.core].outputAxons
      for entry in Int(table.offsets[spike.slot])..<Int(table.offsets[spike.slot + 1]) {
        let route = program.routes[Int(table.routes[entry])]
        guard let core = travel(route, from: spike.core) else { continue }
        counters.messages += 1
        counters.messagesIn[core] += 1
        messages.append(Message(core: core, axon: Int(table.axons[entry]), payload: spike.payload))
      }
    }
    return messages
  }

  /// Moves one message along a route, a tile at a time. Nil where the route does not end at its core's tile.
  private mutating func travel(_ route: Route, from core: Int) -> Int? {
    var here = mesh.tile(ofCore: program.cores[core].place)
    for direction in route.steps {
      let next = here.neighbour(direction)
      counters.hops += mesh.crossesChips(here, next) ? mesh.linkHops : 1
      here = next
    }
    return here == mesh.tile(ofCore: program.cores[route.to].place) ? route.to : nil
  }

  // MARK: - (3) Delivery

  private mutating func deliver(_ messages: [Message], _ tick: Int) {
    var gated: [(core: Int, block: Int)] = []
    for message in messages {
      let axons = program.cores[message.core].inputAxons
      for entry in Int(axons.offsets[message.axon])..<Int(axons.offsets[message.axon + 1]) {
        let number = Int(axons.blocks[entry])
        let source = Int(axons.sources[entry])
        let block = program.cores[message.core].blocks[number]
        if block.pool?.kind == .max {
          cores[message.core].gateNow[number][source] &+= message.payload
          cores[message.core].gateTimes[number][source] += 1
          if !gated.contains(where: { $0.core == message.core && $0.block == number }) {
            gated.append((message.core, number))
          }
          continue
        }
        let map = block.sourceShape
        let (c, y, x) = map.position(source)
        let pooled = block.pool?.output(of: map) ?? map
        for py in block.pool?.windowsY(containing: y, count: pooled.height) ?? y..<(y + 1) {
          for px in block.pool?.windowsX(containing: x, count: pooled.width) ?? x..<(x + 1) {
            deliver(message.core, block, pooled, c, py, px, message.payload, tick)
          }
        }
      }
    }
    var passed = Set<[Int]>()
    for place in gated { openGates(place.core, place.block, tick, &passed) }
  }

  /// Max pooling: adds this tick's spikes to the counts, then lets the winner of each window through.
  private mutating func openGates(_ core: Int, _ number: Int, _ tick: Int, _ passed: inout Set<[Int]>) {
    let block = program.cores[core].blocks[number]
    guard let pool = block.pool, let pooled = pool.output(of: block.sourceShape) else { return }
    let map = block.sourceShape
    let step = tick - block.gateStart
    let period = block.gatePeriod
    let weight = Int64(1) << Int64(PhaseCode.shift(step: step, period: period))
    let now = PhaseCode.periodIndex(step: step, period: period)
    if block.gateRestarts && now != cores[core].gatePeriod[number] {
      for source in 0..<map.count { cores[core].gateCounts[number][source] = 0 }
      cores[core].gatePeriod[number] = now
    }
    for source in 0..<map.count {
      let now = cores[core].gateNow[number][source]
      guard now != 0 else { continue }
      cores[core].gateCounts[number][source] &+= Int64(now) &* weight
    }
    for c in 0..<map.channels {
      for py in 0..<pooled.height {
        for px in 0..<pooled.width {
          var winner: (count: Int64, now: Int32, times: Int)?
          for y in pool.rows(of: py, height: map.height) {
            for x in pool.columns(of: px, width: map.width) {
              let source = map.index(c, y, x)
              let candidate = (
                count: cores[core].gateCounts[number][source], now: cores[core].gateNow[number][source],
                times: cores[core].gateTimes[number][source]
              )
              if let best = winner {
                if candidate.count > best.count || (candidate.count == best.count && candidate.now > best.now) {
                  winner = candidate
                }
              } else {
                winner = candidate
              }
            }
          }
          guard let winner, winner.now != 0 else { continue }
          // Several cores may have a gate for one window; it is one winner.
          let isFirst = passed.insert([block.projection, pooled.index(c, py, px)]).inserted
          // A duplicated spike passes twice.
          for _ in 0..<winner.times {
            let payload = winner.now / Int32(truncatingIfNeeded: winner.times)
            deliver(core, block, pooled, c, py, px, payload, tick)
            if isFirst { engineCounters.notePassed(block.projection, pooled.index(c, py, px), payload: payload) }
          }
        }
      }
    }
    for source in 0..<map.count {
      cores[core].gateNow[number][source] = 0
      cores[core].gateTimes[number][source] = 0
    }
  }

  /// Adds the weights of every synapse of pooled neuron `(c, py, px)` on this core.
  private mutating func deliver(
    _ core: Int, _ block: SynapseBlock, _ pooled: MapShape, _ c: Int, _ py: Int, _ px: Int, _ payload: Int32,
    _ tick: Int
  ) {
    let group = program.cores[core].groups[block.group]
    let weights = program.weights[block.weights]
    switch block.kind {
    case .dense:
      let column = (c * pooled.height + py) * pooled.width + px
      for local in 0..<group.box.count {
        let neuron = group.box.populationIndex(local, in: group.populationShape)
        let (c, y, x) = group.populationShape.position(neuron)
        add(core, block, group, c, y, x, weights[neuron * weights.shape[1] + column], payload, tick)
      }
    case .identity:
      for part in 0..<weights.shape[1] {
        add(core, block, group, c, py, px, weights[c * weights.shape[1] + part], payload, tick)
      }
    case .convolution:
      let g = block.convolution
      let sources = pooled.channels / g.groups
      let targets = weights.shape[0] / g.groups
      let first = c / sources * targets
      for ky in 0..<g.kernelY {
        guard let y = g.outputRow(py, tap: ky, height: group.populationShape.height) else { continue }
        for kx in 0..<g.kernelX {
          guard let x = g.outputColumn(px, tap: kx, width: group.populationShape.width) else { continue }
          for neuron in first..<(first + targets) {
            let index = ((neuron * sources + c % sources) * g.kernelY + ky) * g.kernelX + kx
            add(core, block, group, neuron, y, x, weights[index], payload, tick)
          }
        }
      }
    }
  }

  /// One synapse: `weight << shift`, once for each unit of the payload, into the sum that is due.
  private mutating func add(
    _ core: Int, _ block: SynapseBlock, _ group: NeuronGroup, _ c: Int, _ y: Int, _ x: Int, _ weight: Int32,
    _ payload: Int32, _ tick: Int
  ) {
    guard let local = group.box.localIndex(c, y, x) else { return }
    let shift = block.shifts.count == 1 ? block.shifts[0] : block.shifts[c - group.box.channels.lowerBound]
    let row = (tick + block.delay) % cores[core].due.count
    cores[core].arrives[row][group.firstSlot + local] = true
    // Modulo 2^64, as the engine adds: no program that was read from a file can trap here.
    cores[core].due[row][group.firstSlot + local] &+= (Int64(weight) << Int64(shift)) &* Int64(payload)
    counters.synapticOperations[group.population] += 1
    counters.synapticOperationsByCore[core] += 1
    if weight != 0 { counters.effectiveAdditions &+= Int(payload.magnitude) }
  }

  /// Potential of neuron `index` of a population after the last sample; nil where no core holds it.
  package func potential(population: Int, index: Int, memberB: Bool = false) -> Int32? {
    for (core, image) in program.cores.enumerated() {
      for group in image.groups where group.population == population {
        for local in 0..<group.box.count
        where group.box.populationIndex(local, in: group.populationShape) == index {
          let state = cores[core].neurons[group.firstSlot + local]
          return memberB ? state.b : state.v
        }
      }
    }
    return nil
  }
}

/// Where the output neurons are.
private struct OutputReader {
  struct Place {
    var core: Int
    var slot: Int
    var index: Int
  }
  var places: [Place] = []
  var start = 0
  var count = 0

  init(_ program: CompiledProgram) {
    for (core, image) in program.cores.enumerated() {
      for group in image.groups where group.population == program.output.population {
        start = group.start
        count = group.populationShape.count
        for local in 0..<group.box.count {
          places.append(
            Place(
              core: core, slot: group.firstSlot + local,
              index: group.box.populationIndex(local, in: group.populationShape)))
        }
      }
    }
  }
}
