import ChipModel
import Foundation
import Testing

@testable import Compiler

@Suite("Capacity")
struct CapacityTests {
  private let rules = ChipRuleTests()

  private func row(_ report: CompileReport, _ resource: ChipResource) -> CompileReport.Capacity? {
    report.capacity.first { $0.resource == resource }
  }

  @Test("every limit of TrueNorth is reported as used of how much, where, and for each core")
  func trueNorth() throws {
    let report = try rules.compile(try ChipRuleTests.trueNorth(), "truenorth").report
    #expect(
      report.capacity.map(\.resource) == [
        .neurons, .synapseMemory, .inputAxons, .outputAxons, .axonTypes, .fanIn, .destinations, .delay, .payloadBits,
        .weightBits, .membraneBits, .accumulatorBits, .cores, .chips,
      ])
    func check(
      _ resource: ChipResource, _ used: Int, _ limit: Int?, core: Int? = nil, population: String? = nil
    ) {
      #expect(
        row(report, resource)
          == .init(resource: resource, used: used, limit: limit, core: core, population: population), "\(resource)")
    }
    check(.neurons, 64, 256, core: 0)
    check(.synapseMemory, 4096, 65536, core: 1)
    check(.inputAxons, 64, 256, core: 1)
    check(.outputAxons, 64, 256, core: 0)
    // Weights -1, 0 and 1 in turn: an axon's weights for all neurons are one of three columns, and 64 is 1 modulo 3.
    #expect((1...4).contains(row(report, .axonTypes)?.used ?? 0))
    #expect(row(report, .axonTypes)?.limit == 4)
    check(.fanIn, 64, 256, population: "b")
    check(.destinations, 1, 1, population: "a")
    check(.delay, 1, 15, population: "b")
    check(.payloadBits, 0, nil, population: "a")
    check(.weightBits, 4, 9)
    check(.membraneBits, 20, 20)
    #expect(row(report, .accumulatorBits)?.population == "b")
    #expect((5...20).contains(row(report, .accumulatorBits)?.used ?? 0))
    check(.cores, 3, 65536)
    check(.chips, 1, 16)
    for core in report.cores {
      #expect(core.axonTypes != nil)
      #expect(core.limits.inputAxons == 256)
    }
    #expect(report.cores.map(\.fanIn) == [16, 64, 64])
    #expect(report.cores.map(\.destinations) == [1, 1, 0])
  }

  @Test("what is not limited is counted all the same")
  func unlimited() throws {
    let report = try rules.compile(try ChipRuleTests.trueNorth(), "ideal").report
    for capacity in report.capacity {
      let isWidth = [.payloadBits, .weightBits, .membraneBits, .accumulatorBits].contains(capacity.resource)
      #expect((capacity.limit != nil) == isWidth, "\(capacity.resource)")
    }
    #expect(row(report, .fanIn)?.used == 64)
    #expect(row(report, .axonTypes) == nil)
  }

  @Test("what layers need of convolution cores is reported as used of how much, and where")
  func layers() throws {
    let report = try rules.compile(try rules.convolutions(kernel: 5, stride: 2), "dynapcnn").report
    func check(_ resource: ChipResource, _ used: Int, _ limit: Int, _ population: String) {
      #expect(
        row(report, resource) == .init(resource: resource, used: used, limit: limit, core: nil, population: population),
        "\(resource)")
    }
    // 8 maps of 32 x 32, pooled to 16 x 16, 5 x 5 with stride 2: 7 x 7; then a dense layer over 8 x 7 x 7.
    check(.kernel, 7, 16, "out")
    check(.stride, 2, 8, "b")
    check(.padding, 1, 7, "a")
    check(.pool, 2, 4, "b")
    check(.channels, 8, 1024, "a")
    check(.inputSide, 32, 128, "a")
    check(.outputSide, 32, 64, "a")
    check(.fanOutLayers, 1, 2, "a")
    #expect(report.populations.dropFirst().map { $0.layer?.kernel } == [3, 5, 7])
    #expect(report.populations.dropFirst().map { $0.layer?.pool } == [1, 2, 1])
    #expect(report.populations.dropFirst().map { $0.layer?.fanOutLayers } == [1, 1, 0])
    let other = try rules.compile(try ChipRuleTests.trueNorth(), "truenorth").report
    #expect(other.populations.allSatisfy { $0.layer == nil })
    for resource in ChipResource.ofLayer { #expect(row(other, resource) == nil) }
  }

  @Test("cores of several kinds are measured by the kind at their place")
  func kinds() throws {
    let report = try rules.compile(try rules.convolutions(), "dynapcnn").report
    let types = try #require(try ChipLibrary.builtIn("dynapcnn").coreTypes?.value)
    for core in report.cores {
      let type = try #require(try ChipLibrary.builtIn("dynapcnn").coreType(at: core.place))
      #expect(core.limits.neurons == type.neurons && core.limits.synapseBits == type.synapseMemoryBits)
      #expect(types.contains(type))
    }
    #expect(try ChipLibrary.builtIn("dynapcnn").coreType(at: 2) == types[0])
    #expect(try ChipLibrary.builtIn("dynapcnn").coreType(at: 3) == types[1])
    #expect(try ChipLibrary.builtIn("dynapcnn").coreType(at: 8) == types[3])
    #expect(try ChipLibrary.builtIn("loihi").coreType(at: 0) == nil)
  }

  @Test("a mapping that puts a layer on a core of the wrong kind, or a part of one, is refused")
  func mappings() throws {
    var layers = ChipRuleTests.Layers([1, 64, 64])
    try layers.add("l0", [16, 64, 64], .convolution, weightShape: [16, 1, 1, 1])
    try layers.add("l1", [4, 64, 64], .convolution, weightShape: [4, 16, 1, 1])
    let network = try layers.network.checked()
    let chip = try ChipLibrary.builtIn("dynapcnn")
    let good = Mapping(try CompiledProgram.compile(network, chip: chip).program)
    func message(_ change: (inout Mapping) -> Void) -> String {
      var mapping = good
      change(&mapping)
      do {
        _ = try CompiledProgram.compile(network, chip: chip, options: CompileOptions(mapping: mapping))
        return "compiles"
      } catch { return "\(error)" }
    }
    let large = try #require(good.cores.firstIndex { $0.parts[0].population == "l0" })
    #expect(message { _ in } == "compiles")
    #expect(message { $0.cores[large].place = 2 } == "compiles")
    for (place, limit) in [(3, "32,768"), (5, "16,384"), (8, "16,384")] {
      #expect(
        message { $0.cores[large].place = place }
          == "core \(large) needs 65,536 neurons, the core at place \(place) of chip 'dynapcnn' has \(limit); give it a "
          + "place of a larger kind")
    }
    #expect(
      message {
        $0.cores[large].parts[0].box.channels = 0..<8
        var rest = $0.cores[large]
        rest.place = 2
        rest.parts[0].box.channels = 8..<16
        $0.cores[large].place = 1
        $0.cores[1 - large].place = 3
        $0.cores.append(rest)
      }
        == "core \(large) holds a part of a population, a core of chip 'dynapcnn' runs one whole population; give it "
        + "exactly one")
    var small = ChipRuleTests.Layers([1, 8, 8])
    try small.add("l0", [2, 8, 8], .convolution, weightShape: [2, 1, 1, 1])
    try small.add("l1", [2, 8, 8], .convolution, weightShape: [2, 2, 1, 1])
    let together = Mapping(cores: [
      Mapping.Core(
        place: 0,
        parts: ["l0", "l1"].map {
          Mapping.Part(population: $0, box: Box(channels: 0..<2, rows: 0..<8, columns: 0..<8))
        })
    ])
    #expect(throws: CompileError.mapping(.layerCore(core: 0, parts: 2, chip: "dynapcnn"))) {
      try CompiledProgram.compile(
        try small.network.checked(), chip: chip, options: CompileOptions(mapping: together))
    }
  }

  @Test("one source, neuron or weight more than Loihi has is refused or split")
  func loihi() throws {
    func layers(_ inputs: Int, _ outputs: Int = 2) throws -> ChipRuleTests.Layers {
      var layers = ChipRuleTests.Layers([1])
      try layers.add("a", [inputs], .dense, weightShape: [inputs, 1])
      try layers.add("b", [outputs], .dense, weightShape: [outputs, inputs])
      return layers.resettingHard
    }
    #expect(rules.message(try layers(4096), "loihi") == "compiles")
    #expect(
      rules.message(try layers(4097), "loihi")
        == "population 'b' needs 4,097 input axons on one core for a single neuron, chip 'loihi' has 4,096; reduce the "
        + "layer's input channels or kernel, or choose a chip with more input axons a core (generic-45nm, spinnaker1, "
        + "spinnaker2)")
    func cores(_ inputs: Int, _ outputs: Int) throws -> Int {
      try rules.compile(try layers(inputs, outputs), "loihi").program.cores.count
    }
    #expect(try cores(1014, 10) == 1)
    #expect(try cores(1014, 11) == 2)
    // 1,048,576 bits are 1,024 for each of 1,024 sources: two lists of eight words with 62 weights of 8 bits each.
    #expect(try cores(1024, 124) == 2)
    #expect(try cores(1024, 125) == 3)
  }

  @Test("limits of a convolution core that are one too small are named")
  func convolutionCore() throws {
    func message(
      side: Int = 8, channels: Int = 2, pool: NetworkPool? = nil, padding: [Int] = [0, 0, 0, 0], fed: Int = 1
    ) throws -> String {
      var layers = ChipRuleTests.Layers([1, side, side])
      try layers.add("a", [channels, side, side], .convolution, weightShape: [channels, 1, 1, 1])
      let pooled = pool.map { (side - $0.kernel[0]) / $0.stride[0] + 1 } ?? side
      for index in 0..<fed {
        try layers.add(
          "b\(index)", [1, pooled + 2 * padding[0], pooled + 2 * padding[0]], .convolution, from: "a",
          weightShape: [1, channels, 1, 1], pool: pool, padding: padding)
      }
      return rules.message(layers, "dynapcnn")
    }
    func pool(_ kind: PoolGeometry.Kind, _ size: Int, stride: Int? = nil) -> NetworkPool {
      NetworkPool(kind: kind, kernel: [size, size], stride: [stride ?? size, stride ?? size])
    }
    let change = "; change the layer, or choose another chip"
    #expect(try message() == "compiles")
    #expect(try message(pool: pool(.average, 2)) == "compiles")
    #expect(
      try message(pool: pool(.average, 3))
        == "projection 'to-b0' has a pool of 3 x 3, which chip 'dynapcnn' does not run: it pools 1, 2, 4 with the same "
        + "stride" + change)
    #expect(
      try message(pool: pool(.average, 2, stride: 1))
        == "projection 'to-b0' has a pool of 2 x 2, which chip 'dynapcnn' does not run: it pools 1, 2, 4 with the same "
        + "stride" + change)
    #expect(
      try message(pool: pool(.max, 2))
        == "projection 'to-b0' has max pooling, which chip 'dynapcnn' does not run: it has sum pooling only" + change)
    #expect(try message(padding: [7, 7, 7, 7]) == "compiles")
    #expect(
      try message(padding: [8, 8, 8, 8])
        == "projection 'to-b0' has a padding of [8, 8, 8, 8], which chip 'dynapcnn' does not run: padding goes to 7"
        + change)
    #expect(try message(side: 64) == "compiles")
    #expect(
      try message(side: 65)
        == "population 'a' needs 65 rows or columns of outputs, chip 'dynapcnn' has 64; reduce the map, or choose another "
        + "chip")
    #expect(try message(fed: 2) == "compiles")
    // A dense layer is a kernel over the whole map.
    func second(_ input: [Int], _ output: [Int], _ kind: Projection.Kind, _ weights: [Int]) throws -> String {
      var layers = ChipRuleTests.Layers([1])
      try layers.add("a", input, .dense, weightShape: [input.reduce(1, *), 1])
      try layers.add(
        "b", output, kind, weightShape: weights, stride: kind == .dense ? [1, 1] : [2, 2],
        weight: { $0 == 0 ? 1 : 0 })
      return rules.message(layers, "dynapcnn")
    }
    #expect(try second([1, 16, 16], [2], .dense, [2, 256]) == "compiles")
    #expect(
      try second([1, 17, 17], [2], .dense, [2, 289])
        == "projection 'to-b' has a dense layer over 17 x 17, which chip 'dynapcnn' does not run: kernels go to 16"
        + change)
    #expect(
      try second([1025, 2, 2], [1, 1, 1], .convolution, [1, 1025, 1, 1])
        == "population 'a' needs 1,025 channels, chip 'dynapcnn' has 1,024; use fewer channels, or choose another chip")
    func inputs(_ side: Int) throws -> String {
      rules.message(try rules.convolutions(), "dynapcnn") { $0.convolutionCore?.value.maximumInputSide = side }
    }
    #expect(try inputs(32) == "compiles")
    #expect(
      try inputs(31)
        == "population 'a' needs 32 rows or columns of inputs, chip 'dynapcnn' has 31; reduce the map, or choose "
        + "another chip")
    #expect(
      try message(fed: 3)
        == "population 'a' needs 3 layers that it feeds, chip 'dynapcnn' has 2; remove shortcuts, or choose another chip")
  }

  @Test("a crossbar's rows are a limit of their own, and it has no gate")
  func crossbar() throws {
    let layers = try ChipRuleTests.trueNorth()
    func narrow(_ rows: Int, _ chip: inout ChipDescription) {
      chip.crossbar = Sourced(Crossbar(axons: rows, axonTypes: 4, binary: true), source: "test", certainty: .assumed)
    }
    #expect(rules.message(layers, "truenorth") { narrow(64, &$0) } == "compiles")
    #expect(
      rules.message(layers, "truenorth") { narrow(63, &$0) }.hasPrefix(
        "population 'c' needs 64 input axons on one core for a single neuron, chip 'truenorth' has 63; "))
    var gated = ChipRuleTests.Layers([1, 4, 4])
    try gated.add("a", [1, 4, 4], .convolution, weightShape: [1, 1, 1, 1])
    try gated.add(
      "b", [1, 2, 2], .convolution, weightShape: [1, 1, 1, 1],
      pool: NetworkPool(kind: .max, kernel: [2, 2], stride: [2, 2]))
    #expect(
      rules.message(gated, "truenorth")
        == "projection 'to-b' has max pooling, which chip 'truenorth' does not run: a crossbar has no gate; use average "
        + "pooling, or choose a chip that is not a crossbar")
  }

  @Test("TrueNorth refuses a trained network that is not split, and says why", arguments: TrainedNetwork.bare)
  func trainedOnTrueNorth(_ trained: TrainedNetwork) throws {
    let name = try #require(trained.network().layers.last?.name)
    func message(_ readout: Readout) throws -> String {
      let network = try trained.convert(ConversionSettings(.maxNorm).with(.readout, readout), samples: 20).network
      do {
        _ = try CompiledProgram.compile(
          network.checked(), chip: try ChipLibrary.builtIn("truenorth"), options: CompileOptions(split: .none))
        return "compiles"
      } catch { return "\(error)" }
    }
    let potential = try message(.potential)
    #expect(
      potential
        == "population '\(name)' uses neuron model 'accumulator', which chip 'truenorth' does not run (it runs if, lif); "
        + "convert with 'readout' spikes, or choose another chip")
    // 64 maps of 4 x 4 of a pool that became a layer, or 24 of 4 x 4 before one.
    let axons = trained.name == "plain" ? "384" : "1,024"
    let spikes = try message(.spikes)
    #expect(
      spikes
        == "population '\(name)' needs \(axons) input axons on one core for a single neuron, chip 'truenorth' has 256; reduce "
        + "the layer's input channels or kernel, or choose a chip with more input axons a core (generic-45nm, loihi, "
        + "loihi2)")
  }

  @Test("an option that makes a refused network fit is found by trying")
  func search() throws {
    var chip = try ChipLibrary.builtIn("odin")
    chip.registers[.accumulatorOverflow] = nil
    var layers = ChipRuleTests.Layers([2])
    layers.network.input.range = InputRange(low: 0, high: 1)
    try layers.add("a", [20], .dense, weightShape: [20, 2])
    try layers.add("b", [2], .dense, weightShape: [2, 20])
    // Real weights, all the same: 20 of 7 are more than 127, 20 of 3 are not.
    layers.network.projections[1].weights = .inline(
      try #require(Tensor(shape: [2, 20], storage: .float64([Double](repeating: 1, count: 40)))))
    let network = try layers.resettingHard.network.checked()
    do {
      _ = try CompiledProgram.compile(network, chip: chip)
      Issue.record("compiles")
    } catch {
      let remedy = FitSearch.remedy(for: network, chip: chip, options: CompileOptions(), after: error)
      #expect(remedy?.number == .weightBits && remedy?.value == 3)
    }
    #expect(
      FitSearch.remedy(
        for: network, chip: chip, options: CompileOptions(),
        after: .unsupportedModel(population: "", model: "", chip: "", supported: [])) == nil)
  }
}
