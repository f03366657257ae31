import ChipModel
import Runtime
import Testing

@testable import Compiler

@Suite("Partition by spikes")
struct SpikeWorkTests {
  private static func random(_ generator: inout SeededGenerator, _ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(generator.next() % UInt64(range.count))
  }

  /// A projection of any kind, pools without overlap among them.
  private func synapses(_ g: inout SeededGenerator) -> (kind: Projection.Kind, rule: Synapses)? {
    let kind = Projection.Kind.allCases[Self.random(&g, 0...2)]
    let groups = kind == .convolution ? Self.random(&g, 1...3) : 1
    let source = MapShape(
      channels: groups * Self.random(&g, 1...2), height: Self.random(&g, 2...7), width: Self.random(&g, 2...7))
    let side = Self.random(&g, 1...2)
    let pool = side == 1 ? nil : PoolGeometry(kind: .average, kernelY: side, kernelX: side, strideY: side, strideX: side)
    guard let pooled = pool.map({ $0.output(of: source) }) ?? source else { return nil }
    let geometry = ConvolutionGeometry(
      kernelY: Self.random(&g, 1...3), kernelX: Self.random(&g, 1...3), strideY: Self.random(&g, 1...3),
      strideX: Self.random(&g, 1...3), top: Self.random(&g, 0...1), bottom: Self.random(&g, 0...1),
      dilationX: Self.random(&g, 1...2), groups: groups)
    let target: MapShape
    switch kind {
    case .dense: target = MapShape(channels: Self.random(&g, 1...9), height: 1, width: 1)
    case .identity: target = pooled
    case .convolution:
      guard let map = geometry.output(of: pooled, channels: groups * Self.random(&g, 1...2)) else { return nil }
      target = map
    }
    return (
      kind,
      Synapses(kind: kind, pool: pool, convolution: geometry, copies: Self.random(&g, 1...2), source: source, target: target)
    )
  }

  @Test("messages and operations of boxes are those of the neurons that they hear", arguments: 0..<200)
  func counted(seed: UInt64) {
    var g = SeededGenerator(seed: seed &+ 5)
    guard let (kind, synapses) = synapses(&g) else { return }
    let (source, target) = (synapses.source, synapses.target)
    let first = Self.random(&g, 0...3)
    var spikes = [UInt64](repeating: 9, count: first) + (0..<source.count).map { _ in g.next() % 20 }
    if seed % 7 == 0 { spikes = seed % 2 == 0 ? [] : [3] }
    let each = (0..<source.count).map { spikes.count > 1 ? spikes[first + $0] : spikes.first ?? 0 }
    let part = SourcePart(
      Projection(
        name: "p", source: 0, sources: first..<(first + source.count), target: 1, kind: kind, weights: 0,
        pool: synapses.pool))
    let work = SpikeWork([(part, synapses)], shape: target, spikes: [spikes])
    let size = (
      c: Self.random(&g, 1...target.channels), y: Self.random(&g, 1...target.height), x: Self.random(&g, 1...target.width)
    )
    var cuts = BoxCuts(target, size: size)
    cuts.rows = work.balanced(cuts.rows, \.rows)
    cuts.columns = work.balanced(cuts.columns, \.columns)
    cuts.channels = work.balanced(cuts.channels, \.channels)
    var owners = [Int](repeating: 0, count: target.count)
    var sums = SpikeWork.Sums()
    for box in cuts.boxes {
      for local in 0..<box.count { owners[box.populationIndex(local, in: target)] += 1 }
      let reached = synapses.fanOut(into: box)
      for (neuron, count) in reached.byNeuron.enumerated() where count > 0 { sums.messages += Int(each[neuron]) }
      sums.busiest = max(sums.busiest, reached.operations(spikes: each))
    }
    #expect(owners.allSatisfy { $0 == 1 })
    #expect(work.sums(cuts) == sums)
  }

  @Test("axes are cut where each part has as much to do as the others, as far as whole rows allow")
  func evenly() {
    // One row of eight does all the work of the upper half.
    let shape = MapShape(channels: 1, height: 8, width: 4)
    let kind = Synapses(
      kind: .identity, pool: nil, convolution: ConvolutionGeometry(kernelY: 1, kernelX: 1), source: shape, target: shape)
    let spikes = (0..<8).flatMap { row in [UInt64](repeating: [0, 0, 12, 0, 3, 3, 3, 3][row], count: 4) }
    let part = SourcePart(Projection(name: "p", source: 0, target: 1, kind: .identity, weights: 0))
    let work = SpikeWork([(part, kind)], shape: shape, spikes: [spikes])
    #expect(work.balanced([0..<4, 4..<8], \.rows) == [0..<3, 3..<8])
    #expect(work.balanced([0..<2, 2..<4, 4..<6, 6..<8], \.rows) == [0..<3, 3..<4, 4..<6, 6..<8])
    #expect(work.balanced([0..<8], \.rows) == [0..<8])
  }

  /// Compiled without and with spikes that are most in the middle of each map, and none in every third channel.
  private func pair(_ network: CheckedNetwork, neurons: Int) throws -> (blind: MappingMetrics, seeing: MappingMetrics, cores: [Int]) {
    var chip = try ChipLibrary.builtIn("generic-45nm")
    chip.numbers[.neuronsPerCore] = .assumed(neurons, "test")
    let spikes = try CompiledProgram.lower(network, chip: chip).populations.map { population in
      (0..<population.shape.count).map { neuron -> UInt64 in
        let pixel = neuron % population.shape.pixels
        let (y, x) = (pixel / population.shape.width, pixel % population.shape.width)
        let far = abs(2 * y - population.shape.height) + abs(2 * x - population.shape.width)
        return neuron / population.shape.pixels % 3 == 2 ? 0 : UInt64(max(0, 50 - 2 * far))
      }
    }
    let programs = try [nil, spikes].map { traffic in
      try CompiledProgram.compile(
        network, chip: chip, options: CompileOptions(placement: .rowMajor, traffic: traffic)
      ).program
    }
    let metrics = programs.map { MappingMetrics($0, spikes: spikes) }
    let (a, b) = (metrics[0], metrics[1])
    print("\(neurons) neurons a core: messages \(a.messages), \(b.messages); busiest \(a.busiestSynapticOperations), \(b.busiestSynapticOperations)")
    return (a, b, programs.map { $0.cores.count })
  }

  private func cost(_ metrics: MappingMetrics) -> Double {
    SpikeWork.Sums(messages: metrics.messages, busiest: metrics.busiestSynapticOperations).cost
  }

  @Test(
    "a trained network: never more cores, and never worse by messages and busiest core together",
    arguments: [TrainedNetwork.plain, .average, .residual], [24, 40, 100])
  func neverWorse(_ trained: TrainedNetwork, _ neurons: Int) throws {
    let result = try pair(MappingNetworks.checked(trained.network()), neurons: neurons)
    #expect(result.cores[1] <= result.cores[0])
    #expect(cost(result.seeing) <= cost(result.blind))
  }

  @Test("a network with two convolutions has a busiest core with less to do")
  func better() throws {
    let result = try pair(CoreMemoryTests.mnist().checked(), neurons: 256)
    #expect(result.cores[1] <= result.cores[0])
    #expect(cost(result.seeing) < 0.9 * cost(result.blind))
  }
}
