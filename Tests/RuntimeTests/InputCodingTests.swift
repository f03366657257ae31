import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

@Suite("Inputs that spike")
struct InputCodingTests {
  private static func input(_ coding: InputCoding, seed: Int = 0, period: Int? = nil, neurons: Int = 1) -> Population {
    var input = NetworkInput(kind: .spikes, shape: [neurons])
    input.coding = coding
    input.seed = seed
    return .input([neurons], input.model(period: period))
  }

  private static func train(_ input: Population, _ value: Double, steps: Int, sample: Int = 0) -> [Int32] {
    let spikes = InputSpikes(input, values: [value], steps: steps, sample: sample)
    return (0..<steps).map { spikes.payload(0, step: $0) }
  }

  @Test("rate: as an integrate-and-fire neuron that x_q drives against 4,096")
  func rate() {
    let rule = NeuronRule(model: NeuronModel(kind: .integrateFire), datapath: Datapath(membraneBits: 32))
    for value in [-1.5, 0, 0.0001, 0.1, 0.25, 1.0 / 3, 0.5, 0.7, 0.99, 1, 1.7] {
      var state = NeuronRule.State(v: 0)
      var losses = NeuronRule.Losses()
      let expected = (0..<40).map { step in
        rule.update(
          &state, sum: Int64(InputEncoder.quantise(value)), threshold: 4096, negativeThreshold: -1, tick: step,
          losses: &losses)
      }
      #expect(Self.train(Self.input(.rate), value, steps: 40) == expected, "\(value)")
    }
  }

  @Test("phase: the bits of a value, most significant first, every period")
  func phase() {
    let input = Self.input(.phase, period: 4)
    #expect(Self.train(input, 0.8125, steps: 8) == [1, 1, 0, 1, 1, 1, 0, 1])
    #expect(Self.train(input, 7, steps: 4) == [1, 1, 1, 1])
    #expect(Self.train(input, -1, steps: 4) == [0, 0, 0, 0])
  }

  @Test("latency: one spike, the earlier the larger; 0 has none")
  func latency() {
    for (value, step) in [(1.0, 0), (0.5, 4), (0.9, 1), (0.05, 9), (2, 0)] as [(Double, Int)] {
      #expect(Self.train(Self.input(.latency), value, steps: 10).firstIndex(of: 1) == step, "\(value)")
      #expect(Self.train(Self.input(.latency), value, steps: 10).reduce(0, +) == 1)
    }
    #expect(Self.train(Self.input(.latency), 0, steps: 10) == [Int32](repeating: 0, count: 10))
  }

  @Test("bernoulli: its probability, other draws for another seed, sample and neuron, the same again")
  func bernoulli() {
    let train = Self.train(Self.input(.bernoulli), 0.3, steps: 10_000)
    // Four standard deviations of 10,000 draws.
    #expect(abs(Double(train.reduce(0, +)) - 3000) < 4 * 45.8)
    #expect(train == Self.train(Self.input(.bernoulli), 0.3, steps: 10_000))
    #expect(train != Self.train(Self.input(.bernoulli, seed: 1), 0.3, steps: 10_000))
    #expect(train != Self.train(Self.input(.bernoulli), 0.3, steps: 10_000, sample: 1))
    #expect(Self.train(Self.input(.bernoulli), 1.2, steps: 100) == [Int32](repeating: 1, count: 100))
    #expect(Self.train(Self.input(.bernoulli), -0.2, steps: 100).reduce(0, +) == 0)
  }

  /// Two `if` neurons behind the input, and an accumulator that hears the input too.
  private static func network(_ coding: InputCoding) -> Network {
    var network = Network(
      name: "n", input: NetworkInput(kind: .spikes, shape: [2]),
      populations: [
        NetworkPopulation(name: "a", shape: [2], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(1))),
        NetworkPopulation(name: "y", shape: [2], neuron: NetworkNeuron(model: .accumulator)),
      ],
      projections: [
        NetworkProjection(name: "i", from: nil, to: "a", kind: .identity),
        NetworkProjection(name: "p", from: "a", to: "y", kind: .identity),
        NetworkProjection(name: "s", from: nil, to: "y", kind: .identity),
      ], output: NetworkOutput(population: "y"))
    network.input.coding = coding
    return network
  }

  @Test("a spike of step s reaches a layer of depth k at tick s + k, under a lag at s + k (1 + g)", arguments: [0, 2])
  func delivery(lag: Int) throws {
    var network = Self.network(.events)
    network.lag = lag
    network.populations[0].neuron.threshold = .uniform(100)
    network.populations[0].neuron.spikeValue = .uniform(1)
    network.input.range = InputRange(low: 0, high: 1)
    let program = try CompiledProgram.compile(
      network.checked(), chip: ChipLibrary.builtIn("ideal"), options: CompileOptions()).program
    var chip = ChipInterpreter(program, steps: 4)
    chip.begin([0, 0, 1, 0, 0, 0, 0, 0])
    var first: [Int?] = [nil, nil]
    let unit = program.populations[2].unit[0]
    while chip.step() {
      let tick = chip.tick - 1
      let direct = chip.potential(population: 2, index: 0).map { Double($0) * unit } ?? 0
      if chip.potential(population: 1, index: 0) != 0 || chip.spikes.contains(where: { $0.population == 1 }), first[0] == nil {
        first[0] = tick
      }
      if direct > 0.5, first[1] == nil { first[1] = tick }
    }
    #expect(first == [1, 1 + (1 + lag)])
    #expect(chip.runCounters.spikes[0] == [1, 0] && chip.counters.messages == 1)
  }

  @Test("its spikes, operations and messages count, its neurons are never visited")
  func counts() throws {
    let program = try CompiledProgram.compile(
      Self.network(.rate).checked(), chip: ChipLibrary.builtIn("generic-45nm"), options: CompileOptions()).program
    var runner = LayerRunner(plan: EnginePlan(program), steps: 4)
    _ = runner.run([1, 0.5])
    let counts = OperationCounts(program: program, counters: runner.counters, steps: 4)
    #expect(counts.populations[0].spikes == 6 && counts.populations[0].neuronVisits == 0)
    #expect(counts.effectiveMACs == 0)
    #expect(counts.populations[1].synapticOperations == 6 && counts.populations[2].synapticOperations == 6 + counts.populations[1].spikes)
    #expect(program.listed == 0..<3)
    var broken = program
    broken.inputPort = InputPort(offsets: [0, 0, broken.inputPort.offsets[2] - broken.inputPort.offsets[1]],
      cores: Array(broken.inputPort.cores.dropFirst(Int(broken.inputPort.offsets[1]))),
      axons: Array(broken.inputPort.axons.dropFirst(Int(broken.inputPort.offsets[1]))))
    try broken.check()
    var whole = ChipInterpreter(program, steps: 4)
    var less = ChipInterpreter(broken, steps: 4)
    #expect(whole.run([1, 0.5]) != less.run([1, 0.5]), "an entry of the input less changes the result")
  }

  @Test("recorded counts stay within the payloads that widths were proven for, whatever range a network states")
  func hugeEvents() throws {
    for (range, value, payload) in [
      (InputRange(low: 0, high: 1e300), 1e200, Int32.max), (InputRange(low: -1e300, high: 0), -1e200, -Int32.max),
      (InputRange(low: 0, high: 0), 0, 0),
    ] {
      var network = Self.network(.events)
      network.input.range = range
      let input = try #require(try network.checked().populations.first)
      #expect(input.model.maximumPayload.map { $0 >= 1 } == true)
      let spikes = InputSpikes(.input([2], input.model), values: [value, value], steps: 1, sample: 0)
      #expect(spikes.payload(1, step: 0) == payload)
    }
  }

  @Test("a coding is asked for where the input spikes, and only there")
  func refusals() {
    var network = Self.network(.rate)
    network.input.coding = nil
    #expect(throws: NetworkCheckError.self) { try network.checked() }
    network.input.kind = .current
    network.input.coding = .rate
    #expect(throws: NetworkCheckError.self) { try network.checked() }
    network = Self.network(.phase)
    #expect(throws: NetworkCheckError.self) { try network.checked() }
  }

  @Test("an input of currents comes as spikes where a chip takes nothing else, or where it is asked for")
  func coded() throws {
    var network = Self.network(.rate)
    network.input.kind = .current
    network.input.coding = nil
    for index in network.populations.indices where network.populations[index].neuron.model == .integrateFire {
      network.populations[index].neuron[.reset] = .hard
    }
    let checked = try network.checked()
    let odin = try CompiledProgram.compile(checked, chip: ChipLibrary.builtIn("odin"), options: CompileOptions()).program
    #expect(odin.input.model.inputCoding == .rate)
    var options = CompileOptions()
    options.inputCoding = .bernoulli
    let ideal = try CompiledProgram.compile(checked, chip: ChipLibrary.builtIn("ideal"), options: options).program
    #expect(ideal.input.model.inputCoding == .bernoulli)
    #expect(ideal.coded(.latency)?.input.model.inputCoding == .latency && ideal.coded(.phase) == nil)
    let plain = try CompiledProgram.compile(checked, chip: ChipLibrary.builtIn("ideal"), options: CompileOptions()).program
    #expect(plain.input.model.inputCoding == nil && plain.inputPort.neurons == 0)
  }

  @Test("values of either sign are two channels, a spike of which is worth the largest; weights, pools and padding follow")
  func signs() throws {
    var random = SeededGenerator(seed: 18)
    func weights(_ shape: [Int]) throws -> Weights {
      let values = (0..<shape.reduce(1, *)).map { _ in Float(Int(random.next() % 15) - 7) }
      return .inline(try #require(Tensor(shape: shape, storage: .float32(values))))
    }
    let target = { (name: String, shape: [Int]) in
      NetworkPopulation(name: name, shape: shape, neuron: NetworkNeuron(model: .accumulator))
    }
    let pool = NetworkPool(kind: .average, kernel: [2, 2], stride: [2, 2])
    let projections = [
      NetworkProjection(name: "d", from: nil, to: "d", kind: .dense, weights: try weights([3, 32])),
      NetworkProjection(name: "p", from: nil, to: "p", kind: .dense, weights: try weights([3, 8]), pool: pool),
      NetworkProjection(
        name: "c", from: nil, to: "c", kind: .convolution, weights: try weights([3, 2, 3, 3]), padding: [1, 1, 1, 1]),
      NetworkProjection(
        name: "g", from: nil, to: "g", kind: .convolution, weights: try weights([4, 1, 3, 2]), stride: [2, 1], groups: 2),
      NetworkProjection(name: "i", from: nil, to: "i", kind: .identity, weights: try weights([2])),
      NetworkProjection(name: "o", from: nil, to: "o", kind: .identity),
    ]
    let shapes = ["d": [3], "p": [3], "c": [3, 4, 4], "g": [4, 1, 3], "i": [2, 4, 4], "o": [2, 4, 4]]
    let values = (0..<32).map { _ in Double(Int(random.next() % 9) - 4) / 2 }
    for projection in projections {
      var network = Network(
        name: "signs", input: NetworkInput(shape: [2, 4, 4]),
        populations: [target(projection.to, try #require(shapes[projection.to]))], projections: [projection],
        output: NetworkOutput(population: projection.to))
      network.input.shownRange = InputRange(low: -2, high: 1.5)
      var options = CompileOptions()
      options.inputCoding = .rate
      let chip = try ChipLibrary.builtIn("ideal")
      let program = try CompiledProgram.compile(network.checked(), chip: chip, options: options).program
      #expect(program.inputShape == [2, 4, 4] && program.input.dimensions == [4, 4, 4])
      var odd = program
      odd.populations[0].dimensions[0] = 3
      #expect { try odd.check() } throws: { "\($0)".contains("without one of the other sign") }
      #expect(program.input.model[.inputSpikeValue] == 2 && program.input.model[.inputSigns] == true)
      // Quarters of the largest are whole numbers of spikes in 8 steps.
      let currents = try CompiledProgram.compile(network.checked(), chip: chip).program
      var runner = LayerRunner(plan: EnginePlan(program), steps: 8)
      var plain = LayerRunner(plan: EnginePlan(currents), steps: 8)
      let (coded, exact) = (runner.run(values), plain.run(values))
      var interpreter = ChipInterpreter(program, steps: 8)
      #expect(interpreter.run(values) == coded)
      let unit = (program.populations[1].unit, currents.populations[1].unit)
      // Weights of 8 bits, 32 at most up to 7, are wrong by half a unit each.
      let most = 8 * 2 * 32 * 7.0 / 127 / 2
      for (index, (a, b)) in zip(coded.outputs, exact.outputs).enumerated() {
        let channel = index / program.populations[1].shape.pixels
        let difference = Double(a) * unit.0[unit.0.count == 1 ? 0 : channel] - Double(b) * unit.1[unit.1.count == 1 ? 0 : channel]
        #expect(abs(difference) <= most, "\(projection.name) \(index): \(a), \(b)")
      }
      #expect(exact.outputs.contains { $0 != 0 })
    }
  }

  @Test("a spike is worth a multiple of 1/4096: as an integrate-and-fire neuron of that threshold")
  func spikeValue() {
    let rule = NeuronRule(model: NeuronModel(kind: .integrateFire), datapath: Datapath(membraneBits: 32))
    var input = NetworkInput(kind: .spikes, shape: [1])
    (input.coding, input.spikeValue, input.signs) = (.rate, 2.64013671875, true)
    let population = Population.input([2], input.model(period: nil))
    #expect(population.dataDimensions == [1])
    for value in [-5, -2.64013671875, -1.1, -0.001, 0, 0.3, 2.5, 2.7] {
      let spikes = InputSpikes(population, values: [value], steps: 40, sample: 0)
      for (neuron, sign) in [(0, 1.0), (1, -1.0)] {
        var state = NeuronRule.State(v: 0)
        var losses = NeuronRule.Losses()
        let expected = (0..<40).map { step in
          rule.update(
            &state, sum: Int64(InputEncoder.quantise(sign * value)), threshold: 10_814, negativeThreshold: -1, tick: step,
            losses: &losses)
        }
        #expect((0..<40).map { spikes.payload(neuron, step: $0) } == expected, "\(value) \(neuron)")
      }
    }
  }

  @Test("values that are known to lie within 0 to 1, integer weights and max pools keep their input as it is")
  func unscaled() throws {
    var network = Self.network(.rate)
    (network.input.kind, network.input.coding) = (.current, nil)
    var options = CompileOptions()
    options.inputCoding = .rate
    let chip = try ChipLibrary.builtIn("ideal")
    func model() throws -> NeuronModel {
      try CompiledProgram.compile(network.checked(), chip: chip, options: options).program.input.model
    }
    #expect(try model()[.inputSpikeValue] == nil)
    network.input.range = InputRange(low: 0, high: 15.9)
    #expect(try model()[.inputSpikeValue] == nil, "bytes may be far below their range")
    network.input.shownRange = InputRange(low: 0, high: 15.9)
    #expect(try model()[.inputSpikeValue] == 15.89990234375 && model()[.inputSigns] == nil)
    network.input.shownRange = InputRange(low: -3000, high: 3000)
    #expect(try model()[.inputSpikeValue] == nil, "no input value is so large")
    network.input.shownRange = InputRange(low: -1, high: 0.5)
    #expect(try model()[.inputSigns] == true && model()[.inputSpikeValue] == nil)
    let once = try network.checked().coded(.rate, for: chip)
    #expect(try once.coded(.bernoulli, for: chip).inputShape == once.inputShape && once.inputShape.count == 4)
    network.input.shownRange = nil
    network.input.range = InputRange(low: -0.5, high: 0.5)
    #expect(try model()[.inputSigns] == true && model()[.inputSpikeValue] == 0.5)
    for index in [0, 2] {
      network.projections[index].weights = Tensor(shape: [2], storage: .int8([3, -4])).map { .inline($0) }
    }
    #expect(try model()[.inputSigns] == nil)
  }
}
