import ChipModel
import Testing

@testable import Compiler

@Suite("Compile refusals")
struct CompileRefusalTests {
  private func tensor(_ shape: [Int], _ values: [Double]) -> Weights {
    .inline(NetworkFixtures.tensor(shape, .float64(values)))
  }

  private func chip(
    _ numbers: [ChipNumber: Int] = [:], models: [String]? = nil, thresholdPerNeuron: Bool = true, shared: Bool = true
  ) -> ChipDescription {
    var table = SourcedTable<ChipNumber, Int>()
    let defaults: [ChipNumber: Int] = [.weightBits: 8, .membraneBits: 32, .accumulatorBits: 64]
    for key in ChipNumber.allCases { table[key] = (numbers[key] ?? defaults[key]).map { .assumed($0, "test") } }
    return ChipDescription(
      name: "tiny", numbers: table,
      rules: SourcedTable([
        .thresholdPerNeuron: .assumed(thresholdPerNeuron, "test"),
        .sharedConvolutionWeights: .assumed(shared, "test"),
      ]), neuronModels: models.map { .assumed($0, "test") })
  }

  /// 3 inputs, 6 neurons 'a', 4 neurons 'b'; all weights 1.
  private func network(_ change: (inout Network) -> Void = { _ in }) -> Network {
    var network = Network(
      name: "n", input: NetworkInput(shape: [3]),
      populations: [
        NetworkPopulation(name: "a", shape: [6], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(1))),
        NetworkPopulation(name: "b", shape: [4], neuron: NetworkNeuron(model: .accumulator)),
      ],
      projections: [
        NetworkProjection(
          name: "ia", from: nil, to: "a", kind: .dense, weights: tensor([6, 3], [Double](repeating: 1, count: 18))),
        NetworkProjection(
          name: "ab", from: "a", to: "b", kind: .dense, weights: tensor([4, 6], [Double](repeating: 1, count: 24))),
      ], output: NetworkOutput(population: "b"))
    change(&network)
    return network
  }

  /// The message of the refusal, or what came instead.
  private func message(
    _ network: Network, _ chip: ChipDescription, _ options: CompileOptions = CompileOptions()
  ) throws -> String {
    do {
      let result = try CompiledProgram.compile(network.checked(), chip: chip, options: options)
      return "compiled to \(result.program.cores.count) cores"
    } catch let error as CompileError {
      return error.description
    }
  }

  @Test("a channel with hardly any weight has the finest unit in which the membrane holds its parameters")
  func coarserUnits() throws {
    // Neuron 5 of 'a' is a channel of its own with a weight of 1e-9: its threshold would be 1.3e11 of its units.
    let network = network { network in
      network.projections[0].weights = tensor([6, 3], [Double](repeating: 1, count: 15) + [0, 1e-9, 0])
    }
    let result = try CompiledProgram.compile(network.checked(), chip: chip(), options: CompileOptions())
    #expect(result.coarser == [CoarserUnits(population: "a", channels: 1)])
    let units = result.program.populations[1].unit
    #expect(units.prefix(5).allSatisfy { $0 == 1.0 / 127 })
    let threshold = Int64((1 / units[5]).rounded())
    // It leaves room for 32 of them, and in narrow membranes no more than leaves 1,023 levels.
    #expect((FixedPoint.highest(bits: 32) / 32 - 4...FixedPoint.highest(bits: 32) / 32 + 1).contains(threshold))
    for (bits, fraction, expected) in [(10, 0, 511), (12, 0, 1_023), (16, 4, 16_368), (20, 8, 261_888)] {
      let narrow = try CompiledProgram.compile(
        network.checked(), chip: chip(), options: CompileOptions(membraneBits: bits, fractionBits: fraction))
      #expect(narrow.program.populations[1].threshold.values.last == Int32(expected), "\(bits) \(fraction)")
    }
    // What just fits stays as it is: thresholds of 127 units in 8 bits, though one channel's units are coarser.
    let fitting = self.network { network in
      network.projections[0].weights = tensor([6, 3], [Double](repeating: 1, count: 15) + [2, 2, 2])
    }
    let same = try CompiledProgram.compile(
      fitting.checked(), chip: chip(), options: CompileOptions(membraneBits: 8))
    #expect(same.coarser.isEmpty && same.program.populations[1].unit[0] == 1.0 / 127)
    #expect(same.program.populations[1].threshold.values.first == 127)
    // No coarser than the population's: a threshold of 127 units does not fit 7 bits.
    #expect(
      try message(network, chip(), CompileOptions(membraneBits: 9)) == "compiled to 1 cores")
    #expect(
      try message(network, chip(), CompileOptions(membraneBits: 7))
        == "population 'a': threshold 1 does not fit the 7-bit membrane; use more 'membraneBits', fewer "
        + "'weightBits' or 'fractionBits', or 'scale' population")
    #expect(
      try message(network, chip(), CompileOptions(scale: .channel))
        == "population 'a': threshold 1 does not fit the 32-bit membrane; use fewer 'weightBits' or "
        + "'fractionBits', or 'scale' population, or a chip with wider membranes")
  }

  @Test("limits of a core split a population, and refuse it where one neuron is over them")
  func limits() throws {
    func with(_ numbers: [ChipNumber: Int]) throws -> String { try message(network(), chip(numbers), CompileOptions(split: .none)) }
    #expect(try with([:]) == "compiled to 1 cores")
    #expect(try with([.neuronsPerCore: 10]) == "compiled to 1 cores")
    #expect(try with([.neuronsPerCore: 9]) == "compiled to 2 cores")
    #expect(try with([.neuronsPerCore: 1]) == "compiled to 10 cores")
    // b: 6 synapses of 8 bits a neuron; a has none on chip.
    #expect(try with([.synapseMemoryBitsPerCore: 192]) == "compiled to 1 cores")
    #expect(try with([.synapseMemoryBitsPerCore: 191]) == "compiled to 2 cores")
    #expect(try with([.synapseMemoryBitsPerCore: 48]) == "compiled to 4 cores")
    #expect(
      try with([.synapseMemoryBitsPerCore: 47])
        == "population 'b' needs 48 bits of synapse memory on one core for a single neuron, chip 'tiny' has 47; "
        + "lower 'weightBits', or use a smaller fan-in, or a chip with more synapse memory a core "
        + "(generic-45nm, loihi, loihi2)")
    // Synapses of 16 bits, whatever their weights: fewer weight bits would not help.
    #expect(try with([.synapseMemoryBitsPerCore: 96, .bitsPerSynapse: 16]) == "compiled to 4 cores")
    #expect(
      try with([.synapseMemoryBitsPerCore: 95, .bitsPerSynapse: 16])
        == "population 'b' needs 96 bits of synapse memory on one core for a single neuron, chip 'tiny' has 95; "
        + "use a smaller fan-in, or a chip with more synapse memory a core (generic-45nm, loihi, loihi2)")
    #expect(try with([.inputAxonsPerCore: 6]) == "compiled to 1 cores")
    #expect(
      try with([.inputAxonsPerCore: 5])
        == "population 'b' needs 6 input axons on one core for a single neuron, chip 'tiny' has 5; "
        + "reduce the layer's input channels or kernel, or choose a chip with more input axons a core "
        + "(generic-45nm, loihi, loihi2)")
    #expect(try with([.fanInPerNeuron: 6]) == "compiled to 1 cores")
    #expect(
      try with([.fanInPerNeuron: 5])
        == "population 'b' needs 6 synapses into one neuron, chip 'tiny' has 5; "
        + "reduce the layer's fan-in or choose a chip with a larger fan-in (generic-45nm, loihi, loihi-sanafe)")
    // b on 2 cores: each of a's neurons has 2 output axons.
    #expect(try with([.neuronsPerCore: 2, .outputAxonsPerCore: 4]) == "compiled to 5 cores")
    #expect(try with([.neuronsPerCore: 2, .outputAxonsPerCore: 3]) == "compiled to 8 cores")
    #expect(
      try with([.neuronsPerCore: 2, .outputAxonsPerCore: 1])
        == "population 'a' needs 2 output axons on one core for a single neuron, chip 'tiny' has 1; "
        + "reduce the sizes of the layers it feeds, or choose a chip with more output axons or larger cores "
        + "(generic-45nm, loihi, loihi2)")
    #expect(try with([.neuronsPerCore: 2, .destinationsPerNeuron: 2]) == "compiled to 5 cores")
    #expect(
      try with([.neuronsPerCore: 2, .destinationsPerNeuron: 1])
        == "population 'a' needs 2 destination cores for one neuron, chip 'tiny' has 1; "
        + "make the layers it feeds fit on fewer cores, or choose a chip whose neurons reach more cores "
        + "(generic-45nm, loihi, loihi-sanafe)")
    #expect(try with([.neuronsPerCore: 2, .coresPerChip: 5, .chips: 1]) == "compiled to 5 cores")
    #expect(
      try with([.neuronsPerCore: 2, .coresPerChip: 4, .chips: 1])
        == "the network needs at least 5 cores, chip 'tiny' has 4 (full at population 'a'); choose a larger chip, or one "
        + "with more neurons or synapse memory a core (generic-45nm, loihi, loihi-sanafe)")
  }

  @Test("convolution weights are stored once a core, or once a synapse")
  func sharedWeights() throws {
    let network = Network(
      name: "n", input: NetworkInput(shape: [1, 4, 4]),
      populations: [
        NetworkPopulation(name: "a", shape: [1, 4, 4], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(1))),
        NetworkPopulation(name: "b", shape: [2, 4, 4], neuron: NetworkNeuron(model: .accumulator)),
      ],
      projections: [
        NetworkProjection(name: "ia", from: nil, to: "a", kind: .identity),
        NetworkProjection(
          name: "ab", from: "a", to: "b", kind: .convolution, weights: tensor([2, 1, 3, 3], (0..<18).map { Double($0) }),
          padding: [1, 1, 1, 1]),
      ], output: NetworkOutput(population: "b"))
    let checked = try network.checked()
    let shared = try CompiledProgram.compile(checked, chip: chip())
    #expect(shared.loads.map(\.synapseBits) == [18 * 8])
    #expect(shared.loads.map(\.inputAxons) == [16])
    #expect(shared.loads.map(\.outputAxons) == [16])
    // 10 taps along each axis have their pixel inside the map.
    let unrolled = try CompiledProgram.compile(checked, chip: chip(shared: false))
    #expect(unrolled.loads.map(\.synapseBits) == [2 * 10 * 10 * 8])
  }

  @Test("values that the chip's registers cannot hold")
  func registers() throws {
    // 8-bit weights: 1 is 127, so 1/127 is a unit.
    #expect(
      try message(network { $0.populations[0].neuron.threshold = .uniform(0.003) }, chip())
        == "population 'a': threshold 0.003 rounds below 1 in units of 0.007874015748031496; "
        + "use more 'weightBits' or 'fractionBits', or a larger threshold")
    #expect(
      try message(
        network { $0.populations[0].neuron.threshold = .uniform(0.003) }, chip(), CompileOptions(fractionBits: 2))
        == "compiled to 1 cores")
    func fits(_ what: String, _ value: String) -> String {
      "population 'a': \(what) \(value) does not fit the 10-bit membrane; use fewer 'weightBits' or 'fractionBits', "
        + "or 'scale' population, or a chip with wider membranes (generic-45nm, loihi, loihi-sanafe)"
    }
    let ten = chip([.membraneBits: 10])
    #expect(try message(network(), ten) == "compiled to 1 cores")
    // 511 is 4.0236 units of 127.
    for (value, isHeld) in [(4.02, true), (4.03, false)] {
      let held = "compiled to 1 cores"
      #expect(
        try message(network { $0.populations[0].neuron.threshold = .uniform(value) }, ten)
          == (isHeld ? held : fits("threshold", "4.03")))
      #expect(
        try message(network { $0.populations[0].bias = .uniform(-value) }, ten) == (isHeld ? held : fits("bias", "-4.03")))
      #expect(
        try message(network { $0.populations[0].neuron.initial = .uniform(value) }, ten)
          == (isHeld ? held : fits("initial potential", "4.03")))
    }
    // Where the chip has wider membranes than were asked for, they are a remedy.
    #expect(
      try message(
        network { $0.populations[0].neuron.threshold = .uniform(4.03) }, chip(), CompileOptions(membraneBits: 10))
        == "population 'a': threshold 4.03 does not fit the 10-bit membrane; use more 'membraneBits', fewer "
        + "'weightBits' or 'fractionBits', or 'scale' population")
    // A strict threshold needs one more.
    for (value, text) in [(4.015, "compiled to 1 cores"), (4.02, fits("threshold", "4.02"))] {
      let strict = network {
        $0.populations[0].neuron.threshold = .uniform(value)
        $0.populations[0].neuron[.strict] = true
      }
      #expect(try message(strict, ten) == text)
    }
    // 6 spikes of 127.
    let eleven = "population 'b': one tick can add up to 762, which the 10-bit accumulator of chip 'tiny' does not hold; "
      + "use fewer 'weightBits' or 'fractionBits', a bound on payloads ('maxCount'), or a chip with a wider accumulator"
    let silent = network { $0.projections[0].weights = tensor([6, 3], [Double](repeating: 0, count: 18)) }
    #expect(try message(silent, chip([.accumulatorBits: 10])) == eleven)
    #expect(try message(silent, chip([.accumulatorBits: 11])) == "compiled to 1 cores")
  }

  @Test("a width one bit beyond the chip's is refused, and so is explaining with it")
  func widths() throws {
    let narrow = chip([.weightBits: 6, .membraneBits: 20])
    let fits = "compiled to 1 cores"
    func with(_ weight: Int?, _ membrane: Int?) throws -> String {
      try message(network(), narrow, CompileOptions(weightBits: weight, membraneBits: membrane))
    }
    #expect(try with(nil, nil) == fits)
    #expect(try with(6, 20) == fits)
    #expect(try with(5, 12) == fits)
    #expect(
      try with(7, nil)
        == "'weightBits' 7 is more than chip 'tiny' has (6); use 6 or fewer, or choose a chip with more weight bits "
        + "(generic-45nm, loihi, loihi-sanafe)")
    #expect(
      try with(6, 21)
        == "'membraneBits' 21 is more than chip 'tiny' has (20); use 20 or fewer, or choose a chip with more membrane "
        + "bits (generic-45nm, loihi, loihi-sanafe)")
    #expect(
      try message(network(), chip(), CompileOptions(weightBits: 16)).hasSuffix(
        "choose a chip with more weight bits (loihi-sanafe, spinnaker1, spinnaker2)"))
    #expect(throws: ExplanationError.compile(.width(.weightBits, need: 7, limit: 6, chip: "tiny"))) {
      _ = try Explainer(network().checked(), chip: narrow, options: CompileOptions(weightBits: 7), steps: 4)
    }
  }

  @Test("integer weights beyond the weight bits")
  func integerWeights() throws {
    func with(_ value: Int32) throws -> String {
      try message(
        network {
          $0.projections[1].weights = .inline(
            NetworkFixtures.tensor([4, 6], .int32([value] + [Int32](repeating: 0, count: 23))))
        }, chip())
    }
    #expect(try with(127) == "compiled to 1 cores")
    #expect(try with(-128) == "compiled to 1 cores")
    #expect(
      try with(128)
        == "projection 'ab': integer weight 128 does not fit 8 bits (-128...127); use more 'weightBits', or a chip "
        + "with wider weights (loihi, loihi-sanafe, spinnaker1)")
  }

  @Test("models, codes and thresholds that a chip does not have")
  func models() throws {
    #expect(
      try message(network(), chip(models: ["lif", "accumulator"]))
        == "population 'a' uses neuron model 'if', which chip 'tiny' does not run (it runs lif, accumulator); "
        + "convert by a method for this chip (auto looks for one), or choose another chip")
    for (model, period) in [(NeuronModel.Kind.phase, 4), (.bistable, 4), (.bistable, 1)] {
      let coded = network {
        $0.populations[0].neuron = NetworkNeuron(model: model, threshold: .uniform(1), parameters: .with(.period, period))
      }
      #expect(
        try message(coded, chip(), CompileOptions(schedule: .continuous))
          == "population 'a' uses a period code, which needs windows that follow one another; "
          + "compile with the windowed 'schedule'")
    }
    // Real weights follow thresholds per channel; integer ones cannot.
    let channels = network { $0.populations[0].neuron.threshold = .list([1, 2, 3, 4, 5, 6]) }
    #expect(try message(channels, chip(thresholdPerNeuron: false)) == "compiled to 1 cores")
    var integers = channels
    integers.projections[0].weights = .inline(NetworkFixtures.tensor([6, 3], .int8([Int8](repeating: 3, count: 18))))
    #expect(
      try message(integers, chip(thresholdPerNeuron: false))
        == "population 'a' has a threshold per neuron, chip 'tiny' one per population; "
        + "give thresholds per channel or choose a chip with thresholdPerNeuron")
    #expect(try message(integers, chip()) == "compiled to 1 cores")
  }

  @Test("an identity beyond the weight range becomes parallel synapses, up to a limit")
  func parallelSynapses() throws {
    func residual(_ value: Double) -> Network {
      network {
        $0.populations[1].shape = [6]
        $0.projections[1].weights = tensor([6, 6], [Double](repeating: 0.01, count: 36))
        $0.projections.append(
          NetworkProjection(name: "same", from: "a", to: "b", kind: .identity, weights: tensor([], [value])))
      }
    }
    let program = try CompiledProgram.compile(residual(0.05).checked(), chip: chip()).program
    let stored = program.weights[program.projections[2].weights]
    // 0.05 is 5 times the largest dense weight, 635 units.
    #expect(stored.shape == [6, 5])
    #expect((0..<5).reduce(0) { $0 + stored[$1] } == 635)
    // With weight shifts it is one synapse.
    let shifted = try CompiledProgram.compile(residual(0.05).checked(), chip: chip([.maximumWeightShift: 4])).program
    #expect(shifted.weights[shifted.projections[2].weights].shape == [6, 1])
    #expect(shifted.projections[2].shifts == [3])
    #expect(
      try message(residual(100), chip())
        == "projection 'same': its value needs 10,000 parallel synapses, at most 4,096; "
        + "use more 'weightBits', or a chip with weight shifts")
  }

  @Test("a relay that could not repeat what it hears is refused")
  func relays() throws {
    let late = network {
      $0.projections[1].delay = 5
    }
    let limited = chip([.maximumDelay: 2, .membraneBits: 10])
    #expect(try message(late, limited) == "compiled to 1 cores")
    let program = try CompiledProgram.compile(late.checked(), chip: limited).program
    #expect(program.populations.map(\.name) == ["input", "a", "b", "a.relay.1", "a.relay.2"])
    #expect(program.projections.map(\.delay).max() == 2)
    // A relay is a delay, not a layer.
    #expect(CompileReport(program).depth == 2)
    #expect(
      try message(
        network {
          $0.projections[1].delay = 5
          $0.populations[0].neuron = NetworkNeuron(model: .augmented, threshold: .uniform(0.004))
        }, chip([.maximumDelay: 2, .membraneBits: 10]), CompileOptions(fractionBits: 1))
        == "population 'a.relay.1': a repeated spike of 1,022 does not fit the 10-bit membrane; use fewer "
        + "'weightBits' or 'fractionBits', or 'scale' population, or a chip with wider membranes (generic-45nm, "
        + "loihi, loihi-sanafe)")
  }

  @Test("delays that no chain of relays should build, and relays of a model that the chip has not")
  func relayLimits() throws {
    #expect(
      try message(network { $0.projections[1].delay = 65535 }, chip([.maximumDelay: 60]))
        == "projection 'ab': a delay of 65,535 ticks is too long for relays on chip 'tiny', which delays by at most "
        + "60; give a shorter delay or choose a chip with longer delays")
    let lif = network {
      $0.projections[1].delay = 2
      $0.populations[0].neuron = NetworkNeuron(model: .leaky, threshold: .uniform(1), parameters: .with(.leakShift, 3))
    }
    #expect(
      try message(lif, chip([.maximumDelay: 1], models: ["lif", "accumulator"]))
        == "population 'a.relay.1' uses neuron model 'if', which chip 'tiny' does not run (it runs lif, accumulator); "
        + "convert by a method for this chip (auto looks for one), or choose another chip")
  }

  @Test("a shortcut between vectors takes thresholds per neuron")
  func vectorIdentity() throws {
    let shortcut = network {
      $0.populations[0].neuron.threshold = .list([1, 2, 3, 4, 5, 6])
      $0.populations[1].shape = [6]
      $0.projections[1].kind = .identity
      $0.projections[1].weights = nil
    }
    #expect(try message(shortcut, chip([.maximumWeightShift: 3])) == "compiled to 1 cores")
  }
}
