import ChipModel
import Testing

@testable import Compiler
@testable import Runtime

@Suite("The papers' layer-synchronous loop")
struct LayerSynchronousTests {
  static let rules = RandomNetworkRules(
    codes: RandomNetworkRules.Code.allCases, delays: false, schedules: [.windowed], relays: false, variations: false, splits: false)

  @Test("gives the pipelined chip's spike counts and potentials", arguments: RandomNetworkRules.Code.allCases)
  func sameCounts(code: RandomNetworkRules.Code) throws {
    var rules = LayerSynchronousTests.rules
    rules.codes = [code]
    var spikes = 0
    for size in 1...9 {
      for seed in LongRun.seeds(60) {
        let (network, program) = try RandomNetwork.compiled(seed: UInt64(size) << 32 | seed, size: size, rules: rules)
        // Every compilation of the kernels in turn.
        let level = KernelLevel.available[Int(seed) % KernelLevel.available.count]
        var chip = LayerRunner(plan: EnginePlan(program, kernels: level), steps: network.steps)
        var loop = LayerSynchronousLoop(program)
        _ = chip.run(network.samples[0])
        loop.run(network.samples[0], steps: network.steps)
        for p in program.placed {
          let population = program.populations[p]
          if population.model.fires {
            let same = chip.counters.spikes[p].map { Int($0) } == loop.counts[p]
            try #require(same, "spikes of \(population.name): size \(size), seed \(seed), \(population.model)")
            spikes += loop.counts[p].reduce(0, +)
          }
          if population.model.hasPayload {
            let same = chip.counters.payloads[p].map { Int($0) } == loop.payloadSums[p]
            try #require(same, "payloads of \(population.name): size \(size), seed \(seed)")
          }
          for i in loop.potentials[p].indices {
            let same =
              Int(chip.potential(population: p, index: i)) == loop.potentials[p][i]
              && (population.model.kind != .bistable
                || Int(chip.potential(population: p, index: i, memberB: true)) == loop.others[p][i])
            try #require(same, "potential of \(population.name)[\(i)]: size \(size), seed \(seed)")
          }
        }
      }
    }
    #expect(spikes > 10_000)
  }

  @Test("V(0) + sum of currents = V(T) + threshold x spikes, exactly, where nothing saturated")
  func sumCheck() throws {
    var rules = LayerSynchronousTests.rules
    rules.codes = [.rate]
    rules.models = [.integrateFire]
    rules.smallMembranes = false
    var checked = 0
    for size in 1...10 {
      for seed in LongRun.seeds(40) {
        let (network, program) = try RandomNetwork.compiled(seed: UInt64(size) << 40 | seed, size: size, rules: rules)
        // Every compilation of the kernels in turn.
        let level = KernelLevel.available[Int(seed) % KernelLevel.available.count]
        var chip = LayerRunner(plan: EnginePlan(program, kernels: level), steps: network.steps)
        _ = chip.run(network.samples[0])
        let loop = LayerSynchronousLoop(program)
        for (p, population) in program.populations.enumerated()
        where population.model.kind == .integrateFire && !population.model.hardReset && chip.counters.saturations[p] == 0 {
          // The currents from the chip's own spike counts: a sum over steps is the sum of what each synapse carried.
          var sums = loop.inputCurrent(p, network.samples[0]).map { $0 * network.steps }
          let map = LayerSynchronousLoop.map(population.dimensions)
          for i in sums.indices {
            for step in 0..<network.steps {
              let bias = population.biasByStep.isEmpty ? population.bias : population.biasByStep[step]
              sums[i] += LayerSynchronousLoop.parameter(bias.values, i, map)
            }
          }
          for (index, projection) in program.projections.enumerated() where projection.target == p && projection.source > 0 {
            let source = projection.source
            var spikes = LayerSynchronousLoop.map(program.populations[source].dimensions)
            spikes.values = chip.counters.spikes[source].map { Int($0) }
            if let pool = projection.pool {
              spikes = LayerSynchronousLoop.summed(spikes, pool)
              if pool.kind == .max { spikes.values = chip.counters.gatedSpikes[index].map { Int($0) } }
            }
            for (i, value) in loop.weighted(spikes, projection).enumerated() { sums[i] += value << program.fractionBits }
          }
          for i in sums.indices {
            let threshold = LayerSynchronousLoop.parameter(population.threshold.values, i, map)
            let fired = Int(chip.counters.spikes[p][i])
            let start = LayerSynchronousLoop.parameter(population.initial.values, i, map)
            let end = Int(chip.potential(population: p, index: i))
            try #require(
              start + sums[i] == end + threshold * fired, "\(population.name)[\(i)]: size \(size), seed \(seed)")
            checked += fired > 0 ? 1 : 0
          }
        }
      }
    }
    #expect(checked > 1000)
  }
}
