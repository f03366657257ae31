import ChipModel
import Compiler
import Testing

@testable import Runtime

/// Whole chips as their papers describe them, priced by the bill. `docs/chips.md` says what was published and what not.
@Suite("Published power")
struct PublishedPowerTests {
  @Test("a TrueNorth filled as its paper says takes the published 65 mW within 10 %")
  func trueNorth() throws {
    // One core's share: 128 sources at 20 Hz, each with a synapse onto all 256 neurons, so 128 active synapses a neuron.
    var chain = EveryChipTests.Chain([1])
    try chain.add("sources", [128], .dense, [128, 1], limit: 0, threshold: 50)
    try chain.add("core", [256], .dense, [256, 128], limit: 0, threshold: 128)
    chain.network.populations[0].bias = .uniform(1)
    chain.network.projections[1].weights = .inline(
      try #require(Tensor(shape: [256, 128], storage: .int8([Int8](repeating: 1, count: 256 * 128)))))
    let program = try CompiledProgram.compile(
      chain.network.checked(), chip: ChipLibrary.builtIn("truenorth")
    ).program
    let data = try #require(Dataset(shape: [1], values: .float64([0])))
    let record = try Run(steps: 1000, samples: 1)(program, data: data)
    let result = try RunResult(program: program, record: record)
    // 1,000 ticks of 1 ms.
    #expect(result.time.secondsPerTick == 1e-3)
    #expect(result.populations.map(\.meanRate) == [0.02, 0.02])
    #expect(result.totals.synapticOperations == 256 * 128 * 20)
    let bill = try #require(result.bill)
    let watts = try #require(bill.joulesPerInference) * 4096
    #expect(abs(watts - 0.065) <= 0.1 * 0.065, "\(watts)")
    #expect(abs(watts - 0.0698) < 0.0001, "\(watts)")
    // Nothing is left out of it but links between chips.
    #expect(bill.missing == ["static power"])
  }

  @Test("for Loihi no power of a filled chip was published: the bill says what it misses")
  func loihi() throws {
    let program = try CompiledProgram.compile(
      try EveryChipTests.network("loihi").checked(), chip: ChipLibrary.builtIn("loihi")
    ).program
    let data = try #require(
      Dataset(
        shape: program.input.dimensions,
        values: .float64([Double](repeating: 1, count: program.input.shape.count))))
    let result = try RunResult(program: program, record: try Run(steps: 20, samples: 1)(program, data: data))
    #expect(result.bill?.missing.contains("static power") == true)
    #expect(try #require(result.bill?.joulesPerInference) > 0)
  }
}
