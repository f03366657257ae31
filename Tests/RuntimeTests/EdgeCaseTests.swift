@testable import ChipModel
import Compiler
import Foundation
import Testing

@testable import Runtime

/// Cases that the engine and the interpreter once got wrong, each with the value that is right by the arithmetic's rules.
@Suite("Edge cases of both executions")
struct EdgeCaseTests {
  private func counted(
    _ program: CompiledProgram, _ samples: [[Double]], steps: Int, faults: FaultSettings = .none
  ) -> (engine: OperationCounts, interpreter: OperationCounts, interpreted: InterpreterCounters) {
    var runner = LayerRunner(plan: EnginePlan(program, faults: faults), steps: steps)
    var chip = ChipInterpreter(program, steps: steps, faults: faults)
    runner.countsUpdates = true
    chip.countsUpdates = true
    for (index, sample) in samples.enumerated() {
      (runner.sample, chip.sample) = (index, index)
      #expect(runner.run(sample) == chip.run(sample), "sample \(index), \(faults)")
    }
    return (
      OperationCounts(program: program, counters: runner.counters, steps: steps),
      OperationCounts(program: program, counters: chip.runCounters, steps: steps), chip.counters
    )
  }

  @Test("a core gates the windows that its own neurons read: overlapping windows on several cores count once")
  func splitGates() throws {
    // The counts end at 2, 4 and 6. The winner's rule also lets the second neuron's spike through while it leads.
    for (gate, operations) in [("count", 4 + 6), ("winner", 11)] {
      let program = try SteppingTests.compile(
        """
        {"format": "nmsim-network/1", "name": "gate", "input": {"shape": [1, 1, 3]}, "populations": [
          {"name": "a", "shape": [1, 1, 3], "neuron": {"model": "if", "threshold": 6}},
          {"name": "b", "shape": [1, 1, 2], "neuron": {"model": "accumulator"}}],
         "projections": [
          {"name": "i", "from": "input", "to": "a", "kind": "identity", "weights": {"type": "I8", "shape": [1], "values": [1]}},
          {"name": "p", "from": "a", "to": "b", "kind": "identity", "pool": {"kind": "max", "kernel": [1, 2], "stride": [1, 1],
           "gate": "\(gate)"}, "weights": {"type": "I8", "shape": [1], "values": [3]}}],
         "output": {"population": "b", "readout": "potential"}}
        """,
        """
        {"format": "nmsim-chip/1", "name": "one", "title": "one neuron a core", "extends": "ideal", "source": "x",
         "certainty": "assumed", "limits": {"neuronsPerCore": 1, "coresPerChip": 16, "chips": 1},
         "mesh": {"width": 4, "height": 4, "coresPerTile": 1}}
        """)
      let counts = counted(program, [[1, 2, 3]], steps: 12)
      #expect(counts.engine == counts.interpreter)
      #expect(counts.engine.synapticOperations == operations)
      #expect(counts.interpreted.synapticOperations.reduce(0, +) == operations)
    }
  }

  @Test("updates under membrane flips count potentials after the flips, before the update")
  func updatesUnderFlips() throws {
    let program = try SteppingTests.compile(
      """
      {"format": "nmsim-network/1", "name": "f", "input": {"shape": [1]}, "populations": [
        {"name": "a", "shape": [1], "neuron": {"model": "accumulator"}}],
       "projections": [
        {"name": "i", "from": "input", "to": "a", "kind": "identity", "weights": {"type": "I8", "shape": [1], "values": [1]}}],
       "output": {"population": "a", "readout": "potential"}}
      """)
    let counts = counted(program, [[0]], steps: 8, faults: FaultSettings(seed: 0, flipMembraneBits: 0.02))
    #expect(counts.engine.neuronUpdates == 6 && counts.interpreter.neuronUpdates == 6)
    var checked = 0
    for seed in 0..<UInt64(240) {
      let (network, program) = try RandomNetwork.compiled(seed: seed &+ 31 << 32, size: 1 + Int(seed % 6))
      let faults = FaultSettings(seed: seed, flipMembraneBits: 0.02)
      let counts = counted(program, network.samples, steps: network.steps, faults: faults)
      #expect(counts.engine.neuronUpdates == counts.interpreter.neuronUpdates, "seed \(seed)")
      checked += counts.engine.neuronUpdates ?? 0
    }
    #expect(checked > 1000)
  }

  @Test("a bistable unit of period 1 fires by its second member though nothing arrives")
  func secondMember() throws {
    let program = try SteppingTests.compile(
      """
      {"format": "nmsim-network/1", "name": "b", "input": {"shape": [1]}, "populations": [
        {"name": "a", "shape": [1], "neuron": {"model": "bistable", "period": 1, "threshold": 1}},
        {"name": "c", "shape": [1], "neuron": {"model": "accumulator"}}],
       "projections": [
        {"name": "i", "from": "input", "to": "a", "kind": "dense", "weights": [[0]]},
        {"name": "ac", "from": "a", "to": "c", "kind": "identity", "weights": 1}],
       "output": {"population": "c"}}
      """)
    var spikes = 0
    for seed in 0..<UInt64(20) {
      let faults = FaultSettings(seed: seed, flipMembraneBits: 0.002)
      let counts = counted(program, [[0]], steps: 50, faults: faults)
      #expect(counts.engine == counts.interpreter, "seed \(seed)")
      spikes += counts.engine.spikes
    }
    #expect(spikes > 0)
  }

  @Test("the membrane's unit is 2^-K also for a period of 1")
  func periodOfOne() throws {
    let program = try SteppingTests.compile(
      """
      {"format": "nmsim-network/1", "name": "p", "input": {"shape": [1]}, "populations": [
        {"name": "a", "shape": [1], "neuron": {"model": "phase", "period": 1, "threshold": 4, "initial": 2}}],
       "projections": [
        {"name": "i", "from": "input", "to": "a", "kind": "dense", "weights": {"type": "I8", "shape": [1, 1], "values": [1]}}],
       "output": {"population": "a", "readout": "spikes"}}
      """)
    var runner = LayerRunner(plan: EnginePlan(program), steps: 4)
    _ = runner.run([2])
    #expect((0..<4).map { runner.trains[1].spikeCount(step: $0) } == [1, 1, 0, 1])
    #expect(counted(program, [[2]], steps: 4).engine.spikes == 3)
  }

  @Test("relays change no count of the network's neurons and lengthen no inference", arguments: [Schedule.windowed, .continuous])
  func relays(schedule: Schedule) throws {
    func chip(_ delay: String) -> String {
      """
      {"format": "nmsim-chip/1", "name": "r", "title": "r", "extends": "ideal", "source": "x", "certainty": "assumed",
       "limits": {"neuronsPerCore": 3, "coresPerChip": 16, "chips": 4\(delay)}, "mesh": {"width": 4, "height": 4}}
      """
    }
    let network = """
      {"format": "nmsim-network/1", "name": "r", "input": {"shape": [1]}, "populations": [
        {"name": "a", "shape": [4], "neuron": {"model": "if", "threshold": 2}},
        {"name": "b", "shape": [3], "neuron": {"model": "if", "threshold": 5}},
        {"name": "c", "shape": [2], "neuron": {"model": "accumulator"}}],
       "projections": [
        {"name": "i", "from": "input", "to": "a", "kind": "dense", "weights": {"type": "I8", "shape": [4, 1], "values": [1, 2, 1, 1]}},
        {"name": "ab", "from": "a", "to": "b", "kind": "dense", "weights": {"type": "I8", "shape": [3, 4], "values": [1, 2, 3, 4, 1, 1, 1, 1, 2, 2, 2, 2]}},
        {"name": "ac", "from": "a", "to": "c", "kind": "dense", "delay": 9, "weights": {"type": "I8", "shape": [2, 4], "values": [1, -1, 1, 1, 2, 2, 2, 3]}},
        {"name": "bc", "from": "b", "to": "c", "kind": "dense", "weights": {"type": "I8", "shape": [2, 3], "values": [1, 1, 1, 1, 1, 1]}}],
       "output": {"population": "c"}}
      """
    let options = CompileOptions(schedule: schedule)
    let plain = try SteppingTests.compile(network, chip(""), options)
    let relayed = try SteppingTests.compile(network, chip(", \"maximumDelay\": 2"), options)
    #expect(relayed.populations.count { $0.isRelay } == 4)
    #expect(relayed.ticksPerInference(steps: 20) == plain.ticksPerInference(steps: 20))
    let one = counted(plain, [[1], [1.5]], steps: 20)
    let other = counted(relayed, [[1], [1.5]], steps: 20)
    for index in 0...3 {
      var (mine, theirs) = (one.engine.populations[index], other.engine.populations[index])
      // Messages go to the relays' cores too.
      (mine.messages, mine.hops, theirs.messages, theirs.hops) = (0, 0, 0, 0)
      #expect(mine == theirs, "\(plain.populations[index].name)")
    }
    #expect(one.engine == one.interpreter && other.engine == other.interpreter)
    #expect(one.interpreted.synapticOperations == Array(other.interpreted.synapticOperations.prefix(4)))
    let late = other.engine.populations[1].spikes
    #expect(late > 0 && other.engine.populations[4...].allSatisfy { $0.spikes == late })
    // What relays hold at the end is sent in the last tick.
    var runner = LayerRunner(plan: EnginePlan(relayed), steps: 20)
    _ = runner.run([1])
    let ticks = SpikeCosts(relayed).ticks(SampleTrains(runner), steps: 20)
    let counts = OperationCounts(program: relayed, counters: runner.counters, steps: 20)
    #expect(ticks.count == relayed.ticksPerInference(steps: 20))
    #expect(ticks.reduce(0) { $0 + $1[.spikes] } == counts.spikes && ticks.reduce(0) { $0 + $1[.messagesIn] } == counts.messages)
  }

  @Test("of several samples that cannot be used the first is named, for every number of threads", arguments: 1...4)
  func firstError(threads: Int) throws {
    var program = try SteppingTests.compile(SteppingTests.chain)
    program.network.inputRange = InputRange(low: 0, high: 1)
    let data = try #require(Dataset(shape: [1], values: .float32((0..<64).map { $0 >= 5 ? 9 + Float($0) : 1 })))
    let run = Run(steps: 3, samples: 64, threads: threads)
    for _ in 0..<20 {
      do throws(DatasetError) {
        _ = try run(program, data: data)
        Issue.record("accepted")
      } catch {
        guard case .outsideRange(sample: 5, _, _, _) = error else {
          Issue.record("\(error)")
          return
        }
      }
    }
  }
}
