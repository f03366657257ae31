import Testing

@testable import ChipModel

@Suite("Spike delivery kernels")
struct DeliveryTests {
  private struct Setting {
    var projection: Projection
    var weights: WeightTensor
    var source: MapShape
    var target: MapShape
    var taps: TapTable
    var packed: PackedWeights
  }

  /// A random dense or convolutional projection; 8-bit weights reach both ends of their range.
  private func setting(_ random: inout SplitMix64, bits: Int, hasPool: Bool) throws -> Setting {
    func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let source = MapShape(channels: integer(1...5), height: integer(1...5), width: integer(1...5))
    var projection = Projection(name: "p", source: 0, target: 1, kind: .dense, weights: 0)
    if hasPool {
      projection.pool = PoolGeometry(
        kind: .average, kernelY: min(2, source.height), kernelX: min(2, source.width), strideY: 1, strideX: 2,
        bottom: source.height > 1 ? 1 : 0)
    }
    let pooled = projection.pool?.output(of: source) ?? source
    // Every remainder of the blocks of 64, 32 and 16 target channels.
    let channels = integer(1...130)
    var target = MapShape(channels: channels)
    var shape = [channels, pooled.count]
    if Bool.random(using: &random) {
      let geometry = ConvolutionGeometry(
        kernelY: integer(1...min(3, pooled.height)), kernelX: integer(1...min(3, pooled.width)),
        strideY: integer(1...2), strideX: integer(1...2), top: integer(0...2), left: integer(0...1))
      projection.kind = .convolution
      projection.convolution = geometry
      target = try #require(geometry.output(of: pooled, channels: channels))
      shape = [channels, pooled.channels, geometry.kernelY, geometry.kernelX]
    } else if Bool.random(using: &random) {
      target = MapShape(channels: channels, height: integer(1...2), width: integer(1...2))
      shape = [target.count, pooled.count]
    }
    let top = 1 << (bits - 1)
    let values = (0..<shape.reduce(1, *)).map { _ in
      Int32(integer(0...3) == 0 ? [-top, top - 1, 0][integer(0...2)] : integer(-top...(top - 1)))
    }
    let storage: WeightTensor.Storage =
      bits == 8
      ? .int8(values.map { Int8(truncatingIfNeeded: $0) }) : .int16(values.map { Int16(truncatingIfNeeded: $0) })
    let weights = try #require(WeightTensor(shape: shape, storage: storage))
    let tapCount =
      projection.kind == .dense
      ? pooled.pixels * target.pixels : projection.convolution.kernelY * projection.convolution.kernelX
    return Setting(
      projection: projection, weights: weights, source: source, target: target,
      taps: TapTable(projection: projection, source: source, target: target, pool: projection.pool),
      packed: PackedWeights(
        projection: projection, weights: weights, taps: tapCount, sourceChannels: source.channels, target: target))
  }

  private func train(_ shape: MapShape, density: Double, payload: Int32?, _ random: inout SplitMix64) -> SpikeTrain {
    var train = SpikeTrain(shape: shape, hasPayload: payload != nil)
    // An empty step first: groups of later steps must not start at 0.
    for step in 0..<2 {
      for pixel in 0..<shape.pixels {
        for channel in 0..<shape.channels where step == 1 && Double.random(in: 0..<1, using: &random) < density {
          train.append(
            pixel: pixel, channel: channel, payload: payload.map { Int32.random(in: -$0...$0, using: &random) } ?? 1)
        }
      }
      train.endStep()
    }
    return train
  }

  private func reference(_ s: Setting, _ train: SpikeTrain) -> [Int64] {
    let padded = s.packed.paddedTargets
    var sums = [Int64](repeating: 0, count: s.target.pixels * padded)
    DeliverReference.deliver(
      train, step: 1, taps: s.taps, projection: s.projection, weights: s.weights, targetChannels: s.target.channels,
      paddedTargets: padded, into: &sums)
    return sums
  }

  @Test("every path equals the plain loop over synapses", arguments: [8, 16])
  func paths(bits: Int) throws {
    for seed in 0..<UInt64(250) {
      var random = SplitMix64(seed: seed)
      let s = try setting(&random, bits: bits, hasPool: seed % 3 == 0)
      let spikes = train(s.source, density: seed % 2 == 0 ? 0.3 : 1, payload: nil, &random)
      let expected = reference(s, spikes)
      var wide = [Int32](repeating: 0, count: expected.count)
      switch s.packed.storage {
      case .pairs(let values):
        var narrow = [Int16](repeating: 0, count: expected.count)
        DeliverSpikes.pairs(
          spikes, step: 1, taps: s.taps, packed: values, rowStride: s.packed.rowStride,
          sourceChannels: s.packed.sourceChannels, paddedTargets: s.packed.paddedTargets, into: &narrow)
        // Sums of 16 bits are right modulo 2^16, so they are right where the true sum fits.
        #expect(narrow == expected.map { Int16(truncatingIfNeeded: $0) }, "seed \(seed), pairs16")
        DeliverSpikes.pairs(
          spikes, step: 1, taps: s.taps, packed: values, rowStride: s.packed.rowStride,
          sourceChannels: s.packed.sourceChannels, paddedTargets: s.packed.paddedTargets, into: &wide)
        #expect(bits == 8)
      case .wide(let values):
        DeliverSpikes.wide(
          spikes, step: 1, taps: s.taps, weights: values, rowStride: s.packed.rowStride,
          sourceChannels: s.packed.sourceChannels, paddedTargets: s.packed.paddedTargets, into: &wide)
        #expect(bits == 16)
      }
      #expect(wide.map(Int64.init) == expected, "seed \(seed), 32 bits")

      let payloads = train(s.source, density: 0.5, payload: 300, &random)
      var scaled = [Int32](repeating: 0, count: expected.count)
      DeliverSpikes.scaled(payloads, step: 1, taps: s.taps, weights: s.packed, into: &scaled)
      #expect(scaled.map(Int64.init) == reference(s, payloads), "seed \(seed), payloads")
    }
  }

  @Test("a pixel with more spikes than one register sum holds is added in parts", arguments: [-128, 127, 5])
  func longGroups(weight: Int32) throws {
    let source = MapShape(channels: 700)
    let target = MapShape(channels: 33)
    let projection = Projection(name: "p", source: 0, target: 1, kind: .dense, weights: 0)
    let weights = try #require(
      WeightTensor(
        shape: [33, 700], values: (0..<(33 * 700)).map { $0 % 700 < 600 ? weight : -weight / 2 }))
    let taps = TapTable(projection: projection, source: source, target: target, pool: nil)
    let packed = PackedWeights(
      projection: projection, weights: weights, taps: 1, sourceChannels: 700, target: target)
    var random = SplitMix64(seed: 1)
    let spikes = train(source, density: 1, payload: nil, &random)
    var expected = [Int64](repeating: 0, count: packed.paddedTargets)
    DeliverReference.deliver(
      spikes, step: 1, taps: taps, projection: projection, weights: weights, targetChannels: 33,
      paddedTargets: packed.paddedTargets, into: &expected)
    guard case .pairs(let values) = packed.storage else {
      Issue.record("8-bit weights are packed in pairs")
      return
    }
    var wide = [Int32](repeating: 0, count: expected.count)
    DeliverSpikes.pairs(
      spikes, step: 1, taps: taps, packed: values, rowStride: packed.rowStride, sourceChannels: 700,
      paddedTargets: packed.paddedTargets, into: &wide)
    #expect(wide.map(Int64.init) == expected)
  }

  @Test("identity and grouped projections equal the plain loop over synapses")
  func scalarPaths() throws {
    for seed in 0..<UInt64(200) {
      var random = SplitMix64(seed: seed)
      let groups = Int.random(in: 1...4, using: &random)
      let perGroup = Int.random(in: 1...3, using: &random)
      let source = MapShape(channels: groups * perGroup, height: 4, width: 3)
      var projection = Projection(name: "p", source: 0, target: 1, kind: .identity, weights: 0)
      var target = source
      var shape = [source.channels, 2]
      if seed % 2 == 0 {
        projection.kind = .convolution
        projection.convolution = ConvolutionGeometry(kernelY: 3, kernelX: 2, strideX: 2, top: 1, dilationY: 2, groups: groups)
        target = try #require(projection.convolution.output(of: source, channels: groups * 2))
        shape = [target.channels, perGroup, 3, 2]
      }
      projection.shifts = (0..<target.channels).map { _ in UInt8.random(in: 0...4, using: &random) }
      let weights = try #require(
        WeightTensor(
          shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Int32.random(in: -32768...32767, using: &random) }))
      let taps = TapTable(projection: projection, source: source, target: target, pool: nil)
      let spikes = train(source, density: 0.5, payload: 9, &random)
      let padded = 16
      var expected = [Int64](repeating: 0, count: target.pixels * padded)
      DeliverReference.deliver(
        spikes, step: 1, taps: taps, projection: projection, weights: weights, targetChannels: target.channels,
        paddedTargets: padded, into: &expected)
      var sums = [Int32](repeating: 0, count: expected.count)
      DeliverScalar.deliver(
        spikes, step: 1, taps: taps, projection: projection, weights: weights, targetChannels: target.channels,
        paddedTargets: padded, into: &sums)
      #expect(sums.map(Int64.init) == expected, "seed \(seed)")
    }
  }
}
