import ChipModel
import Testing

@testable import Compiler

@Suite("Rules of particular chips")
struct ChipRuleTests {
  /// Layers one after the other from the input: dense or convolutions with integer weights.
  struct Layers {
    var network: Network
    private var last: String?
    private var shape: [Int]

    init(_ input: [Int]) {
      network = Network(
        name: "layers", input: NetworkInput(shape: input), populations: [], projections: [],
        output: NetworkOutput(population: ""))
      shape = input
    }

    mutating func add(
      _ name: String, _ to: [Int], _ kind: Projection.Kind, from: String? = nil, weightShape: [Int],
      model: NeuronModel.Kind = .integrateFire, pool: NetworkPool? = nil, stride: [Int] = [1, 1], padding: [Int] = [0, 0, 0, 0],
      weight: (Int) -> Int = { $0 % 3 - 1 }
    ) throws {
      let neuron = model == .accumulator
        ? NetworkNeuron(model: model) : NetworkNeuron(model: model, threshold: .uniform(3))
      network.populations.append(NetworkPopulation(name: name, shape: to, neuron: neuron))
      let values = (0..<weightShape.reduce(1, *)).map { Int8(weight($0)) }
      let tensor = try #require(Tensor(shape: weightShape, storage: .int8(values)))
      network.projections.append(
        NetworkProjection(
          name: "to-\(name)", from: from ?? last, to: name, kind: kind, weights: .inline(tensor), pool: pool,
          stride: stride, padding: padding))
      last = name
      shape = to
      network.output = NetworkOutput(population: name, readout: model == .accumulator ? .potential : .spikes)
    }

    /// The same with neurons that reset to 0.
    var resettingHard: Layers {
      var layers = self
      for index in network.populations.indices where network.populations[index].neuron.model != .accumulator {
        layers.network.populations[index].neuron[.reset] = .hard
      }
      return layers
    }
  }

  func compile(
    _ layers: Layers, _ chip: String, split: CompileOptions.Split = .auto, change: (inout ChipDescription) -> Void = { _ in }
  ) throws -> CompileResult {
    var description = try ChipLibrary.builtIn(chip)
    change(&description)
    return try CompiledProgram.compile(try layers.network.checked(), chip: description, options: CompileOptions(split: split))
  }

  /// Limits alone: nothing is split.
  func message(_ layers: Layers, _ chip: String, change: (inout ChipDescription) -> Void = { _ in }) -> String {
    do {
      _ = try compile(layers, chip, split: .none, change: change)
      return "compiles"
    } catch { return "\(error)" }
  }

  static func trueNorth(hidden: Int = 64, middle: Int = 64, weight: @escaping (Int) -> Int = { $0 % 3 - 1 }) throws -> Layers {
    var layers = Layers([16])
    try layers.add("a", [hidden], .dense, weightShape: [hidden, 16])
    try layers.add("b", [middle], .dense, weightShape: [middle, hidden], weight: weight)
    try layers.add("c", [10], .dense, weightShape: [10, middle])
    return layers
  }

  @Test("a network of ternary weights fits TrueNorth, one layer a core")
  func trueNorthFits() throws {
    let result = try compile(try Self.trueNorth(), "truenorth")
    #expect(result.program.cores.count == 3)
    // Each neuron feeds one core.
    for core in result.program.cores {
      for slot in 0..<core.neuronCount { #expect(core.outputAxons.offsets[slot + 1] - core.outputAxons.offsets[slot] <= 1) }
    }
    for load in result.loads {
      #expect(load.neurons <= 256 && load.inputAxons <= 256 && load.synapseBits <= 65536)
    }
    // 256 by 256 fills a core exactly.
    #expect(message(try Self.trueNorth(hidden: 256, middle: 256), "truenorth") == "compiles")
  }

  @Test("one neuron, input or weight more than TrueNorth takes is refused with its reason")
  func trueNorthRefuses() throws {
    #expect(
      message(try Self.trueNorth(hidden: 257), "truenorth")
        == "population 'b' needs 257 input axons on one core for a single neuron, chip 'truenorth' has 256; reduce the "
        + "layer's input channels or kernel, or choose a chip with more input axons a core (generic-45nm, loihi, loihi2)")
    #expect(
      message(try Self.trueNorth(hidden: 64, middle: 257), "truenorth")
        == "population 'c' needs 257 input axons on one core for a single neuron, chip 'truenorth' has 256; reduce the "
        + "layer's input channels or kernel, or choose a chip with more input axons a core (generic-45nm, loihi, loihi2)")
    #expect(
      message(try Self.trueNorth(weight: { ($0 * 7 + $0 / 64) % 9 - 4 }), "truenorth").hasPrefix(
        "population 'b': the weights of one core need "))
    var potential = Layers([4])
    try potential.add("out", [3], .dense, weightShape: [3, 4], model: .accumulator)
    #expect(
      message(potential, "truenorth")
        == "population 'out' uses neuron model 'accumulator', which chip 'truenorth' does not run (it runs if, lif); "
        + "convert with 'readout' spikes, or choose another chip")
    var two = try Self.trueNorth()
    try two.add("d", [10], .dense, from: "a", weightShape: [10, 64])
    #expect(
      message(two, "truenorth")
        == "population 'a' needs 2 destination cores for one neuron, chip 'truenorth' has 1; make the layers it feeds fit "
        + "on fewer cores, or choose a chip whose neurons reach more cores "
        + "(generic-45nm, loihi, loihi-sanafe)")
  }

  @Test("four types of axon hold four weights a neuron, five do not fit")
  func axonTypes() throws {
    // Every input has a weight of its own for all neurons: one type each.
    func layers(_ types: Int) throws -> Layers {
      try Self.trueNorth(hidden: 8, middle: 8, weight: { $0 % 8 % types + 1 })
    }
    #expect(message(try layers(4), "truenorth") == "compiles")
    #expect(
      message(try layers(5), "truenorth")
        == "population 'b': the weights of one core need 5 types of axon, chip 'truenorth' has 4; use fewer different "
        + "weights ('weightBits' 2), or a chip whose synapses hold weights")
  }

  @Test("a spike of a partial sum is worth what a neuron of a crossbar keeps for a type of axon, not what a slice does")
  func sumsOnTables() throws {
    var layers = Layers([16])
    try layers.add("a", [1024], .dense, weightShape: [1024, 16])
    try layers.add("b", [2], .dense, weightShape: [2, 1024], weight: { $0 % 15 - 7 })
    let result = try compile(layers, "truenorth")
    #expect(result.sums.map(\.population) == ["b"] && result.sliced.contains("b"))
    // A synapse each; of 4 bits it would be a dozen, more than 256 together.
    let sums = result.program.projections.filter { $0.kind == .identity }
    #expect(!sums.isEmpty && sums.allSatisfy { result.program.weights[$0.weights].shape[1] == 1 })
    let values = sums.map { abs(Int(result.program.weights[$0.weights][0])) }
    #expect(values.allSatisfy { (8...255).contains($0) })
    #expect(try CompiledProgram(decoding: result.program.encoded()) == result.program)
  }

  func convolutions(kernel: Int = 3, stride: Int = 1, channels: Int = 8) throws -> Layers {
    var layers = Layers([2, 32, 32])
    try layers.add("a", [8, 32, 32], .convolution, weightShape: [8, 2, 3, 3], padding: [1, 1, 1, 1])
    let side = (16 - kernel + 2) / stride + 1
    try layers.add(
      "b", [channels, side, side], .convolution, weightShape: [channels, 8, kernel, kernel],
      pool: NetworkPool(kind: .average, kernel: [2, 2], stride: [2, 2]), stride: [stride, stride], padding: [1, 1, 1, 1])
    try layers.add("out", [4], .dense, weightShape: [4, channels * side * side], model: .accumulator)
    return layers
  }

  @Test("a small convolutional network fits DYNAP-CNN, one layer a core of a kind that holds it")
  func dynapFits() throws {
    let result = try compile(try convolutions(), "dynapcnn")
    #expect(result.program.cores.count == 3)
    let types = try #require(result.program.chip.coreTypes?.value)
    for (core, load) in zip(result.program.cores, result.loads) {
      var place = core.place
      let type = types.first {
        place -= $0.count
        return place < 0
      }
      #expect(load.neurons <= (try #require(type)).neurons)
      #expect(load.synapseBits <= (try #require(type)).synapseMemoryBits)
    }
    #expect(Set(result.program.cores.map(\.place)).count == 3)
  }

  @Test("layers beyond a convolution core are refused with the layer, the number and the limit")
  func dynapRefuses() throws {
    #expect(
      message(try convolutions(stride: 3), "dynapcnn")
        == "projection 'to-b' has a stride of 3 x 3, which chip 'dynapcnn' does not run: strides are 1, 2, 4, 8; change "
        + "the layer, or choose another chip")
    #expect(
      message(try convolutions(kernel: 17), "dynapcnn")
        == "projection 'to-b' has a kernel of 17 x 17, which chip 'dynapcnn' does not run: kernels go to 16; change the "
        + "layer, or choose another chip")
    var shortcut = try convolutions()
    try shortcut.add("d", [8, 32, 32], .identity, from: "a", weightShape: [8])
    #expect(
      message(shortcut, "dynapcnn")
        == "projection 'to-d' has an identity, which chip 'dynapcnn' does not run: its cores compute convolutions only; "
        + "change the layer, or choose another chip")
    var wide = Layers([1, 8, 8])
    try wide.add("a", [1025, 8, 8], .convolution, weightShape: [1025, 1, 1, 1])
    #expect(
      message(wide, "dynapcnn")
        == "population 'a' needs 1,025 channels, chip 'dynapcnn' has 1,024; use fewer channels, or choose another chip")
    var big = Layers([1, 64, 64])
    try big.add("a", [17, 64, 64], .convolution, weightShape: [17, 1, 1, 1])
    #expect(
      message(big, "dynapcnn")
        == "population 'a' needs 69,632 neurons on the one core of a layer, chip 'dynapcnn' has 65,536; reduce the layer, "
        + "or choose another chip (ideal)")
  }

  @Test("a layer that needs the neurons of one kind of core and the memory of another fits none")
  func between() throws {
    // 32 x 32 places of neurons a channel and 128 x 16 x 16 of weights of 8 bits for 16 channels, twice as many for 17;
    // 32,768 neurons come with 262,144 bits, 16,384 with 524,288.
    func layers(_ channels: Int) throws -> Layers {
      var layers = Layers([1, 16, 16])
      try layers.add("a", [128, 16, 16], .convolution, weightShape: [128, 1, 1, 1])
      try layers.add(
        "b", [channels, 28, 28], .convolution, weightShape: [channels, 128, 3, 3], padding: [7, 7, 7, 7])
      return layers
    }
    #expect(message(try layers(16), "dynapcnn") == "compiles")
    #expect(
      message(try layers(17), "dynapcnn")
        == "population 'b' needs a core with 17,408 neurons and 524,288 bits of synapse memory, no core of chip "
        + "'dynapcnn' has both; reduce the layer, or choose another chip")
  }

  @Test("cores of a kind run out: the fourth layer of 65,536 neurons has none")
  func kinds() throws {
    func layers(_ count: Int) throws -> Layers {
      var layers = Layers([1, 64, 64])
      try layers.add("l0", [16, 64, 64], .convolution, weightShape: [16, 1, 1, 1])
      for index in 1..<count {
        try layers.add("l\(index)", [16, 64, 64], .convolution, weightShape: [16, 16, 1, 1])
      }
      return layers
    }
    #expect(message(try layers(3), "dynapcnn") == "compiles")
    #expect(
      message(try layers(4), "dynapcnn")
        == "population 'l3' needs a core with 65,536 neurons and 2,048 bits of synapse memory, all such cores of chip "
        + "'dynapcnn' are taken; reduce the layer, or choose another chip")
  }

  @Test("a payload must fit the bits that a spike has for it")
  func payload() throws {
    var layers = Layers([4])
    try layers.add("a", [8], .dense, weightShape: [8, 4], model: .augmented)
    try layers.add("out", [3], .dense, weightShape: [3, 8], model: .accumulator)
    func limit(_ bits: Int) -> String {
      message(layers, "ideal") {
        $0.numbers[.spikePayloadBits] = Sourced(bits, source: "test", certainty: .assumed)
        $0.neuronModels = nil
      }
    }
    #expect(limit(32) == "compiles")
    #expect(limit(0) == "compiles")
    #expect(
      limit(8)
        == "population 'a' needs 32 bits for the payload of a spike, chip 'ideal' has 8; lower 'maxCount', "
        + "or choose a chip with wider payloads")
    layers.network.populations[0].neuron[.maximumPayload] = 127
    #expect(limit(8) == "compiles")
    layers.network.populations[0].neuron[.maximumPayload] = 128
    #expect(limit(8).hasPrefix("population 'a' needs 9 bits for the payload of a spike"))
  }

  // Any input current may be large, so an 8-bit accumulator is proven for neurons that the host leaves alone only.
  @Test("ODIN holds 256 neurons and refuses one more")
  func odin() throws {
    func layers(_ inputs: Int) throws -> Layers {
      var layers = Layers([4])
      try layers.add("a", [inputs], .dense, weightShape: [inputs, 4], weight: { _ in 0 })
      try layers.add("b", [256 - inputs], .dense, weightShape: [256 - inputs, inputs], weight: { $0 == 0 ? 1 : 0 })
      return layers
    }
    #expect(message(try layers(200).resettingHard, "odin") == "compiles")
    var one = try layers(200)
    try one.add("c", [1], .dense, weightShape: [1, 56], weight: { _ in 0 })
    #expect(message(one.resettingHard, "odin").hasPrefix("the network needs at least 2 cores, chip 'odin' has 1 (full at population 'a')"))
  }

  @Test("a crossbar chip that is too small is refused as that before memory, copies or places are counted")
  func tooSmallCrossbar() throws {
    var layers = Layers([1, 16, 16])
    try layers.add("a", [16, 16, 16], .convolution, weightShape: [16, 1, 1, 1])
    try layers.add("b", [16, 16, 16], .convolution, weightShape: [16, 16, 3, 3], padding: [1, 1, 1, 1])
    func message(cores: Int, bytes: Int) throws -> String {
      var chip = try ChipLibrary.builtIn("truenorth")
      for (number, value) in [(ChipNumber.chips, 1), (.coresPerChip, cores), (.width, cores), (.height, 1)] {
        chip.numbers[number] = .assumed(value, "test")
      }
      var options = CompileOptions(weightBits: 4)
      options.memory = MemoryBudget(bytes: bytes)
      do {
        let program = try CompiledProgram.compile(try layers.network.checked(), chip: chip, options: options).program
        return "compiled to \(program.cores.count) cores"
      } catch { return "\(error)" }
    }
    // 16 channels of two by two pixels hear 16 by four by four neurons, all of a core's axons; 4,096 neurons fill 16 cores.
    let refusal = "the network needs at least 80 cores, chip 'truenorth' has 79 (full at population 'a')"
    #expect(try message(cores: 79, bytes: 1 << 30).hasPrefix(refusal))
    #expect(try message(cores: 79, bytes: 1 << 20).hasPrefix(refusal))
    #expect(try message(cores: 4096, bytes: 1 << 20).contains("of memory"))
    #expect(try message(cores: 4096, bytes: 1 << 30).hasPrefix("compiled to"))
  }
}
