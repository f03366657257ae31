import ChipModel

/// A projection's dense delivery, and when it is the cheaper one.
struct DenseLayer: Sendable {
  let route: DenseRoute
  let cost: DenseCost

  /// Nil where it cannot be, or is dearer than all sources one by one.
  ///
  /// - Parameters:
  ///   - other: the delivery that it stands beside.
  ///   - source: the map that the kernel runs over.
  ///   - taps: of the pixels of a train.
  ///   - isNarrow: whether accumulators have 16 bits.
  init?(
    _ projection: Projection, _ program: CompiledProgram, _ other: DeliveryRoute, source: MapShape, target: MapShape,
    taps: TapTable, isNarrow: Bool, use: DenseUse, kind: DenseKind, level: KernelLevel
  ) {
    guard use != .never, other.weights.kind == .pairs,
      let geometry = DenseRoute.geometry(projection, source: source, target: target)
    else { return nil }
    var cellOf: [UInt32]?
    switch other.rule {
    case .pixels: if projection.pool.map({ $0.kind != .max }) ?? false { return nil }
    case .cells(let cells, _): cellOf = cells
    case .all(let cells): if projection.pool.map({ $0.kind != .max }) ?? false { cellOf = cells }
    }
    var cost = DenseCost(
      geometry, source: source, target: target, kind: kind, use: use, isGathered: projection.kind.traits.isFull,
      vectors: other.vectors(level) * Double(taps.targets.count) / Double(max(1, source.pixels)))
    guard cost.isWorth(spikes: source.count, groups: source.pixels),
      let route = DenseRoute(
        projection, geometry, program.weights[projection.weights], source: source, target: target, cellOf: cellOf,
        looksUp: isNarrow || DenseLayer.fits16(projection, program, other.weights, channels: target.channels), kind: kind)
    else { return nil }
    if let lookUps = route.lookUps, use == .byCost { cost.lookUp(lookUps, target: target) }
    self.route = route
    self.cost = cost
  }

  /// Whether 16 bits hold what spikes without payloads sum up to, before factors.
  private static func fits16(
    _ projection: Projection, _ program: CompiledProgram, _ stored: StoredWeights, channels: Int
  ) -> Bool {
    var plain = projection
    if !stored.factors.isEmpty { plain.shifts = [0] }
    return SumBound.perChannel(plain, weights: program.weights[projection.weights], channels: channels, payload: 0...1)
      .allSatisfy { $0.magnitude <= 32767 }
  }
}

extension DeliveryRoute {
  /// Vectors of a tap's lanes.
  fileprivate func vectors(_ level: KernelLevel) -> Double {
    let width = min(weights.half, level == .avx512 ? 32 : level == .avx2 ? 16 : 8)
    return Double(weights.tapLanes / width)
  }
}

/// When a step of a layer is delivered densely: what its spikes cost one by one against what all sources cost together,
/// both in nanoseconds. Products are rates of the kernels alone, measured on one processor (`dotprod`: assumed); the costs of
/// spikes, groups and bytes are estimates. They decide which path is taken, never what comes out.
struct DenseCost: Sendable {
  /// Of the dense path: the same in every step.
  let dense: Double
  /// Of up to 16 steps of bits that are looked up; nil: none are.
  private(set) var together: Double?
  /// Of the other: of each spike, and of each source pixel that has any.
  let perSpike: Double
  let perGroup: Double

  func isWorth(spikes: Int, groups: Int) -> Bool {
    dense < perSpike * Double(spikes) + perGroup * Double(groups)
  }

  /// Whether steps are delivered densely, all of them. Spikes that are not listed have to be, else.
  func isWorth(_ train: SpikeTrain, steps: Range<Int>) -> Bool {
    var (spikes, groups, active) = (0, 0, 0)
    for step in steps {
      spikes += train.spikeCount(step: step)
      groups += train.groupCount(step: step)
      active += train.spikeCount(step: step) > 0 ? 1 : 0
    }
    let listing = train.isListed
      ? 0 : DenseCost.listedSpike * Double(spikes) + DenseCost.listedWord * Double(train.maskWords * active)
    let looked = together.flatMap {
      train.maskWords > 0 && steps.count >= LookUps.steps.lowerBound ? $0 * Double((steps.count + 15) / 16) : nil
    }
    return looked ?? (dense * Double(active)) < perSpike * Double(spikes) + perGroup * Double(groups) + listing
  }

  /// - Parameters:
  ///   - isGathered: whether spikes one by one are first gathered from all pixels.
  ///   - vectors: of weights that a spike reads, on average.
  init(
    _ geometry: ConvolutionGeometry, source: MapShape, target: MapShape, kind: DenseKind, use: DenseUse, isGathered: Bool,
    vectors: Double
  ) {
    func padded(_ channels: Int, to multiple: Int) -> Double { Double((channels + multiple - 1) / multiple * multiple) }
    let sources = padded(source.channels, to: 4)
    let products = sources * padded(target.channels, to: 16) * Double(target.pixels * geometry.kernelY * geometry.kernelX)
    switch use {
    case .never: dense = .infinity
    case .always: dense = -1
    case .byCost:
      // With few positions weights are read as often as they are used; matrices have steps, then.
      let rate = DenseCost.productsPerNanosecond(kind) * (target.pixels < 4 && kind != .amx ? 0.3 : 1)
      dense = products / rate
        + sources * Double(source.pixels) / DenseCost.bytesPerNanosecond
    }
    perSpike = DenseCost.vectorOfSpike * vectors + (isGathered ? DenseCost.gathered : 0)
    perGroup = isGathered ? DenseCost.gathered : DenseCost.group + DenseCost.vectorOfGroup * vectors
  }

  /// Says that bits of several steps are looked up.
  mutating func lookUp(_ lookUps: LookUps, target: MapShape) {
    let products = 6 * lookUps.offsets.count * ((target.channels + 15) / 16) * 16
    together = 16 * Double(products * target.pixels) / DenseCost.lookedUpPerNanosecond
  }

  /// Multiply-accumulates that tables stand for.
  private static let lookedUpPerNanosecond = 460.0

  /// Multiply-accumulates; kinds without an instruction for four are never worth it.
  private static func productsPerNanosecond(_ kind: DenseKind) -> Double {
    switch kind {
    case .swift, .plain: 0
    case .avx2: 75
    case .avxvnni: 145
    case .avx512vnni, .tables: 300
    case .dotprod: 100
    case .amx: 1500
    }
  }

  private static let bytesPerNanosecond = 40.0
  private static let vectorOfSpike = 0.4
  private static let group = 6.0
  private static let gathered = 1.0
  private static let vectorOfGroup = 1.2
  private static let listedSpike = 0.5
  private static let listedWord = 0.7
}
