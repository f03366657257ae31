@testable import ChipModel
import Testing

@testable import Compiler
@testable import Runtime

@Suite("Engine equals chip interpreter")
struct EngineEqualsInterpreterTests {
  @Test("bit for bit on random networks, sizes upward: results, state, every counter")
  func equality() throws {
    var cores = Set<Int>()
    var relays = 0
    var saturations = 0
    var paths = Set<String>()
    var spikes = 0
    for size in 1...12 {
      for seed in 0..<UInt64(70) {
        let (network, program) = try RandomNetwork.compiled(seed: UInt64(size) << 32 | seed, size: size)
        let difference = try compare(network, program)
        #expect(difference == nil, "size \(size), seed \(seed): \(difference ?? "")")
        if difference != nil { return }
        cores.insert(program.cores.count)
        relays += program.populations.count { $0.isRelay }
        var runner = LayerRunner(plan: EnginePlan(program), steps: network.steps)
        for sample in network.samples { _ = runner.run(sample) }
        saturations += runner.counters.saturations.reduce(0, +)
        spikes += runner.counters.spikes.joined().reduce(0) { $0 + Int($1) }
        for plan in runner.plan.projections where plan.projection.source != nil { paths.insert("\(plan.path)") }
      }
    }
    // The generator reaches what it is meant to reach.
    #expect(cores.contains(1) && (cores.max() ?? 0) >= 30, "\(cores.sorted())")
    #expect(relays > 20)
    #expect(saturations > 1000)
    #expect(spikes > 100_000)
    #expect(paths == ["narrow", "wide", "shiftedWide", "identity", "grouped", "exact"])
  }

  /// What differs first, in words; nil: nothing.
  private func compare(_ network: RandomNetwork, _ program: CompiledProgram) throws -> String? {
    var runner = LayerRunner(plan: EnginePlan(program), steps: network.steps)
    var chip = ChipInterpreter(program, steps: network.steps)
    for (index, sample) in network.samples.enumerated() {
      let a = runner.run(sample)
      let b = chip.run(sample)
      var fresh = LayerRunner(plan: runner.plan, steps: network.steps)
      if fresh.run(sample) != a { return "sample \(index): a fresh runner gives another result" }
      for population in program.populations.indices {
        for neuron in 0..<program.populations[population].shape.count {
          for member in [false, true] {
            let x = runner.potential(population: population, index: neuron, memberB: member)
            let y = chip.potential(population: population, index: neuron, memberB: member)
            if x != y {
              return "sample \(index): \(program.populations[population].name)[\(neuron)] \(x) \(y ?? -1) "
                + "\(program.populations[population].model)"
            }
            if x != fresh.potential(population: population, index: neuron, memberB: member) { return "fresh potential" }
          }
        }
      }
      if a != b { return "sample \(index): \(a) \(b)" }
    }
    let a = runner.counters
    let b = chip.counters
    if a.spikes != b.spikes { return "spikes" }
    if a.payloads != b.payloads { return "payloads" }
    if a.spikesByStep != b.spikesByStep { return "spikesByStep" }
    if a.saturations != b.saturations { return "saturations" }
    let counts = OperationCounts(program: program, counters: a, steps: network.steps)
    if counts.populations.map(\.synapticOperations) != b.synapticOperations { return "synaptic operations" }
    if counts.cores.map(\.synapticOperations) != b.synapticOperationsByCore { return "synaptic operations by core" }
    if counts.cores.map(\.spikes) != b.spikesByCore { return "spikes by core" }
    if counts.cores.map(\.messagesIn) != b.messagesIn { return "messages in" }
    if counts.cores.reduce(0, { $0 + $1.messagesOut }) != b.messages { return "messages out" }
    if counts.messages != b.messages { return "messages" }
    if counts.hops != b.hops { return "hops" }
    let links = counts.hopsByDirection.links * Mesh(program.chip).linkHops
    if counts.hopsByDirection.withinChips + links != b.hops { return "hops by direction" }
    if counts.effectiveACs != b.effectiveAdditions { return "effective additions" }
    if counts.neuronUpdates != b.neuronUpdates { return "neuron updates" }
    return nil
  }
}
