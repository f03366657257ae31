import Testing

@testable import ChipModel

/// The address rule against lists that are made from its definition: every target neuron looks for its sources.
@Suite("Synapses")
struct SynapsesTests {
  /// One synapse: from a neuron of the source and of the pooled map, to a neuron of the target, by a stored weight.
  struct Synapse: Hashable {
    var source: Int
    var pooled: Int
    var target: Int
    var weight: Int
  }

  struct Case {
    var synapses: Synapses
    var convolution: ConvolutionGeometry
    var all: [Synapse]
  }

  private func random(_ generator: inout SeededGenerator, _ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(generator.next() % UInt64(range.count))
  }

  /// Positions of the map in a window, padding left out.
  private func window(_ at: Int, _ kernel: Int, _ stride: Int, _ before: Int, _ size: Int) -> [Int] {
    (0..<kernel).map { at * stride + $0 - before }.filter { $0 >= 0 && $0 < size }
  }

  private func make(_ g: inout SeededGenerator) -> Case? {
    let kind = Projection.Kind.allCases[random(&g, 0...2)]
    let groups = kind == .convolution ? random(&g, 1...3) : 1
    let source = MapShape(channels: groups * random(&g, 1...2), height: random(&g, 1...6), width: random(&g, 1...6))
    var pool: PoolGeometry?
    if random(&g, 0...2) > 0 {
      let (y, x) = (random(&g, 1...3), random(&g, 1...3))
      pool = PoolGeometry(
        kind: random(&g, 0...1) == 0 ? .average : .max, kernelY: y, kernelX: x, strideY: random(&g, 1...3),
        strideX: random(&g, 1...3), top: random(&g, 0...(y - 1)), left: random(&g, 0...(x - 1)),
        bottom: random(&g, 0...(y - 1)), right: random(&g, 0...(x - 1)))
    }
    guard let pooled = pool.map({ $0.output(of: source) }) ?? source else { return nil }
    let c = ConvolutionGeometry(
      kernelY: random(&g, 1...3), kernelX: random(&g, 1...3), strideY: random(&g, 1...2), strideX: random(&g, 1...2),
      top: random(&g, 0...2), left: random(&g, 0...2), bottom: random(&g, 0...2), right: random(&g, 0...2),
      dilationY: random(&g, 1...2), dilationX: random(&g, 1...2), groups: groups)
    let copies = random(&g, 1...3)
    let target: MapShape
    switch kind {
    case .dense: target = MapShape(channels: random(&g, 1...3), height: random(&g, 1...3), width: random(&g, 1...3))
    case .identity: target = pooled
    case .convolution:
      guard let map = c.output(of: pooled, channels: groups * random(&g, 1...2)) else { return nil }
      target = map
    }
    let rule = Synapses(kind: kind, pool: pool, convolution: c, copies: copies, source: source, target: target)
    var all: [Synapse] = []
    func add(_ c: Int, _ py: Int, _ px: Int, to neuron: Int, weight: Int) {
      for y in pool.map({ window(py, $0.kernelY, $0.strideY, $0.top, source.height) }) ?? [py] {
        for x in pool.map({ window(px, $0.kernelX, $0.strideX, $0.left, source.width) }) ?? [px] {
          all.append(
            Synapse(source: source.index(c, y, x), pooled: pooled.index(c, py, px), target: neuron, weight: weight))
        }
      }
    }
    for neuron in 0..<target.count {
      let (channel, row, column) = target.position(neuron)
      switch kind {
      case .dense:
        for p in 0..<pooled.count {
          let (c, y, x) = pooled.position(p)
          add(c, y, x, to: neuron, weight: neuron * pooled.count + p)
        }
      case .identity:
        for copy in 0..<copies { add(channel, row, column, to: neuron, weight: channel * copies + copy) }
      case .convolution:
        let inputs = source.channels / groups
        let group = channel / (target.channels / groups)
        for input in 0..<inputs {
          for ky in 0..<c.kernelY {
            for kx in 0..<c.kernelX {
              let y = row * c.strideY + ky * c.dilationY - c.top
              let x = column * c.strideX + kx * c.dilationX - c.left
              guard y >= 0, y < pooled.height, x >= 0, x < pooled.width else { continue }
              add(
                group * inputs + input, y, x, to: neuron,
                weight: ((channel * inputs + input) * c.kernelY + ky) * c.kernelX + kx)
            }
          }
        }
      }
    }
    return Case(synapses: rule, convolution: c, all: all)
  }

  private func part(_ g: inout SeededGenerator, _ size: Int) -> Range<Int> {
    let first = random(&g, 0...(size - 1))
    return first..<random(&g, (first + 1)...size)
  }

  @Test("fan-out, fan-in, weights and places are those of the definition")
  func definition() throws {
    var g = SeededGenerator(seed: 14)
    var seen = 0
    for number in 0..<3_000 {
      guard let example = make(&g) else { continue }
      seen += 1
      let (rule, target) = (example.synapses, example.synapses.target)
      let box = Box(
        channels: part(&g, target.channels), rows: part(&g, target.height), columns: part(&g, target.width))
      let inBox = example.all.filter { synapse in
        let (c, y, x) = target.position(synapse.target)
        return box.localIndex(c, y, x) != nil
      }
      // Behind a gate a synapse has one source: the pooled neuron.
      func reached(_ synapses: [Synapse]) -> [Synapse] {
        guard rule.isGated else { return synapses }
        return Array(Set(synapses.map { Synapse(source: $0.pooled, pooled: 0, target: $0.target, weight: $0.weight) }))
      }
      var fanOut = [Int](repeating: 0, count: rule.from.count)
      for synapse in reached(inBox) { fanOut[synapse.source] += 1 }
      let found = rule.fanOut(into: box)
      #expect(found.byNeuron == fanOut, "case \(number)")
      #expect(found.total == fanOut.reduce(0, +) && fanOut.indices.allSatisfy { found[$0] == fanOut[$0] })
      let spikes = fanOut.indices.map { UInt64($0 % 5) }
      #expect(found.operations(spikes: spikes) == zip(spikes, fanOut).reduce(0) { $0 + Int($1.0) * $1.1 })

      let fanIn = rule.fanIn(of: box)
      var heard: Set<Int> = []
      for c in fanIn.channels {
        for y in fanIn.rows { for x in fanIn.columns { heard.insert(rule.source.index(c, y, x)) } }
      }
      #expect(heard == Set(inBox.map(\.source)) && heard.count == fanIn.count, "case \(number)")
      var into: [Int: Int] = [:]
      for synapse in inBox { into[synapse.target, default: 0] += 1 }
      #expect(fanIn.synapses == inBox.count && fanIn.largest == into.values.max() ?? 0, "case \(number)")

      var listed: Set<Synapse> = []
      for pooled in 0..<rule.pooled.count {
        rule.forEachSynapse(of: rule.pooled.position(pooled), in: box) { c, y, x, weight in
          listed.insert(Synapse(source: 0, pooled: pooled, target: target.index(c, y, x), weight: weight))
        }
      }
      #expect(
        listed == Set(inBox.map { Synapse(source: 0, pooled: $0.pooled, target: $0.target, weight: $0.weight) }),
        "case \(number)")

      let count = rule.weightShape.reduce(1, *)
      let values = (0..<count).map { _ in Int32(random(&g, -1...1)) }
      let weights = try #require(WeightTensor(shape: rule.weightShape, values: values))
      var nonZero = [Int](repeating: 0, count: rule.from.count)
      for synapse in reached(example.all) where values[synapse.weight] != 0 { nonZero[synapse.source] += 1 }
      #expect(rule.nonZero(weights) == nonZero, "case \(number)")

      var channels = [Int](repeating: -1, count: count)
      for row in 0..<rule.weightRows {
        rule.forEachChannel(ofRow: row) { channel, run in for index in run { channels[index] = channel } }
      }
      for synapse in example.all { #expect(channels[synapse.weight] == synapse.pooled / rule.pooled.pixels) }
      var places = 0
      for pixel in 0..<rule.from.pixels {
        rule.forEachPlace(y: pixel / rule.from.width, x: pixel % rule.from.width) { _, _, _ in places += 1 }
      }
      #expect(places <= rule.mostTaps)
    }
    #expect(seen > 1_500)
  }

  @Test("the order of a graph always takes the lowest index that is ready; nodes that lead to one another are one part")
  func order() {
    var g = SeededGenerator(seed: 3)
    for _ in 0..<300 {
      let count = random(&g, 1...12)
      let edges = (0..<random(&g, 0...14)).map { _ in
        (from: random(&g, 0...(count - 1)), to: random(&g, 0...(count - 1)))
      }
      // Who reaches whom, over at least one edge.
      var reaches = (0..<count).map { from in (0..<count).map { to in edges.contains { $0.from == from && $0.to == to } } }
      for middle in 0..<count {
        for from in 0..<count where reaches[from][middle] {
          for to in 0..<count where reaches[middle][to] { reaches[from][to] = true }
        }
      }
      let part = (0..<count).map { node in (0..<count).filter { $0 == node || reaches[node][$0] && reaches[$0][node] } }
      var expected: [[Int]] = []
      while let next = (0..<count).first(where: { node in
        !expected.contains(part[node])
          && edges.allSatisfy { !part[node].contains($0.to) || part[node].contains($0.from) || expected.contains(part[$0.from]) }
      }) { expected.append(part[next]) }
      let order = TopologicalOrder(count: count, edges: edges)
      #expect(order.parts == expected)
      #expect(order.isCyclic == (0..<count).map { reaches[$0][$0] })
      for edge in edges where part[edge.from] != part[edge.to] { #expect(order.depths[edge.to] > order.depths[edge.from]) }
    }
  }

  @Test("memory is refused by what is needed, and the line names the largest part")
  func memory() {
    var need = MemoryNeed()
    need.add(1 << 20, 32, for: "neurons of population", "a")
    need.add(1 << 30, 20, for: "taps of projection", "b")
    #expect(throws: Never.self) { try MemoryBudget(bytes: 21 << 30).check(need) }
    #expect(throws: MemoryError(need: need, budget: .standard)) { try MemoryBudget.standard.check(need) }
    #expect(
      MemoryError(need: need, budget: .standard).description
        == "needs about 20.1 GiB of memory, most of it (20.0 GiB) for the taps of projection 'b', allowed are 4.0 GiB; "
        + "allow more, or make it smaller")
    need.add(Int.max, 2, for: "taps of projection", "c")
    #expect(need.bytes == Int.max && need.largest == Int.max)
  }
}
