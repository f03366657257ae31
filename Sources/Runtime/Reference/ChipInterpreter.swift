import ChipModel

/// The chip, executed as it is described: core by core, message by message, tick by tick. Slow and obvious.
///
/// It reads core images, axon tables and routes, and of populations and projections only what the host does with the input.
/// It is the definition of the arithmetic; the fast engine must equal it in spikes, potentials and every counter, and has
/// nothing in common with it but the program, the scalar neuron rules and the draws of faults.
///
/// One tick: (1) every core takes the sums that are due, updates its neurons and notes their spikes; (2) every spike
/// becomes a message on each route of its output axons, and the messages travel step by step; (3) the destination core
/// looks the message's axon up, adds its synapses' weights to the sums due `delay` ticks later; max-pool gates decide when
/// all of the tick's messages are in.
///
/// A sample runs tick by tick:
///
/// ```
/// try chip.begin(data, sample: 7)
/// while chip.step() { print(chip.tick, try chip.potentials(of: "output")) }
/// ```
public struct ChipInterpreter: Sendable {
  /// What runs.
  public let program: CompiledProgram
  /// `T` of an inference.
  public let steps: Int
  package private(set) var counters: InterpreterCounters
  /// What the counters need beside events, in the form that results are made of.
  package private(set) var runCounters: RunCounters
  /// Ticks of the sample so far.
  public private(set) var tick = 0
  /// Of the last tick, in the order of cores and slots.
  package private(set) var spikes: [Spike] = []
  /// Of the sample up to the last tick.
  package private(set) var outcome = SampleOutcome()
  /// Whether to count updates in `runCounters`.
  package var countsUpdates = false {
    didSet {
      guard countsUpdates, runCounters.updates == nil else { return }
      runCounters.updates = program.populations.map { [UInt64](repeating: 0, count: $0.neurons) }
    }
  }
  /// Whether to note which neurons had something to do; off, because it is big.
  package var recordsUpdates = false
  /// Of the last sample; empty unless `recordsUpdates`.
  package private(set) var updates = UpdateTrace()
  /// Transient faults, and the index of the sample in the data that they are drawn by.
  package let faults: FaultSettings
  package var sample = 0
  private var cores: [CoreState]
  private let mesh: Mesh
  private let places: NeuronPlaces
  /// This sample's, by population.
  private var spikeFaults: [SpikeFaults?] = []
  private var flips: [MembraneFlips?] = []
  private var totals: [Int] = []
  /// This sample's; nil: the host computes currents.
  private var inputSpikes: InputSpikes?
  /// Spikes that the next tick sends beside its neurons' own.
  private var fed: [Spike] = []

  /// A spike of one neuron.
  package struct Spike: Sendable, Equatable {
    package var population: Int
    /// Row-major in the population.
    package var neuron: Int
    package var payload: Int32
    fileprivate var core: Int
    fileprivate var slot: Int
  }

  package init(_ program: CompiledProgram, steps: Int, faults: FaultSettings = .none) {
    self.program = program
    self.steps = steps
    self.faults = faults
    places = NeuronPlaces(program)
    mesh = Mesh(program.chip)
    counters = InterpreterCounters(program: program, steps: steps)
    runCounters = RunCounters(program: program, steps: steps)
    cores = program.cores.map { CoreState($0, program) }
  }

  /// What one core remembers between ticks.
  private struct CoreState: Sendable {
    var neurons: [NeuronRule.State] = []
    var rules: [NeuronRule]
    /// Sums due at tick `t` are in row `t % rows`.
    var due: [[Int64]]
    /// Whether anything arrives that is due at the tick, even if it sums to 0.
    var arrives: [[Bool]]
    /// Input current per slot, this sample's.
    var current: [Int64]
    /// By block; nil: no max pooling.
    var gates: [Gate?]

    init(_ image: CoreImage, _ program: CompiledProgram) {
      let rows = (image.blocks.map(\.delay).max() ?? 1) + 1
      due = [[Int64]](repeating: [Int64](repeating: 0, count: image.neuronCount), count: rows)
      arrives = due.map { $0.map { _ in false } }
      rules = image.groups.map { NeuronRule(model: $0.model, datapath: program.datapath) }
      current = [Int64](repeating: 0, count: image.neuronCount)
      gates = image.blocks.map { block in
        guard let pool = block.pool, pool.kind == .max else { return nil }
        return Gate(sources: block.sourceShape.count, windows: pool.output(of: block.sourceShape)?.count ?? 0)
      }
    }
  }

  /// A max-pooling gate's memory of its sources.
  private struct Gate: Sendable {
    var counts: [Int64]
    /// This tick's payloads, and how many spikes those are.
    var now: [Int32]
    var times: [Int]
    /// The period that the counts are of, where they restart with every period.
    var period = 0
    /// By window: the largest count so far, where the gate follows it.
    var largest: [Int64]

    init(sources: Int, windows: Int) {
      largest = [Int64](repeating: 0, count: windows)
      counts = [Int64](repeating: 0, count: sources)
      now = [Int32](repeating: 0, count: sources)
      times = [Int](repeating: 0, count: sources)
    }
  }

  // MARK: - A sample

  /// Runs one sample of preprocessed input values, row-major over the input's shape.
  ///
  /// - Parameters:
  ///   - values: of the sample; recorded spikes: step after step.
  ///   - eachTick: called after every tick, counters and potentials being those at its end.
  package mutating func run(
    _ values: [Double], eachTick: (_ tick: Int, _ chip: borrowing ChipInterpreter) -> Void = { _, _ in }
  ) -> SampleOutcome {
    begin(values)
    while step() { eachTick(tick - 1, self) }
    return outcome
  }

  /// Begins a sample of preprocessed input values, row-major over the input's shape.
  package mutating func begin(_ values: [Double]) {
    inputSpikes =
      program.input.model.isHostCurrent
      ? nil : InputSpikes(program.input, values: values, steps: steps, sample: sample)
    begin(quantised: inputSpikes == nil ? values.map(InputEncoder.quantise) : [])
  }

  private mutating func begin(quantised x: [Int32]) {
    tick = 0
    spikes = []
    fed = []
    outcome = SampleOutcome()
    totals = [Int](repeating: 0, count: program.populations[program.output.population].shape.count)
    updates.ticks.removeAll()
    counters.samples += 1
    runCounters.samples += 1
    spikeFaults = program.populations.indices.map { SpikeFaults(faults, sample: sample, population: program.drawn($0)) }
    flips = program.populations.indices.map { MembraneFlips(faults, sample: sample, population: $0, of: program) }
    // The host computes the current of every neuron that the input feeds, once per sample.
    var currents: [[Int64]] = []
    for population in program.populations.indices {
      let (values, products) = ChipInterpreter.encode(x, for: population, of: program)
      currents.append(values)
      runCounters.inputMACs += products
    }
    for (index, image) in program.cores.enumerated() {
      cores[index] = CoreState(image, program)
      for group in image.groups {
        for local in 0..<group.box.count {
          let initial = group.initial.value(at: local, shape: group.box.shape)
          cores[index].neurons.append(NeuronRule.State(v: initial, b: group.model.startsAsPair ? initial : 0))
          guard group.takesInput else { continue }
          cores[index].current[group.firstSlot + local] =
            currents[group.population][group.box.populationIndex(local, in: group.populationShape)]
        }
      }
    }
  }

  /// Executes the next tick; false, and nothing is done, after the last one.
  @discardableResult
  public mutating func step() -> Bool {
    let last = program.ticksPerInference(steps: steps) - 1
    guard tick <= last else { return false }
    execute(tick)
    readOutput()
    // What relays, and neurons behind a lag, hold after the network's last window leaves with the last tick.
    let end = ActiveWindow.ticksPerInference(
      steps: steps, starts: program.cores.lazy.flatMap(\.groups).map { $0.start + $0.lag })
    if tick == last, end > tick + 1 {
      for late in (tick + 1)..<end { execute(late) }
      if recordsUpdates { updates.ticks.removeLast(end - tick - 1) }
    }
    tick += 1
    return true
  }

  /// Lets a neuron send a spike in the next tick, as if it had fired: its potential stays.
  package mutating func feed(population: Int, neuron: Int, payload: Int32 = 1) {
    guard let (core, slot) = place(population, neuron) else { return }
    fed.append(Spike(population: population, neuron: neuron, payload: payload, core: core, slot: slot))
  }

  /// Potential of neuron `index` of a population after the last tick; nil where no core holds it.
  package func potential(population: Int, index: Int, memberB: Bool = false) -> Int32? {
    guard let (core, slot) = place(population, index) else { return nil }
    let state = cores[core].neurons[slot]
    return memberB ? state.b : state.v
  }

  private func place(_ population: Int, _ neuron: Int) -> (core: Int, slot: Int)? {
    guard !program.cores.isEmpty, program.placed.contains(population),
      program.populations[population].shape.count > neuron, neuron >= 0
    else { return nil }
    return (Int(places.core[population][neuron]), Int(places.slot[population][neuron]))
  }

  private mutating func execute(_ tick: Int) {
    if let inputSpikes, tick < steps { enter(inputSpikes, tick) }
    updateCores(tick)
    deliver(send(), tick)
    runCounters.saturations = counters.saturations
    runCounters.accumulatorOverflows = counters.accumulatorOverflows
    runCounters.saturationsByCore = counters.saturationsByCore
  }

  private mutating func readOutput() {
    let output = program.output.population
    let step = tick - program.populations[output].start
    guard step >= 0, step < steps else { return }
    switch program.output.readout {
    case .potential: for neuron in totals.indices { totals[neuron] = Int(potential(population: output, index: neuron) ?? 0) }
    case .spikes: for spike in spikes where spike.population == output { totals[spike.neuron] += Int(spike.payload) }
    }
    let falling = totals.sorted(by: >)
    let isLogit = totals.count == 1
    outcome.decisions.append(isLogit ? (totals[0] > 0 ? 1 : 0) : totals.firstIndex(of: falling[0]) ?? 0)
    outcome.margins.append(isLogit ? abs(totals[0]) : falling.count > 1 ? falling[0] - falling[1] : .max)
    outcome.outputs = totals
  }

  // MARK: - (1) Update

  private mutating func updateCores(_ tick: Int) {
    spikes = fed
    for spike in fed { note(spike, step: tick - program.populations[spike.population].firstFiringTick) }
    fed = []
    flipBits(tick)
    if recordsUpdates { updates.ticks.append(program.cores.map { [Bool](repeating: false, count: $0.neuronCount) }) }
    for (index, image) in program.cores.enumerated() {
      let row = tick % cores[index].due.count
      for (number, group) in image.groups.enumerated() {
        // Ticks of the window, and the step of the spikes.
        let at = tick - group.start
        let step = at - group.lag
        let compartments = program.compartments(group.population)
        for local in 0..<group.box.count {
          let slot = group.firstSlot + local
          let due = cores[index].due[row][slot]
          let arrived = cores[index].arrives[row][slot]
          cores[index].due[row][slot] = 0
          cores[index].arrives[row][slot] = false
          guard at >= 0, step < steps else { continue }
          let neuron = group.box.populationIndex(local, in: group.populationShape)
          let adds = at < steps
          var constant: Int64 = 0
          if adds, at / group.model.period >= group.gatedPeriods {
            constant = Int64(group.bias(local, step: at))
            if group.takesInput { constant &+= cores[index].current[slot] }
          }
          counters.neuronVisits += compartments
          let state = cores[index].neurons[slot]
          if adds && arrived || constant != 0 || state.v != 0 || state.b != 0 {
            if recordsUpdates { updates.ticks[tick][index][slot] = true }
            runCounters.updates?[group.population][neuron] += 1
          }
          let sum = adds ? due << Int64(program.fractionBits) : 0
          let payload = update(index, number, group, local, slot, step, sum, constant)
          if payload == 0 { continue }
          // What is counted is what is sent.
          for _ in 0..<(spikeFaults[group.population]?.copies(step: step, neuron: neuron) ?? 1) {
            let spike = Spike(population: group.population, neuron: neuron, payload: payload, core: index, slot: slot)
            spikes.append(spike)
            note(spike, step: step)
          }
        }
      }
    }
  }

  private mutating func note(_ spike: Spike, step: Int) {
    guard step >= 0, step < steps else { return }
    counters.note(
      spike: spike.payload, core: spike.core, population: spike.population, neuron: spike.neuron, step: step)
    runCounters.note(spike: spike.payload, population: spike.population, neuron: spike.neuron, step: step)
  }

  /// Flips the membrane bits of the tick before the neurons are updated.
  private mutating func flipBits(_ tick: Int) {
    for population in flips.indices {
      let at = tick - program.populations[population].start
      guard at >= 0, at < steps + program.populations[population].lag else { continue }
      while let flip = flips[population]?.next(step: at) {
        guard let (core, slot) = place(population, flip.neuron) else { continue }
        let state = cores[core].neurons[slot]
        if flip.isMemberB {
          cores[core].neurons[slot].b = flip.applied(to: state.b, membraneBits: program.membraneBits)
        } else {
          cores[core].neurons[slot].v = flip.applied(to: state.v, membraneBits: program.membraneBits)
        }
      }
    }
  }

  private mutating func update(
    _ core: Int, _ number: Int, _ group: NeuronGroup, _ local: Int, _ slot: Int, _ step: Int, _ sum: Int64,
    _ constant: Int64
  ) -> Int32 {
    let shape = group.box.shape
    var losses = NeuronRule.Losses()
    defer {
      counters.saturations[group.population] += losses.saturations
      counters.saturationsByCore[core] += losses.saturations
      counters.accumulatorOverflows[group.population] += losses.overflows
    }
    return cores[core].rules[number].update(
      &cores[core].neurons[slot], sum: sum, constant: constant,
      threshold: group.threshold.value(at: local, shape: shape),
      negativeThreshold: group.negativeThreshold.value(at: local, shape: shape),
      levels: group.levels.value(at: local, shape: shape), tick: step + group.lag, lag: group.lag, losses: &losses)
  }

  // MARK: - Input

  /// The input's spikes of a step arrive before the neurons of the tick are updated.
  private mutating func enter(_ input: InputSpikes, _ step: Int) {
    var messages: [Message] = []
    let port = program.inputPort
    for neuron in 0..<port.neurons {
      let payload = input.payload(neuron, step: step)
      if payload == 0 { continue }
      counters.note(spike: payload, core: nil, population: 0, neuron: neuron, step: step)
      runCounters.note(spike: payload, population: 0, neuron: neuron, step: step)
      for entry in port.entries(of: neuron) {
        let core = Int(port.cores[entry])
        counters.messages += 1
        counters.messagesIn[core] += 1
        messages.append(Message(core: core, axon: Int(port.axons[entry]), payload: payload))
      }
    }
    deliver(messages, step)
  }

  // MARK: - (2) Messages

  private struct Message {
    var core: Int
    var axon: Int
    var payload: Int32
  }

  private mutating func send() -> [Message] {
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
          cores[message.core].gates[number]?.now[source] &+= message.payload
          cores[message.core].gates[number]?.times[source] += 1
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
            _ = deliver(message.core, block, pooled, c, py, px, message.payload, tick)
          }
        }
      }
    }
    var passed = Set<[Int]>()
    for place in gated { openGates(place.core, place.block, tick, &passed) }
  }

  /// Max pooling: adds this tick's spikes to the counts, then lets the winner of each window through to the core's own
  /// neurons. Windows that none of them reads stay shut: the core does not hear all of their sources.
  private mutating func openGates(_ core: Int, _ number: Int, _ tick: Int, _ passed: inout Set<[Int]>) {
    let block = program.cores[core].blocks[number]
    guard let pool = block.pool, let pooled = pool.output(of: block.sourceShape), var gate = cores[core].gates[number]
    else { return }
    let map = block.sourceShape
    let step = tick - block.gateStart
    let weight = Int64(1) << Int64(PhaseCode.shift(step: step, period: block.gatePeriod))
    let period = PhaseCode.periodIndex(step: step, period: block.gatePeriod)
    if block.gateRestarts && period != gate.period {
      for source in 0..<map.count { gate.counts[source] = 0 }
      gate.period = period
    }
    for source in 0..<map.count { gate.counts[source] &+= Int64(gate.now[source]) &* weight }
    for c in 0..<map.channels {
      for py in 0..<pooled.height {
        for px in 0..<pooled.width {
          let window = pool.rows(of: py, height: map.height).flatMap { y in
            pool.columns(of: px, width: map.width).map { x in map.index(c, y, x) }
          }
          let place = pooled.index(c, py, px)
          var times = 1
          let payload: Int32
          switch block.gate {
          case .count:
            guard let most = window.map({ gate.counts[$0] }).max(), most != gate.largest[place] else { continue }
            payload = Int32(clamping: most &- gate.largest[place])
            gate.largest[place] = most
          case .winner:
            // The largest count, the larger spike of this tick, the lower index.
            let winner = window.max {
              (gate.counts[$0], gate.now[$0], $1) < (gate.counts[$1], gate.now[$1], $0)
            }
            guard let winner, gate.now[winner] != 0 else { continue }
            // A duplicated spike passes twice.
            times = gate.times[winner]
            payload = gate.now[winner] / Int32(truncatingIfNeeded: times)
          }
          var isRead = false
          for _ in 0..<times { isRead = deliver(core, block, pooled, c, py, px, payload, tick) || isRead }
          // Several cores may read one window; what passed is one spike.
          guard isRead, passed.insert([block.projection, place]).inserted else { continue }
          for _ in 0..<times { runCounters.notePassed(block.projection, place, payload: payload) }
        }
      }
    }
    for source in 0..<map.count { (gate.now[source], gate.times[source]) = (0, 0) }
    cores[core].gates[number] = gate
  }

  /// Adds the weights of every synapse of pooled neuron `(c, py, px)` on this core; false where there is none.
  private mutating func deliver(
    _ core: Int, _ block: SynapseBlock, _ pooled: MapShape, _ c: Int, _ py: Int, _ px: Int, _ payload: Int32,
    _ tick: Int
  ) -> Bool {
    let group = program.cores[core].groups[block.group]
    let weights = program.weights[block.weights]
    let before = counters.synapticOperationsByCore[core]
    let rule = InterpreterSynapses(
      block.kind.traits, block.convolution, weights: weights, source: pooled, target: group.populationShape)
    rule.forEach(of: (c, py, px), in: group.box) { c, y, x, index in
      add(core, block, group, c, y, x, weights[index], payload, tick)
    }
    return counters.synapticOperationsByCore[core] > before
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
}
