import Testing

@testable import ChipModel
@testable import Runtime

@Suite("Kernel paths")
struct KernelPathTests {
  @Test("every level equals the scalar rules bit for bit: outputs, potentials, every counter")
  func levels() throws {
    var paths = Set<String>()
    // Where shifts are left to factors of the sums.
    var factored = Set<String>()
    var spikes: UInt64 = 0
    var saturations = 0
    // Samples whose payloads proved 32 bits, and those that did not.
    var proven = [true: 0, false: 0]
    for seed in LongRun.seeds(600) {
      guard let random = try? RandomProgram(seed: seed) else { continue }
      let scalar = EnginePlan(random.program, kernels: .base, isScalar: true)
      var expected = LayerRunner(plan: scalar, steps: random.steps)
      let outcomes = random.samples.map { expected.run(quantised: $0) }
      for level in KernelLevel.available {
        let plan = EnginePlan(random.program, kernels: level)
        var runner = LayerRunner(plan: plan, steps: random.steps)
        for (sample, outcome) in zip(random.samples, outcomes) {
          #expect(runner.run(quantised: sample) == outcome, "seed \(seed), \(level)")
          if let last = plan.order.flatMap(\.populations).last, plan.populations[last].isProvenBySample {
            proven[!runner.scratch.hasExactSums, default: 0] += 1
          }
        }
        #expect(runner.counters == expected.counters, "seed \(seed), \(level)")
        for index in random.program.placed {
          let population = random.program.populations[index]
          let isSame = (0..<population.shape.count).allSatisfy { neuron in
            [false, true].allSatisfy {
              runner.potential(population: index, index: neuron, memberB: $0)
                == expected.potential(population: index, index: neuron, memberB: $0)
            }
          }
          #expect(isSame, "seed \(seed), \(level), \(population.name)")
        }
        for projection in plan.projections {
          paths.insert(projection.path.name)
          switch projection.path {
          case .narrow(let route) where !route.weights.factors.isEmpty: factored.insert("narrow, \(level)")
          case .wide(let route) where !route.weights.factors.isEmpty: factored.insert("wide, \(level)")
          default: break
          }
        }
      }
      spikes += expected.counters.spikes.joined().reduce(0, +)
      saturations += expected.counters.saturations.reduce(0, +)
    }
    #expect(paths == ["narrow", "widePairs", "wide", "narrowSparse", "sparse", "exact"], "\(paths)")
    #expect(proven.values.allSatisfy { $0 > 10 }, "\(proven)")
    #expect(factored.count == 2 * KernelLevel.available.count, "\(factored)")
    #expect(spikes > 100_000)
    #expect(saturations > 1000)
  }

  @Test("dense delivery on every kind of dot product equals the scalar rules bit for bit")
  func dense() throws {
    var layers = 0
    // What the generator must reach: layers that are strided, padded, behind average pools, in 32-bit accumulators, and
    // with payloads below 0.
    var found = [String: Int]()
    for seed in LongRun.seeds(400) {
      guard let random = try? RandomProgram(seed: seed) else { continue }
      let scalar = EnginePlan(random.program, kernels: .base, isScalar: true)
      var expected = LayerRunner(plan: scalar, steps: random.steps)
      let outcomes = random.samples.map { expected.run(quantised: $0) }
      for kind in DenseKind.available {
        let plan = EnginePlan(random.program, dense: .always, denseKind: kind)
        let dense = plan.projections.filter { $0.dense != nil }
        if dense.isEmpty { break }
        var runner = LayerRunner(plan: plan, steps: random.steps)
        for (sample, outcome) in zip(random.samples, outcomes) {
          #expect(runner.run(quantised: sample) == outcome, "seed \(seed), \(kind)")
        }
        #expect(runner.counters == expected.counters, "seed \(seed), \(kind)")
        for layer in dense where kind == .swift {
          layers += 1
          let geometry = layer.projection.convolution
          if geometry.rowAxis.stride > 1 { found["strided", default: 0] += 1 }
          if geometry.rowAxis.before > 0 { found["padded", default: 0] += 1 }
          if geometry.columnAxis.dilation > 1 { found["dilated", default: 0] += 1 }
          if (layer.dense?.route.pixelsPerByte ?? 1) > 1 { found["pooled", default: 0] += 1 }
          if layer.isGated { found["gated", default: 0] += 1 }
          if layer.dense?.route.lookUps != nil, random.steps >= 8, plan.populations[layer.projection.target].runsTogether {
            found["looked up, \(layer.path.isNarrow ? 16 : 32)", default: 0] += 1
          }
          if layer.dense?.route.factors.isEmpty == false { found["factors", default: 0] += 1 }
          if layer.projection.kind == .dense { found["whole", default: 0] += 1 }
          if case .wide = layer.path { found["wide", default: 0] += 1 }
          if runner.trains[layer.projection.source].payloadRange.lowerBound < 0 { found["signed", default: 0] += 1 }
        }
      }
    }
    #expect(layers > 50)
    for feature in [
      "strided", "padded", "dilated", "pooled", "gated", "whole", "looked up, 16", "looked up, 32", "wide", "signed", "factors",
    ] {
      #expect(found[feature, default: 0] > 2, "\(found)")
    }
  }

  @Test(
    "dense delivery part by part gives the sums of all of it, in one step and in many",
    arguments: DenseKind.available, [false, true])
  func parts(kind: DenseKind, isBits: Bool) throws {
    var random = SeededGenerator(seed: 7)
    let source = MapShape(channels: 20, height: 9, width: 21)
    let target = MapShape(channels: 35, height: 9, width: 21)
    var projection = Projection(name: "conv", source: 0, target: 1, kind: .convolution, weights: 0)
    projection.convolution = ConvolutionGeometry(kernelY: 3, kernelX: 3, top: 1, left: 1, bottom: 1, right: 1)
    let values = (0..<(35 * 20 * 9)).map { _ in Int8(truncatingIfNeeded: random.next()) }
    let weights = try #require(WeightTensor(shape: [35, 20, 3, 3], storage: .int8(values)))
    var train = SpikeTrain(shape: source, hasPayload: false)
    for _ in 0..<15 {
      for pixel in 0..<source.pixels {
        for channel in 0..<source.channels where random.unit() < 0.3 {
          train.append(pixel: pixel, channel: channel, payload: 1)
        }
      }
      train.endStep()
    }
    // The last step has no spikes; what its bits are means nothing.
    train.endStep()
    if isBits {
      let words = source.pixels * 2
      train.maskWords = words
      train.masks = [UInt16](repeating: 0, count: 15 * words) + [UInt16](repeating: 1, count: words)
      for step in 0..<15 {
        train.forEachSpike(step: step) { index, _ in
          let (channel, pixel) = (index / source.pixels, index % source.pixels)
          train.masks[step * words + pixel * 2 + channel / 16] |= 1 << UInt16(channel % 16)
        }
      }
    }
    func sums(_ kind: DenseKind, steps: Int, part: Int) throws -> [Int32] {
      let route = try #require(
        DenseRoute(
          projection, projection.convolution, weights, source: source, target: target, cellOf: nil, looksUp: isBits,
          kind: kind))
      let bytes = try #require(DenseRoute.Bytes(route, train, copies: 1))
      if isBits { #expect((route.lookUps != nil) == (kind == .tables || kind == .swift)) }
      var delivery = DeliverDense()
      var result: [Int32] = []
      for first in stride(from: 0, to: 16, by: steps) {
        delivery.fill(train, first..<(first + steps), bytes, .best)
        var wide = [Int32](repeating: 0, count: steps * target.pixels * route.padded)
        for start in stride(from: 0, to: target.pixels, by: part) {
          let positions = start..<min(start + part, target.pixels)
          let apart = positions.count * route.padded
          // What lies behind a part must stay as it is.
          let block = Accumulators()
          block.reserve(narrow: isBits ? steps * apart + 4096 : 0, wide: isBits ? 0 : steps * apart + 4096)
          delivery.deliver(
            DeliverDense.Part(steps: steps, positions: positions, apart: apart), bytes,
            into: Lanes(sums: block, isNarrow: isBits))
          #expect((0..<4096).allSatisfy { block.sum(at: steps * apart + $0, narrow: isBits, wide: !isBits) == 0 })
          for step in 0..<steps {
            for at in 0..<apart {
              wide[(step * target.pixels + start) * route.padded + at] = Int32(
                block.sum(at: step * apart + at, narrow: isBits, wide: !isBits))
            }
          }
        }
        result += wide
      }
      return result
    }
    let plain = try sums(.swift, steps: 1, part: target.pixels)
    #expect(plain.contains { $0 != 0 })
    for shifts in [[0], (0..<35).map { UInt8($0 % 5) }] {
      projection.shifts = shifts
      // Factors of the sums instead of shifted weights, which 8 bits do not hold.
      let padded = PaddedChannels.count(35)
      let expected = plain.enumerated().map { at, sum in
        let shifted = sum << Int32(shifts[min(at % padded, 34) % shifts.count])
        return isBits ? Int32(Int16(truncatingIfNeeded: shifted)) : shifted
      }
      for steps in [1, 2, 8, 16] {
        for part in [1, 3, 8, 25, target.pixels] {
          #expect(try sums(kind, steps: steps, part: part) == expected, "\(steps) steps, \(part) positions, \(shifts)")
        }
      }
    }
  }

  @Test("neighbours that share sums in registers, 3x3 to 64 channels, equal the Swift kernel", arguments: [0.004, 0.05, 0.6])
  func neighbours(activity: Double) throws {
    var random = SeededGenerator(seed: 11)
    let source = MapShape(channels: 24, height: 9, width: 13)
    for (stride, shifts) in [(1, [0]), (1, (0..<64).map { UInt8($0 % 4) }), (2, [0])] {
      var projection = Projection(name: "conv", source: 0, target: 1, kind: .convolution, weights: 0)
      projection.convolution = ConvolutionGeometry(
        kernelY: 3, kernelX: 3, strideY: stride, strideX: stride, top: 1, left: 1, bottom: 1, right: 1)
      projection.shifts = shifts
      let target = try #require(projection.convolution.output(of: source, channels: 64))
      let values = (0..<(64 * 24 * 9)).map { _ in Int8(truncatingIfNeeded: random.next()) }
      let weights = try #require(WeightTensor(shape: [64, 24, 3, 3], storage: .int8(values)))
      let stored = try #require(
        StoredWeights(projection: projection, weights: weights, sourceChannels: 24, target: target, allowsPairs: true))
      let route = ProjectionPlan.route(
        projection, stored, source: source, target: target, pool: nil,
        taps: TapTable(projection: projection, source: source, target: target, pool: nil))
      var train = SpikeTrain(shape: source, hasPayload: false)
      for pixel in 0..<source.pixels {
        for channel in 0..<24 where random.unit() < activity { train.append(pixel: pixel, channel: channel, payload: 1) }
      }
      train.endStep()
      func sums(_ level: KernelLevel) -> [Int64] {
        let block = Accumulators()
        block.reserve(narrow: (target.pixels + 1) * 64, wide: 0)
        var groups = SpikeGroups()
        Deliver.deliver(train, step: 0, route, level: level, groups: &groups, into: Lanes(sums: block, isNarrow: true))
        return (0..<(target.pixels * 64)).map { Int64(block.sum(at: $0, narrow: true, wide: false)) }
      }
      let expected = sums(.swift)
      #expect(expected.contains { $0 != 0 })
      for level in KernelLevel.available { #expect(sums(level) == expected, "\(level), stride \(stride)") }
    }
  }

  @Test("a pool of more pixels than a byte counts is not delivered densely", arguments: [(127, true), (128, false)])
  func largePool(pixels: Int, isDense: Bool) throws {
    let projection = Projection(name: "dense", source: 0, target: 1, kind: .dense, weights: 0)
    let (source, target) = (MapShape(channels: 3), MapShape(channels: 2))
    let weights = try #require(WeightTensor(shape: [2, 3], storage: .int8([1, 2, 3, 4, 5, 6])))
    let geometry = try #require(DenseRoute.geometry(projection, source: source, target: target))
    let route = DenseRoute(
      projection, geometry, weights, source: source, target: target, cellOf: [UInt32](repeating: 0, count: pixels),
      kind: .swift)
    #expect((route != nil) == isDense)
  }

  @Test("steps delivered one by one and steps delivered densely may follow one another")
  func mixed() throws {
    let steps = 64
    var compared = 0
    var mixes = 0
    for seed in LongRun.seeds(400) {
      guard let random = try? RandomProgram(seed: seed), let x = random.samples.first else { continue }
      let scalar = EnginePlan(random.program, kernels: .base, isScalar: true)
      let plan = EnginePlan(random.program)
      for part in plan.order where !part.isCircle {
        let index = part.populations[0]
        let dense = plan.populations[index].incoming.compactMap { plan.projections[$0].dense }
        guard plan.populations[index].runsTogether, !dense.isEmpty else { continue }
        var generator = SeededGenerator(seed: seed)
        var runners = [LayerRunner(plan: scalar, steps: steps), LayerRunner(plan: plan, steps: steps)]
        for projection in plan.populations[index].incoming {
          let source = plan.projections[projection].projection.source
          var train = SpikeTrain(shape: plan.populations[source].shape, hasPayload: runners[1].trains[source].hasPayload)
          for step in 0..<steps {
            // Sixteen steps of few spikes, sixteen of many.
            let activity = step / 16 % 2 == 0 ? 0.02 : 0.9
            for pixel in 0..<train.shape.pixels {
              for channel in 0..<train.shape.channels where generator.unit() < activity {
                train.append(pixel: pixel, channel: channel, payload: 1)
              }
            }
            train.endStep()
          }
          let worth = (0..<steps).map { step in
            dense.contains { $0.cost.isWorth(train, steps: step..<(step + 1)) }
          }
          if worth.contains(true), worth.contains(false) { mixes += 1 }
          for runner in runners.indices { runners[runner].setTrain(train, population: source) }
        }
        var spikes: [[[Int]]] = []
        for runner in runners.indices {
          runners[runner].run(population: index, quantised: x)
          let sent = runners[runner].trains[index]
          spikes.append((0..<sent.steps).map { step in
            var neurons: [Int] = []
            sent.forEachSpike(step: step) { neuron, _ in neurons.append(neuron) }
            return neurons.sorted()
          })
          spikes[runner].append((0..<sent.shape.count).map {
            Int(runners[runner].potential(population: index, index: $0))
          })
        }
        #expect(spikes[0] == spikes[1], "seed \(seed), population \(index)")
        compared += 1
      }
    }
    // Processors without dot products have no layer that is worth it.
    if DenseKind(best: .best) != .plain { #expect(compared > 20 && mixes > 10, "\(compared), \(mixes)") }
  }

  @Test("max-pooling gates count in 16 bits as in 64, at every level")
  func gates() throws {
    for (seed, channels) in [(1, 5), (2, 24), (3, 70)] {
      var random = SeededGenerator(seed: UInt64(seed))
      let shape = MapShape(channels: channels, height: 9, width: 7)
      var projection = Projection(name: "pool", source: 0, target: 1, kind: .identity, weights: 0)
      projection.gate = .count
      projection.pool = PoolGeometry(kind: .max, kernelY: 3, kernelX: 3, strideY: 2, strideX: 2, top: 1, left: 1)
      // Counts of the large payloads pass 16 bits in the first step.
      let scale: Int32 = 100_000
      var small = SpikeTrain(shape: shape, hasPayload: true)
      var large = small
      for _ in 0..<40 {
        for pixel in 0..<shape.pixels {
          for channel in 0..<channels where random.unit() < 0.1 {
            let payload = Int32(random.next() % 7) - 3
            small.append(pixel: pixel, channel: channel, payload: payload)
            large.append(pixel: pixel, channel: channel, payload: payload * scale)
          }
        }
        small.endStep()
        large.endStep()
      }
      func spikes(_ train: SpikeTrain, _ level: KernelLevel) throws -> [[[Int]]] {
        var gate = try #require(PoolGate(projection, source: shape, kernels: level))
        var output = SpikeTrain(shape: gate.pooled, hasPayload: true)
        // Twice: the second from fresh counts again.
        for _ in 0..<2 { gate.gate(train, into: &output) }
        return (0..<output.steps).map { step in
          var found: [[Int]] = []
          output.forEachSpike(step: step) { found.append([$0, Int($1)]) }
          return found
        }
      }
      let expected = try spikes(large, .best).map { $0.map { [$0[0], $0[1] / Int(scale)] } }
      #expect(expected.joined().count > 300)
      #expect(expected.joined().contains { $0[1] < 0 })
      for level in KernelLevel.available { #expect(try spikes(small, level) == expected, "\(level), \(channels) channels") }
    }
  }
}
