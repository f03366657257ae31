import ChipModel

extension Lowering {
  /// Whether this chip's neurons can send what they added up.
  static func sendsSums(_ chip: ChipDescription) -> Bool {
    chip.supports(neuronModel: NeuronModel.Kind.augmented.name)
      && (chip.spikePayloadBits == 0 || chip.spikePayloadBits >= FixedPoint.bits(holding: UInt64(Int32.max)))
  }

  /// Puts sums of parts of the sources before populations, which the network left a tick for.
  mutating func splitFanIn(_ parts: [Int: FanInParts]) throws(CompileError) {
    for target in populations.indices {
      guard let parts = parts[target] else { continue }
      let incoming = projections.indices.filter {
        projections[$0].target == target && network.canSplit(network.projections[$0])
      }
      let split = SplitFanIn(
        program, incoming: incoming, target: target, parts: parts, isExact: Lowering.sendsSums(chip))
      // One threshold for all of them: a neuron of a crossbar has few weights.
      let most = split.sums.map { $0.largest(channels: populations[target].shape.channels) }.max() ?? 0
      let unit = max(1, options.sumUnits[populations[target].name] ?? SumUnits.standard)
      let worth = (most + Int64(unit) - 1) / Int64(unit)
      for sum in split.sums { try add(sum, worth: worth, before: target) }
      sums.append(
        PartialSums(
          population: populations[target].name, parts: parts.count, sums: split.sums.map(\.name),
          isExact: split.isExact && chip.accumulatorOverflow == .refuse, direct: split.directShare,
          unit: split.isExact ? nil : unit))
      for (index, direct) in zip(incoming, split.direct) {
        guard let direct else { continue }
        projections[index] = direct.projection
        weights[direct.projection.weights] = direct.weights
      }
    }
    // What was cut goes last to first, so that places stay what they were.
    for index in network.projections.indices.reversed() where projections[index].sources == nil {
      if parts[projections[index].target] != nil, network.canSplit(network.projections[index]) { projections.remove(at: index) }
    }
  }

  /// - Parameter worth: what a spike of a sum that is not exact is worth, at least.
  private mutating func add(_ sum: SplitFanIn.Sum, worth: Int64, before target: Int) throws(CompileError) {
    let to = populations[target]
    let isExact = sum.sign == 0
    let least = Int64(1) << Int64(fractionBits)
    let bits = max(weightBits, chip.tableWeightBits ?? 0)
    let synapse =
      isExact ? SumSynapse(value: 1, bits: bits) : SumSynapse(atLeast: worth, bits, chip, baseShift: baseShift)
    let model = NeuronModel(kind: isExact ? .augmented : .integrateFire, hasNegativeThreshold: isExact)
    let reset = chip.reset(of: model)?.synapse
    guard let synapse, let threshold = Int32(exactly: synapse.value * least), Int64(threshold) <= FixedPoint.highest(bits: membraneBits),
      reset.map({ $0.nearest(to: Int64(threshold)) == Int64(threshold) }) ?? true
    else { throw doesNotFit(sum.name, "a partial sum of", Double(worth)) }
    if !isExact { try checkReset(sum.name, model) }
    let index = populations.count
    populations.append(
      Population(
        name: sum.name, dimensions: to.dimensions, model: model,
        threshold: UnitValues(uniform: threshold), negativeThreshold: UnitValues(uniform: isExact ? -threshold : -1),
        bias: UnitValues(uniform: 0), initial: UnitValues(uniform: isExact ? 0 : threshold / 2),
        start: timing.schedule == .continuous ? 0 : to.start - 1, unit: to.unit))
    sumTargets[index] = target
    if isExact { repeating.insert(index) }
    for (part, tensor) in zip(sum.projections, sum.weights) {
      var projection = part
      (projection.target, projection.weights, projection.delay) = (index, weights.count, part.delay - 1)
      weights.append(tensor)
      projections.append(projection)
    }
    let values = [[Int32]](repeating: synapse.weights.map { sum.sign < 0 ? -$0 : $0 }, count: to.shape.channels).flatMap { $0 }
    if let tensor = WeightTensor(shape: [to.shape.channels, synapse.weights.count], values: values) { weights.append(tensor) }
    projections.append(
      Projection(
        name: sum.name, source: index, target: target, kind: .identity, weights: weights.count - 1,
        shifts: [synapse.shift], delay: 1))
  }
}

/// A value that a synapse delivers, as a chip can store it: parallel weights, all shifted alike.
struct SumSynapse {
  let weights: [Int32]
  let shift: UInt8
  var value: Int64 { weights.reduce(0) { $0 + Int64($1) } << Int64(shift) }

  init?(value: Int32, bits: Int) {
    guard Int64(value) <= FixedPoint.highest(bits: bits) else { return nil }
    (weights, shift) = ([value], 0)
  }

  /// The smallest that is at least `value`; on an array of whole weights the largest that one holds. Nil: too many synapses.
  init?(atLeast value: Int64, _ bits: Int, _ chip: ChipDescription, baseShift: Int) {
    let most = FixedPoint.highest(bits: bits)
    func rounded(_ value: Int64, _ divisor: Int64) -> Int64 { (value + divisor - 1) / divisor }
    let shifts = Int64(baseShift)...Int64(baseShift + chip.maximumWeightShift)
    let shift = shifts.first { rounded(value, 1 << $0) <= most } ?? shifts.upperBound
    let wanted = max(1, rounded(value, 1 << shift))
    let isArray = chip.crossbar.map { !$0.value.binary } ?? false
    let parts = isArray ? 1 : rounded(wanted, most)
    guard parts <= Int64(QuantisedPopulation.mostParallel) else { return nil }
    weights = [Int32](repeating: Int32(min(most, rounded(wanted, parts))), count: Int(parts))
    self.shift = UInt8(shift)
  }
}
