import Testing

@testable import ChipModel
@testable import Runtime

@Suite("Kernel paths")
struct KernelPathTests {
  @Test("every level equals the scalar rules bit for bit: outputs, potentials, every counter")
  func levels() throws {
    var paths = Set<String>()
    var spikes: UInt64 = 0
    var saturations = 0
    // Samples whose payloads proved 32 bits, and those that did not.
    var proven = [true: 0, false: 0]
    for seed in LongRun.seeds(600) {
      guard let random = try? RandomProgram(seed: seed) else { continue }
      let scalar = EnginePlan(random.program, kernels: .base, isScalar: true)
      var expected = LayerRunner(plan: scalar, steps: random.steps)
      let outcomes = random.samples.map { expected.run(quantised: $0) }
      for level in KernelLevel.available {
        let plan = EnginePlan(random.program, kernels: level)
        var runner = LayerRunner(plan: plan, steps: random.steps)
        for (sample, outcome) in zip(random.samples, outcomes) {
          #expect(runner.run(quantised: sample) == outcome, "seed \(seed), \(level)")
          if let last = plan.order.last, plan.populations[last].isProvenBySample {
            proven[!runner.scratch.hasExactSums, default: 0] += 1
          }
        }
        #expect(runner.counters == expected.counters, "seed \(seed), \(level)")
        for index in random.program.placed {
          let population = random.program.populations[index]
          let isSame = (0..<population.shape.count).allSatisfy { neuron in
            [false, true].allSatisfy {
              runner.potential(population: index, index: neuron, memberB: $0)
                == expected.potential(population: index, index: neuron, memberB: $0)
            }
          }
          #expect(isSame, "seed \(seed), \(level), \(population.name)")
        }
        for projection in plan.projections { paths.insert(projection.path.name) }
      }
      spikes += expected.counters.spikes.joined().reduce(0, +)
      saturations += expected.counters.saturations.reduce(0, +)
    }
    #expect(paths == ["narrow", "widePairs", "wide", "narrowSparse", "sparse", "exact"], "\(paths)")
    #expect(proven.values.allSatisfy { $0 > 10 }, "\(proven)")
    #expect(spikes > 100_000)
    #expect(saturations > 1000)
  }
}
