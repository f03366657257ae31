@testable import ChipModel
import Compiler
import Testing

@testable import Runtime

@Suite("Stepping")
struct SteppingTests {
  static func compile(_ network: String, _ chip: String? = nil, _ options: CompileOptions = CompileOptions())
    throws -> CompiledProgram
  {
    let description = try chip.map { try ChipDescription(json: Array($0.utf8), file: "chip") } ?? ChipLibrary.builtIn("ideal")
    let checked = try NetworkFile(text: Array(network.utf8), path: "net.json").checked()
    return try CompiledProgram.compile(checked, chip: description, options: options).program
  }

  /// `a` fires in every second step, `b` counts.
  static let chain = """
    {"format": "nmsim-network/1", "name": "chain", "input": {"shape": [1]}, "populations": [
      {"name": "a", "shape": [2], "neuron": {"model": "if", "threshold": 2}},
      {"name": "b", "shape": [1], "neuron": {"model": "accumulator"}}],
     "projections": [
      {"name": "i", "from": "input", "to": "a", "kind": "dense", "weights": {"type": "I8", "shape": [2, 1], "values": [1, 0]}},
      {"name": "ab", "from": "a", "to": "b", "kind": "dense", "weights": {"type": "I8", "shape": [1, 2], "values": [3, 5]}}],
     "output": {"population": "b"}}
    """

  @Test("a sample tick by tick is the sample; spikes and potentials can be read after each")
  func steps() throws {
    let program = try Self.compile(Self.chain)
    var whole = ChipInterpreter(program, steps: 6)
    let outcome = whole.run([1])
    var chip = ChipInterpreter(program, steps: 6)
    chip.begin([1])
    var spikes: [Int] = []
    var potentials: [Int32?] = []
    while chip.step() {
      spikes.append(chip.spikes.count { $0.population == 1 && $0.neuron == 0 })
      potentials.append(chip.potential(population: 2, index: 0))
    }
    #expect(chip.outcome == outcome && chip.counters == whole.counters)
    #expect(chip.tick == program.ticksPerInference(steps: 6) && !chip.step())
    #expect(spikes == [0, 1, 0, 1, 0, 1, 0])
    #expect(potentials == [0, 0, 3, 3, 6, 6, 9])
    var runner = LayerRunner(plan: EnginePlan(program), steps: 6)
    _ = runner.run([1])
    #expect((0..<6).map { runner.trains[1].spikeCount(step: $0) } == Array(spikes.prefix(6)))
  }

  @Test("a spike that is fed goes where its neuron's own would, and counts")
  func feeding() throws {
    var chip = ChipInterpreter(try Self.compile(Self.chain), steps: 6)
    chip.begin([0])
    _ = chip.step()
    chip.feed(population: 1, neuron: 1)
    chip.feed(population: 9, neuron: 1)
    while chip.step() {}
    #expect(chip.potential(population: 2, index: 0) == 5)
    #expect(chip.counters.spikes[1] == [0, 1] && chip.counters.synapticOperations[2] == 1)
  }
}
