import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

@Suite("Busiest places")
struct BusiestPlaceTests {
  /// 8 sources that fire every tick, 250 neurons behind them, at most 20 neurons a core.
  private func run(_ change: (inout ChipDescription) -> Void) throws -> (RunResult, CompiledProgram) {
    var chain = EveryChipTests.Chain([1])
    try chain.add("sources", [8], .dense, [8, 1], limit: 0, threshold: 1)
    try chain.add("many", [250], .dense, [250, 8], limit: 0, threshold: 100)
    chain.network.populations[0].bias = .uniform(1)
    var chip = try ChipLibrary.builtIn("loihi-sanafe")
    chip.numbers[.neuronsPerCore] = .assumed(20, "test")
    change(&chip)
    let program = try CompiledProgram.compile(
      chain.network.checked(), chip: chip, options: CompileOptions(placement: .rowMajor)
    ).program
    let data = try #require(Dataset(shape: [1], values: .float64([0, 0])))
    return (try RunResult(program: program, record: Run(steps: 10, samples: 2)(program, data: data)), program)
  }

  @Test("the core with most of each operation, what that takes, and the largest share first")
  func named() throws {
    let (result, program) = try run {
      $0.tickSeconds = .assumed(1e-6, "test")
      $0.time[.synapticOperation] = .known(.assumed(1e-9, "test"))
      for action in [ChipAction.weightRead, .dendriteUpdate] { $0.time[action] = .known(.assumed(0, "test")) }
    }
    let operations = try #require(result.busiest.first { $0.operation == "synapticOperations" })
    let largest = try #require(program.cores.map(\.neuronCount).max())
    let core = try #require(operations.core)
    #expect(operations.count == result.cores.map(\.synapticOperations).max())
    #expect(result.cores[core].synapticOperations == operations.count && operations.count <= 2 * 10 * 8 * largest)
    #expect(abs(try #require(operations.mean) - Double(2 * 10 * 8 * 250) / Double(program.cores.count)) < 1e-9)
    let seconds = try #require(operations.secondsPerInference)
    #expect(abs(seconds - Double(operations.count) / 2 * 1e-9) < 1e-15)
    let whole = try #require(result.time.secondsPerInference)
    #expect(abs(try #require(operations.utilisation) - seconds / whole) < 1e-12)
    let shares = result.busiest.compactMap(\.secondsPerInference)
    #expect(shares == shares.sorted(by: >) && !shares.isEmpty)
    // By core: operations of 1 ns, and what else has a time.
    #expect(abs(try #require(result.roofline?.secondsPerOperation) - 1e-9) < 1e-18)
    let first = try #require(result.busiest.first)
    let slowest = result.cores[try #require(first.core)]
    #expect(slowest.bottleneck == first.operation && slowest.utilisation == first.utilisation)
    #expect(result.busiest.contains { $0.operation == "linkMessages" && $0.core == nil && $0.link != nil })
  }

  @Test("without times the counts stay, and no share is made up")
  func unknown() throws {
    let (result, _) = try run {
      $0.time = .init()
      $0.tickSeconds = nil
      $0.barrier = nil
    }
    #expect(result.busiest.first?.operation == "synapticOperations")
    #expect(result.cores.allSatisfy { $0.bottleneck == nil && $0.utilisation == nil })
    #expect(result.roofline?.secondsPerOperation == nil && result.roofline?.secondsPerMessage == nil)
    #expect(result.busiest.allSatisfy { $0.utilisation == nil && $0.secondsPerInference == nil && $0.count > 0 })
  }

  @Test("a mapping's figures are those of its traffic: every neuron spiking once, or as counted")
  func metrics() throws {
    let (_, program) = try run { _ in }
    let alike = try #require(CompileReport(program).mapping)
    let messages = program.cores.map(\.outputAxons.count).sum
    #expect(alike.messages == messages && !alike.isMeasured)
    let hops = program.cores.flatMap { core in core.outputAxons.routes.map { program.routes[Int($0)].steps.count } }.sum
    #expect(alike.meanHops == Double(hops) / Double(messages) && alike.linkPackets == hops)
    #expect(alike.busiestNeurons == program.cores.map(\.neuronCount).max())
    let counted = try #require(CompileReport(program, spikes: [[], [7], []]).mapping)
    #expect(counted.messages == 7 * messages && counted.meanHops == alike.meanHops && counted.isMeasured)
    #expect(counted.busiestLink == 7 * alike.busiestLink && counted.busiestLink > 0)
    #expect(Double(counted.busiestLink) >= counted.meanLink)
  }
}
