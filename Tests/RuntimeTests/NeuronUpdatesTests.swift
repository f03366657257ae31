import ChipModel
import Compiler
import Testing

@testable import Runtime

@Suite("Updated neurons and saturations by core")
struct NeuronUpdatesTests {
  @Test("equal the interpreter's, neuron by neuron and core by core, on random networks")
  func equality() throws {
    var updated = 0
    var idle = 0
    var split = 0
    for size in 1...10 {
      for seed in LongRun.seeds(20) {
        let (network, program) = try RandomNetwork.compiled(seed: UInt64(size) << 40 | seed, size: size)
        let name = "size \(size), seed \(seed)"
        let steps = network.steps
        var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
        runner.countsUpdates = true
        runner.keepsUpdates = seed % 2 == 0
        var chip = ChipInterpreter(program, steps: steps)
        chip.recordsUpdates = true
        chip.countsUpdates = true
        for sample in network.samples {
          #expect(runner.run(sample) == chip.run(sample), "\(name)")
          let updates = try #require(runner.updates)
          // What relays, and neurons behind a lag, do after the last tick is in no tick.
          let ticks = program.ticksPerInference(steps: steps)
          if program.populations.allSatisfy({ $0.start + $0.windowTicks(steps: steps) <= ticks }) {
            #expect(updates.byStep.reduce(0) { $0 + $1.reduce(0, +) } == chip.updates.count, "\(name)")
          }
          if runner.keepsUpdates {
            let activity = SampleActivity(program: program, trains: SampleTrains(runner), steps: steps)
            #expect(activity.updated == chip.updates, "\(name)")
          }
        }
        #expect(runner.counters.updates == chip.runCounters.updates, "\(name)")
        #expect(runner.counters.saturationsByCore == chip.counters.saturationsByCore, "\(name)")
        let counts = OperationCounts(program: program, counters: runner.counters, steps: steps)
        #expect(counts.cores.reduce(0) { $0 + ($1.neuronUpdates ?? 0) } == counts.neuronUpdates)
        #expect(counts.cores.reduce(0) { $0 + $1.saturations } == counts.saturations, "\(name)")
        updated += counts.neuronUpdates ?? 0
        idle += counts.neuronVisits - (counts.neuronUpdates ?? 0)
        for (index, population) in counts.populations.enumerated() where population.saturations > 0 {
          if program.cores.count(where: { $0.groups.contains { $0.population == index } }) > 1 { split += 1 }
        }
      }
    }
    // The test is of something only where neurons idle and populations on several cores saturate.
    #expect(updated > 10_000 && idle > 10_000, "\(updated), \(idle)")
    #expect(split > 20, "\(split)")
  }

  @Test("the bill by population, by core and by tick adds up to the bill")
  func shares() throws {
    for seed in LongRun.seeds(60) {
      var (network, program) = try RandomNetwork.compiled(seed: 900 + seed, size: 7)
      if seed % 3 == 0 { program.chip.numbers[.spikePayloadBits] = .assumed(8, "test") }
      let steps = network.steps
      var options = RunObserver.Options()
      options.countsTicks = true
      let observer = try RunObserver(program, steps: steps, samples: network.samples.count, options: options)
      var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
      runner.countsUpdates = seed % 2 == 0
      for (index, sample) in network.samples.enumerated() {
        observer.observe(index, runner.run(sample), SampleTrains(runner))
      }
      let counts = OperationCounts(program: program, counters: runner.counters, steps: steps)
      let all = ActionEvents(counts, program: program)
      let shares = BillShares(
        program: program, counters: runner.counters, counts: counts, ticks: observer.observation.ticks)
      func sum(_ parts: [ActionEvents]) -> ActionEvents {
        parts.reduce(into: ActionEvents()) { $0.add($1) }
      }
      #expect(sum(shares.populations) == all, "seed \(seed)")
      #expect(sum(shares.cores) == all, "seed \(seed)")
      #expect(sum(try #require(shares.ticks)) == all, "seed \(seed)")
      network.samples = []
    }
  }
}
