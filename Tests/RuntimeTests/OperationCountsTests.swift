import ChipModel
import Testing

@testable import Compiler
@testable import Runtime

@Suite("Operation counts")
struct OperationCountsTests {
  /// The same program with weights 1 (or 1 where not 0) and no shifts: weighted sums of it count synapses.
  private func counting(_ program: CompiledProgram, keepsZeros: Bool) throws -> CompiledProgram {
    var result = program
    result.weights = try program.weights.map { weights in
      try #require(
        WeightTensor(
          shape: weights.shape, values: (0..<weights.count).map { weights[$0] == 0 && keepsZeros ? 0 : 1 }))
    }
    for index in result.projections.indices { result.projections[index].shifts = [0] }
    return result
  }

  /// Synapses that the non-zero entries of `x` reach.
  private func synapses(_ loop: LayerSynchronousLoop, _ projection: Projection, _ x: LayerSynchronousLoop.Map) -> Int {
    var seen = x
    if let pool = projection.pool {
      seen =
        pool.kind == .average
        ? LayerSynchronousLoop.summed(x, pool) : LayerSynchronousLoop.winners(x, score: x, pool)
    }
    return loop.weighted(seen, projection).reduce(0, +)
  }

  @Test("Dense counts every synapse every step, one winner a window, and the input once a sample; MACs skip zeros")
  func denseAndMACs() throws {
    var rules = RandomNetworkRules()
    rules.variations = false
    for seed in 0..<UInt64(150) {
      let (network, program) = try RandomNetwork.compiled(seed: seed &+ 9 << 33, size: 1 + Int(seed % 9), rules: rules)
      var runner = LayerRunner(plan: EnginePlan(program), steps: network.steps)
      for sample in network.samples { _ = runner.run(sample) }
      let counts = OperationCounts(program: program, counters: runner.counters, steps: network.steps)
      let all = LayerSynchronousLoop(try counting(program, keepsZeros: false))
      let live = LayerSynchronousLoop(try counting(program, keepsZeros: true))
      var dense = 0
      var macs = 0
      for projection in all.program.projections {
        var ones = LayerSynchronousLoop.map(program.populations[projection.source].dimensions)
        for i in ones.values.indices { ones.values[i] = 1 }
        let count = synapses(all, projection, ones)
        dense += count * network.samples.count * (projection.source == 0 ? 1 : network.steps)
        guard projection.source == 0 else { continue }
        for sample in network.samples {
          var x = ones
          for i in x.values.indices { x.values[i] = Int(InputEncoder.quantise(sample[i])) }
          if let pool = projection.pool, pool.kind == .max {
            x = LayerSynchronousLoop.winners(x, score: x, pool)
            var plain = projection
            plain.pool = nil
            macs += synapses(live, plain, nonZero(x))
          } else {
            macs += synapses(live, projection, nonZero(x))
          }
        }
      }
      #expect(counts.dense == dense, "seed \(seed)")
      #expect(counts.effectiveMACs == macs, "seed \(seed)")
      #expect(counts.effectiveACs == counts.populations.reduce(0) { $0 + $1.effectiveACs })
      #expect(counts.samples == 2)
    }
  }

  private func nonZero(_ x: LayerSynchronousLoop.Map) -> LayerSynchronousLoop.Map {
    var result = x
    for i in x.values.indices { result.values[i] = x.values[i] == 0 ? 0 : 1 }
    return result
  }

  @Test("workers' counters add up to one worker's")
  func addition() throws {
    for seed in 0..<UInt64(30) {
      let (network, program) = try RandomNetwork.compiled(seed: seed &+ 3 << 34, size: 6)
      let plan = EnginePlan(program)
      var one = LayerRunner(plan: plan, steps: network.steps)
      var total = RunCounters(program: program, steps: network.steps)
      for sample in network.samples {
        _ = one.run(sample)
        var worker = LayerRunner(plan: plan, steps: network.steps)
        _ = worker.run(sample)
        total.add(worker.counters)
      }
      #expect(total == one.counters, "seed \(seed)")
    }
  }
}
