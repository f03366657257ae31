import ChipModel

/// One kernel alone, for benchmarks: repeated calls on the same data.
package struct KernelProbe: Sendable {
  /// Work of one call: accumulates that a map needs (zeros and bridged gaps not counted), or neurons.
  package let work: Int
  private let train: SpikeTrain
  private let route: DeliveryRoute?
  private var dense: DenseRoute.Bytes?
  private var delivery = DeliverDense()
  /// Deliveries of a call, spikes entered once.
  private let repeats: Int
  /// Steps of a dense call at once.
  private let steps: Int
  private let level: KernelLevel
  private var groups = SpikeGroups()
  private var sums = Accumulators()
  private var drive: [Int32] = []
  private var v: [Int32] = []
  private var masks: [UInt16] = []
  private var counts: [UInt8] = []
  private var output: SpikeTrain
  private let tiles: NeuronStep.Tiles

  /// Delivery of one step of random spikes through a 3x3 convolution of `channels` to `channels`, `side` x `side`.
  package init(convolution channels: Int, side: Int, activity: Double, level: KernelLevel, seed: UInt64) {
    let shape = MapShape(channels: channels, height: side, width: side)
    self.init(kernel: 3, shape, channels, activity: activity, level: level, seed: seed, isDense: false)
  }

  private init(
    kernel: Int, _ shape: MapShape, _ channels: Int, activity: Double, level: KernelLevel, seed: UInt64, isDense: Bool,
    repeats: Int = 1, steps: Int = 1
  ) {
    self.repeats = repeats
    self.steps = steps
    var random = SeededGenerator(seed: seed)
    let target = MapShape(channels: channels, height: shape.height, width: shape.width)
    let border = kernel / 2
    let projection = Projection(
      name: "conv", source: 0, target: 1, kind: .convolution, weights: 0,
      convolution: ConvolutionGeometry(
        kernelY: kernel, kernelX: kernel, top: border, left: border, bottom: border, right: border))
    let table = TapTable(projection: projection, source: shape, target: target, pool: nil)
    let spikes = KernelProbe.spikes(shape, activity, &random)
    train = steps > 1 ? KernelProbe.bits(shape, steps, activity, &random) : spikes
    let weights = KernelProbe.weights([channels, shape.channels, kernel, kernel], &random)
    let padded = PaddedChannels.count(channels)
    route = weights.flatMap {
      StoredWeights(
        projection: projection, weights: $0, sourceChannels: shape.channels, target: target, allowsPairs: true)
    }.map {
      DeliveryRoute(
        rule: .pixels, table: DeliveryTable(table, padded: padded, unused: target.pixels * padded) { $0 }, weights: $0)
    }
    var entries = 0
    spikes.forEachSpike(step: 0) { index, _ in
      entries += Int(table.starts[index % shape.pixels + 1]) - Int(table.starts[index % shape.pixels])
    }
    work = isDense ? repeats * steps * shape.count * channels * kernel * kernel : entries * channels
    dense =
      isDense
      ? weights.flatMap {
        DenseRoute(
          projection, projection.convolution, $0, source: shape, target: target, cellOf: nil,
          looksUp: steps > 1, kind: DenseKind(best: level))
      }.flatMap { [train] in DenseRoute.Bytes($0, train, copies: 1) } : nil
    sums.reserve(narrow: steps > 1 ? steps * PopulationPlan.blockLanes : (target.pixels + 1) * padded)
    self.level = level
    tiles = NeuronStep.Tiles(tile: 0, limit: [], negative: [], reset: [])
    output = SpikeTrain(shape: shape, hasPayload: false)
  }

  /// The same delivered densely, on the best dot products that the level has. Its work is all products.
  package init(dense channels: Int, side: Int, activity: Double, level: KernelLevel, seed: UInt64) {
    let shape = MapShape(channels: channels, height: side, width: side)
    self.init(kernel: 3, shape, channels, activity: activity, level: level, seed: seed, isDense: true)
  }

  /// The same of the bits of 16 steps at once, in blocks as the engine has them.
  package init(steps channels: Int, side: Int, activity: Double, level: KernelLevel, seed: UInt64) {
    let shape = MapShape(channels: channels, height: side, width: side)
    self.init(kernel: 3, shape, channels, activity: activity, level: level, seed: seed, isDense: true, steps: 16)
  }

  /// The limit of dense delivery: 256 sources times 32 targets at 48 positions, 64 times, weights and map in the nearest
  /// cache, whole register tiles and hardly anything else to do.
  package init(productsAt level: KernelLevel) {
    let shape = MapShape(channels: 256, height: 1, width: 48)
    self.init(kernel: 1, shape, 32, activity: 0.3, level: level, seed: 1, isDense: true, repeats: 64)
  }

  /// The limit that delivery is measured against: rows of weights in packed pairs added up in registers, 48 rows of 576,
  /// 27 KiB, whole register tiles at every level and nothing else to do: three vector instructions for a vector of lanes.
  /// docs/performance.md compares an independent loop.
  package init(limitAt level: KernelLevel) {
    var random = SeededGenerator(seed: 1)
    let source = MapShape(channels: 48)
    let target = MapShape(channels: 576)
    let projection = Projection(name: "dense", source: 0, target: 1, kind: .dense, weights: 0)
    // Each row 64 times, so that what surrounds the loop vanishes.
    var spikes = SpikeTrain(shape: source, hasPayload: false)
    for spike in 0..<(64 * 48) { spikes.append(pixel: 0, channel: spike % 48, payload: 1) }
    spikes.endStep()
    train = spikes
    route = KernelProbe.weights([576, 48], &random).flatMap {
      StoredWeights(projection: projection, weights: $0, sourceChannels: 48, target: target, allowsPairs: true)
    }.map { DeliveryRoute(rule: .pixels, table: DeliveryTable(pixels: 1, padded: 576), weights: $0) }
    work = 64 * 48 * 576
    (repeats, steps) = (1, 1)
    sums.reserve(narrow: 576)
    self.level = level
    tiles = NeuronStep.Tiles(tile: 0, limit: [], negative: [], reset: [])
    output = SpikeTrain(shape: target, hasPayload: false)
  }

  /// One update of `neurons` integrate-and-fire neurons in 64 channels, 16-bit accumulators and a bias, spikes collected.
  package init(update neurons: Int, activity: Double, level: KernelLevel) {
    let count = max(64, neurons / 64 * 64)
    var random = SeededGenerator(seed: 1)
    let bound = Int32(1) << 20
    tiles = NeuronStep.Tiles(
      tile: 1024, limit: [Int32](repeating: bound - 1, count: 1024), negative: [],
      reset: [Int32](repeating: bound, count: 1024))
    v = (0..<count).map { _ in Int32(random.next() % UInt64(bound)) }
    drive = [Int32](repeating: Int32(activity * Double(bound)), count: 1024)
    sums.reserve(narrow: count)
    masks = [UInt16](repeating: 0, count: count / 16)
    counts = [UInt8](repeating: 0, count: count)
    output = SpikeTrain(shape: MapShape(channels: 64, height: 1, width: count / 64), hasPayload: false)
    train = output
    route = nil
    work = count
    (repeats, steps) = (1, 1)
    self.level = level
  }

  /// One call. Returns something that depends on the result.
  package mutating func call() -> Int {
    if !isKnownUniquelyReferenced(&sums) { sums = sums.another() }
    let lanes = Lanes(sums: sums, isNarrow: true)
    if let dense {
      delivery.fill(train, 0..<steps, dense, level)
      let (all, lanesOfBlock) = (dense.route.positions, PopulationPlan.blockLanes)
      let block = steps > 1 ? max(1, lanesOfBlock / dense.route.padded) : all
      for _ in 0..<repeats {
        for first in stride(from: 0, to: all, by: block) {
          let positions = first..<min(first + block, all)
          delivery.deliver(
            DeliverDense.Part(steps: steps, positions: positions, apart: lanesOfBlock), dense, into: lanes)
        }
      }
      return Int(sums.sum(at: 0, narrow: true, wide: false))
    }
    if let route {
      Deliver.deliver(train, step: 0, route, level: level, groups: &groups, into: lanes)
      return Int(sums.sum(at: 0, narrow: true, wide: false))
    }
    output.removeAll()
    let result = NeuronStep.with(&v, &masks) { [level, sums, drive, tiles] in
      NeuronStep.run(
        level: level, $0, sums: sums, drive: drive,
        sources: NeuronStep.Sources(narrow: true, wide: false, drive: true), tiles: tiles, firing: .soft,
        settings: NeuronStep.Settings(low: Int32.min, high: Int32.max, saturates: false))
    }
    NeuronStep.collect(
      level: level, masks, firstMask: 0, order: [], fired: result.fired, padded: 64, pixels: v.count / 64, into: &output,
      counts: &counts)
    return result.fired
  }

  private static func spikes(_ shape: MapShape, _ activity: Double, _ random: inout SeededGenerator) -> SpikeTrain {
    var train = SpikeTrain(shape: shape, hasPayload: false)
    for pixel in 0..<shape.pixels {
      for channel in 0..<shape.channels where random.unit() < activity {
        train.append(pixel: pixel, channel: channel, payload: 1)
      }
    }
    train.endStep()
    return train
  }

  private static func bits(
    _ shape: MapShape, _ steps: Int, _ activity: Double, _ random: inout SeededGenerator
  ) -> SpikeTrain {
    let words = PaddedChannels.count(shape.channels) / 16
    var train = SpikeTrain(shape: shape, hasPayload: false)
    train.beginBits(shape.pixels * words)
    let first = train.reserveBits(steps: steps)
    for word in 0..<(steps * shape.pixels * words) {
      for bit in 0..<min(16, shape.channels - word % words * 16) where random.unit() < activity {
        train.masks[first + word] |= 1 << UInt16(bit)
      }
    }
    train.endBits(steps: steps, level: .base)
    return train
  }

  private static func weights(_ shape: [Int], _ random: inout SeededGenerator) -> WeightTensor? {
    WeightTensor(
      shape: shape, storage: .int8((0..<shape.reduce(1, *)).map { _ in Int8(truncatingIfNeeded: random.next()) }))
  }
}
