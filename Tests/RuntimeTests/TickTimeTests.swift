import ChipModel
import Compiler
import Testing

@testable import Runtime

@Suite("Time of a tick")
struct TickTimeTests {
  /// One core sends three messages over link 0: two to core 1, which is slow, one on over link 1 to core 2.
  func blockedLoad() -> TickLoad {
    var load = TickLoad(cores: 3)
    load.copies = [
      TickLoad.Copy(core: 1, route: 0, processing: 100), TickLoad.Copy(core: 1, route: 0, processing: 100),
      TickLoad.Copy(core: 2, route: 1, processing: 150),
    ]
    load.packets = (0..<3).map { TickLoad.Packet(core: 0, generation: 1, copies: $0..<($0 + 1)) }
    return load
  }

  func end(_ simulation: LinkSimulation) -> Double { simulation.served.max() ?? 0 }

  @Test("a hand-computed example: the link's one place is held by a message that its slow core has no room for")
  func handComputed() {
    let load = blockedLoad()
    let forest = PacketForest(load, ways: [[0], [0, 1]], linkTimes: [4, 4], tileTime: 0)
    // First to core 1: sent 1, link 1-5, processed 5-105. Second: ready 2, link 5-9, held there until 105, processed
    // 105-205. Third: the core was kept until 5, ready 6, link 0 105-109, link 1 109-113, processed 113-263.
    let tight = LinkSimulation(forest, capacity: 1)
    #expect(end(tight) == 263)
    #expect(tight.lastSent[0] == 105)
    #expect(tight.arrivals[1].map { tight.entered[Int($0)] } == [5, 105])
    #expect(tight.arrivals[2].map { tight.entered[Int($0)] } == [113])
    // With room for two, the second waits in core 1's input and lets the third pass at 9.
    let two = LinkSimulation(forest, capacity: 2)
    #expect(two.arrivals[2].map { two.entered[Int($0)] } == [17])
    #expect(end(two) == 205)
    let bounds = AnalyticBounds(forest, generating: [3, 0, 0], gates: [0, 0, 0])
    #expect(bounds.length == 205)
    #expect(bounds.slowestLink.link == 0)
    #expect(bounds.slowestLink.time == 12)
  }

  @Test("a message alone takes its sender's work, its hops and its processing in both models")
  func alone() {
    var load = TickLoad(cores: 2)
    load.copies = [TickLoad.Copy(core: 1, route: 0, processing: 20)]
    load.packets = [TickLoad.Packet(core: 0, generation: 7, copies: 0..<1)]
    let forest = PacketForest(load, ways: [[0, 1, 2]], linkTimes: [4, 4, 6], tileTime: 0)
    #expect(end(LinkSimulation(forest, capacity: 1)) == 41)
    #expect(AnalyticBounds(forest, generating: [7, 0], gates: [0, 0]).length == 41)
  }

  @Test("a multicast packet passes shared links once")
  func multicast() {
    var load = TickLoad(cores: 3)
    load.copies = [
      TickLoad.Copy(core: 1, route: 0, processing: 1), TickLoad.Copy(core: 2, route: 1, processing: 1),
    ]
    load.packets = [TickLoad.Packet(core: 0, generation: 1, copies: 0..<2)]
    let forest = PacketForest(load, ways: [[0, 1], [0, 2]], linkTimes: [4, 4, 4], tileTime: 0)
    #expect(forest.station.count { $0 == 0 } == 1)
    #expect(end(LinkSimulation(forest, capacity: 1)) == 10)
    load.packets = [
      TickLoad.Packet(core: 0, generation: 1, copies: 0..<1), TickLoad.Packet(core: 0, generation: 1, copies: 1..<2),
    ]
    let unicast = PacketForest(load, ways: [[0, 1], [0, 2]], linkTimes: [4, 4, 4], tileTime: 0)
    // The second waits for the first: link 0 from 5 to 9, link 2 to 13, one more.
    #expect(end(LinkSimulation(unicast, capacity: 1)) == 14)
  }

  @Test("without a barrier, by hand: a sender runs ahead, its slow receiver does one tick's work after the other")
  func barrierFreeByHand() {
    var load = TickLoad(cores: 2)
    load.copies = [TickLoad.Copy(core: 1, route: 0, processing: 100)]
    load.packets = [TickLoad.Packet(core: 0, generation: 10, copies: 0..<1)]
    let forest = PacketForest(load, ways: [[0]], linkTimes: [4], tileTime: 0)
    let bounds = AnalyticBounds(forest, generating: [10, 0], gates: [0, 0])
    #expect(bounds.length == 114)
    var clock = BarrierFreeClock(cores: 2, sources: [[], [0]])
    // Sent at 10, 20, 30; the receiver is free at 14, then at 114 and at 214.
    for end in [114.0, 214, 314] {
      clock.advance(forest, bounds, generating: [10, 0], gates: [0, 0])
      #expect(clock.end == end)
    }
  }

  struct Sample {
    var program: CompiledProgram
    var timer: TickTimer
    var activity: SampleActivity
    var steps: Int
  }

  /// A random network on a chip with small cores, one sample of it.
  func sample(
    seed: UInt64, base: String, faults: ChipFaults? = nil, change: (inout ChipDescription) -> Void = { _ in }
  ) throws -> Sample {
    var random = RandomNetworks(seed: seed)
    let network = try random.network(maximumPools: true)
    var chip = try random.smallCores(base)
    change(&chip)
    let options = CompileOptions(placement: .random, seed: seed, faults: faults)
    let program = try CompiledProgram.compile(network, chip: chip, options: options).program
    let steps = random.int(4...10)
    var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    _ = runner.run(random.input(program))
    let timer = TickTimer(program)
    return Sample(
      program: program, timer: timer, activity: timer.activity(SampleTrains(runner), steps: steps), steps: steps)
  }

  @Test("simple <= analytic <= detailed on random networks, dead links too; without a barrier it is never longer")
  func order() throws {
    var congested = 0
    var detours = 0
    for seed in LongRun.seeds(40) {
      let faults = seed % 2 == 0 ? nil : ChipFaults(seed: seed, deadLinkRate: 0.08)
      let sample = try sample(seed: seed, base: "loihi-sanafe", faults: faults) { chip in
        chip.time[.link] = .known(Sourced(20e-9, source: "test", certainty: .assumed))
        chip.numbers[.linkBufferMessages] = Sourced(1 + Int(seed % 3), source: "test", certainty: .assumed)
        if seed % 4 == 0 { chip.rules[.multicast] = Sourced(true, source: "test", certainty: .assumed) }
      }
      let facts = RouteFacts(sample.program)
      detours += facts.detours
      let simple = try #require(sample.timer.time(sample.activity, model: .simple), "seed \(seed)")
      let analytic = try #require(sample.timer.time(sample.activity, model: .analytic))
      let detailed = try #require(sample.timer.time(sample.activity, model: .detailed))
      #expect(detailed.ticks.count == detailed.deadlockTick ?? simple.ticks.count, "seed \(seed)")
      if detailed.deadlockTick != nil { #expect(facts.hasCycle, "seed \(seed)") }
      for tick in detailed.ticks.indices {
        #expect(simple.ticks[tick].seconds <= analytic.ticks[tick].seconds, "seed \(seed), tick \(tick)")
        #expect(analytic.ticks[tick].seconds <= detailed.ticks[tick].seconds, "seed \(seed), tick \(tick)")
        if analytic.ticks[tick].seconds < detailed.ticks[tick].seconds { congested += 1 }
      }
      let free = try #require(analytic.barrierFreeSeconds)
      #expect(free <= analytic.seconds)
      // No core takes in the messages of two ticks at once.
      let times = sample.program.chip.time
      func seconds(_ action: ChipAction) -> Double { times.each(action) ?? 0 }
      let loads = sample.timer.loads(sample.activity)
      for core in sample.program.cores.indices {
        let taking = loads.reduce(0.0) { sum, tick in
          let load = tick[core]
          let synapses =
            Double(load.operations[.dense]) * seconds(.synapticOperation)
            + Double(load.operations[.convolution]) * seconds(.convolutionOperation)
            + Double(load.operations[.identity]) * seconds(.identityOperation)
          return sum + Double(load.messagesIn) * seconds(.axonIn) + synapses
        }
        #expect(free >= taking * (1 - 1e-9), "seed \(seed), core \(core)")
      }
      #expect(free > 0)
    }
    // The test is of something only where the models differ, and where routes are bent.
    #expect(congested > 20 && detours > 20, "\(congested), \(detours)")
  }

  /// Every neuron of three layers fires at once, one neuron a core, one message a link, links dead: detours form circles.
  ///
  /// Nil: the dead links leave too few cores.
  private func detours(seed: UInt64) throws -> Sample? {
    func layer(_ name: String) -> String {
      #"{"name": "\#(name)", "shape": [16], "neuron": {"model": "if", "threshold": 1}, "bias": 1}"#
    }
    func dense(_ from: String, _ to: String, inputs: Int, _ weight: Int) -> String {
      let row = "[" + [String](repeating: "\(weight)", count: inputs).joined(separator: ",") + "]"
      let rows = [String](repeating: row, count: 16).joined(separator: ",")
      return #"{"name": "\#(from)\#(to)", "from": "\#(from)", "to": "\#(to)", "kind": "dense", "weights": [\#(rows)]}"#
    }
    let network = """
      {"format": "nmsim-network/1", "name": "dl", "input": {"shape": [1]},
       "populations": [\(layer("a")), \(layer("b")), \(layer("c"))],
       "projections": [\(dense("input", "a", inputs: 1, 0)), \(dense("a", "b", inputs: 16, 1)),
         \(dense("b", "c", inputs: 16, 1))],
       "output": {"population": "c", "readout": "spikes"}}
      """
    let chip = """
      {"format": "nmsim-chip/1", "name": "ring", "title": "ring", "source": "t", "certainty": "assumed",
       "datapath": {"weightBits": 8, "membraneBits": 32, "accumulatorBits": 32},
       "limits": {"chips": 1, "coresPerChip": 48, "neuronsPerCore": 1},
       "mesh": {"width": 4, "height": 4, "coresPerTile": 3, "linkBufferMessages": 1},
       "time": {"synapticOperation": "1 ns", "neuronAccess": "1 ns", "neuronUpdate": "1 ns", "spike": "1 ns",
         "axonOut": "1 ns", "axonIn": "1 ns", "tileMessage": "1 ns", "hop": "5 ns", "link": "1 ns", "weightRead": "0 ns",
         "dendriteUpdate": "0 ns", "membraneRead": "0 ns", "membraneWrite": "0 ns",
         "barrier": [{"tiles": 1, "time": "0 ns"}]}}
      """
    let parsed = try ChipDescription(json: Array(chip.utf8), file: "ring.json")
    let checked = try NetworkFile(text: Array(network.utf8), path: "net.json").checked()
    let options = CompileOptions(placement: .random, seed: seed, faults: ChipFaults(seed: seed, deadLinkRate: 0.3))
    let program: CompiledProgram
    do throws(CompileError) {
      program = try CompiledProgram.compile(checked, chip: parsed, options: options).program
    } catch {
      guard case .tooFewLiveCores = error else { throw error }
      return nil
    }
    var runner = LayerRunner(plan: EnginePlan(program), steps: 6)
    _ = runner.run([0])
    let timer = TickTimer(program)
    return Sample(
      program: program, timer: timer, activity: timer.activity(SampleTrains(runner), steps: 6), steps: 6)
  }

  @Test("behind dead links a tick is as long as its bounds, or the network is stuck, which is no time")
  func deadlocks() throws {
    var stuck: [UInt64] = []
    for seed in 0..<20 as Range<UInt64> {
      guard let sample = try detours(seed: seed) else { continue }
      let simple = try #require(sample.timer.time(sample.activity, model: .simple))
      let analytic = try #require(sample.timer.time(sample.activity, model: .analytic))
      let detailed = try #require(sample.timer.time(sample.activity, model: .detailed))
      #expect(detailed.ticks.count == detailed.deadlockTick ?? simple.ticks.count)
      for tick in detailed.ticks.indices {
        #expect(simple.ticks[tick].seconds <= analytic.ticks[tick].seconds, "seed \(seed), tick \(tick)")
        #expect(analytic.ticks[tick].seconds <= detailed.ticks[tick].seconds, "seed \(seed), tick \(tick)")
      }
      #expect(analytic.deadlockTick == nil && simple.deadlockTick == nil)
      guard let tick = detailed.deadlockTick else { continue }
      stuck.append(seed)
      #expect(RouteFacts(sample.program).hasCycle)
      #expect(sample.timer.messages(sample.activity, tick: tick).isEmpty)
      var options = RunObserver.Options()
      options.timeModel = .detailed
      let observer = try RunObserver(sample.program, steps: 6, samples: 2, options: options)
      var runner = LayerRunner(plan: EnginePlan(sample.program), steps: 6)
      for index in 0..<2 { observer.observe(index, runner.run([0]), SampleTrains(runner)) }
      let time = observer.observation.time
      #expect(time.deadlockTick == tick)
      #expect(time.secondsPerInference == nil && time.secondsPerTick == nil && time.seconds(ticks: 1) == nil)
    }
    #expect(stuck.contains(6) && stuck.contains(8) && stuck.contains(12) && stuck.count < 20)
  }

  @Test("analytic equals detailed where nothing waits: nothing takes time on links and at receiving cores")
  func uncongested() throws {
    for seed in 0..<20 as Range<UInt64> {
      let sample = try sample(seed: seed, base: "loihi-sanafe") { chip in
        let zero = Cost.known(Sourced(0, source: "test", certainty: .assumed))
        for action in [
          ChipAction.synapticOperation, .convolutionOperation, .identityOperation, .axonIn, .tileMessage, .hopEast,
          .hopWest, .hopNorth, .hopSouth, .link,
        ] { chip.time[action] = zero }
      }
      let analytic = try #require(sample.timer.time(sample.activity, model: .analytic))
      let detailed = try #require(sample.timer.time(sample.activity, model: .detailed))
      #expect(analytic.ticks.map(\.seconds) == detailed.ticks.map(\.seconds), "seed \(seed)")
    }
  }

  @Test("loads, link loads and traffic add up to the run's counts")
  func totals() throws {
    for seed in 0..<30 as Range<UInt64> {
      let sample = try sample(seed: seed, base: "generic-45nm")
      var random = RandomNetworks(seed: seed)
      _ = try random.network(maximumPools: true)
      let trains = sample.activity.spikes
      let counters = try countersOf(sample)
      let counts = OperationCounts(program: sample.program, counters: counters, steps: sample.steps)
      let loads = sample.timer.loads(sample.activity)
      func sum(_ value: (CoreTick) -> Int) -> Int { loads.reduce(0) { $0 + $1.reduce(0) { $0 + value($1) } } }
      #expect(sum(\.spikes) == trains.reduce(0) { $0 + $1.count })
      #expect(sum(\.spikes) == counts.spikes)
      #expect(sum(\.messagesOut) == counts.messages)
      #expect(sum(\.messagesIn) == counts.messages)
      #expect(sum { $0.operations.total } == counts.synapticOperations, "seed \(seed)")
      #expect(sum(\.accesses) == counts.neuronVisits)
      let traffic = Traffic(program: sample.program, spikes: counters.spikes)
      let linkLoads = sample.timer.linkLoads(sample.activity)
      #expect(traffic.linkPackets == traffic.linkPackets.indices.map { link in linkLoads.reduce(0) { $0 + $1[link] } })
      var multicast = sample.program
      multicast.chip.rules[.multicast] = Sourced(true, source: "test", certainty: .assumed)
      let tree = Traffic(program: multicast, spikes: counters.spikes)
      #expect(tree.linkPackets.sum <= traffic.linkPackets.sum)
      let treeLoads = TickTimer(multicast).linkLoads(sample.activity)
      #expect(tree.linkPackets == tree.linkPackets.indices.map { link in treeLoads.reduce(0) { $0 + $1[link] } })
    }
  }

  /// Counters of the sample, spike by spike from its activity.
  func countersOf(_ sample: Sample) throws -> RunCounters {
    var counters = RunCounters(program: sample.program, steps: sample.steps)
    counters.samples = 1
    for (tick, spikes) in sample.activity.spikes.enumerated() {
      for spike in spikes {
        let image = sample.program.cores[Int(spike.core)]
        let group = try #require(
          image.groups.first { ($0.firstSlot..<($0.firstSlot + $0.box.count)).contains(Int(spike.slot)) })
        counters.note(
          spike: spike.payload, population: group.population,
          neuron: group.box.populationIndex(Int(spike.slot) - group.firstSlot, in: group.populationShape),
          step: tick - group.start)
      }
      for passed in sample.activity.passed[tick] {
        counters.notePassed(passed.projection, passed.neuron, payload: passed.payload)
      }
    }
    return counters
  }

  @Test("a chip that lacks a time has none for its ticks, and says which")
  func missing() throws {
    let sample = try sample(seed: 1, base: "loihi")
    #expect(sample.timer.time(sample.activity, model: .analytic) == nil)
    #expect(sample.timer.time(sample.activity, model: .fixed) == nil)
    #expect(sample.timer.missing.contains("time of spike"))
    #expect(sample.timer.missing.contains("time of axonOut"))
    let generic = try self.sample(seed: 1, base: "generic-45nm")
    let fixed = try #require(generic.timer.time(generic.activity, model: .fixed))
    #expect(fixed.ticks.allSatisfy { $0.seconds == 1e-3 })
    #expect(fixed.ticks.count == generic.program.ticksPerInference(steps: generic.steps))
  }

  @Test("a saturated link shows up: as the busiest, and as time")
  func saturated() throws {
    // Every message of core 0 crosses one link that takes a microsecond.
    let quick = try sample(seed: 3, base: "loihi-sanafe") {
      $0.time[.link] = .known(Sourced(20e-9, source: "test", certainty: .assumed))
    }
    let busiest = try #require(Traffic(program: quick.program, spikes: try countersOf(quick).spikes).linkPackets.max())
    let slow = try sample(seed: 3, base: "loihi-sanafe") {
      let cost = Cost.known(Sourced(1e-6, source: "test", certainty: .assumed))
      $0.time[.link] = cost
      for direction in MeshDirection.allCases { $0.time[direction.action] = cost }
    }
    let before = try #require(quick.timer.time(quick.activity, model: .detailed))
    let after = try #require(slow.timer.time(slow.activity, model: .detailed))
    #expect(after.seconds > before.seconds)
    let tick = try #require(after.ticks.max { $0.linkSeconds < $1.linkSeconds })
    #expect(tick.linkSeconds > tick.coreSeconds)
    #expect(tick.seconds >= tick.linkSeconds)
    #expect(try #require(tick.meanWaiting) > 0)
    #expect(busiest > 0)
  }
}
