import ChipModel
import Runtime

/// From a checked network in real numbers to integer populations and projections, without cores.
///
/// The passes in order: models and windows; amplitudes folded into weights; scales and rounding; thresholds, biases and
/// initial potentials into units; relays for delays that the chip has not; stuck bits; proofs of widths.
struct Lowering {
  let network: CheckedNetwork
  let chip: ChipDescription
  let options: CompileOptions
  let weightBits: Int
  let membraneBits: Int
  /// The chip's, less what the population that is read needs of them.
  var fractionBits: Int
  /// Bits by which the weights into all other populations are shifted up instead.
  var baseShift = 0
  let timing: LayerTiming
  var populations: [Population] = []
  var projections: [Projection] = []
  var weights: [WeightTensor] = []
  private(set) var headroom: [Headroom] = []
  private(set) var coarser: [CoarserUnits] = []
  /// Channels whose weights are cut off, as their thresholds are far below them.
  private(set) var cutOff: [CoarserUnits] = []
  var rounded: [RoundedParameters] = []
  var sums: [PartialSums] = []
  /// Places of sums, with the population that they are for.
  var sumTargets: [Int: Int] = [:]
  var sliced: [String] = []
  var copied: [CopiedPopulation] = []
  /// Populations that the compiler added and that must hold, whole, what they send on.
  var repeating: Set<Int> = []

  init(
    _ network: CheckedNetwork, chip: ChipDescription, options: CompileOptions, form: NetworkForm = NetworkForm()
  ) throws(CompileError) {
    self.network = network
    self.chip = chip
    self.options = options
    weightBits = options.weightBits ?? max(chip.defaultWeightBits, min(chip.weightBits, network.integerWeightBits))
    membraneBits = options.membraneBits ?? chip.membraneBits
    fractionBits = options.fractionBits ?? chip.fractionBits
    guard (2...16).contains(weightBits), (2...32).contains(membraneBits), (0...15).contains(fractionBits) else {
      throw .option("weight bits must be 2...16, membrane bits 2...32, fraction bits 0...15")
    }
    timing = try network.timing(options)
    try check(network.memoryToCompile)
    try lowerPopulations()
    try makeRoomForReadout()
    try splitFanIn(form.parts)
    sliceWeights(form.sliced)
    try insertRelays()
    addCopies(form.copies)
    // What a split adds may be more than the chip has, and than this machine holds.
    if !form.parts.isEmpty || !form.copies.isEmpty { try program.checkCores() }
    try check(program.memoryToPlace)
    try stickBits()
    addResets()
    try proveWidths()
  }

  /// Of running what was lowered.
  func checkMemory() throws(CompileError) { try check(program.memoryToRun) }

  private func check(_ need: MemoryNeed) throws(CompileError) {
    do throws(MemoryError) { try options.memory.check(need) } catch { throw .memory(error) }
  }

  // MARK: - Populations

  private mutating func lowerPopulations() throws(CompileError) {
    // Projections keep the network's order, whatever order their targets are lowered in.
    var lowered = [(tensor: WeightTensor, shifts: [UInt8], error: Double)?](
      repeating: nil, count: network.projections.count)
    populations.append(.input(network.populations[0].dimensions, network.populations[0].model))
    for index in network.placed {
      let population = network.populations[index]
      try checkModel(population)
      var incoming: [(projection: CheckedProjection, folded: FoldedWeights)] = []
      for index in population.incoming {
        let projection = network.projections[index]
        incoming.append(
          (projection, try FoldedWeights(projection, source: network.source(of: projection))))
      }
      let isRead = network.output == index && network.readout == .potential
      // Values are not compared, and a population without thresholds needs none in one unit.
      let isApart = isRead && network.network.output.task == .values && !population.model.fires
      let isShared = options.scale == .population || !isApart && (isRead || !chip.thresholdPerNeuron)
      let least =
        isShared || options.scale == .channel || population.hasIntegerWeights
        ? nil : LeastUnit(
          population, ParameterLimits(population, membraneBits: membraneBits, chip: chip), fractionBits: fractionBits)
      let quantised = try QuantisedPopulation(
        population: population, incoming: incoming, isShared: isShared,
        thresholdRatio: isRead || chip.thresholdPerNeuron ? nil : try thresholdRatio(population), leastUnit: least,
        fractionBits: fractionBits, bits: weightBits, identityBits: chip.tableWeightBits,
        maximumShift: population.hasIntegerWeights ? 0 : chip.maximumWeightShift)
      if quantised.coarserChannels > 0 {
        coarser.append(CoarserUnits(population: population.name, channels: quantised.coarserChannels))
      }
      for (index, projection) in zip(population.incoming, quantised.projections) {
        lowered[index] = (projection.tensor, projection.shifts, projection.largestError)
      }
      if !quantised.cutOff.isEmpty {
        cutOff.append(CoarserUnits(population: population.name, channels: quantised.cutOff.count))
      }
      populations.append(try integerPopulation(index, unit: quantised.unit, cutOff: quantised.cutOff))
    }
    for (index, projection) in network.projections.enumerated() {
      guard let result = lowered[index] else { continue }
      weights.append(result.tensor)
      projections.append(integerProjection(projection, weights: weights.count - 1, result.shifts, result.error))
    }
  }

  private func checkModel(_ population: CheckedPopulation) throws(CompileError) {
    let name = population.model.name
    guard chip.supports(neuronModel: name) else {
      throw .unsupportedModel(
        population: population.name, model: name, chip: chip.name,
        supported: chip.neuronModels?.value ?? ChipDescription.allNeuronModels)
    }
    try checkReset(population.name, population.model)
    if timing.schedule == .continuous, population.model.code == .pairs || population.model.period > 1 {
      throw .periodCodeNeedsWindows(population: population.name)
    }
  }

  /// Thresholds of the channels relative to the largest, where they differ and the chip has one for all.
  private func thresholdRatio(_ population: CheckedPopulation) throws(CompileError) -> [Double]? {
    guard let threshold = population.threshold, !population.hasIntegerWeights else { return nil }
    let entries = threshold.entries
    guard let first = entries.first, entries.contains(where: { $0 != first }) else { return nil }
    guard threshold.isUniformPerChannel || population.shape.pixels == 1 else {
      throw .thresholdsPerNeuron(population: population.name, chip: chip.name)
    }
    let largest = entries.filter(\.isFinite).max() ?? 1
    // A channel that never fires keeps the largest unit; its threshold is the flag.
    return entries.map { $0.isFinite ? $0 / largest : 1 }
  }

  func doesNotFit(_ population: String, _ what: String, _ value: Double) -> CompileError {
    .doesNotFit(
      population: population, what: what, value: value, bits: membraneBits, isWidest: membraneBits >= chip.membraneBits)
  }

  /// - Parameter cutOff: channels whose values may be cut off where the chip does not hold them.
  mutating func integerPopulation(
    _ index: Int, unit: [Double], cutOff: Set<Int> = []
  ) throws(CompileError) -> Population {
    let population = network.populations[index]
    var roundings: [ChipFormat: Double] = [:]
    defer {
      for format in ChipFormat.allCases {
        guard let largest = roundings[format], largest > 0 else { continue }
        rounded.append(RoundedParameters(population: population.name, format: format, largest: largest))
      }
    }
    let reset = chip.reset(of: population.model)?.synapse
    /// What the chip's formats hold of an integer; `unit` is what 1 is worth.
    func held(_ integer: Double, _ format: ChipFormat, _ unit: Double, and synapse: MantissaExponent? = nil) -> Double? {
      var result = Int64(integer)
      for form in [synapse, chip.formats.value(format)] {
        guard let form else { continue }
        guard let nearest = form.nearest(to: result) else { return nil }
        result = nearest
      }
      roundings[format] = max(roundings[format] ?? 0, abs(Double(result) - integer) * unit)
      return Double(result)
    }
    let shape = population.shape
    let scale = Double(1 << fractionBits)
    let limits = ParameterLimits(population, membraneBits: membraneBits, chip: chip)
    let name = population.name
    func integers(
      _ values: ResolvedValues?, what: String, limit: Double, format: ChipFormat? = nil
    ) throws(CompileError) -> UnitValues {
      guard let values else { return UnitValues(uniform: 0) }
      let expanded = QuantisedParameter(values, unit: unit, shape: shape)
      var result: [Int32] = []
      result.reserveCapacity(expanded.values.count)
      for ((value, unit), channel) in zip(zip(expanded.values, expanded.units), expanded.channels) {
        var exact = (value / unit * scale).rounded(.toNearestOrEven)
        // Of such a channel all is far beyond its threshold.
        if cutOff.contains(channel) { exact = min(max(exact, -limit), limit) }
        guard abs(exact) <= limit, let integer = format == nil ? exact : held(exact, format ?? .biasFormat, unit / scale),
          abs(integer) <= limit
        else {
          throw doesNotFit(name, what, value)
        }
        result.append(Int32(integer))
      }
      return UnitValues(result).simplified
    }
    func thresholds(_ values: ResolvedValues?, sign: Double, least: Double = 1) throws(CompileError) -> UnitValues {
      guard let values else { return UnitValues(uniform: NeuronModel.infinite) }
      let expanded = QuantisedParameter(values, unit: unit, shape: shape)
      var result: [Int32] = []
      result.reserveCapacity(expanded.values.count)
      for (value, unit) in zip(expanded.values, expanded.units) {
        if value.isInfinite {
          result.append(NeuronModel.infinite)
          continue
        }
        let integer = (value / unit * scale).rounded(.toNearestOrEven)
        guard integer * sign >= least else {
          throw .thresholdBelowOne(population: name, threshold: value, unit: unit / scale)
        }
        guard abs(integer) <= limits.threshold,
          let integer = held(integer, .thresholdFormat, unit / scale, and: reset), abs(integer) <= limits.threshold
        else {
          throw doesNotFit(name, sign > 0 ? "threshold" : "negative threshold", value)
        }
        guard integer * sign >= least else {
          throw .thresholdBelowOne(population: name, threshold: value, unit: unit / scale)
        }
        result.append(Int32(integer))
      }
      return UnitValues(result).simplified
    }
    var threshold = try thresholds(population.threshold, sign: 1)
    var negative =
      population.negativeThreshold == nil
      ? UnitValues(uniform: -1) : try thresholds(
        population.negativeThreshold, sign: -1, least: population.model.negativeThreshold == .upToZero ? 0 : 1)
    if !chip.thresholdPerNeuron {
      guard let one = threshold.sameForAll, let other = negative.sameForAll else {
        throw .thresholdsPerNeuron(population: name, chip: chip.name)
      }
      (threshold, negative) = (one, other)
    }
    var levels = PopulationLevels()
    if let floor = population.values.floor {
      levels.floor = try integers(floor, what: "floor", limit: limits.bias)
    }
    if let value = population.values.resetValue {
      levels.resetValue = try integers(value, what: "reset value", limit: limits.bias)
    }
    return Population(
      name: name, dimensions: population.dimensions, model: population.model,
      threshold: threshold, negativeThreshold: negative, levels: levels,
      bias: try integers(population.bias, what: "bias", limit: limits.bias, format: .biasFormat),
      biasByStep: try biasByStep(population) { (values) throws(CompileError) in
        try integers(values, what: "bias", limit: limits.bias, format: .biasFormat)
      },
      initial: try integers(
        population.initial, what: "initial potential", limit: limits.initial
      ).shifted(by: population.model.codeBits),
      start: timing.starts[index], lag: timing.lags[index], gatedPeriods: network.gatedPeriods(population), unit: unit)
  }

  private func biasByStep(
    _ population: CheckedPopulation, integers: (ResolvedValues) throws(CompileError) -> UnitValues
  ) throws(CompileError) -> [UnitValues] {
    var result: [UnitValues] = []
    guard let table = population.biasByStep else { return result }
    for step in 0..<table.steps { result.append(try integers(.perChannel(table.column(step)))) }
    return result
  }

  // MARK: - Projections

  private func integerProjection(
    _ projection: CheckedProjection, weights: Int, _ shifts: [UInt8], _ error: Double
  ) -> Projection {
    let source = network.source(of: projection).model
    return Projection(
      name: projection.name, source: projection.source, target: projection.target, kind: projection.kind,
      weights: weights, shifts: shifts, pool: projection.pool, convolution: projection.convolution,
      delay: timing.delay(projection, network),
      gatePeriod: source.period, gateRestarts: source.code == .pairs, gate: projection.gate,
      largestRoundingError: error)
  }

  /// Builds delays beyond the chip's, and beyond what a program holds, from relay populations: neurons that repeat each
  /// spike they receive.
  private mutating func insertRelays() throws(CompileError) {
    let most = chip.maximumDelay ?? ActiveWindow.delays.upperBound
    var relays: [Int: Int] = [:]
    for index in projections.indices {
      var waited = 0
      let first = populations[projections[index].source].name
      let stages = (projections[index].delay - 1) / most
      let neurons = populations[projections[index].source].shape.count
      guard stages <= Lowering.mostRelays, stages * neurons <= MapShape.maximumCount else {
        throw .delay(projection: projections[index].name, delay: projections[index].delay, limit: most, chip: chip.name)
      }
      while projections[index].delay > most {
        let source = projections[index].source
        // Projections that wait for the same source share its relays.
        waited += most
        let relay: Int
        if let existing = relays[source] {
          relay = existing
        } else {
          relay = try addRelay(of: source, delay: most, name: "\(first).relay.\(waited / most)")
          relays[source] = relay
        }
        projections[index].source = relay
        projections[index].delay -= most
      }
    }
  }

  /// Relay populations of one delay: more is a mistake, not a delay line.
  static let mostRelays = 1024

  private mutating func addRelay(of source: Int, delay: Int, name: String) throws(CompileError) -> Int {
    let from = populations[source]
    let model =
      !from.model.hasPayload
      ? NeuronModel(kind: .integrateFire, parameters: .with(.reset, relayReset))
      : from.model.isInput
        ? NeuronModel(kind: .augmented, hasNegativeThreshold: true)
        : from.model.code == .switches ? NeuronModel(kind: .signed)
        : NeuronModel(kind: from.model.kind, parameters: from.model.parameters, hasNegativeThreshold: true)
    guard chip.supports(neuronModel: model.name) else {
      throw .unsupportedModel(
        population: name, model: model.name, chip: chip.name,
        supported: chip.neuronModels?.value ?? ChipDescription.allNeuronModels)
    }
    let unit = Int32(1) << Int32(fractionBits + baseShift)
    // What was sent before is taken back as soon as the potential falls below 0.
    let negative = model.negativeThreshold == .upToZero ? 0 : -unit
    populations.append(
      Population(
        name: name, dimensions: from.dimensions,
        model: model,
        threshold: UnitValues(uniform: unit), negativeThreshold: UnitValues(uniform: negative),
        bias: UnitValues(uniform: 0), initial: UnitValues(uniform: 0),
        start: from.firstFiringTick + delay, unit: [1 / Double(1 << baseShift)], isRelay: true))
    repeating.insert(populations.count - 1)
    let channels = from.shape.channels
    if let ones = WeightTensor(shape: [channels, 1], values: [Int32](repeating: 1, count: channels)) {
      weights.append(ones)
    }
    projections.append(
      Projection(
        name: name, source: source, target: populations.count - 1, kind: .identity,
        weights: weights.count - 1, shifts: [UInt8(baseShift)], delay: delay))
    return populations.count - 1
  }

  // MARK: - Faults

  /// Stuck bits of the weights that cores store; those from the input are the host's and whole.
  private mutating func stickBits() throws(CompileError) {
    guard let faults = options.faults, faults.stuckWeightBits > 0 else { return }
    if chip.crossbar?.value.binary == true { throw .stuckBits(chip: chip.name) }
    for projection in projections where !populations[projection.source].model.isHostCurrent {
      if let stuck = faults.stuck(weights[projection.weights], index: projection.weights, bits: weightBits) {
        weights[projection.weights] = stuck
      }
    }
  }

  // MARK: - Proofs

  /// Proves the width of every population's sum and says when saturation is first possible.
  private mutating func proveWidths() throws(CompileError) {
    let input = network.network.input
    let program = CompiledProgram(
      network: ProgramNetwork(name: "", inputRange: input.range, calibratedRange: input.calibratedRange), chip: chip,
      schedule: timing.schedule, lag: timing.lag, fractionBits: fractionBits, weightBits: weightBits, membraneBits: membraneBits,
      populations: populations,
      projections: projections, weights: weights, output: ProgramOutput(population: network.output, readout: .potential))
    let order = program.topologicalOrder
    headroom = Headroom.all(program, order: order)
    for index in order {
      let need = headroom[index].sumBits
      guard need <= chip.accumulatorBits || chip.accumulatorOverflow != .refuse else {
        throw .sumDoesNotFit(
          population: populations[index].name, sum: headroom[index].largestSum, bits: chip.accumulatorBits,
          chip: chip.name, takesInput: projections.contains { $0.target == index && program.isHostCurrent($0) },
          hasRange: input.range != nil || input.calibratedRange != nil)
      }
      if repeating.contains(index) {
        // It must hold what it repeats, or it would change the numbers.
        let most = max(headroom[index].largestSum, Int64(1) << Int64(fractionBits + baseShift))
        guard most <= FixedPoint.highest(bits: membraneBits) else {
          throw doesNotFit(populations[index].name, populations[index].isRelay ? "a repeated spike of" : "a partial sum of", Double(most))
        }
      }
      populations[index].accumulatorBits = need <= 16 ? 16 : need <= 32 ? 32 : 64
    }
  }
}

/// Real parameters with the unit each is counted in, one each or one for all.
private struct QuantisedParameter {
  var values: [Double]
  var units: [Double]
  /// Whose each is, where units are by channel.
  var channels: [Int]

  init(_ parameter: ResolvedValues, unit: [Double], shape: MapShape) {
    switch parameter {
    case .uniform(let value):
      values = [Double](repeating: value, count: unit.count)
      units = unit
      channels = Array(units.indices)
    case .perChannel(let list):
      values = list
      units = unit.count == 1 ? [Double](repeating: unit[0], count: list.count) : unit
      channels = Array(units.indices)
    case .perNeuron(let list):
      values = list
      units = list.indices.map { unit.count == 1 ? unit[0] : unit[$0 / shape.pixels] }
      channels = list.indices.map { $0 / shape.pixels }
    }
  }
}

extension UnitValues {
  /// One value where all are the same.
  var simplified: UnitValues {
    guard let first = values.first, values.allSatisfy({ $0 == first }) else { return self }
    return UnitValues(uniform: first)
  }

  /// One threshold for all, where the chip has no more; nil where they differ. Units follow the thresholds there, so
  /// they differ by a rounding of the last bit at most, unless nothing can follow them (integer weights, a population
  /// decoded by its potentials). Infinity stays: it is a flag.
  var sameForAll: UnitValues? {
    let finite = values.filter { $0 != NeuronModel.infinite }
    guard let low = finite.min(), let high = finite.max() else { return self }
    guard high - low <= 1 else { return nil }
    return UnitValues(values.map { $0 == NeuronModel.infinite ? $0 : low }).simplified
  }

  func shifted(by shift: Int) -> UnitValues { UnitValues(values.map { $0 << Int32(shift) }) }
}
