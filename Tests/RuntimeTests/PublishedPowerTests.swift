import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

/// Powers and energies that were measured at two or more points of activity, priced by the bill. `docs/chips.md` says what
/// was published and what not.
@Suite("Published power")
struct PublishedPowerTests {
  private func result(_ chain: EveryChipTests.Chain, _ chip: ChipDescription, steps: Int) throws -> RunResult {
    let program = try CompiledProgram.compile(
      chain.network.checked(), chip: chip, options: CompileOptions(placement: .rowMajor)
    ).program
    let data = try #require(Dataset(shape: [1], values: .float64([0])))
    return try RunResult(program: program, record: Run(steps: steps, samples: 1)(program, data: data))
  }

  @Test(
    "a TrueNorth filled as its papers say takes the measured power within 10 %",
    arguments: zip([11.58, 20.07, 95.93], [0.068, 0.071, 0.094]))
  func trueNorth(hertz: Double, measured: Double) throws {
    // One core's share: 128 sources, each with a synapse onto all 256 neurons, so 128 active synapses a neuron.
    var chain = EveryChipTests.Chain([1])
    try chain.add("sources", [128], .dense, [128, 1], limit: 0, threshold: 100_000)
    try chain.add("core", [256], .dense, [256, 128], limit: 0, threshold: 128)
    // A spike every 100,000 / bias ticks of 1 ms.
    chain.network.populations[0].bias = .uniform((hertz * 100).rounded())
    chain.network.projections[1].weights = .inline(
      try #require(Tensor(shape: [256, 128], storage: .int8([Int8](repeating: 1, count: 256 * 128)))))
    let result = try result(chain, ChipLibrary.builtIn("truenorth"), steps: 10_000)
    #expect(result.time.secondsPerTick == 1e-3)
    for population in result.populations.dropFirst() { #expect(abs(try #require(population.meanRate) * 1000 - hertz) < 0.1) }
    let bill = try #require(result.bill)
    let seconds = try #require(result.time.secondsPerInference)
    let still = try #require(bill.staticJoules)
    let watts = ((bill.knownJoules - still) * 4096 + still) / seconds
    #expect(abs(watts - measured) <= 0.1 * measured, "\(watts)")
    #expect(bill.missing.isEmpty)
  }

  /// Neurons that reset to a value, as those of ODIN and Loihi do.
  private func resetting(_ chain: EveryChipTests.Chain) -> EveryChipTests.Chain {
    var chain = chain
    for index in chain.network.populations.indices {
      chain.network.populations[index].neuron.parameters[.reset] = .hard
    }
    return chain
  }

  @Test(
    "ODIN takes the measured power at two clocks within 2 %",
    arguments: [(75_000_000, 37.5e6, 477e-6), (1_300_000, 650e3, 35e-6)])
  func odin(hertz: Int, operations: Double, measured: Double) throws {
    var chain = EveryChipTests.Chain([1])
    try chain.add("a", [16], .dense, [16, 1], limit: 0, threshold: 1)
    try chain.add("b", [240], .dense, [240, 16], limit: 0, threshold: 100)
    chain.network.populations[0].bias = .uniform(1)
    var chip = try ChipLibrary.builtIn("odin")
    chip.numbers[.clockHertz] = .assumed(hertz, "test")
    // A tick as long as its 16 x 240 operations take.
    chip.tickSeconds = .assumed(16 * 240 / operations, "test")
    let result = try result(resetting(chain), chip, steps: 50)
    let done = try #require(result.totals.synapticOperations)
    #expect(done == 50 * 16 * 240)
    let bill = try #require(result.bill)
    let watts = try #require(bill.joulesPerInference) / (Double(done) / operations)
    #expect(abs(watts - measured) <= 0.02 * measured, "\(watts)")
    #expect(bill.missing.isEmpty, "\(bill.missing)")
  }

  @Test(
    "Loihi's nearest-neighbour search: 667 and 750 spikes to 76,800 neurons in 60 steps, against 1.33 mJ",
    arguments: [(667, 0.10), (750, 0.21)])
  func loihi(spikes: Int, tolerance: Double) throws {
    // A hundredth of the neurons. All spikes come in one step and leave no potential: the two figures of the sources are
    // those of an operation and of a neuron that has nothing to do.
    var chain = EveryChipTests.Chain([1])
    try chain.add("sources", [spikes], .dense, [spikes, 1], limit: 0, threshold: 10)
    try chain.add("matches", [768], .dense, [768, spikes], limit: 0, threshold: 10)
    chain.network.populations[0].neuron.initial = .uniform(10)
    let result = try result(resetting(chain), ChipLibrary.builtIn("loihi"), steps: 60)
    #expect(result.populations.map(\.spikes) == [spikes, 0])
    let joules = try #require(result.bill?.joulesByPopulation?.last) * 100
    #expect(abs(joules - 1.33e-3) <= tolerance * 1.33e-3, "\(joules)")
    #expect(result.bill?.missing.contains("static power") == false)
    #expect(result.bill?.missing.contains("energy of spike") == true)
  }

  @Test("static power of Loihi: 3.34 W for 32 chips")
  func chips() throws {
    var chain = EveryChipTests.Chain([1])
    try chain.add("many", [32 * 128], .dense, [32 * 128, 1], limit: 0, threshold: 10)
    var chip = try ChipLibrary.builtIn("loihi")
    chip.numbers[.neuronsPerCore] = .assumed(1, "test")
    chip.tickSeconds = .assumed(1, "test")
    let bill = try #require(result(resetting(chain), chip, steps: 1).bill)
    #expect(abs(try #require(bill.staticJoules) - 3.34) < 0.01)
  }
}
