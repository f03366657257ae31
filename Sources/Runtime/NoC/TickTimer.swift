import ChipModel

/// Computes how long ticks take on a chip, from what the neurons did and the times of the chip's description.
///
/// In tick `t` a core visits its mapped neurons that are in their window, slot by slot, and sends the messages of those
/// that fire; every message is processed in the tick of its emission. A message takes the sender's time since its message
/// before (visits, updates, firing) and `axonOut`, one hop time a link (or `tileMessage` within the tile), and at its core
/// `axonIn` and the time of its synaptic operations, weight reads and accumulations. Further destinations of one spike
/// cost `axonOut` only; a chip with multicast sends one packet a spike. What a max-pool gate lets through is processed
/// after the tick's last message. The first three are SANA-FE's rules, as `simple` is its model.
package struct TickTimer: Sendable {
  package let program: CompiledProgram
  /// The links that the program's routes use.
  package let links: [MeshStep]
  /// Times that the program needs and the chip's description does not know; `fixed` needs none of them.
  package let missing: [String]
  private let table: LinkTable
  private let times: ActionTimes
  private let linkTimes: [Double]
  private let places: NeuronPlaces
  /// By core and input axon: synapses behind it, max-pool gates apart.
  private let synapses: [[ByKind<Int32>]]
  /// Those of all kinds; nil where one of the axon's blocks is behind a max-pool gate.
  private let reached: [[Int32?]]
  /// By projection behind a gate: the cores that hold its target, and their synapses by pooled neuron.
  private let gates: [[(core: Int, kind: SynapticOperation, fanOut: FanOut)]]
  private let isMulticast: Bool
  /// Whether a spike of payload `c` is one operation at a synapse, not `c` additions.
  private let hasPayloads: Bool
  /// Cores that each core can hear from.
  private let sources: [[Int]]
  /// By core: its groups by first tick, then by slot.
  private let groupsByStart: [[Int]]
  /// By population, of a neuron.
  private let compartments: [Int]

  /// What `missing` would be, without the tables that a timer needs.
  package static func missing(_ program: CompiledProgram) -> [String] {
    var missing: [String] = []
    _ = ActionTimes(program, links: LinkTable(program).links, missing: &missing)
    return missing
  }

  /// - Parameter program: with cores.
  package init(_ program: CompiledProgram) {
    self.program = program
    compartments = program.populations.indices.map(program.compartments)
    let table = LinkTable(program)
    self.table = table
    links = table.links
    var missing: [String] = []
    let times = ActionTimes(program, links: table.links, missing: &missing)
    self.times = times
    self.missing = missing
    linkTimes = table.links.map { times.of($0) }
    places = NeuronPlaces(program)
    isMulticast = program.chip.multicast
    hasPayloads = program.chip.spikePayloadBits > 0
    var gates: [[(core: Int, kind: SynapticOperation, fanOut: FanOut)]] = program.projections.map { _ in [] }
    var synapses: [[ByKind<Int32>]] = []
    var reached: [[Int32?]] = []
    for (index, core) in program.cores.enumerated() {
      let fanOuts = core.blocks.map { program.synapses($0.projection).fanOut(into: core.groups[$0.group].box) }
      for (block, fanOut) in zip(core.blocks, fanOuts) where block.pool?.kind == .max {
        gates[block.projection].append((index, block.kind.traits.operation, fanOut))
      }
      synapses.append(
        (0..<core.inputAxons.count).map { axon in
          var sum = ByKind<Int32>()
          for entry in core.inputAxons.entries(of: axon) {
            let number = Int(core.inputAxons.blocks[entry])
            let block = core.blocks[number]
            guard block.pool?.kind != .max else { continue }
            let source = Int(core.inputAxons.sources[entry])
            sum[block.kind.traits.operation] &+= Int32(clamping: fanOuts[number][source])
          }
          return sum
        })
      reached.append(
        zip(synapses[index], 0..<core.inputAxons.count).map { sum, axon in
          let isGated = core.inputAxons.entries(of: axon).contains {
            core.blocks[Int(core.inputAxons.blocks[$0])].pool?.kind == .max
          }
          return isGated ? nil : Int32(clamping: sum.total)
        })
    }
    self.gates = gates
    self.synapses = synapses
    self.reached = reached
    var sources = program.cores.map { _ in [Int]() }
    for route in program.routes where route.from != route.to { sources[route.to].append(route.from) }
    self.sources = sources
    groupsByStart = program.cores.map { core in
      core.groups.indices.sorted { (core.groups[$0].start, $0) < (core.groups[$1].start, $1) }
    }
  }

  /// Synapses that a message to an input axon reaches; nil where one of its blocks is behind a max-pool gate.
  func synapses(core: Int, axon: Int) -> Int? {
    reached[core][axon].map(Int.init)
  }

  /// What the neurons did in a sample, for this program.
  package func activity(_ trains: SampleTrains, steps: Int, updated: UpdateTrace? = nil) -> SampleActivity {
    SampleActivity(program: program, places: places, trains: trains, steps: steps, updated: updated)
  }

  /// Every core's work in every tick: `[tick][core]`.
  package func loads(_ activity: SampleActivity) -> [[CoreTick]] {
    activity.spikes.indices.map { load(activity, tick: $0).cores }
  }

  /// Packets over each of `links` in every tick: `[tick][link]`. Shared links of a multicast tree count once.
  package func linkLoads(_ activity: SampleActivity) -> [[Int]] {
    activity.spikes.indices.map { tick in
      let forest = self.forest(load(activity, tick: tick))
      var counts = [Int](repeating: 0, count: links.count)
      for station in forest.station where Int(station) < links.count { counts[Int(station)] += 1 }
      return counts
    }
  }

  /// The length of each tick of a sample; nil where the chip's description does not know what the model needs.
  package func time(_ activity: SampleActivity, model: TimingModel) -> SampleTime? {
    var ticks: [TickTime] = []
    if model == .fixed {
      guard let seconds = program.chip.tickSeconds?.value else { return nil }
      ticks = activity.spikes.map { _ in
        TickTime(seconds: seconds, barrier: 0, coreSeconds: 0, core: nil, linkSeconds: 0, link: nil, messages: 0)
      }
      return SampleTime(model: model, ticks: ticks, seconds: seconds * Double(ticks.count))
    }
    guard missing.isEmpty else { return nil }
    var clock = BarrierFreeClock(cores: program.cores.count, sources: sources)
    var total = 0.0
    var deadlock: Int?
    for tick in activity.spikes.indices {
      let load = load(activity, tick: tick)
      guard let (time, femtoseconds) = self.time(load, model, &clock) else {
        deadlock = tick
        break
      }
      ticks.append(time)
      total += femtoseconds
    }
    return SampleTime(
      model: model, ticks: ticks, deadlockTick: deadlock, seconds: total / ActionTimes.perSecond,
      barrierFreeSeconds: model == .analytic ? clock.end / ActionTimes.perSecond : nil)
  }

  // MARK: - One tick

  func forest(_ load: TickLoad) -> PacketForest {
    PacketForest(load, ways: table.ways, linkTimes: linkTimes, tileTime: times.tile)
  }

  /// What happens in one tick.
  func load(_ activity: SampleActivity, tick: Int) -> TickLoad {
    var result = TickLoad(cores: program.cores.count)
    let spikes = activity.spikes[tick]
    var next = 0
    for (index, core) in program.cores.enumerated() {
      let windows = active(index, tick: tick, steps: activity.steps)
      let flags = activity.updated?.ticks[tick][index]
      var cursor = 0
      var generation = 0.0
      func visit(to end: Int, _ result: inout TickLoad) {
        for (window, each) in windows {
          let range = window.clamped(to: cursor..<max(cursor, end))
          let updates = each * (flags.map { flags in flags.isEmpty ? 0 : range.count { flags[$0] } } ?? range.count)
          result.cores[index].accesses += each * range.count
          result.cores[index].updates += updates
          generation += Double(each * range.count) * times.access + Double(updates) * times.update
        }
        cursor = max(cursor, end)
      }
      while next < spikes.count, Int(spikes[next].core) == index {
        let spike = spikes[next]
        next += 1
        visit(to: Int(spike.slot) + 1, &result)
        result.cores[index].spikes += 1
        generation += times.spike
        send(spike, from: index, &generation, &result)
      }
      visit(to: core.neuronCount, &result)
      result.leftover[index] = generation
    }
    if !activity.entered.isEmpty { countEntries(activity.entered[tick], &result) }
    if !activity.passed[tick].isEmpty { countGates(activity.passed[tick], &result) }
    return result
  }

  /// Slots of the core's groups that are in their window, and compartments of their neurons.
  private func active(_ core: Int, tick: Int, steps: Int) -> [(slots: Range<Int>, compartments: Int)] {
    let groups = program.cores[core].groups
    let order = groupsByStart[core]
    // The first that has not ended, whatever its lag, by bisection.
    var (first, end) = (0, order.count)
    while first < end {
      let middle = (first + end) / 2
      if groups[order[middle]].start + steps + program.lag <= tick { first = middle + 1 } else { end = middle }
    }
    return order[first...].prefix { groups[$0].start <= tick }
      .filter { tick < groups[$0].start + steps + groups[$0].lag }.sorted()
      .map {
        (groups[$0].firstSlot..<(groups[$0].firstSlot + groups[$0].box.count), compartments[groups[$0].population])
      }
  }

  /// Additions that a spike's synapses make of its payload.
  private func repeats(_ payload: Int32) -> Int {
    hasPayloads ? 1 : Int(payload.magnitude)
  }

  private func send(_ spike: SampleActivity.Spike, from core: Int, _ generation: inout Double, _ load: inout TickLoad) {
    let output = program.cores[core].outputAxons
    let entries = output.entries(of: Int(spike.slot))
    guard !entries.isEmpty else { return }
    let times = repeats(spike.payload)
    let first = load.copies.count
    for entry in entries {
      let route = Int(output.routes[entry])
      let target = program.routes[route].to
      var operations = ByKind<Int>()
      for kind in SynapticOperation.allCases {
        operations[kind] = Int(synapses[target][Int(output.axons[entry])][kind]) * times
        load.cores[target].operations[kind] += operations[kind]
      }
      load.cores[core].messagesOut += 1
      load.cores[target].messagesIn += 1
      load.copies.append(
        TickLoad.Copy(
          core: Int32(truncatingIfNeeded: target), route: Int32(truncatingIfNeeded: route),
          processing: self.times.axonIn + self.times.operations(operations)))
    }
    func add(_ copies: Range<Int>) {
      load.packets.append(
        TickLoad.Packet(
          core: Int32(truncatingIfNeeded: core), generation: generation + self.times.axonOut, copies: copies))
      generation = 0
    }
    if isMulticast {
      add(first..<load.copies.count)
    } else {
      for copy in first..<load.copies.count { add(copy..<(copy + 1)) }
    }
  }

  /// Messages of the input come from no core: their processing is the receiver's beside its other messages.
  private func countEntries(_ entered: [SampleActivity.Entered], _ load: inout TickLoad) {
    let port = program.inputPort
    for spike in entered {
      for entry in port.entries(of: spike.neuron) {
        let core = Int(port.cores[entry])
        var operations = ByKind<Int>()
        for kind in SynapticOperation.allCases {
          operations[kind] = Int(synapses[core][Int(port.axons[entry])][kind]) * repeats(spike.payload)
          load.cores[core].operations[kind] += operations[kind]
        }
        load.cores[core].messagesIn += 1
        load.gates[core] += times.axonIn + times.operations(operations)
      }
    }
  }

  private func countGates(_ passed: [SampleActivity.Passed], _ load: inout TickLoad) {
    for spike in passed {
      for gate in gates[spike.projection] {
        let count = gate.fanOut[spike.neuron] * repeats(spike.payload)
        load.cores[gate.core].operations[gate.kind] += count
        load.gates[gate.core] += Double(count) * times.operation[gate.kind]
      }
    }
  }

  /// The tick's length, and the same in femtoseconds; nil: a deadlock.
  private func time(_ load: TickLoad, _ model: TimingModel, _ clock: inout BarrierFreeClock) -> (TickTime, Double)? {
    var generating = load.leftover
    var processing = load.gates
    for packet in load.packets { generating[Int(packet.core)] += packet.generation }
    for copy in load.copies { processing[Int(copy.core)] += copy.processing }
    var slowest: (core: Int?, time: Double) = (nil, 0)
    for core in load.cores.indices where max(generating[core], processing[core]) > slowest.time {
      slowest = (core, max(generating[core], processing[core]))
    }
    var result = TickTime(
      seconds: 0, barrier: times.barrier / ActionTimes.perSecond, coreSeconds: slowest.time / ActionTimes.perSecond,
      core: slowest.core, linkSeconds: 0, link: nil, messages: load.copies.count)
    var length = slowest.time
    if model != .simple {
      let forest = forest(load)
      let bounds = AnalyticBounds(forest, generating: generating, gates: load.gates)
      result.linkSeconds = bounds.slowestLink.time / ActionTimes.perSecond
      result.link = bounds.slowestLink.link
      length = bounds.length
      if model == .analytic {
        clock.advance(forest, bounds, generating: generating, gates: load.gates)
      } else {
        guard let detailed = detail(forest, load, &result) else { return nil }
        length = detailed
      }
    }
    let total = length + times.barrier
    result.seconds = total / ActionTimes.perSecond
    return (result, total)
  }

  /// Nil: a deadlock.
  private func detail(_ forest: PacketForest, _ load: TickLoad, _ result: inout TickTime) -> Double? {
    let simulation = LinkSimulation(forest, capacity: program.chip.linkBufferMessages)
    guard !simulation.isStuck else { return nil }
    var end = 0.0
    for core in load.cores.indices {
      end = max(end, simulation.lastSent[core] + load.leftover[core])
      var last: Double?
      for node in simulation.arrivals[core] { last = max(last ?? 0, simulation.served[Int(node)]) }
      if let last { end = max(end, last + load.gates[core]) }
    }
    var sum = 0.0
    var longest = 0.0
    var waiting = 0.0
    var overtaken = 0
    for arrivals in simulation.arrivals {
      var latest = 0.0
      for node in arrivals {
        let (root, travel) = forest.origin(of: Int(node))
        let sent = simulation.served[root]
        let delay = simulation.entered[Int(node)] - sent
        sum += delay
        longest = max(longest, delay)
        waiting += delay - travel
        if sent < latest { overtaken += 1 }
        latest = max(latest, sent)
      }
    }
    if !load.copies.isEmpty {
      let count = Double(load.copies.count)
      result.meanDelay = sum / count / ActionTimes.perSecond
      result.longestDelay = longest / ActionTimes.perSecond
      result.meanWaiting = waiting / count / ActionTimes.perSecond
    }
    result.overtaken = overtaken
    return end
  }
}
