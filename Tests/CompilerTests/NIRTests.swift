import ChipModel
import Foundation
import Testing

@testable import Compiler

/// NIR graphs made in memory.
enum NIRFile {
  static func numbers(_ shape: [Int], _ values: [Double]) -> HDF5Object {
    .numbers(Tensor(shape: shape, storage: .float64(values)) ?? Tensor(scalar: 0))
  }

  static func integers(_ values: Int...) -> HDF5Object {
    .numbers(Tensor(shape: [values.count], storage: .int64(values.map(Int64.init))) ?? Tensor(scalar: 0))
  }

  static func node(_ type: String, _ members: [(String, HDF5Object)] = []) -> HDF5Object {
    .group(HDF5Group([("type", .texts([type], shape: []))] + members))
  }

  static func lif(_ count: Int, tau: Double = 1e-3, r: Double = 2, leak: Double = 0, threshold: Double = 1)
    -> HDF5Object
  {
    node(
      "LIF",
      [("tau", tau), ("r", r), ("v_leak", leak), ("v_threshold", threshold)].map { name, value in
        (name, numbers([count], [Double](repeating: value, count: count)))
      })
  }

  static func graph(_ nodes: [(String, HDF5Object)], _ edges: [(String, String)]) -> HDF5Object {
    node(
      "NIRGraph",
      [
        ("nodes", .group(HDF5Group(nodes))),
        ("edges", .texts(edges.flatMap { [$0.0, $0.1] }, shape: [edges.count, 2])),
      ])
  }

  static func file(_ graph: HDF5Object) -> [UInt8] {
    HDF5Writer.bytes(of: HDF5Group([("node", graph), ("version", .texts(["1.0.8"], shape: []))]))
  }

  /// Nodes one after the other between an input and an output.
  static func chain(input: [Int], _ nodes: HDF5Object...) -> [UInt8] {
    let names = ["input"] + nodes.indices.map { "n\($0)" } + ["output"]
    let ends = [
      (
        "input",
        node(
          "Input",
          [
            (
              "shape",
              .numbers(Tensor(shape: [input.count], storage: .int64(input.map(Int64.init))) ?? Tensor(scalar: 0))
            )
          ])
      ),
      ("output", node("Output", [("shape", integers(1))])),
    ]
    return file(graph(ends + zip(names.dropFirst(), nodes).map { ($0, $1) }, Array(zip(names, names.dropFirst()))))
  }
}

@Suite("NIR import")
struct NIRTests {
  private func imported(_ bytes: [UInt8], _ settings: NIRSettings = NIRSettings()) throws -> NIRNetwork {
    let made = try NIRImporter.network(of: NIRGraph(bytes), name: "net", settings)
    _ = try made.network.checked()
    return made
  }

  private func message(_ bytes: [UInt8], _ settings: NIRSettings = NIRSettings()) -> String? {
    do throws(ImportError) {
      _ = try NIRImporter.network(of: NIRGraph(bytes), name: "net", settings)
      return nil
    } catch { return error.text { $0 } }
  }

  private func weights(_ network: Network, _ name: String) throws -> [Double] {
    try #require(network.tensors["\(name).weight"]).doubles
  }

  private let affine = NIRFile.node(
    "Affine", [("weight", NIRFile.numbers([2, 3], [1, 2, 3, 4, 5, 6])), ("bias", NIRFile.numbers([2], [0.5, 0]))])

  @Test("a leaky neuron is cuba: Euler and exact, weights times what a step lets in")
  func leaky() throws {
    let file = NIRFile.chain(input: [3], affine, NIRFile.lif(2, leak: 0.25))
    for (discretisation, share) in [(Discretisation.euler, 0.1), (.exact, -expm1(-0.1))] {
      var settings = NIRSettings()
      settings[.discretisation] = discretisation
      let made = try imported(file, settings)
      let population = try #require(made.network.populations.first)
      #expect(population.neuron.model == .currentBased)
      #expect(population.neuron[.voltageDecay] == Int((4096 * share).rounded()))
      #expect(population.neuron[.currentDecay] == nil && population.neuron[.reset] == .hard)
      #expect(population.neuron.threshold == .uniform(1) && population.neuron.spikeValue == .uniform(1))
      #expect(try weights(made.network, "n1") == (1...6).map { Double(Float(Double($0) * 2 * share)) })
      guard case .list(let bias) = population.bias else {
        Issue.record("bias \(String(describing: population.bias))")
        continue
      }
      // r times the bias, and the leak potential, as much as a step lets in.
      #expect(abs(bias[0] - (2 * 0.5 + 0.25) * share) < 1e-12 && abs(bias[1] - 0.25 * share) < 1e-12)
      let tau = try #require(made.parameters.first { $0.name == "tau" })
      #expect(tau.stored == (4096 * share).rounded() / 4096 && tau.value == share)
      #expect(abs(tau.error - abs(tau.stored - share) / share) < 1e-15)
      #expect(made.network.output.readout == .spikes && made.network.schedule == .windowed)
    }
  }

  @Test("neurons without leak: if, soft reset, several spikes per step, a reset value")
  func integrators() throws {
    func file(reset: Double) -> [UInt8] {
      NIRFile.chain(
        input: [3], affine,
        NIRFile.node(
          "IF",
          [
            ("r", NIRFile.numbers([], [1])), ("v_threshold", NIRFile.numbers([2], [1, 2])),
            ("v_reset", NIRFile.numbers([], [reset])),
          ]))
    }
    var neuron = try #require(imported(file(reset: 0)).network.populations.first).neuron
    #expect(neuron.model == .integrateFire && neuron[.strict] == true && neuron[.reset] == .hard)
    #expect(neuron.threshold == .list([1, 2]))
    neuron = try #require(imported(file(reset: 0.5)).network.populations.first).neuron
    #expect(neuron.model == .currentBased && neuron.resetValue == .uniform(0.5) && neuron[.voltageDecay] == nil)
    var settings = NIRSettings()
    settings[.reset] = .soft
    neuron = try #require(imported(file(reset: 0.5), settings).network.populations.first).neuron
    #expect(neuron.model == .integrateFire && neuron[.reset] == .soft)
    settings[.multipleSpikes] = true
    settings[.lowestPotential] = -1
    neuron = try #require(imported(file(reset: 0), settings).network.populations.first).neuron
    #expect(neuron.model == .augmented && neuron.floor == .uniform(-1) && neuron[.strict] == nil)
  }

  @Test("what lies between neurons is one map: sums of pools, scales, linear after linear, lines")
  func maps() throws {
    let convolution = NIRFile.node(
      "Conv2d",
      [
        ("weight", NIRFile.numbers([1, 2, 1, 1], [3, 5])), ("bias", NIRFile.numbers([1], [0])),
        ("stride", NIRFile.integers(1, 1)),
        ("padding", .texts(["valid"], shape: [])), ("dilation", NIRFile.integers(1)), ("groups", NIRFile.integers(1)),
      ])
    let pool = NIRFile.node(
      "SumPool2d",
      [
        ("kernel_size", NIRFile.integers(2, 2)), ("stride", NIRFile.integers(2, 2)),
        ("padding", NIRFile.integers(0, 0)),
      ])
    let fire = NIRFile.node("IF", [("r", NIRFile.numbers([], [1])), ("v_threshold", NIRFile.numbers([], [1]))])
    var network = try imported(NIRFile.chain(input: [2, 4, 4], pool, convolution, fire)).network
    #expect(network.populations.map(\.shape) == [[1, 2, 2]])
    #expect(network.projections[0].kind == .convolution && network.projections[0].pool?.kernel == [2, 2])
    // A batch of 1 before the axes of a map changes nothing.
    #expect(try imported(NIRFile.chain(input: [1, 2, 4, 4], pool, convolution, fire)).network == network)
    // An average pool divides by 4.
    #expect(try weights(network, "n2") == [12, 20])

    let scale = NIRFile.node("Scale", [("scale", NIRFile.numbers([2], [10, 100]))])
    let second = NIRFile.node("Linear", [("weight", NIRFile.numbers([1, 2], [1, 1]))])
    network = try imported(NIRFile.chain(input: [3], affine, scale, second, fire)).network
    #expect(try weights(network, "n3") == [410, 520, 630])
    #expect(network.populations[0].bias == .uniform(5))

    let line = NIRFile.node(
      "Conv1d",
      [
        ("weight", NIRFile.numbers([1, 2, 2], [1, 2, 3, 4])), ("bias", NIRFile.numbers([1], [0])),
        ("stride", NIRFile.integers(2)),
        ("padding", NIRFile.integers(0)), ("dilation", NIRFile.integers(1)), ("groups", NIRFile.integers(1)),
      ])
    network = try imported(NIRFile.chain(input: [2, 6], line, fire)).network
    #expect(network.input.shape == [2, 1, 6] && network.populations[0].shape == [1, 1, 3])
    #expect(network.projections[0].stride == [1, 2])
  }

  @Test("outputs: spikes, the potential of integrators, the sum over time of linear nodes")
  func outputs() throws {
    let integrator = NIRFile.node(
      "LI",
      [
        ("tau", NIRFile.numbers([2], [1e-3, 1e-3])), ("r", NIRFile.numbers([], [1])),
        ("v_leak", NIRFile.numbers([], [0])),
      ])
    var network = try imported(NIRFile.chain(input: [3], affine, integrator)).network
    #expect(network.output.readout == .potential && network.populations[0].neuron.threshold == .uniform(.infinity))
    network = try imported(NIRFile.chain(input: [3], affine)).network
    #expect(network.populations.map(\.neuron.model) == [.accumulator] && network.output.readout == .potential)
    #expect(
      message(NIRFile.chain(input: [3], affine, integrator, NIRFile.lif(2)))
        == "the potentials of 'n1' feed other nodes: let spiking neurons feed them")
  }

  private func delays(_ seconds: Double...) -> HDF5Object {
    NIRFile.node("Delay", [("delay", NIRFile.numbers([seconds.count], seconds))])
  }

  @Test("a delay is added to the ticks that a projection takes anyway; the report has what rounding did")
  func delay() throws {
    let made = try imported(
      NIRFile.chain(input: [3], delays(1.6e-4), affine, NIRFile.lif(2), delays(3e-4, 3e-4), NIRFile.lif(2)))
    // From the input to the first layer 0 ticks, from a layer to the next 1.
    #expect(made.network.projections.map(\.delay) == [2, 4])
    let told = try #require(made.parameters.first { $0.type == "Delay" })
    #expect(told.key == "delay" && told.stored == 2 && abs(told.value - 1.6) < 1e-12 && abs(told.error - 0.25) < 1e-12)
  }

  @Test("delays that differ are a projection each, with zeros for the others' neurons")
  func differentDelays() throws {
    let network = try imported(
      NIRFile.chain(input: [3], affine, NIRFile.lif(2, tau: 1e-4, r: 1), delays(0, 2e-4), affine3(), NIRFile.lif(2))
    ).network
    #expect(network.projections.map(\.delay) == [nil, nil, 3])
    let values = try network.projections.dropFirst().map { projection in
      guard case .tensor(let name) = projection.weights else { return [Double]() }
      return try #require(network.tensors[name]).doubles
    }
    #expect(values == [[0.2, 0, 0.6, 0], [0, 0.4, 0, 0.8]].map { $0.map { Double(Float($0)) } })
    #expect(
      message(NIRFile.chain(input: [3], delays(-1e-4), affine, NIRFile.lif(2)))
        == "node 'n0' (Delay): has delays that are not from 0 to 65,000 steps in all: give shorter delays, or longer steps")
  }

  private func affine3() -> HDF5Object {
    NIRFile.node("Linear", [("weight", NIRFile.numbers([2, 2], [1, 2, 3, 4]))])
  }

  /// Each pair of maps doubled the terms: 30 pairs are a thousand million.
  @Test("ways that part and meet again are one where they can be, and at most 256")
  func ways() throws {
    func graph(_ pairs: Int, _ other: (Int) -> HDF5Object) -> [UInt8] {
      var nodes: [(String, HDF5Object)] = [
        ("in", NIRFile.node("Input", [("shape", NIRFile.integers(2))])),
        ("s0", NIRFile.node("Scale", [("scale", NIRFile.numbers([2], [1, 1]))])), ("lif", NIRFile.lif(2)),
        ("out", NIRFile.node("Output")),
      ]
      var edges = [("in", "s0"), ("s\(pairs)", "lif"), ("lif", "out")]
      for pair in 1...pairs {
        nodes.append(("s\(pair)", NIRFile.node("Scale", [("scale", NIRFile.numbers([2], [0.5, 0.5]))])))
        nodes.append(("o\(pair)", other(pair)))
        edges += [("s\(pair - 1)", "s\(pair)"), ("s\(pair - 1)", "o\(pair)"), ("o\(pair)", "s\(pair)")]
      }
      return NIRFile.file(NIRFile.graph(nodes, edges))
    }
    let merged = try imported(graph(30) { _ in NIRFile.node("Scale", [("scale", NIRFile.numbers([2], [1, 1]))]) })
    #expect(merged.network.projections.count == 1)
    #expect(
      message(graph(30) { pair in NIRFile.node("Delay", [("delay", NIRFile.numbers([], [Double(1 << min(pair, 15)) * 1e-4]))]) })
        == "node 's9' (Scale): adds up 512 ways from neurons, allowed are 256: "
        + "let neurons take up sums before they are added again")
  }

  @Test("graphs inside graphs are opened; edges come twice; what does not reach the output is left out")
  func nested() throws {
    let ends: [(String, HDF5Object)] = [
      ("in", NIRFile.node("Input", [("shape", NIRFile.integers(3))])),
      ("out", NIRFile.node("Output", [("shape", NIRFile.integers(2))])),
    ]
    let inner = NIRFile.graph(
      ends + [("lif", NIRFile.lif(2)), ("w", affine)], [("in", "w"), ("w", "lif"), ("lif", "out"), ("in", "w")])
    let graph = NIRFile.graph(
      ends + [("block", inner), ("idle", NIRFile.lif(2))], [("in", "block"), ("block", "out"), ("block", "idle")])
    let made = try imported(NIRFile.file(graph))
    #expect(made.network.populations.map(\.name) == ["block.lif"])
    #expect(try weights(made.network, "block.lif").count == 6)
    #expect(made.notes == ["the output does not depend on 'idle': left out"])
  }

  @Test("refusals name the node, its type, what is wrong and what to do")
  func refusals() {
    #expect(
      message(NIRFile.chain(input: [4], affine))
        == "node 'n0' (Affine): has weights for 3 values and receives 4: write the graph again with matching shapes")
    #expect(
      message(NIRFile.chain(input: [3], NIRFile.node("Swish")))
        == "node 'n0' (Swish): is not a node that nmsim takes: take Affine, Linear, Scale, Conv1d, Conv2d, SumPool2d, AvgPool2d, "
        + "Flatten, Delay and neurons")
    #expect(
      message(NIRFile.chain(input: [3], affine, NIRFile.lif(2, tau: 1e-5)))
        == "node 'n1' has 'tau' 1e-05 s, below a step: give dt at most that, or the exact discretisation")
    #expect(
      message(NIRFile.chain(input: [3], affine, NIRFile.lif(2, threshold: 0)))
        == "node 'n1' (LIF): has a threshold of at most 0: thresholds are above 0")
    // Found as a trap: the least integer has no magnitude of its own type.
    #expect(
      message(NIRFile.chain(input: [.min], affine))
        == "node 'input' (Input): has 'shape' -9.223372036854776e+18: give whole numbers")
    // Found as a reading that took too long: one value a parameter stood for 2^24 neurons.
    #expect(
      message(NIRFile.chain(input: [1, 1 << 23], NIRFile.node("Threshold", [("threshold", NIRFile.numbers([], [1]))])))
        == "node 'input': values: 8388608, limit is 4194304: use a smaller input")
    let loop = NIRFile.file(
      NIRFile.graph(
        [
          ("in", NIRFile.node("Input", [("shape", NIRFile.integers(2))])), ("out", NIRFile.node("Output")),
          ("w", NIRFile.node("Linear", [("weight", NIRFile.numbers([2, 2], [1, 0, 0, 1]))])),
        ], [("in", "w"), ("w", "w"), ("w", "out")]))
    #expect(
      message(loop)
        == "node 'w' (Linear): depends on itself without a neuron between: write the graph again with neurons in every circle"
    )
    #expect(
      message(HDF5Writer.bytes(of: HDF5Group()))
        == "an HDF5 file without a NIR graph: give a file that nir.write made; of others, export the network to NIR")
  }

  @Test("reads the public files", .enabled(if: ImportFiles.hasShared("nir")))
  func publicFiles() throws {
    func file(_ name: String) throws -> [UInt8] {
      Array(try Data(contentsOf: ImportFiles.shared.appending(path: "nir/\(name).nir")))
    }
    let network = try imported(file("cnn_sinabs")).network
    #expect(
      network.populations.map(\.shape) == [[16, 16, 16], [16, 16, 16], [8, 8, 8], [256], [10]])
    #expect(network.projections.map(\.kind) == [.convolution, .convolution, .convolution, .dense, .dense])
    for name in ["lif_norse", "lif_rockpool", "two_lif_neurons"] { _ = try imported(file(name)) }
  }
}

@Suite("NIR export")
struct NIRExportTests {
  private func exported(_ network: Network, dt: Double = 1e-4) throws -> NIRNetwork {
    let result = try NIRExporter.file(of: network.checked(), dt: dt)
    var settings = NIRSettings()
    settings[.timeStep] = dt
    return try NIRImporter.network(of: NIRGraph(result.bytes), name: network.name, settings)
  }

  /// Values of a network's tensors and lists, in the order of their places.
  private func numbers(_ network: Network) throws -> [[Double]] {
    let checked = try network.checked()
    return try checked.projections.map {
      try FoldedWeights($0, source: checked.source(of: $0)).values.map { Double(Float($0)) }
    }
  }

  private func same(_ a: Network, _ b: Network, _ name: String) throws {
    #expect(a.populations.map(\.shape) == b.populations.map(\.shape), "\(name)")
    #expect(try a.checked().projections.map(\.kind) == b.checked().projections.map(\.kind), "\(name)")
    #expect(try numbers(a) == numbers(b), "\(name)")
    for (one, other) in zip(a.populations, b.populations) {
      #expect(one.neuron.model == other.neuron.model && one.neuron.parameters == other.neuron.parameters, "\(name)")
      #expect(
        one.neuron.threshold == other.neuron.threshold && one.neuron.resetValue == other.neuron.resetValue, "\(name)")
    }
    #expect(a.output == b.output && a.schedule == b.schedule, "\(name)")
  }

  @Test("what was read is written and read again the same: every node type")
  func again() throws {
    let affine = NIRFile.node(
      "Affine", [("weight", NIRFile.numbers([2, 3], [1, 2, 3, 4, 5, 6])), ("bias", NIRFile.numbers([2], [0.5, 0]))])
    func neuron(_ type: String, _ values: [(String, Double)]) -> HDF5Object {
      NIRFile.node(type, values.map { ($0, NIRFile.numbers([2], [$1, $1])) })
    }
    let ends = [
      NIRFile.lif(2, leak: 0.25), neuron("IF", [("r", 1), ("v_threshold", 2)]),
      neuron("CubaLI", [("tau_syn", 1e-3), ("tau_mem", 2e-3), ("r", 1), ("v_leak", 0), ("w_in", 1)]),
      neuron("LI", [("tau", 1e-3), ("r", 1), ("v_leak", 0)]), neuron("I", [("r", 1)]),
      neuron("LIF", [("tau", 1e-3), ("r", 1), ("v_leak", 0), ("v_threshold", 1), ("v_reset", 0.5)]),
    ]
    for (index, end) in ends.enumerated() {
      let linear = NIRFile.node("Linear", [("weight", NIRFile.numbers([2, 3], [1, 2, 3, 4, 5, 6]))])
      let isCurrent = index == 2
      let first = try NIRImporter.network(
        of: NIRGraph(NIRFile.chain(input: [3], isCurrent ? linear : affine, end)), name: "n"
      ).network
      try same(first, exported(first).network, "node \(index)")
    }
  }

  @Test("public files are written and read again the same", .enabled(if: ImportFiles.hasShared("nir")))
  func publicFiles() throws {
    for name in ["cnn_sinabs", "lif_norse", "lif_rockpool", "two_lif_neurons", "braille_noDelay_noBias_subtract"] {
      let bytes = Array(try Data(contentsOf: ImportFiles.shared.appending(path: "nir/\(name).nir")))
      let first = try NIRImporter.network(of: NIRGraph(bytes), name: name).network
      try same(first, exported(first).network, name)
    }
  }

  @Test("what NIR cannot say is refused by name")
  func refusals() throws {
    var network = Network("n", inputShape: [2])
    network.addPopulation("a", shape: [2], neuron: .integrateFire(threshold: 1, initial: 0.5))
    try network.connect("input", to: "a", weights: [[1, 0], [0, 1]])
    let error = #expect(throws: NIRExportError.self) { try NIRExporter.file(of: network.checked(), dt: 1) }
    #expect(
      error?.description
        == "population 'a' has initial potentials, which NIR has not; convert with initial potentials of 0")
  }
}
