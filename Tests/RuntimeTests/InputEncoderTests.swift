import Testing

@testable import ChipModel
@testable import Runtime

@Suite("Input encoding")
struct InputEncoderTests {
  @Test("values are quantised to 12 fraction bits, half to even, saturated to 24 bits")
  func quantise() {
    #expect([0, 1, -1, 0.5, 0.1].map { InputEncoder.quantise($0) } == [0, 4096, -4096, 2048, 410])
    #expect([0.5, 1.5, 2.5, -0.5, -1.5].map { InputEncoder.quantise($0 / 4096) } == [0, 2, 2, 0, -2])
    #expect(InputEncoder.quantise(2047.9999) == 8_388_607)
    #expect(InputEncoder.quantise(1e300) == 8_388_607)
    #expect(InputEncoder.quantise(-2048) == -8_388_608)
    #expect(InputEncoder.quantise(-.infinity) == -8_388_608)
    #expect(InputEncoder.quantise(.infinity) == 8_388_607)
    #expect(InputEncoder.quantise(.nan) == 0)
    // The largest value below the limit rounds to the limit, not beyond it.
    #expect(InputEncoder.quantise((8_388_607.5).nextDown / 4096) == 8_388_607)
  }

  /// One convolution over an average- or max-pooled input, by the formula.
  private func direct(
    _ x: [Int32], _ shape: MapShape, _ p: Projection, _ weights: WeightTensor, target: MapShape, fractionBits: Int
  ) -> [Int64] {
    let pool = p.pool ?? PoolGeometry(kind: .average, kernelY: 1, kernelX: 1, strideY: 1, strideX: 1)
    let g = p.convolution
    let height = (shape.height + pool.top + pool.bottom - pool.kernelY) / pool.strideY + 1
    let width = (shape.width + pool.left + pool.right - pool.kernelX) / pool.strideX + 1
    func pooled(_ c: Int, _ y: Int, _ z: Int) -> Int64 {
      guard y >= 0, y < height, z >= 0, z < width else { return 0 }
      var values: [Int64] = []
      for ky in 0..<pool.kernelY {
        for kx in 0..<pool.kernelX {
          let (row, column) = (y * pool.strideY + ky - pool.top, z * pool.strideX + kx - pool.left)
          if row >= 0, row < shape.height, column >= 0, column < shape.width {
            values.append(Int64(x[(c * shape.height + row) * shape.width + column]))
          }
        }
      }
      return pool.kind == .max ? values.max() ?? 0 : values.reduce(0, +)
    }
    var result: [Int64] = []
    let sources = shape.channels / g.groups
    let targets = target.channels / g.groups
    for o in 0..<target.channels {
      for y in 0..<target.height {
        for z in 0..<target.width {
          var sum: Int64 = 0
          for i in 0..<sources {
            for ky in 0..<g.kernelY {
              for kx in 0..<g.kernelX {
                let value = pooled(
                  o / targets * sources + i, y * g.strideY + ky * g.dilationY - g.top,
                  z * g.strideX + kx * g.dilationX - g.left)
                let weight = Int64(weights[((o * sources + i) * g.kernelY + ky) * g.kernelX + kx])
                sum += value * (weight << Int64(p.shift(channel: o)))
              }
            }
          }
          // sum * 2^f / 2^12, half to even.
          let scaled = sum << Int64(fractionBits)
          let floor = scaled >> 12
          let rest = scaled - floor << 12
          result.append(rest > 2048 || (rest == 2048 && floor & 1 == 1) ? floor + 1 : floor)
        }
      }
    }
    return result
  }

  @Test("currents equal the formula, and the engine's currents equal both")
  func currents() throws {
    for seed in 0..<UInt64(200) {
      var random = SeededGenerator(seed: seed)
      func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
      let groups = integer(1...2)
      let input = MapShape(channels: groups * integer(1...2), height: integer(2...5), width: integer(2...5))
      var pool: PoolGeometry?
      if seed % 3 != 0 {
        pool = PoolGeometry(
          kind: seed % 3 == 1 ? .average : .max, kernelY: 2, kernelX: integer(1...2), strideY: integer(1...2),
          strideX: 1, top: integer(0...1))
      }
      let pooled = pool?.output(of: input) ?? input
      let geometry = ConvolutionGeometry(
        kernelY: integer(1...2), kernelX: integer(1...3), strideY: integer(1...2), strideX: 1, top: 1, left: 2,
        right: integer(0...2), dilationX: integer(1...2), groups: groups)
      let channels = groups * integer(1...3)
      guard let target = geometry.output(of: pooled, channels: channels) else { continue }
      let shape = [channels, input.channels / groups, geometry.kernelY, geometry.kernelX]
      let most: Int32 = seed % 2 == 0 ? 100 : 30000
      let weights = try #require(
        WeightTensor(
          shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Int32.random(in: -most...most, using: &random) }))
      let projection = Projection(
        name: "p", source: 0, target: 1, kind: .convolution, weights: 0,
        shifts: seed % 5 == 0 ? (0..<channels).map { UInt8($0 % 4) } : [0], pool: pool, convolution: geometry)
      let program = CompiledProgram(
        network: ProgramNetwork(name: "n"),
        chip: ChipDescription(name: "c"), schedule: .windowed, fractionBits: integer(0...4), weightBits: 16,
        membraneBits: 32,
        populations: [
          .input([input.channels, input.height, input.width]),
          Population(
            name: "p", dimensions: [target.channels, target.height, target.width],
            model: NeuronModel(kind: .accumulator), threshold: UnitValues(uniform: NeuronModel.infinite),
            negativeThreshold: UnitValues(uniform: -1), bias: UnitValues(uniform: 0), initial: UnitValues(uniform: 0),
            start: 0, unit: [1]),
        ], projections: [projection], weights: [weights], output: ProgramOutput(population: 1, readout: .potential))
      // Small values, so that one step stays within the membrane; sometimes large ones for the formula alone.
      let top: Int32 = seed % 7 == 0 ? 8_388_607 : 5000
      let x = (0..<input.count).map { _ in
        integer(0...3) == 0 ? 0 : Int32.random(in: (-top - 1)...top, using: &random)
      }
      let expected = direct(
        x, input, projection, weights, target: target, fractionBits: program.fractionBits)
      #expect(ChipInterpreter.currents(of: 1, in: program, quantised: x) == expected, "seed \(seed)")
      var runner = LayerRunner(plan: EnginePlan(program), steps: 1)
      let outcome = runner.run(quantised: x)
      let clipped = expected.map { max(Int64(Int32.min), min(Int64(Int32.max), $0)) }
      #expect(outcome.outputs.map { Int64($0) } == clipped, "seed \(seed)")
      #expect(runner.counters.saturations[1] == zip(expected, clipped).count { $0 != $1 }, "seed \(seed)")
    }
  }

  @Test("multiply-accumulates count the products with neither factor zero")
  func inputMACs() throws {
    let weights = try #require(WeightTensor(shape: [2, 3], values: [1, 0, 2, 0, 0, 3]))
    let program = CompiledProgram(
      network: ProgramNetwork(name: "n"), chip: ChipDescription(name: "c"), schedule: .windowed,
      fractionBits: 0, weightBits: 8, membraneBits: 32,
      populations: [
        .input([3]),
        Population(
          name: "p", dimensions: [2], model: NeuronModel(kind: .accumulator),
          threshold: UnitValues(uniform: NeuronModel.infinite), negativeThreshold: UnitValues(uniform: -1),
          bias: UnitValues(uniform: 0), initial: UnitValues(uniform: 0), start: 0, unit: [1]),
      ], projections: [Projection(name: "i", source: 0, target: 1, kind: .dense, weights: 0)], weights: [weights],
      output: ProgramOutput(population: 1, readout: .potential))
    var runner = LayerRunner(plan: EnginePlan(program), steps: 5)
    _ = runner.run([1, 1, 1])
    #expect(runner.counters.inputMACs == 3)
    _ = runner.run([0, 1, 1])
    #expect(runner.counters.inputMACs == 5)
  }
}
