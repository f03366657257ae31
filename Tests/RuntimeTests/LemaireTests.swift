import Testing

@testable import ChipModel
@testable import Compiler
@testable import Runtime

@Suite("Lemaire's energy model")
struct LemaireTests {
  /// Two inputs that spike into three neurons, those into an accumulator of two; 4 steps.
  @Test("a network counted by hand")
  func byHand() throws {
    func dense(_ name: String, _ from: String?, _ to: String, _ rows: Int, _ columns: Int) throws -> NetworkProjection {
      let ones = try #require(Tensor(shape: [rows, columns], storage: .int8([Int8](repeating: 1, count: rows * columns))))
      return NetworkProjection(name: name, from: from, to: to, kind: .dense, weights: .inline(ones))
    }
    var network = Network(
      name: "n", input: NetworkInput(kind: .spikes, shape: [2]),
      populations: [
        NetworkPopulation(
          name: "a", shape: [3], neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(2)), bias: .list([0, 0, 1])),
        NetworkPopulation(name: "y", shape: [2], neuron: NetworkNeuron(model: .accumulator)),
      ],
      projections: [try dense("p", nil, "a", 3, 2), try dense("q", "a", "y", 2, 3)], output: NetworkOutput(population: "y"))
    network.input.coding = .events
    let program = try CompiledProgram.compile(network.checked(), chip: ChipLibrary.builtIn("ideal")).program
    // Inputs send 3 spikes of step 0, 1 and 2: neurons 0 and 1 of `a` get 3 in all and fire once, neuron 2 gets 3 + 4 and fires 3 times.
    let data = try #require(Dataset(shape: [4, 2], values: .float64([1, 0, 0, 1, 1, 0, 0, 0])))
    let run = try CountedRun(program, Run(steps: 4, samples: 1)(program, data: data))
    #expect(run.counts.populations.map(\.spikes) == [3, 5, 0])
    let account = run.account(by: LemaireEnergyModel())
    // 3 x 3 and 5 x 2 additions of spikes, 3 neurons x 4 steps of biases, 5 resets.
    #expect(account.items.map(\.count) == [9 + 10 + 12 + 5, 0, 9 + 10, 0, 3 + 5, 9 + 10 + 12, 2 * (9 + 12) + 2 * 10, 5])
    let queue = 10.0 * 4000 / 8192
    func small(_ words: Double) -> Double { 10.0 * 4 * words / 8192 }
    let memory = 3 * queue + (9 + 12) * small(6 + 3) + 42 * small(3) + 5 * queue + 5 * queue + 10 * small(6) + 20 * small(2)
    let expected = (36 * 0.1 + 19 * 0.1 + memory) * 1e-12
    #expect(abs(try #require(account.joulesPerInference) - expected) < 1e-9 * expected)
  }

  /// A convolution with biases of 2x4x4 values to 3x2x2, a matrix of those 12 to 5.
  @Test("an ANN counted by hand")
  func ann() throws {
    func small(_ words: Double) -> Double { 10.0 * 4 * words / 8192 }
    var bill = LemaireBill()
    bill.add(ANNLayer(inputs: 32, outputs: 12, weights: [3, 2, 3, 3], hasBias: true), samples: 2)
    bill.add(ANNLayer(inputs: 12, outputs: 5, weights: [5, 12]), samples: 2)
    // Products 12 x 18 and 60; the convolution reads a value for each, the matrix each value once.
    let (first, second) = (12 * 18, 60)
    #expect(bill.multiplyAccumulates == 2 * (first + second))
    #expect(bill.accumulates == 2 * 12)
    #expect(bill.addressing == 2 * (32 + 12 + 3 * 9 + 12 + 5))
    let memory = Double(first) * small(32) + 12 * small(12) + Double(first + 12) * small(54 + 3) + 12 * small(12)
      + Double(second) * small(60) + 5 * small(5)
    let expected = 2 * (Double(first + second) * 3.2 + 12 * 0.1 + 88 * 0.1 + memory)
    let joules = bill.items.reduce(0) { $0 + ($1.joules ?? 0) }
    #expect(abs(joules * 1e12 - expected) < 1e-9 * expected)
  }

  @Test("memories cost what their size says, linear between the published points")
  func memories() throws {
    for (words, joules) in [(0, 0), (2048, 10), (8192, 20), (262_144, 100), (1 << 30, 100), (5120, 15)] as [(Int, Double)] {
      #expect(abs(LemaireEnergyModel.access(words: words) * 1e12 - joules) < 1e-9, "\(words)")
    }
  }
}
