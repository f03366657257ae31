import ChipModel

/// A program prepared for the engine: stored weights, delivery tables, parameter tiles, and the proofs that choose widths.
///
/// Immutable, shared by all workers. Layout of every population is channel-last, channels padded (`PaddedChannels`):
/// neuron `(c, pixel)` is at `pixel * padded + c`.
package struct EnginePlan: Sendable {
  package let program: CompiledProgram
  /// Which kernels run.
  package let kernels: KernelLevel
  /// Transient faults; the proofs of widths allow for them.
  package let faults: FaultSettings
  /// Sources before targets, those of a circle as one part; without the input, which is never updated.
  let order: [Part]
  let populations: [PopulationPlan]
  let projections: [ProjectionPlan]
  /// By population: the order in which a step's spikes leave its pixels; empty = pixel order.
  let pixelOrders: [[UInt32]]
  /// Populations whose trains keep a bit a neuron: somebody reads them.
  let masked: Set<Int>
  /// By population: the projection that stands for its resets (``CompiledProgram/isReset(_:)``). No spikes are delivered over it.
  let resets: [Int?]
  /// By population.
  let cores: [CoreOfPopulation]
  /// Neurons of a block, about.
  let blockLanes: Int

  /// Populations that run after those that feed them.
  struct Part: Sendable {
    /// Of a circle in the order in which they run within a step.
    let populations: [Int]
    /// Whether they feed one another, or one itself.
    let isCircle: Bool
  }

  /// - Parameters:
  ///   - program: what will run.
  ///   - kernels: a level that this processor lacks is lowered to the best it has.
  ///   - dense: when layers are delivered densely, and on which dot products; nil: the best of the kernels.
  ///   - faults: transient faults of the run; the proofs of widths allow for them.
  package init(
    _ program: CompiledProgram, kernels: KernelLevel = .best, dense: DenseUse = .byCost, denseKind: DenseKind? = nil,
    faults: FaultSettings = .none
  ) {
    self.init(program, kernels: kernels, dense: dense, denseKind: denseKind, isScalar: false, faults: faults)
  }

  /// - Parameters:
  ///   - isScalar: every population by the scalar rules in 64 bits: what tests compare the kernels with.
  ///   - blockLanes: tests take few, to have many blocks.
  init(
    _ program: CompiledProgram, kernels: KernelLevel, dense: DenseUse = .never, denseKind: DenseKind? = nil, isScalar: Bool,
    faults: FaultSettings = .none, blockLanes: Int = PopulationPlan.blockLanes
  ) {
    self.program = program
    self.faults = faults
    self.blockLanes = blockLanes
    let kernels = min(kernels, KernelLevel.best)
    self.kernels = kernels
    let denseKind = denseKind ?? DenseKind(best: kernels)
    let forward = program.forwardOrder
    let all = forward.nodes
    let incoming = program.incoming
    order = forward.parts.filter { !program.populations[$0[0]].model.isInput }.map {
      Part(populations: program.orderWithinStep($0, incoming: incoming) ?? $0, isCircle: forward.isCyclic[$0[0]])
    }
    cores = CoreOfPopulation.all(program)
    // A duplicated spike arrives twice in its tick.
    let copies: Int64 = faults.duplicateSpikes > 0 ? 2 : 1
    // In a circle, where a source may come later, neurons send spikes without counts.
    var payloads = [ClosedRange<Int64>](repeating: 0...copies, count: program.populations.count)
    var populationPlans = [PopulationPlan?](repeating: nil, count: program.populations.count)
    var plans = [ProjectionPlan?](repeating: nil, count: program.projections.count)
    let resets = Set(program.projections.indices.filter { program.isReset(program.projections[$0]) })
    for index in all {
      let plan = PopulationPlan(
        index, program, arriving: incoming[index].filter { !resets.contains($0) }, payloads: payloads, isScalar: isScalar,
        isDisturbed: faults.flipsBits,
        blockLanes: blockLanes)
      payloads[index] = (plan.payload.lowerBound * copies)...(plan.payload.upperBound * copies)
      populationPlans[index] = plan
      for p in incoming[index] {
        plans[p] = ProjectionPlan(
          program.projections[p], program, into: plan, isNarrow: plan.narrow.contains(p), isScalar: isScalar
        ) { route, source, taps in
          DenseLayer(
            program.projections[p], program, route, source: source, target: plan.shape, taps: taps,
            isNarrow: plan.narrow.contains(p), use: dense, kind: denseKind, level: kernels)
        }
      }
    }
    populations = populationPlans.compactMap { $0 }
    projections = plans.compactMap { $0 }
    self.resets = incoming.map { $0.first(where: resets.contains) }
    let delivered = projections.enumerated().filter { !resets.contains($0.offset) }.map(\.element)
    masked = Set(
      delivered.filter { ($0.dense != nil || $0.shortcut != nil) && $0.projection.sources == nil }.map(\.projection.source))
    var pixelOrders = [[UInt32]](repeating: [], count: program.populations.count)
    for plan in projections where !plan.isGated && !plan.isInput && plan.projection.sources == nil {
      let source = plan.projection.source
      if pixelOrders[source].isEmpty { pixelOrders[source] = plan.pixelOrder }
    }
    self.pixelOrders = pixelOrders
  }
}

/// How a projection's spikes are delivered. A class, so that the step loop holds one reference.
final class ProjectionPlan: Sendable {
  enum Path: Sendable {
    /// Packed pairs into 16-bit accumulators.
    case narrow(DeliveryRoute)
    /// Stored weights into 32-bit accumulators.
    case wide(DeliveryRoute)
    /// Few target channels a spike; into 16-bit accumulators, or 32-bit ones.
    case sparse(SparseRows, isNarrow: Bool)
    /// 64-bit accumulators, one synapse at a time.
    case exact

    /// Whether it adds to 16-bit accumulators.
    var isNarrow: Bool {
      switch self {
      case .narrow: true
      case .sparse(_, let isNarrow): isNarrow
      case .wide, .exact: false
      }
    }

    var name: String {
      switch self {
      case .narrow: "narrow"
      case .wide(let route): route.weights.kind == .pairs ? "widePairs" : "wide"
      case .sparse(_, let isNarrow): isNarrow ? "narrowSparse" : "sparse"
      case .exact: "exact"
      }
    }
  }
  let projection: Projection
  /// The host computes what it brings, as a current.
  let isInput: Bool
  /// Its spikes pass max-pooling gates.
  let isGated: Bool
  let weights: WeightTensor
  /// The map that trains are of: the source's, or the pooled one behind a gate.
  let source: MapShape
  let taps: TapTable
  /// Adding tick of the target's window minus the source's step.
  let offset: Int
  let path: Path
  /// From the input: pixels of bands, whole lines, of which every other one shares no targets. `Int.max`: all are one.
  let bandPixels: Int
  var bands: Int { bandPixels == .max ? 1 : (source.pixels + bandPixels - 1) / bandPixels }
  /// Beside the path, for steps of high activity.
  let dense: DenseLayer?
  /// Beside a path of sparse rows.
  let shortcut: MaskedShortcut?
  /// From the input: multiplications by input value, those with a weight of 0 left out.
  let multiplications: [Int]
  /// From the input, or where a sample proves widths: largest sum of one step for values (payloads) of magnitude 1.
  let unitBound: Int64

  init(
    _ projection: Projection, _ program: CompiledProgram, into target: PopulationPlan, isNarrow: Bool, isScalar: Bool,
    dense: (DeliveryRoute, MapShape, TapTable) -> DenseLayer?
  ) {
    self.projection = projection
    let weights = program.weights[projection.weights]
    self.weights = weights
    let isInput = program.isHostCurrent(projection)
    self.isInput = isInput
    isGated = program.isGated(projection)
    let origin = program.populations[projection.source]
    let part = program.sourceShape(projection)
    let pools = projection.pool?.kind == .max
    let source = pools ? (projection.pool?.output(of: part) ?? part) : part
    self.source = source
    let pool = pools ? nil : projection.pool
    bandPixels = isInput && pool == nil ? ProjectionPlan.bandPixels(projection, source) : .max
    taps = TapTable(projection: projection, source: source, target: target.shape, pool: pool)
    if isScalar || (target.isExact && !target.isProvenBySample && !isInput) {
      path = .exact
    } else if let rows = SparseRows(
      projection: projection, weights: weights, sourceChannels: source.channels, targetChannels: target.shape.channels,
      isWanted: !projection.kind.traits.joinsChannels(groups: projection.convolution.groups))
    {
      path = .sparse(rows, isNarrow: isNarrow)
    } else if let stored = StoredWeights(
      projection: projection, weights: weights, sourceChannels: source.channels, target: target.shape,
      allowsPairs: !isInput)
    {
      let route = ProjectionPlan.route(
        projection, stored, source: source, target: target.shape, pool: pool, taps: taps, band: bandPixels)
      path = isNarrow ? .narrow(route) : .wide(route)
    } else if let rows = SparseRows(
      projection: projection, weights: weights, sourceChannels: source.channels, targetChannels: target.shape.channels,
      isWanted: true)
    {
      path = .sparse(rows, isNarrow: false)
    } else {
      path = .exact
    }
    switch path {
    case .narrow(let route), .wide(let route): self.dense = dense(route, pool?.output(of: source) ?? source, taps)
    case .sparse, .exact: self.dense = nil
    }
    if case .sparse(let rows, _) = path, rows.isIdentity, projection.pool == nil, source == target.shape {
      shortcut = MaskedShortcut(rows)
    } else {
      shortcut = nil
    }
    offset = isInput ? 0 : ActiveWindow.offset(from: origin, to: target.population, delay: projection.delay)
    multiplications =
      isInput
      ? Synapses(projection, weights: weights, source: part, target: target.shape).nonZero(weights) : []
    unitBound =
      isInput || target.isProvenBySample
      ? SumBound.perChannel(projection, weights: weights, channels: target.shape.channels, payload: -1...1)
        .map(\.magnitude).max() ?? 0 : 0
  }

  /// A line of sources reaches the lines of targets that one as many lines further on does not.
  private static func bandPixels(_ projection: Projection, _ source: MapShape) -> Int {
    let rows = projection.convolution.rowAxis
    let (reach, overflow) = (rows.kernel - 1).multipliedReportingOverflow(by: rows.dilation)
    guard projection.kind == .convolution, !overflow else { return .max }
    let lines = max(1, reach, source.height / 16)
    return lines * 4 > source.height ? .max : lines * source.width
  }

  /// Whether all steps of the train are delivered from its bits, because groups would have to be made first.
  func deliversBits(of train: SpikeTrain) -> Bool {
    if let dense { return dense.cost.isWorth(train, steps: 0..<train.steps) }
    return shortcut?.isWorth(train, steps: 0..<train.steps) ?? false
  }

  /// The source's pixels cell by cell where the projection adds up the spikes of pooling cells: then a cell's spikes lie
  /// together. Else empty.
  fileprivate var pixelOrder: [UInt32] {
    switch path {
    case .narrow(let route), .wide(let route):
      guard case .cells(let cells, _) = route.rule else { return [] }
      return cells.indices.sorted { (cells[$0], $0) < (cells[$1], $1) }.map { UInt32(truncatingIfNeeded: $0) }
    case .sparse, .exact: return []
    }
  }

  /// Groups the spikes of a window, or of a whole step (dense), where each source pixel is in at most one window.
  static func route(
    _ projection: Projection, _ weights: StoredWeights, source: MapShape, target: MapShape, pool: PoolGeometry?,
    taps: TapTable, band: Int = .max
  ) -> DeliveryRoute {
    let pooled = pool?.output(of: source) ?? source
    let isDense = projection.kind.traits.isFull
    let padded = weights.paddedTargets
    let unused = target.pixels * padded
    if let cellOf = cells(source: source, pooled: pooled, pool: pool) {
      if isDense {
        return DeliveryRoute(
          rule: .all(cellOf: cellOf), table: DeliveryTable(pixels: target.pixels, padded: padded),
          weights: weights)
      }
      if pool != nil {
        let table = TapTable(projection: projection, source: pooled, target: target, pool: nil)
        return DeliveryRoute(
          rule: .cells(cellOf: cellOf, count: pooled.pixels),
          table: DeliveryTable(table, padded: padded, unused: unused) { $0 }, weights: weights)
      }
    }
    // A dense projection over overlapping windows: a tap's weights start at the rows of its pixel.
    let pixels = target.pixels
    let table = DeliveryTable(taps, padded: padded, unused: unused, band: band) { tap in
      isDense ? tap / pixels * source.channels * pixels + tap % pixels : tap
    }
    return DeliveryRoute(rule: .pixels, table: table, weights: weights)
  }

  /// The window of each source pixel; nil where one is in several.
  private static func cells(source: MapShape, pooled: MapShape, pool: PoolGeometry?) -> [UInt32]? {
    guard let pool else { return (0..<UInt32(truncatingIfNeeded: source.pixels)).map { $0 } }
    var result: [UInt32] = []
    result.reserveCapacity(source.pixels)
    for y in 0..<source.height {
      let rows = pool.windowsY(containing: y, count: pooled.height)
      for x in 0..<source.width {
        let columns = pool.windowsX(containing: x, count: pooled.width)
        if rows.count > 1 || columns.count > 1 { return nil }
        let isInside = !rows.isEmpty && !columns.isEmpty
        result.append(
          isInside ? UInt32(truncatingIfNeeded: rows.lowerBound * pooled.width + columns.lowerBound) : UInt32.max)
      }
    }
    return result
  }
}

extension SparseRows {
  /// Nil too where it is not wanted.
  fileprivate init?(
    projection: Projection, weights: WeightTensor, sourceChannels: Int, targetChannels: Int, isWanted: Bool
  ) {
    guard isWanted else { return nil }
    self.init(
      projection: projection, weights: weights, sourceChannels: sourceChannels, targetChannels: targetChannels)
  }
}
