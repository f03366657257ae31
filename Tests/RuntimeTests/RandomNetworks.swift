import ChipModel
import Compiler

/// Seeded random networks with integer weights, and data for them.
struct RandomNetworks {
  private(set) var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func int(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(random.next() % UInt64(range.count))
  }

  mutating func weights(_ shape: [Int], _ limit: Int = 7) -> Weights? {
    let count = shape.reduce(1, *)
    let values = (0..<count).map { _ in Int8(int(-limit...limit)) }
    return Tensor(shape: shape, storage: .int8(values)).map { .inline($0) }
  }

  /// Two or three maps, a dense layer, at times a shortcut, a pool; soft-reset `if` units, an accumulator at the end.
  /// - Parameter maximumPools: whether pools may be max pools.
  mutating func network(maximumPools: Bool = false, delaysAllowed: Bool = true) throws -> CheckedNetwork {
    let side = int(4...6)
    let channels = int(1...2)
    var network = Network(
      name: "random", input: NetworkInput(shape: [channels, side, side]), populations: [], projections: [],
      output: NetworkOutput(population: "out"))
    let width = int(2...4)
    func population(_ name: String, _ shape: [Int], _ threshold: Int, _ bias: Int) -> NetworkPopulation {
      NetworkPopulation(
        name: name, shape: shape, neuron: NetworkNeuron(model: .integrateFire, threshold: .uniform(Double(threshold))),
        bias: bias == 0 ? nil : .uniform(Double(bias)))
    }
    network.populations.append(population("a", [width, side, side], int(4...20), int(-1...2)))
    network.projections.append(
      NetworkProjection(
        name: "in", from: nil, to: "a", kind: .convolution, weights: weights([width, channels, 3, 3]),
        padding: [1, 1, 1, 1]))
    network.populations.append(population("b", [width, side, side], int(4...20), int(-1...1)))
    network.projections.append(
      NetworkProjection(
        name: "ab", from: "a", to: "b", kind: .convolution, weights: weights([width, width, 3, 3]), padding: [1, 1, 1, 1]))
    if int(0...1) == 1 {
      network.populations.append(population("c", [width, side, side], int(4...20), 0))
      network.projections.append(
        NetworkProjection(
          name: "bc", from: "b", to: "c", kind: .convolution, weights: weights([width, width, 3, 3]), padding: [1, 1, 1, 1]))
      if delaysAllowed {
        network.projections.append(
          NetworkProjection(name: "ac", from: "a", to: "c", kind: .identity, weights: weights([width])))
      }
    }
    let last = network.populations[network.populations.count - 1].name
    let pool =
      side % 2 == 0 && int(0...1) == 1
      ? NetworkPool(kind: maximumPools && int(0...1) == 1 ? .max : .average, kernel: [2, 2], stride: [2, 2]) : nil
    let pixels = pool == nil ? side * side : side * side / 4
    network.populations.append(population("d", [int(5...12)], int(6...30), int(0...1)))
    let d = network.populations[network.populations.count - 1].shape[0]
    network.projections.append(
      NetworkProjection(
        name: "cd", from: last, to: "d", kind: .dense, weights: weights([d, width * pixels]), pool: pool))
    network.populations.append(
      NetworkPopulation(name: "out", shape: [4], neuron: NetworkNeuron(model: .accumulator)))
    network.projections.append(
      NetworkProjection(name: "do", from: "d", to: "out", kind: .dense, weights: weights([4, d])))
    return try network.checked()
  }

  mutating func input(_ program: CompiledProgram) -> [Double] {
    (0..<program.input.shape.count).map { _ in Double(int(0...8)) / 8 }
  }

  /// A chip like `base` with small cores, so that small networks spread over tiles.
  mutating func smallCores(_ base: String) throws -> ChipDescription {
    var chip = try ChipLibrary.builtIn(base)
    func set(_ number: ChipNumber, _ value: Int) {
      chip.numbers[number] = Sourced(value, source: "test", certainty: .assumed)
    }
    set(.neuronsPerCore, int(20...60))
    set(.coresPerTile, int(1...3))
    set(.coresPerChip, chip.coresPerTile * 32)
    set(.chips, 4)
    set(.width, 8)
    set(.height, 4)
    return chip
  }
}
