import ChipModel

/// Networks of known sizes and random weights for benchmarks: a bias drives every neuron to the activity asked for, so
/// that each layer has it whatever its weights are.
struct BenchNetwork {
  private var populations = [Population.input([1])]
  private var projections: [Projection] = []
  private var weights: [WeightTensor] = []
  private var random: SeededGenerator
  private let activity: Double
  private let name: String
  private static let threshold = Int32(1) << 20

  /// - Parameter activity: spikes per neuron and step, 0...1; 0 makes a silent network.
  init(_ name: String, activity: Double, seed: UInt64 = 1) {
    self.name = name
    self.activity = activity
    random = SeededGenerator(seed: seed)
  }

  private mutating func weights(_ shape: [Int]) -> Int {
    // A trained layer's mean magnitude is about a sixth of the largest.
    let values = (0..<shape.reduce(1, *)).map { _ in Int8(truncatingIfNeeded: Int(random.next() % 81) - 40) }
    guard let tensor = WeightTensor(shape: shape, storage: .int8(values)) else { return 0 }
    weights.append(tensor)
    return weights.count - 1
  }

  private mutating func add(_ shape: MapShape, isOutput: Bool = false) {
    let bound = BenchNetwork.threshold
    let initial = (0..<shape.count).map { _ in Int32(random.next() % UInt64(bound)) }
    populations.append(
      Population(
        name: "layer\(populations.count - 1)", dimensions: [shape.channels, shape.height, shape.width],
        model: NeuronModel(kind: isOutput ? .accumulator : .integrateFire), threshold: UnitValues(uniform: bound),
        negativeThreshold: UnitValues(uniform: -1),
        bias: UnitValues(uniform: isOutput ? 0 : Int32(activity * Double(bound))),
        // A silent network's neurons start at 0, so that none fires.
        initial: isOutput || activity == 0 ? UnitValues(uniform: 0) : UnitValues(initial), start: populations.count - 1,
        unit: [1]))
  }

  /// A first layer of neurons that a bias drives.
  mutating func source(_ shape: MapShape) { add(shape) }

  /// A 2D convolution from the last layer, after an average pool of `pool` x `pool`.
  mutating func convolution(_ channels: Int, kernel: Int = 3, padding: Int = 1, pool: Int = 1) {
    guard let last = populations.last?.shape else { return }
    let geometry = ConvolutionGeometry(
      kernelY: kernel, kernelX: kernel, top: padding, left: padding, bottom: padding, right: padding)
    let pooling = BenchNetwork.pool(pool)
    let from = pooling?.output(of: last) ?? last
    guard let shape = geometry.output(of: from, channels: channels) else { return }
    let index = weights([channels, from.channels, kernel, kernel])
    projections.append(
      Projection(
        name: "conv\(projections.count)", source: populations.count - 1, target: populations.count, kind: .convolution,
        weights: index, pool: pooling, convolution: geometry))
    add(shape)
  }

  /// A dense layer from the last one.
  mutating func dense(_ count: Int, pool: Int = 1, isOutput: Bool = false) {
    guard let last = populations.last?.shape else { return }
    let pooling = BenchNetwork.pool(pool)
    let from = pooling?.output(of: last) ?? last
    let index = weights([count, from.count])
    projections.append(
      Projection(
        name: "dense\(projections.count)", source: populations.count - 1, target: populations.count, kind: .dense,
        weights: index, pool: pooling))
    add(MapShape(channels: count), isOutput: isOutput)
  }

  private static func pool(_ size: Int) -> PoolGeometry? {
    size == 1 ? nil : PoolGeometry(kind: .average, kernelY: size, kernelX: size, strideY: size, strideX: size)
  }

  /// The program, without cores.
  func program() throws(ChipError) -> CompiledProgram {
    CompiledProgram(
      network: ProgramNetwork(name: name), chip: try ChipLibrary.builtIn("ideal"),
      schedule: .windowed, fractionBits: 0, weightBits: 8, membraneBits: 32, populations: populations,
      projections: projections, weights: weights,
      output: ProgramOutput(population: populations.count - 1, readout: .potential))
  }

  /// The shape of `mnist-cnn`: 12c5, pool 2, 64c5, pool 2, 10.
  static func mnist(activity: Double) -> BenchNetwork {
    var network = BenchNetwork("mnist-shape", activity: activity)
    network.source(MapShape(channels: 12, height: 24, width: 24))
    network.convolution(64, kernel: 5, padding: 0, pool: 2)
    network.dense(10, pool: 2, isOutput: true)
    return network
  }

  /// VGG-16 for 32 x 32 images: thirteen convolutions, average pools, three dense layers.
  static func vgg16(activity: Double) -> BenchNetwork {
    var network = BenchNetwork("vgg16", activity: activity)
    network.source(MapShape(channels: 64, height: 32, width: 32))
    network.convolution(64)
    for (channels, count) in [(128, 2), (256, 3), (512, 3), (512, 3)] {
      for index in 0..<count { network.convolution(channels, pool: index == 0 ? 2 : 1) }
    }
    network.dense(512, pool: 2)
    network.dense(512)
    network.dense(10, isOutput: true)
    return network
  }

  /// Layers of 128 channels, 32 x 32, by 3x3 convolution: with 8 of them 1.18 million neurons and 1.1 billion synapses.
  static func million(activity: Double, layers: Int = 8) -> BenchNetwork {
    var network = BenchNetwork(layers == 8 ? "million" : "million/\(8 / max(1, layers))", activity: activity)
    network.source(MapShape(channels: 128, height: 32, width: 32))
    for _ in 0..<layers { network.convolution(128) }
    network.dense(10, pool: 8, isOutput: true)
    return network
  }
}
