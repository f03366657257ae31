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
      let chip = try random.smallCores("generic-45nm")
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
          total.dense += core.dense
          total.convolution += core.convolution
          total.identity += core.identity
        }
        var hops: [MeshDirection: Int] = [:]
        var links = 0
        var tile = 0
        for (link, load) in zip(timer.links, LinkTraffic(program: program, spikes: runner.counters.spikes).links) {
          if link.crossesChips { links += load.packets } else { hops[link.direction, default: 0] += load.packets }
        }
        for spike in timer.activity(SampleTrains(runner), steps: steps).spikes.joined() {
          let output = program.cores[Int(spike.core)].outputAxons
          for entry in Int(output.offsets[Int(spike.slot)])..<Int(output.offsets[Int(spike.slot) + 1])
          where program.routes[Int(output.routes[entry])].steps.isEmpty { tile += 1 }
        }
        let operations = total.dense + total.convolution + total.identity
        for item in bill.items {
          let action = try #require(ChipAction(rawValue: item.action))
          let count =
            switch action {
            case .synapticOperation: total.dense
            case .convolutionOperation: total.convolution
            case .identityOperation: total.identity
            case .weightRead, .dendriteUpdate: operations
            case .neuronAccess, .neuronUpdate, .membraneRead, .membraneWrite: total.accesses
            case .spike: total.spikes
            case .axonOut, .axonIn: total.messagesOut
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
    let run = Run(steps: 60, samples: 100, threads: 2)
    let early = try run.earlyDecision(program, data: data, rule: .stable(steps: 12))
    #expect(early.meanSteps < 40)
    #expect(early.saved > 0.3)
    #expect(try #require(early.accuracy) >= (try #require(early.fullAccuracy)) - 0.05)
    #expect(early.counts.spikes < early.fullCounts.spikes)
    #expect(early.counts.neuronUpdates < early.fullCounts.neuronUpdates)
    let never = try run.earlyDecision(program, data: data, rule: .stable(steps: 61))
    #expect(never.counts.spikes == never.fullCounts.spikes)
    #expect(never.counts.messages == never.fullCounts.messages)
    #expect(never.counts.synapticOperations == never.fullCounts.synapticOperations)
    #expect(never.accuracy == never.fullAccuracy)
  }
}
