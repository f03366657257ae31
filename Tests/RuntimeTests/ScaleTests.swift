import ChipModel
import Testing

@testable import Compiler
@testable import Runtime

@Suite("Scale")
struct ScaleTests {
  private func network(
    _ populations: String, _ projections: String, input: String, output: String
  ) throws -> CheckedNetwork {
    let text = """
      {"format": "nmsim-network/1", "name": "n", "input": {"shape": \(input)}, "populations": [\(populations)],
       "projections": [\(projections)], "output": {"population": "\(output)", "readout": "spikes"}}
      """
    return try NetworkFile(text: Array(text.utf8), path: "net.json").checked()
  }

  private func neurons(_ name: String, _ shape: String) -> String {
    #"{"name": "\#(name)", "shape": \#(shape), "neuron": {"model": "if", "threshold": 1}}"#
  }

  private func identity(_ from: String, _ to: String, _ more: String = "") -> String {
    #"{"name": "\#(from)-\#(to)", "from": "\#(from)", "to": "\#(to)", "kind": "identity"\#(more)}"#
  }

  @Test(
    "a chain of 65,536 populations compiles, runs and is reported in time proportional to its length",
    .timeLimit(.minutes(2)))
  func chain() throws {
    let count = 65_536
    let names = (0..<count).map { "p\($0)" }
    let network = try network(
      names.map { neurons($0, "[1]") }.joined(separator: ","),
      (0..<count).map { identity($0 == 0 ? "input" : names[$0 - 1], names[$0]) }.joined(separator: ","), input: "[1]",
      output: names[count - 1])
    let program = try CompiledProgram.compile(network, chip: try ChipLibrary.builtIn("ideal")).program
    #expect(program.topologicalOrder == Array(0...count))
    #expect(CompileReport(program).depth == count)
    var runner = LayerRunner(plan: EnginePlan(program), steps: 3)
    #expect(runner.run([1]).outputs == [3])
    let counts = OperationCounts(program: program, counters: runner.counters, steps: 3)
    #expect(counts.spikes == 3 * count && counts.synapticOperations == 3 * (count - 1))
  }

  @Test("a neuron may feed more than 65,535 cores, and its chip's limit is still known")
  func manyDestinations() throws {
    let count = 70_000
    let ones = [String](repeating: "1", count: count).joined(separator: ",")
    let weights = #"{"type": "I8", "shape": [\#(count), 1], "values": [\#(ones)]}"#
    let network = try network(
      [neurons("a", "[1]"), neurons("b", "[\(count)]")].joined(separator: ","),
      identity("input", "a") + #", {"name": "ab", "from": "a", "to": "b", "kind": "dense", "weights": \#(weights)}"#,
      input: "[1]", output: "b")
    let options = CompileOptions(placement: .rowMajor)
    let free = ChipDescription.test([.neuronsPerCore: 1])
    let program = try CompiledProgram.compile(network, chip: free, options: options).program
    #expect(program.cores.count == count + 1)
    #expect(program.cores[0].outputAxons.count == count)
    let bound = ChipDescription.test([.neuronsPerCore: 1, .destinationsPerNeuron: 66_000])
    do throws(CompileError) {
      _ = try CompiledProgram.compile(network, chip: bound, options: options)
      Issue.record("compiled")
    } catch {
      let expected = "population 'a' needs 70,000 destination cores for one neuron, chip 'test' has 66,000"
      #expect(error.description.hasPrefix(expected))
    }
  }

  @Test("a file of a few hundred bytes that asks for gigabytes is refused before they are taken")
  func memory() throws {
    let large = 1 << 26
    let wide = try network(
      [neurons("a", "[\(large)]"), neurons("b", "[\(large)]")].joined(separator: ","),
      [identity("input", "a"), identity("a", "b")].joined(separator: ","), input: "[\(large)]", output: "b")
    let pools = try network(
      [neurons("a", "[1, 2048, 2048]"), neurons("b", "[1, 2033, 2033]")].joined(separator: ","),
      [
        identity("input", "a"),
        identity("a", "b", #", "pool": {"kind": "average", "kernel": [16, 16], "stride": [1, 1]}"#),
      ].joined(separator: ","), input: "[1, 2048, 2048]", output: "b")
    let chip = try ChipLibrary.builtIn("ideal")
    for (network, what) in [(wide, "the neurons of population 'a'"), (pools, "the taps of projection 'a-b'")] {
      do throws(CompileError) {
        _ = try CompiledProgram.compile(network, chip: chip)
        Issue.record("compiled")
      } catch {
        #expect(error.description.contains("GiB) for \(what), allowed are 4.0 GiB; allow more, or make it smaller"))
      }
    }
  }

  @Test("a program file without cores is refused")
  func withoutCores() throws {
    var program = try ProgramFixtures.dense.program()
    program.cores = []
    program.routes = []
    #expect(throws: ProgramError.noCores) { try CompiledProgram(decoding: program.encoded()) }
  }
}
