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
}
