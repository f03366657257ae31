import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

/// What is decoded by its potentials has fewer bits below its weights' unit where its sums would leave the membrane.
@Suite("Room of a readout")
struct ReadoutRoomTests {
  private static let steps = 100

  /// Two layers of spikes, a relay on chips of short delays, and a readout that adds up all of them.
  private static func network() throws -> CheckedNetwork {
    var network = Network(
      name: "sum", input: NetworkInput(shape: [1, 8, 8], range: InputRange(low: 0, high: 1)), populations: [], projections: [],
      output: NetworkOutput(population: "out", readout: .potential))
    func weights(_ shape: [Int], _ low: Double) -> Weights? {
      let count = shape.reduce(1, *)
      return Tensor(shape: shape, storage: .float64((0..<count).map { Double(($0 * 7919) % 23) / 23 + low })).map { .inline($0) }
    }
    network.populations = [
      NetworkPopulation(
        name: "a", shape: [1, 8, 8], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(1)), bias: .uniform(0.01)),
      NetworkPopulation(name: "b", shape: [1, 8, 8], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(2))),
      NetworkPopulation(name: "out", shape: [4], neuron: NetworkNeuron(model: .accumulator), bias: .list([0.5, -0.5, 2, 0.1])),
    ]
    network.projections = [
      NetworkProjection(
        name: "first", from: nil, to: "a", kind: .convolution, weights: weights([1, 1, 3, 3], 0), padding: [1, 1, 1, 1]),
      NetworkProjection(name: "last", from: "a", to: "out", kind: .dense, weights: weights([4, 64], -0.1)),
      NetworkProjection(
        name: "second", from: "a", to: "b", kind: .convolution, weights: weights([1, 1, 3, 3], -0.2), padding: [1, 1, 1, 1]),
      NetworkProjection(name: "deep", from: "b", to: "out", kind: .dense, weights: weights([4, 64], -0.1)),
      NetworkProjection(name: "skip", from: nil, to: "out", kind: .dense, weights: weights([4, 64], -0.6)),
    ]
    network.provenance.append(ProvenanceEntry(key: "steps", value: .number(Double(steps))))
    return try network.checked()
  }

  private static func run(_ program: CompiledProgram) -> LayerRunner {
    var runner = LayerRunner(plan: EnginePlan(program), steps: steps)
    _ = runner.run((0..<64).map { Double(($0 * 31) % 17) / 17 })
    return runner
  }

  @Test("no potential saturates that the bits below the unit had room for, and no other population changes")
  func room() throws {
    let network = try Self.network()
    func chip(membrane: Int) -> ChipDescription {
      .test([.fractionBits: 6, .maximumWeightShift: 7, .membraneBits: membrane, .accumulatorBits: 40, .maximumDelay: 1])
    }
    let wide = try CompiledProgram.compile(network, chip: chip(membrane: 32)).program
    #expect(wide.fractionBits == 6)
    let narrow = try CompiledProgram.compile(network, chip: chip(membrane: 24)).program
    #expect((1..<6).contains(narrow.fractionBits) && narrow.populations.contains { $0.isRelay })
    let (a, b) = (Self.run(wide), Self.run(narrow))
    #expect(b.counters.saturations.allSatisfy { $0 == 0 })
    for population in [1, 2, 4] {
      #expect(a.counters.spikes[population] == b.counters.spikes[population] && a.counters.spikes[population].reduce(0, +) > 500)
      for neuron in 0..<64 {
        #expect(a.potential(population: population, index: neuron) == b.potential(population: population, index: neuron))
      }
    }
    for neuron in 0..<4 {
      let exact = Double(a.potential(population: 3, index: neuron)) / 64
      let found = Double(b.potential(population: 3, index: neuron)) / Double(1 << narrow.fractionBits)
      #expect(abs(exact - found) <= Double(Self.steps), "\(exact) \(found)")
    }
    // Rounding is told in steps of the weights, which are the same ones.
    let rounding = [wide, narrow].map { CompileReport($0).populations.map(\.relativeError) }
    #expect(rounding[0] == rounding[1] && rounding[0].allSatisfy { $0 <= 0.5 + 1e-9 } && rounding[0].contains { $0 > 0.4 })
    // As asked for, it saturates.
    let asked = try CompiledProgram.compile(network, chip: chip(membrane: 24), options: CompileOptions(fractionBits: 6)).program
    #expect(asked.fractionBits == 6 && Self.run(asked).counters.saturations.contains { $0 > 0 })
  }
}
