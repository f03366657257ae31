import ChipModel
import Compiler
import Testing

@testable import Runtime

@Suite("Every built-in chip")
struct EveryChipTests {
  /// A chain of layers with integer weights.
  struct Chain {
    var network: Network
    private var random = SeededGenerator(seed: 11)
    private var last: String?

    init(_ input: [Int], range: InputRange? = nil) {
      network = Network(
        name: "chain", input: NetworkInput(shape: input, range: range), populations: [], projections: [],
        output: NetworkOutput(population: ""))
    }

    /// - Parameter limit: weights are -limit...limit.
    mutating func add(
      _ name: String, _ to: [Int], _ kind: Projection.Kind, _ weightShape: [Int], limit: Int,
      threshold: Double? = 3, pool: NetworkPool? = nil, padding: Int = 0
    ) throws {
      let neuron =
        threshold.map { NetworkNeuron(model: .integrateFire, threshold: .uniform($0)) } ?? NetworkNeuron(model: .accumulator)
      network.populations.append(NetworkPopulation(name: name, shape: to, neuron: neuron))
      let count = weightShape.reduce(1, *)
      let values = (0..<count).map { _ in Int8(Int(random.next() % UInt64(2 * limit + 1)) - limit) }
      let tensor = try #require(Tensor(shape: weightShape, storage: .int8(values)))
      network.projections.append(
        NetworkProjection(
          name: "to-\(name)", from: last, to: name, kind: kind, weights: .inline(tensor), pool: pool,
          padding: [Int](repeating: padding, count: 4)))
      last = name
      network.output = NetworkOutput(population: name, readout: threshold == nil ? .potential : .spikes)
    }
  }

  /// What fits the chip of a name: each has rules of its own.
  static func network(_ chip: String) throws -> Network {
    switch chip {
    case "truenorth":
      // Ternary weights, spikes as the answer, each neuron into one core.
      var chain = Chain([16])
      try chain.add("a", [96], .dense, [96, 16], limit: 1, threshold: 1)
      try chain.add("b", [256], .dense, [256, 96], limit: 1, threshold: 1)
      try chain.add("c", [10], .dense, [10, 256], limit: 1, threshold: 1)
      // An axon has one type for all neurons: every third one inhibits.
      for (index, shape) in [(0, [96, 16]), (1, [256, 96]), (2, [10, 256])] {
        let values = (0..<(shape[0] * shape[1])).map { place -> Int8 in
          let (neuron, source) = (place / shape[1], place % shape[1])
          return (neuron * 7 + source * 5) % 3 == 0 ? 0 : source % (index == 0 ? 5 : 3) == 0 ? -1 : 1
        }
        chain.network.projections[index].weights = .inline(
          try #require(Tensor(shape: shape, storage: .int8(values))))
      }
      return chain.network
    case "dynapcnn":
      // One layer a core, sum pooling, one threshold a layer.
      var chain = Chain([2, 16, 16], range: InputRange(low: 0, high: 1))
      try chain.add("a", [6, 16, 16], .convolution, [6, 2, 3, 3], limit: 5, padding: 1)
      try chain.add(
        "b", [8, 8, 8], .convolution, [8, 6, 3, 3], limit: 5, threshold: 20,
        pool: NetworkPool(kind: .average, kernel: [2, 2], stride: [2, 2]), padding: 1)
      try chain.add("c", [10], .dense, [10, 512], limit: 5, threshold: nil)
      return chain.network
    case "odin":
      // 256 neurons in all, 4-bit weights, sums of 8 bits, resets to 0: inputs from 0 to 1.
      var chain = Chain([8], range: InputRange(low: 0, high: 1))
      try chain.add("a", [230], .dense, [230, 8], limit: 7)
      try chain.add("b", [16], .dense, [16, 230], limit: 0)
      try chain.add("c", [10], .dense, [10, 16], limit: 7)
      // Sixteen synapses of at most 7 into a neuron stay below 128.
      var weights = [Int8](repeating: 0, count: 16 * 230)
      for neuron in 0..<16 { for source in 0..<16 { weights[neuron * 230 + neuron * 14 + source % 14] = Int8(source % 8) } }
      chain.network.projections[1].weights = .inline(
        try #require(Tensor(shape: [16, 230], storage: .int8(weights))))
      for index in chain.network.populations.indices { chain.network.populations[index].neuron[.reset] = .hard }
      return chain.network
    default:
      // Maps, pools, a shortcut: what general chips run.
      var random = RandomNetworks(seed: 4)
      return try random.network().network
    }
  }

  @Test("runs a network that fits it, the same on both engines", arguments: ChipLibrary.names)
  func runs(chip: String) throws {
    let network = try Self.network(chip)
    let result = try CompiledProgram.compile(network.checked(), chip: ChipLibrary.builtIn(chip))
    let program = result.program
    var random = RandomNetworks(seed: 2)
    let inputs = program.input.shape.count
    let data = try #require(
      Dataset(
        shape: program.input.dimensions,
        values: .float64((0..<(6 * inputs)).map { _ in Double(random.int(0...8)) / 8 })))
    func document(_ engine: Run.Engine) throws -> String {
      let record = try Run(steps: 20, samples: 6, engine: engine, keepsOutputs: true)(program, data: data)
      var result = try RunResult(program: program, record: record)
      result.program.engine = ""
      #expect(try #require(result.totals.spikes) > 0 && #require(result.totals.synapticOperations) > 0)
      #expect(record.outputs.contains { $0.contains { $0 != 0 } })
      return try JSONWriter.text(of: result.document) + "\(record.outputs)"
    }
    #expect(try document(.fast) == document(.interpreter))
    for capacity in result.report.capacity {
      if let limit = capacity.limit { #expect(capacity.used <= limit, "\(capacity.resource)") }
    }
    #expect(try CompiledProgram(decoding: program.encoded()) == program)
  }

  @Test("a sample outside the network's input range ends the run with its place")
  func range() throws {
    let program = try CompiledProgram.compile(
      try Self.network("odin").checked(), chip: ChipLibrary.builtIn("odin")
    ).program
    var values = [Double](repeating: 1, count: 24)
    values[9] = 1.5
    let data = try #require(Dataset(shape: [8], values: .float64(values)))
    #expect(
      throws: DatasetError.outsideRange(sample: 1, element: 1, 1.5, InputRange(low: 0, high: 1))
    ) { try Run(steps: 4, samples: 3)(program, data: data) }
    #expect(throws: Never.self) { try Run(steps: 4, samples: 1)(program, data: data) }
  }
}
