import ChipModel
import Compiler
import Testing

@testable import Runtime

@Suite("Energy recount and early decisions")
struct EnergyRecountTests {
  @Test("the bill equals a recount from the spike trace, to the last digit; moving populations changes no spike")
  func recount() throws {
    for seed in 0..<20 as Range<UInt64> {
      var random = RandomNetworks(seed: 100 + seed)
      let network = try random.network(maximumPools: true)
      var chip = try random.smallCores("generic-45nm")
      let isMulticast = seed % 3 == 0
      chip.rules[.multicast] = Sourced(isMulticast, source: "test", certainty: .assumed)
      var spikes: [[[UInt64]]] = []
      var input: [Double]?
      for placement in CompileOptions.Placement.allCases {
        let options = CompileOptions(placement: placement, seed: seed, placementEffort: 0.05)
        let program = try CompiledProgram.compile(network, chip: chip, options: options).program
        let values = input ?? random.input(program)
        input = values
        let steps = 8
        var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
        _ = runner.run(values)
        var interpreter = ChipInterpreter(program, steps: steps)
        _ = interpreter.run(values)
        #expect(interpreter.counters.spikes == runner.counters.spikes, "seed \(seed)")
        spikes.append(runner.counters.spikes)

        let counts = OperationCounts(program: program, counters: runner.counters, steps: steps)
        let bill = ChipBill(program: program, counts: counts, steps: steps, samples: 1)
        // Tick by tick and core by core, from the axon tables.
        let timer = TickTimer(program)
        var total = CoreTick()
        for core in timer.loads(timer.activity(SampleTrains(runner), steps: steps)).joined() {
          total.accesses += core.accesses
          total.spikes += core.spikes
          total.messagesOut += core.messagesOut
          for kind in SynapticOperation.allCases { total.operations[kind] += core.operations[kind] }
        }
        var hops: [MeshDirection: Int] = [:]
        var links = 0
        var tile = 0
        var packets = 0
        let mesh = Mesh(chip)
        for spike in timer.activity(SampleTrains(runner), steps: steps).spikes.joined() {
          let output = program.cores[Int(spike.core)].outputAxons
          let entries = Int(output.offsets[Int(spike.slot)])..<Int(output.offsets[Int(spike.slot) + 1])
          packets += isMulticast ? min(1, entries.count) : entries.count
          // With multicast a spike passes a link once, however many of its messages go that way.
          var passed: Set<[Int]> = []
          for entry in entries {
            let route = program.routes[Int(output.routes[entry])]
            if route.steps.isEmpty { tile += 1 }
            var here = mesh.tile(ofCore: program.cores[Int(spike.core)].place)
            for direction in route.steps {
              let next = here.neighbour(direction)
              if !isMulticast || passed.insert([here.x, here.y, next.x, next.y]).inserted {
                if mesh.crossesChips(here, next) { links += 1 } else { hops[direction, default: 0] += 1 }
              }
              here = next
            }
          }
        }
        // The same by population, by core and by tick.
        let whole = ActionEvents(counts, program: program)
        let shares = BillShares(program: program, counters: runner.counters, counts: counts)
        let ticks = SpikeCosts(program).ticks(SampleTrains(runner), steps: steps)
        for parts in [shares.populations, shares.cores, ticks] {
          var sum = ActionEvents()
          for part in parts { sum.add(part) }
          #expect(sum == whole, "seed \(seed)")
        }
        let operations = total.operations.total
        for item in bill.items {
          let action = try #require(ChipAction(rawValue: item.action))
          let count =
            switch action {
            case .synapticOperation: total.operations[.dense]
            case .convolutionOperation: total.operations[.convolution]
            case .identityOperation: total.operations[.identity]
            case .weightRead, .dendriteUpdate: operations
            case .neuronAccess, .neuronUpdate, .membraneRead, .membraneWrite: total.accesses
            case .spike: total.spikes
            case .axonOut: packets
            case .axonIn: total.messagesOut
            case .tileMessage: tile
            case .hopEast: hops[.east] ?? 0
            case .hopWest: hops[.west] ?? 0
            case .hopNorth: hops[.north] ?? 0
            case .hopSouth: hops[.south] ?? 0
            case .link: links
            }
          #expect(item.count == count, "seed \(seed), \(item.action)")
          if let each = chip.energy.each(action) { #expect(item.joules == Double(count) * each) }
        }
      }
      #expect(spikes.allSatisfy { $0 == spikes[0] })
    }
  }

  @Test("the other models' joules equal a recount from what the chip interpreter counted, event by event")
  func models() throws {
    var spikes = 0
    for seed in 0..<20 as Range<UInt64> {
      var random = RandomNetworks(seed: 700 + seed)
      let network = try random.network()
      let program = try CompiledProgram.compile(
        network, chip: random.smallCores("generic-45nm"), options: CompileOptions(seed: seed, placementEffort: 0.05)
      ).program
      let values = random.input(program)
      let steps = 8
      var interpreter = ChipInterpreter(program, steps: steps)
      _ = interpreter.run(values)
      let counted = interpreter.counters
      let data = try #require(Dataset(shape: program.input.dimensions, values: .float64(values)))
      let run = try CountedRun(program, Run(steps: steps, samples: 1)(program, data: data))
      func expect(_ model: any EnergyModel, _ joules: Double) throws {
        let found = try #require(run.account(by: model).joulesPerInference)
        #expect(abs(found - joules) <= 1e-12 * joules, "seed \(seed), \(model.name): \(found), \(joules)")
      }
      let fired = counted.spikes.map { $0.reduce(0) { $0 + Int($1) } }
      try expect(
        SpikeEnergyModel(profile: .standard), Double(fired.reduce(0, +)) * SpikeProfile.standard.joulesPerSpike.value)
      // Multiply-accumulates of the input are counted again in OperationCountsTests.
      try expect(
        OperationEnergyModel(),
        Double(counted.effectiveAdditions) * 0.9e-12 + Double(run.counts.effectiveMACs) * 4.6e-12)
      let operations = counted.synapticOperations.reduce(0, +)
      let bits = max(1, program.chip.spikePayloadBits)
      try expect(
        QuantisedTwinModel(),
        Double(operations + counted.neuronVisits) * 0.05448e-12 + Double(counted.hops * bits) * 3e-12)
      try expect(LemaireEnergyModel(), lemaire(program, fired, steps: steps))
      spikes += fired.reduce(0, +)
    }
    #expect(spikes > 1000)
  }

  /// The equations of Lemaire et al. 2022 in picojoules, layer by layer: kernels of 3x3 with stride 1, dense layers and
  /// identities, memories of at most 8 KiB.
  private func lemaire(_ program: CompiledProgram, _ fired: [Int], steps: Int) throws -> Double {
    func access(_ words: Int) -> Double { 10 * Double(4 * words) / 8192 }
    var sum = 0.0
    for (index, population) in program.populations.enumerated() where index > 0 {
      let neurons = population.shape.count
      var (events, reached, parameters, host) = (0, 0, 0, 0)
      for projection in program.projections where projection.target == index {
        let shape = program.weights[projection.weights].shape
        parameters += shape.reduce(1, *)
        if projection.source == 0 {
          // A pixel at the border lacks a third of the kernel's rows or columns.
          let (height, width) = (population.shape.height, population.shape.width)
          host += shape[0] * shape[1] * (3 * height - 2) * (3 * width - 2)
          continue
        }
        let fan = projection.kind == .identity ? 1 : projection.kind == .dense ? shape[0] : shape[0] * 9
        events += fired[projection.source]
        reached += fired[projection.source] * fan
        // Additions, and as many of addresses; two products find where a kernel begins.
        sum += Double(2 * fired[projection.source] * fan) * 0.1
        if projection.kind == .convolution { sum += Double(2 * fired[projection.source]) * 3.2 }
      }
      let hasBias = population.biases.contains { $0.values.contains { $0 != 0 } }
      if hasBias { parameters += population.shape.pixels > 1 ? population.shape.channels : neurons }
      try #require(parameters <= 2048 && neurons <= 2048)
      let updates = population.model.fires ? neurons * steps : 0
      let biases = hasBias || host > 0 ? neurons * steps : 0
      sum += Double(biases + fired[index]) * 0.1 + Double(host) * (3.2 + access(program.input.shape.count))
      sum += Double(events + fired[index]) * access(1000)
      sum += Double(reached + host + (hasBias ? biases : 0)) * access(parameters)
      sum += Double(2 * (reached + updates)) * access(neurons)
    }
    return sum * 1e-12
  }

  @Test("stop rules, by hand")
  func rules() {
    let decisions = [3, 1, 1, 1, 2, 2, 2, 2]
    let margins = [0, 1, 5, 2, 9, 1, 3, 4]
    #expect(StopRule.stable(steps: 1).stop(decisions: decisions, margins: margins) == 1)
    #expect(StopRule.stable(steps: 3).stop(decisions: decisions, margins: margins) == 4)
    #expect(StopRule.stable(steps: 4).stop(decisions: decisions, margins: margins) == 8)
    #expect(StopRule.stable(steps: 9).stop(decisions: decisions, margins: margins) == 8)
    #expect(StopRule.margin(5).stop(decisions: decisions, margins: margins) == 3)
    #expect(StopRule.margin(6).stop(decisions: decisions, margins: margins) == 5)
    #expect(StopRule.stableMargin(steps: 2, margin: 3).stop(decisions: decisions, margins: margins) == 3)
    #expect(StopRule.stableMargin(steps: 3, margin: 3).stop(decisions: decisions, margins: margins) == 7)
  }

  @Test("stopping the digits early keeps most of the accuracy and saves energy; never stopping saves nothing")
  func digits() throws {
    let (program, data) = try DigitsTests().program(chip: "generic-45nm")
    func early(_ rule: StopRule) throws -> (decision: EarlyDecision, full: ChipBill, spent: ActionEvents) {
      var options = RunObserver.Options()
      options.rule = rule
      let observer = try RunObserver(program, steps: 60, samples: 100, options: options)
      let record = try Run(steps: 60, samples: 100, threads: 2)(program, data: data, observe: observer.observe)
      let result = try RunResult(program: program, record: record, observation: observer.observation)
      let stops = try #require(observer.observation.stops)
      return (try #require(result.earlyDecision), try #require(result.bill), stops.spent)
    }
    let stopped = try early(.stable(steps: 12)).decision
    #expect(try #require(stopped.meanSteps) < 40)
    #expect(try #require(stopped.energySaved) > 0.3)
    #expect(try #require(stopped.accuracy) >= (try #require(stopped.fullAccuracy)) - 0.05)
    #expect(stopped.samplesByStep.reduce(0, +) == 100)
    #expect(try #require(stopped.secondsPerInference) < 63e-3)
    let never = try early(.stable(steps: 61))
    let spent = never.spent
    #expect(never.full.items.allSatisfy { spent.count(ChipAction(rawValue: $0.action) ?? .link) == $0.count })
    #expect(never.decision.accuracy == never.decision.fullAccuracy)
    #expect(try #require(never.decision.secondsPerInference) == 63e-3)
  }

  @Test("stops and what was spent until then equal a brute-force recount on random networks")
  func bruteForce() throws {
    var spikes = 0
    for seed in 0..<30 as Range<UInt64> {
      let (network, program) = try RandomNetwork.compiled(seed: 500 + seed, size: 6)
      let steps = network.steps
      let rule: StopRule = seed % 2 == 0 ? .stable(steps: 1 + Int(seed % 5)) : .margin(1 + Int(seed) * 10)
      var options = RunObserver.Options()
      options.rule = rule
      let observer = try RunObserver(program, steps: steps, samples: network.samples.count, options: options)
      var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
      runner.countsUpdates = true
      var expected = ActionEvents()
      var stops: [Int] = []
      for (index, sample) in network.samples.enumerated() {
        observer.observe(index, runner.run(sample), SampleTrains(runner))
        // The interpreter, tick by tick until the first step for which the rule holds, looked up from scratch.
        var chip = ChipInterpreter(program, steps: steps)
        chip.recordsUpdates = true
        let outcome = chip.run(sample)
        let stop = (1...steps).first { last in
          switch rule {
          case .stable(let least):
            last >= least && Set(outcome.decisions[(last - least)..<last]).count == 1
          case .margin(let least): outcome.margins[last - 1] >= least
          case .stableMargin: false
          }
        }
        stops.append(stop ?? steps)
        let read = program.populations[program.output.population].start + (stop ?? steps)
        // What relays, and neurons behind a lag, send later counts as sent in the last tick.
        let isLast = read == program.ticksPerInference(steps: steps)
        let ticks = isLast ? Int.max / 2 : read
        let counters = RunCounters(program: program, trains: SampleTrains(runner), steps: steps, ticks: ticks)
        var counts = OperationCounts(program: program, counters: counters, steps: steps)
        counts.neuronVisits = program.populations.reduce(0) {
          $0 + $1.neurons * max(0, min($1.windowTicks(steps: steps), ticks - $1.start))
        }
        let updates = try #require(runner.updates).byStep.reduce(0) { $0 + $1.reduce(0, +) }
        counts.neuronUpdates =
          isLast ? updates : chip.updates.ticks.prefix(ticks).reduce(0) { $0 + $1.reduce(0) { $0 + $1.count { $0 } } }
        expected.add(ActionEvents(counts, program: program))
      }
      let found = try #require(observer.observation.stops)
      #expect(found.steps == stops, "seed \(seed)")
      #expect(found.spent == expected, "seed \(seed)")
      spikes += expected[.spikes]
    }
    #expect(spikes > 1000)
  }

  @Test("rules are read as they are written; other texts are refused")
  func ruleTexts() throws {
    for text in ["stable:10", "margin:3", "stable:5,margin:100"] { #expect(try StopRule(text).text == text) }
    #expect(try StopRule("margin:2,stable:4").text == "stable:4,margin:2")
    for text in ["", "stable", "stable:0", "stable:-1", "stable:1,stable:2", "x:1", "stable:1,", "margin:99999999999999999999"] {
      let error = #expect(throws: StopRuleError.self) { try StopRule(text) }
      #expect(
        error.map { "\($0)" }
          == "early decision '\(text)' is no rule: write stable:N, margin:M or both, for example stable:10 or stable:5,margin:100")
    }
  }
}

extension RunCounters {
  /// Counts one sample's spikes in the first `ticks` ticks, from its trains. Saturations and input are not in trains.
  init(program: CompiledProgram, trains: SampleTrains, steps: Int, ticks: Int) {
    self.init(program: program, steps: steps)
    samples = 1
    for (index, population) in program.populations.enumerated() {
      let train = trains.populations[index]
      guard !spikes[index].isEmpty else { continue }
      for step in 0..<max(0, min(steps, train.steps, ticks - population.firstFiringTick)) {
        train.forEachSpike(step: step) { neuron, payload in
          note(spike: payload, population: index, neuron: neuron, step: step)
        }
      }
    }
    for (index, projection) in program.projections.enumerated() {
      guard let train = trains.gated[index] else { continue }
      let limit = ticks - program.populations[projection.source].firstFiringTick
      for step in 0..<max(0, min(steps, train.steps, limit)) {
        train.forEachSpike(step: step) { neuron, payload in notePassed(index, neuron, payload: payload) }
      }
    }
  }
}
