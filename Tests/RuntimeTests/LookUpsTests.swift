import ChipModel
import Testing

@testable import Runtime

@Suite struct LookUpsTests {
  @Test(
    "sums of bits that are looked up are those of the convolution, however channels are split into numbers",
    arguments: DenseKind.available.filter { $0 == .tables || $0 == .swift })
  func sums(kind: DenseKind) throws {
    var random = SeededGenerator(seed: 3)
    // What the geometries must reach.
    var found = [String: Int]()
    for round in 0..<120 {
      func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(random.next() % UInt64(range.count)) }
      let source = MapShape(channels: pick(1...40), height: pick(3...5), width: pick(3...17))
      let geometry = ConvolutionGeometry(
        kernelY: pick(1...3), kernelX: pick(1...(round % 9 == 0 ? 11 : 3)), strideY: pick(1...2), strideX: pick(1...2),
        top: pick(0...2), left: pick(0...3), bottom: pick(0...2), right: pick(0...2),
        dilationY: pick(1...2), dilationX: pick(1...2))
      guard let target = geometry.output(of: source, channels: pick(1...20)), target.pixels >= 4 else { continue }
      let (rows, columns) = (geometry.rowAxis, geometry.columnAxis)
      let taps = rows.kernel * columns.kernel
      let values = (0..<(target.channels * source.channels * taps)).map { _ in Int8(truncatingIfNeeded: random.next()) }
      let tensor = try #require(
        WeightTensor(shape: [target.channels, source.channels, rows.kernel, columns.kernel], storage: .int8(values)))
      let steps = pick(LookUps.steps.lowerBound...LookUps.steps.upperBound)
      let words = PaddedChannels.count(source.channels) / 16
      var train = SpikeTrain(shape: source, hasPayload: false)
      train.maskWords = source.pixels * words
      train.masks = [UInt16](repeating: 0, count: steps * train.maskWords)
      for step in 0..<steps {
        for pixel in 0..<source.pixels {
          for channel in 0..<source.channels where random.unit() < 0.4 {
            train.append(pixel: pixel, channel: channel, payload: 1)
            train.masks[step * train.maskWords + pixel * words + channel / 16] |= 1 << UInt16(channel % 16)
          }
        }
        train.endStep()
      }
      let projection = Projection(
        name: "conv", source: 0, target: 1, kind: .convolution, weights: 0, convolution: geometry)
      let route = try #require(
        DenseRoute(
          projection, geometry, tensor, source: source, target: target, cellOf: nil, looksUp: true, kind: kind))
      let lookUps = try #require(route.lookUps)
      let bytes = try #require(DenseRoute.Bytes(route, train, copies: 1))
      var delivery = DeliverDense()
      // Twice: what the first one leaves in the map must not stay.
      delivery.fill(train, 0..<steps, bytes, .best)
      delivery.fill(train, 0..<steps, bytes, .best)
      let apart = target.pixels * route.padded
      let block = Accumulators()
      block.reserve(narrow: steps * apart, wide: 0)
      delivery.deliver(
        DeliverDense.Part(steps: steps, positions: 0..<target.pixels, apart: apart), bytes,
        into: Lanes(sums: block, isNarrow: true))

      var expected = [Int16](repeating: 0, count: steps * apart)
      for step in 0..<steps {
        train.forEachSpike(step: step) { index, _ in
          let (channel, pixel) = (index / source.pixels, index % source.pixels)
          for tap in 0..<taps {
            let y = pixel / source.width + rows.before - tap / columns.kernel * rows.dilation
            let x = pixel % source.width + columns.before - tap % columns.kernel * columns.dilation
            guard y >= 0, x >= 0, y % rows.stride == 0, x % columns.stride == 0, y / rows.stride < target.height,
              x / columns.stride < target.width
            else { continue }
            let position = y / rows.stride * target.width + x / columns.stride
            for out in 0..<target.channels {
              expected[step * apart + position * route.padded + out] &+=
                Int16(values[(out * source.channels + channel) * taps + tap])
            }
          }
        }
      }
      let sums = (0..<(steps * apart)).map { Int16(truncatingIfNeeded: block.sum(at: $0, narrow: true, wide: false)) }
      #expect(sums == expected, "\(kind), \(source), \(geometry)")

      let alone = taps * ((source.channels + 5) / 6)
      found[lookUps.offsets.count < alone ? "joined" : source.channels % 6 == 0 ? "whole" : "alone", default: 0] += 1
      if lookUps.offsets.count < alone, columns.stride > 1 { found["joined, strided", default: 0] += 1 }
      if columns.dilation > 1, columns.kernel > 1 { found["dilated", default: 0] += 1 }
      if target.width % 2 == 1 { found["odd lines", default: 0] += 1 }
      if columns.before >= columns.kernel { found["wide border", default: 0] += 1 }
      let bounds = LookUps.tableBytes(weights: values.count, channels: (source.channels, target.channels))
      #expect(lookUps.tables.count * 2 <= bounds)
    }
    for feature in ["joined", "whole", "alone", "joined, strided", "dilated", "odd lines", "wide border"] {
      #expect(found[feature, default: 0] > 2, "\(found)")
    }
  }
}
