@testable import ChipModel

/// Random programs without cores that reach every path of the engine: kinds of projection, widths, pools, neuron models.
struct RandomProgram {
  var program: CompiledProgram
  var steps: Int
  var samples: [[Int32]]

  init(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    func chance(_ n: Int) -> Bool { integer(1...n) == 1 }
    let channelChoices = [1, 3, 12, 16, 17, 32, 33, 64, 70, 96, 130, 300]
    let weightBits = chance(4) ? 16 : 8
    let membraneBits = chance(3) ? integer(10...16) : 32
    let fractionBits = chance(3) ? integer(1...(chance(4) ? 15 : 3)) : 0
    let input = MapShape(channels: integer(1...4), height: integer(3...9), width: integer(3...9))
    let period = chance(4) ? integer(2...(chance(4) ? 16 : 5)) : 1
    let lag = chance(4) ? integer(1...4) : 0
    let isBistable = period > 1 && chance(2)
    var populations = [Population.input([input.channels, input.height, input.width])]
    var projections: [Projection] = []
    var weights: [WeightTensor] = []
    let depth = integer(2...4)
    let scale = chance(8) ? 14 : weightBits - 1

    func reset(_ oneIn: Int) -> ParameterValues { .with(.reset, chance(oneIn) ? .hard : .soft) }
    func model(isLast: Bool) -> NeuronModel {
      if isLast && chance(2) { return NeuronModel(kind: .accumulator, period: period) }
      if isBistable { return NeuronModel(kind: .bistable, period: period) }
      if period > 1 { return NeuronModel(kind: .phase, parameters: reset(4), period: period) }
      switch integer(0...6) {
      case 6: return NeuronModel(kind: .signed)
      case 0: return NeuronModel(kind: .leaky, parameters: reset(2).with(.leakShift, integer(1...31)))
      case 1, 2:
        return NeuronModel(
          kind: .augmented, parameters: .with(.maximumPayload, chance(2) ? integer(1...9) : nil),
          hasNegativeThreshold: chance(2))
      default: return NeuronModel(kind: .integrateFire, parameters: reset(4).with(.strict, chance(4)))
      }
    }
    func addWeights(_ shape: [Int]) throws -> Int {
      let top = 1 << min(weightBits - 1, scale)
      let values = (0..<shape.reduce(1, *)).map { _ in
        Int32(integer(0...4) == 0 ? [-top, top - 1, 0][integer(0...2)] : integer(-top...(top - 1)))
      }
      weights.append(try WeightTensor(shape: shape, values: values).orThrow())
      return weights.count - 1
    }
    func pool(_ shape: MapShape, allowsMax: Bool) -> PoolGeometry? {
      guard chance(2) else { return nil }
      let kernel = integer(2...3)
      let stride = chance(3) ? 1 : kernel
      let geometry = PoolGeometry(
        kind: allowsMax && chance(3) ? .max : .average, kernelY: kernel, kernelX: kernel, strideY: stride,
        strideX: stride)
      return geometry.output(of: shape) == nil ? nil : geometry
    }
    /// Adds a projection from `source`; nil target shape: chosen here.
    func project(from source: Int, to target: Int, target wanted: MapShape?) throws -> MapShape? {
      let from = populations[source].shape
      var projection = Projection(name: "p\(projections.count)", source: source, target: target, kind: .dense, weights: 0)
      projection.pool = pool(from, allowsMax: true)
      let pooled = projection.pool?.output(of: from) ?? from
      projection.delay = integer(1...3)
      projection.gatePeriod = populations[source].model.period
      projection.gateRestarts = populations[source].model.kind == .bistable
      projection.gate = period == 1 && chance(2) ? .count : .winner
      var shape = wanted
      switch integer(0...4) {
      case 0 where wanted == nil || wanted == pooled:
        projection.kind = .identity
        shape = pooled
        projection.weights = try addWeights([pooled.channels, integer(1...2)])
      case 1 where wanted == nil && pooled.channels % 2 == 0:
        projection.kind = .convolution
        projection.convolution = ConvolutionGeometry(kernelY: 2, kernelX: 3, top: 1, left: 1, bottom: 1, right: 1, groups: 2)
        shape = projection.convolution.output(of: pooled, channels: [2, 6, 34][integer(0...2)])
        guard let shape else { return nil }
        projection.weights = try addWeights([shape.channels, pooled.channels / 2, 2, 3])
      case 2, 3:
        if wanted != nil { fallthrough }
        projection.kind = .convolution
        let kernel = integer(1...min(5, pooled.height + 2, pooled.width + 2))
        projection.convolution = ConvolutionGeometry(
          kernelY: kernel, kernelX: kernel, strideY: integer(1...2), strideX: integer(1...2), top: 1, left: 1, bottom: 1,
          right: 1, dilationX: chance(5) && pooled.width + 2 > (kernel - 1) * 2 ? 2 : 1)
        shape = projection.convolution.output(of: pooled, channels: channelChoices[integer(0...11)])
        guard let shape else { return nil }
        projection.weights = try addWeights([shape.channels, pooled.channels, kernel, kernel])
      default:
        let channels = channelChoices[integer(0...11)]
        let made =
          wanted ?? (chance(3) ? MapShape(channels: integer(1...40), height: 2, width: 2) : MapShape(channels: channels))
        shape = made
        projection.kind = .dense
        projection.weights = try addWeights([made.count, pooled.count])
      }
      guard let shape else { return nil }
      if chance(4) { projection.shifts = chance(2) ? [UInt8(integer(0...4))] : (0..<shape.channels).map { _ in UInt8(integer(0...4)) } }
      projections.append(projection)
      return shape
    }

    for index in 0..<depth {
      let population = populations.count
      // The population's shape follows from its first projection.
      guard let shape = try project(from: population - 1, to: population, target: nil) else { throw Refused() }
      if index > 1 && chance(2) { _ = try project(from: integer(1...(index - 1)), to: population, target: shape) }
      if index > 0 && chance(6) { _ = try project(from: 0, to: population, target: shape) }
      let kind = model(isLast: index == depth - 1)
      let reach = index == 0 ? 40_000 : 1 << min(scale + 3, membraneBits - 2)
      func values(_ range: ClosedRange<Int>) -> UnitValues {
        let count = [1, shape.channels, shape.count][integer(0...2)]
        return UnitValues(
          (0..<count).map { _ in Int32(integer(max(range.lowerBound, -(1 << (membraneBits - 1)))...min(range.upperBound, (1 << (membraneBits - 1)) - 1))) })
      }
      var threshold = values(1...max(2, reach))
      if chance(5) { threshold.values[0] = NeuronModel.infinite }
      let tables = chance(4) ? (0..<integer(1...20)).map { _ in
        UnitValues((0..<(chance(2) ? 1 : shape.channels)).map { _ in Int32(integer(-reach / 4...reach / 4)) })
      } : []
      populations.append(
        Population(
          name: "q\(index)", dimensions: [shape.channels, shape.height, shape.width], model: kind, threshold: threshold,
          negativeThreshold: values(-reach...(-1)),
          bias: chance(2) || !tables.isEmpty ? UnitValues(uniform: 0) : values(-reach / 4...reach / 4),
          biasByStep: tables,
          initial: chance(2) ? UnitValues(uniform: 0) : values(-reach...reach), start: index,
          lag: kind.takesLag && kind.fires ? lag : 0, gatedPeriods: isBistable ? index : 0, unit: [1]))
    }
    program = CompiledProgram(
      network: ProgramNetwork(name: "random"),
      chip: try ChipLibrary.builtIn("ideal"), schedule: .windowed, lag: lag, fractionBits: fractionBits, weightBits: weightBits,
      membraneBits: membraneBits, populations: populations, projections: projections, weights: weights,
      output: ProgramOutput(population: depth, readout: populations[depth].model.kind == .accumulator || lag > 0 ? .potential : .spikes))
    let neurons = populations.reduce(0) { $0 + $1.shape.count }
    steps = neurons < 500 && chance(3) ? integer(100...300) : integer(1...14)
    samples = (0..<2).map { _ in
      (0..<input.count).map { _ in Int32(integer(0...2) == 0 ? 0 : integer(-2000...8000) << (chance(50) ? 8 : 0)) }
    }
  }

  /// The dice gave a shape that cannot be.
  struct Refused: Error {}
}

extension Optional {
  fileprivate func orThrow() throws -> Wrapped {
    guard let self else { throw RandomProgram.Refused() }
    return self
  }
}
