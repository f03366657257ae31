import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

/// What is beyond a limit in parts: sums of parts of the sources, slices of weights, neurons that are there more than once.
@Suite("Split populations")
struct SplitTests {
  /// Two layers of spikes and a layer behind them that hears all channels of both.
  private static func network(readout: Readout = .potential) -> Network {
    var network = Network(
      name: "wide", input: NetworkInput(shape: [2, 6, 6]), populations: [], projections: [],
      output: NetworkOutput(population: "out", readout: readout))
    func weights(_ shape: [Int], _ salt: Int) -> Weights? {
      let count = shape.reduce(1, *)
      return Tensor(shape: shape, storage: .float64((0..<count).map { Double(($0 * 7919 + salt) % 23) / 23 - 0.4 }))
        .map { .inline($0) }
    }
    func neuron(_ threshold: Double) -> NetworkNeuron { NetworkNeuron(model: .integrateFire, threshold: .uniform(threshold)) }
    network.populations = [
      NetworkPopulation(name: "a", shape: [12, 6, 6], neuron: neuron(4)),
      NetworkPopulation(name: "b", shape: [10, 6, 6], neuron: neuron(6)),
      NetworkPopulation(
        name: "out", shape: [7],
        neuron: readout == .potential ? NetworkNeuron(model: .accumulator) : neuron(40)),
    ]
    network.projections = [
      NetworkProjection(
        name: "first", from: nil, to: "a", kind: .convolution, weights: weights([12, 2, 3, 3], 1), padding: [1, 1, 1, 1]),
      NetworkProjection(
        name: "second", from: "a", to: "b", kind: .convolution, weights: weights([10, 12, 3, 3], 2), padding: [1, 1, 1, 1]),
      NetworkProjection(name: "last", from: "b", to: "out", kind: .dense, weights: weights([7, 360], 3)),
      NetworkProjection(
        name: "again", from: "a", to: "out", kind: .dense, weights: weights([7, 108], 4),
        pool: NetworkPool(kind: .average, kernel: [2, 2], stride: [2, 2])),
    ]
    return network
  }

  private static let sample = (0..<72).map { Double(($0 * 31) % 17) / 17 }

  private static func run(_ program: CompiledProgram, steps: Int = 12) -> LayerRunner {
    var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    _ = runner.run(sample)
    return runner
  }

  @Test("of neurons that send what they added up change no spike and no potential, and take a tick")
  func exact() throws {
    let network = try Self.network().checked()
    for options in [CompileOptions(pools: .fold), CompileOptions(fractionBits: 3, pools: .fold, lag: 2)] {
      let whole = try CompiledProgram.compile(network, chip: .test(), options: options).program
      let result = try CompiledProgram.compile(network, chip: .test([.inputAxonsPerCore: 150]), options: options)
      let program = result.program
      #expect(result.sums.map(\.population) == ["out"] && result.sums.allSatisfy { $0.isExact })
      #expect(result.sums[0].parts == 6 && result.sums[0].sums.count == 6, "\(result.sums)")
      #expect(program.cores.allSatisfy { $0.inputAxons.count <= 150 })
      #expect(program.ticksPerInference(steps: 12) == whole.ticksPerInference(steps: 12) + 1)
      let (a, b) = (Self.run(whole), Self.run(program))
      for population in 1...3 {
        #expect(a.counters.spikes[population] == b.counters.spikes[population])
        for neuron in 0..<whole.populations[population].shape.count {
          #expect(a.potential(population: population, index: neuron) == b.potential(population: population, index: neuron))
        }
      }
      #expect(a.counters.spikes[1].reduce(0, +) > 300 && a.counters.spikes[2].reduce(0, +) > 300)
      // Each synapse of the whole stands in one part; a sum has one synapse more a neuron.
      let names = program.projections.filter { $0.sources != nil }.map(\.name)
      #expect(names.count == 12 && names.contains("last.6") && names.contains("again.1"), "\(names)")
      let random = RandomNetwork(
        network: Self.network(), chip: program.chip, options: options, steps: 12, samples: [Self.sample])
      #expect(EngineEqualsInterpreterTests.compare(random, program) == nil)
    }
  }

  @Test("of neurons that count to a threshold lose the rest below it, and say so")
  func counted() throws {
    let wide = Self.network(readout: .spikes)
    let network = try wide.checked()
    var chip = ChipDescription.test([.inputAxonsPerCore: 150])
    chip.neuronModels = .assumed(["if"], "test")
    let result = try CompiledProgram.compile(network, chip: chip)
    let program = result.program
    #expect(result.sums.count == 1 && !result.sums[0].isExact && result.sums[0].sums[1] == "out.sum.1.minus")
    let whole = try CompiledProgram.compile(network, chip: .test()).program
    let (a, b) = (Self.run(whole, steps: 200), Self.run(program, steps: 200))
    #expect(a.counters.spikes[2] == b.counters.spikes[2])
    let (exact, counted) = (a.counters.spikes[3], b.counters.spikes[3])
    #expect(exact.reduce(0, +) > 100)
    for (one, other) in zip(exact, counted) {
      #expect(abs(Double(one) - Double(other)) < 3 + 0.1 * Double(one), "\(exact) \(counted)")
    }
    let random = RandomNetwork(
      network: wide, chip: chip, options: CompileOptions(), steps: 20, samples: [Self.sample])
    #expect(EngineEqualsInterpreterTests.compare(random, program) == nil)
    let error = #expect(throws: CompileError.self) {
      try CompiledProgram.compile(network, chip: chip, options: CompileOptions(split: .exact))
    }
    #expect(error?.description.contains("needs 468 input axons") == true, "\(error?.description ?? "")")
  }

  @Test("of neurons that count to a threshold take the one whose spikes are nearest to those without sums")
  func units() throws {
    let network = try Self.network(readout: .spikes).checked()
    var chip = ChipDescription.test([.inputAxonsPerCore: 150])
    chip.neuronModels = .assumed(["if"], "test")
    #expect(try SumUnits(network, chip: .test(), options: CompileOptions()).populations == [])
    let units = try SumUnits(network, chip: chip, options: CompileOptions())
    #expect(units.populations == ["out"])
    let expected = Self.run(units.exact, steps: 32).counters.spikes
    let tried = try SumUnits.tried.map { unit in
      let program = try units.program(unit: unit)
      return (unit: unit, program: program, spikes: Self.run(program, steps: 32).counters.spikes)
    }
    let found = units.nearest(to: expected, of: tried)
    func error(_ spikes: [[UInt64]]) -> Int { zip(spikes[3], expected[3]).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) } }
    let errors = tried.map { error($0.spikes) }
    let best = try #require(errors.min())
    #expect(best < errors[0] && Set(errors).count > 3, "\(errors)")
    #expect(found == ["out": tried[try #require(errors.firstIndex(of: best))].unit])
    var options = CompileOptions()
    options.sumUnits = found
    let result = try CompiledProgram.compile(network, chip: chip, options: options)
    #expect(result.sums.map(\.unit) == [found["out"]])
    // The fitted program spikes as the one without cores that was tried.
    #expect(error(Self.run(result.program, steps: 32).counters.spikes) == best)
  }

  @Test("leave a population most of its sources where only a few are too many, if they are not exact")
  func direct() throws {
    let network = Self.network(readout: .spikes)
    var chip = ChipDescription.test([.inputAxonsPerCore: 400])
    chip.neuronModels = .assumed(["if"], "test")
    let result = try CompiledProgram.compile(network.checked(), chip: chip)
    let program = result.program
    let sums = try #require(result.sums.first)
    #expect(sums.parts == 1 && sums.sums.count == 2 && (0.75...0.81).contains(sums.direct), "\(sums)")
    #expect(program.cores.allSatisfy { $0.inputAxons.count <= 400 })
    let whole = try CompiledProgram.compile(network.checked(), chip: .test()).program
    let (a, b) = (Self.run(whole, steps: 200), Self.run(program, steps: 200))
    let (exact, counted) = (a.counters.spikes[3], b.counters.spikes[3])
    #expect(exact.reduce(0, +) > 100)
    for (one, other) in zip(exact, counted) { #expect(abs(Int64(one) - Int64(other)) <= 2, "\(exact) \(counted)") }
    let random = RandomNetwork(network: network, chip: chip, options: CompileOptions(), steps: 20, samples: [Self.sample])
    #expect(EngineEqualsInterpreterTests.compare(random, program) == nil)
    chip.neuronModels = nil
    let other = try CompiledProgram.compile(network.checked(), chip: chip)
    #expect(other.sums.first?.isExact == true && other.sums.first?.direct == 0)
  }

  @Test("an input that spikes is cut between any of its neurons where it has fewer channels than parts")
  func input() throws {
    var network = Self.network()
    network.input = NetworkInput(kind: .spikes, shape: [1, 12, 6])
    network.input.coding = .rate
    network.populations = [NetworkPopulation(name: "out", shape: [5], neuron: NetworkNeuron(model: .accumulator))]
    let values = Tensor(shape: [5, 72], storage: .float64((0..<360).map { Double($0 % 29) / 29 - 0.5 }))
    network.projections = [NetworkProjection(name: "all", from: nil, to: "out", kind: .dense, weights: values.map { .inline($0) })]
    let checked = try network.checked()
    let program = try CompiledProgram.compile(checked, chip: .test([.inputAxonsPerCore: 10])).program
    let whole = try CompiledProgram.compile(checked, chip: .test()).program
    #expect(program.projections.compactMap(\.sources).map(\.count).max() == 9)
    let (a, b) = (Self.run(whole), Self.run(program))
    #expect((0..<5).allSatisfy { a.potential(population: 1, index: $0) == b.potential(population: 1, index: $0) })
    #expect(a.counters.spikes[0] == b.counters.spikes[0] && a.counters.spikes[0].reduce(0, +) > 100)
    let random = RandomNetwork(
      network: network, chip: program.chip, options: CompileOptions(), steps: 12, samples: [Self.sample])
    #expect(EngineEqualsInterpreterTests.compare(random, program) == nil)
  }

  /// A perceptron of three layers with integer weights of both signs.
  private static func perceptron() throws -> EveryChipTests.Chain {
    var chain = EveryChipTests.Chain([40], range: InputRange(low: 0, high: 1))
    try chain.add("a", [30], .dense, [30, 40], limit: 7, threshold: 25)
    try chain.add("b", [70], .dense, [70, 30], limit: 7, threshold: 25)
    try chain.add("out", [10], .dense, [10, 70], limit: 7, threshold: 30)
    chain.network.input.kind = .spikes
    chain.network.input.coding = .rate
    return chain
  }

  @Test("a binary crossbar runs weights of four bits as slices, its neurons stand there once for every axon; nothing else changes")
  func trueNorth() throws {
    let network = try Self.perceptron().network
    let checked = try network.checked()
    let chip = try ChipLibrary.builtIn("truenorth")
    let result = try CompiledProgram.compile(checked, chip: chip)
    let program = result.program
    #expect(result.sliced == ["a", "b", "out"] && result.sums.map(\.population) == ["out"], "\(result.sliced) \(result.sums)")
    let copied = result.copies
    #expect(copied.first { $0.population == "a" }.map { $0.count >= 4 } == true, "\(copied)")
    for core in program.cores {
      #expect(core.inputAxons.count <= 256 && core.neuronCount <= 256)
      #expect((0..<core.neuronCount).allSatisfy { core.outputAxons.entries(of: $0).count <= 1 })
    }
    #expect(result.report.cores.allSatisfy { $0.axonTypes.map { $0 <= 4 } == true })
    var free = ChipDescription.test()
    free.neuronModels = chip.neuronModels
    let whole = try CompiledProgram.compile(checked, chip: free, options: CompileOptions(weightBits: 4, membraneBits: 20)).program
    let sample = (0..<40).map { Double($0 % 9) / 8 }
    var (a, b) = (LayerRunner(plan: EnginePlan(whole), steps: 40), LayerRunner(plan: EnginePlan(program), steps: 40))
    _ = (a.run(sample), b.run(sample))
    for population in 0...2 { #expect(a.counters.spikes[population] == b.counters.spikes[population]) }
    #expect(a.counters.spikes[1].reduce(0, +) > 50 && a.counters.spikes[2].reduce(0, +) > 100)
    for (index, population) in program.populations.enumerated() {
      if let original = population.original { #expect(b.counters.spikes[index] == b.counters.spikes[original]) }
    }
    let random = RandomNetwork(network: network, chip: chip, options: CompileOptions(), steps: 40, samples: [sample])
    #expect(EngineEqualsInterpreterTests.compare(random, program) == nil)
    let faults = FaultSettings(seed: 3, flipMembraneBits: 0.001, loseSpikes: 0.1, duplicateSpikes: 0.1)
    #expect(EngineEqualsInterpreterTests.compare(random, program, faults: faults) == nil)
    #expect(try CompiledProgram(decoding: program.encoded()) == program)
    // Without slices the first core already has too many types of axon.
    let error = #expect(throws: CompileError.self) {
      try CompiledProgram.compile(checked, chip: chip, options: CompileOptions(split: .none))
    }
    #expect(error?.description.contains("types of axon") == true, "\(error?.description ?? "")")
  }
}
