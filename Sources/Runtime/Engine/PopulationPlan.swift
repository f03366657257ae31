import ChipModel

/// One population's parameters as the kernels read them. A class, so that the step loop holds one reference.
final class PopulationPlan: Sendable {
  let index: Int
  let population: Population
  let shape: MapShape
  /// Channels padded as ``PaddedChannels`` says.
  let padded: Int
  /// `pixels * padded`; 0 of an input of currents, which sends nothing.
  let count: Int
  let rule: NeuronRule
  /// What the kernels take of the model.
  let firing: NeuronStep.Firing
  let leakShift: Int32
  let payloadBound: Int64
  /// Range of one spike's payload.
  let payload: ClosedRange<Int64>
  /// Projections whose spikes arrive, and those that the host computes.
  let incoming: [Int]
  let inputs: [Int]
  /// Those of `incoming` that add to 16-bit accumulators.
  let narrow: [Int]
  /// Bound of one step's delivered sum, largest channel, without fraction bits.
  let delivered: SumBound
  /// Delivered sums need 64 bits, or weights more than 16.
  let isExact: Bool
  /// Whether neurons are updated by the scalar rule, because there is no kernel for them.
  let runsByRule: Bool
  /// Whether plain loops stand for the rule of a switch code.
  let runsAsSwitches: Bool
  /// The largest sum of a step that the chip's accumulator is sure to hold, where there may be larger ones; nil: there are none.
  let accumulatorRoom: Int64?
  /// Only payloads without a small bound are why: those of a sample may prove 32 bits.
  let isProvenBySample: Bool
  /// Whether delivered sums use 16- and 32-bit accumulators.
  var usesNarrow: Bool { !narrow.isEmpty }
  let usesWide: Bool
  /// Whether several steps may run at once, how many do, and accumulators from one step's to the next one's: room for one
  /// pixel more than there are (see ``DeliveryTable``).
  let runsTogether: Bool
  let slots: Int
  var apart: Int { count + padded }
  /// Pixels that run through the steps before the next ones do, where nothing arrives spike by spike: their parameters and
  /// sums stay in the nearest cache.
  let blockPixels: Int
  /// Sums of a block in all of its steps.
  var blockSums: Int { PopulationPlan.blockSteps * blockPixels * padded }
  static let blockSteps = 16
  let tiles: NeuronStep.Tiles
  private let tilePixels: Int
  let bias: [Int32]
  /// Whether biases differ from step to step (``bias(step:)``); `bias` is 0 then.
  let hasBiasByStep: Bool
  /// Those of all steps, a tile each; empty where they would take much memory.
  let biasesByStep: [Int32]
  let hasBias: Bool
  /// Largest |bias|, largest |initial|.
  let biasMagnitude: Int64
  let initial: [Int32]
  let initialMagnitude: Int64
  /// Whether a step may change something although nothing arrives and nothing fired in the one before.
  let actsAlone: Bool
  /// Whether a neuron may fire, or its potential change, in the first step although nothing arrives.
  let isActiveAtStart: Bool

  /// - Parameters:
  ///   - arriving: projections into the population.
  ///   - payloads: what a neuron of each population may send in one step.
  ///   - isDisturbed: potentials may be anything that the membrane holds.
  ///   - blockLanes: neurons of a block, about.
  init(
    _ index: Int, _ program: CompiledProgram, arriving: [Int], payloads: [ClosedRange<Int64>], isScalar: Bool,
    isDisturbed: Bool = false, blockLanes: Int = PopulationPlan.blockLanes
  ) {
    self.index = index
    let population = program.populations[index]
    self.population = population
    let shape = population.shape
    self.shape = shape
    let padded = PaddedChannels.count(shape.channels)
    self.padded = padded
    count = population.model.isHostCurrent ? 0 : shape.pixels * padded
    rule = NeuronRule(model: population.model, datapath: program.datapath)
    firing = population.model.firing
    leakShift = Int32(truncatingIfNeeded: population.model[.leakShift] ?? 0)
    payloadBound = Int64(population.model.maximumPayload ?? Int32.max)
    incoming = arriving.filter { !program.isHostCurrent(program.projections[$0]) }
    inputs = arriving.filter { program.isHostCurrent(program.projections[$0]) }

    // Which accumulators hold the sums: 16 bits for what packed pairs deliver and is proven to fit, 32 bits for the rest,
    // 64 bits (the exact path) where 32 are not proven.
    var total = StepSum(channels: shape.channels)
    var small = [SumBound](repeating: SumBound(), count: shape.channels)
    for p in inputs {
      total.add(
        SumBound.perChannel(
          program.projections[p], weights: program.weights[program.projections[p].weights], channels: shape.channels,
          payload: InputEncoder.valueRange), isInput: true)
    }
    var pairs: [Int] = []
    var identities: [Int] = []
    var withIdentities = small
    for p in incoming {
      let projection = program.projections[p]
      let weights = program.weights[projection.weights]
      let bounds = SumBound.perChannel(
        projection, weights: weights, channels: shape.channels, payload: payloads[projection.source])
      let isPairs = PopulationPlan.fitsPairs(projection, weights)
      if isPairs { pairs.append(p) }
      let isIdentity = projection.kind.traits.isElementwise
      if isIdentity { identities.append(p) }
      total.add(bounds, isInput: false)
      for channel in 0..<min(bounds.count, shape.channels) {
        if isPairs { small[channel].add(bounds[channel]) }
        if isPairs || isIdentity { withIdentities[channel].add(bounds[channel]) }
      }
    }
    let worst = SumBound.worst(total.delivered)
    delivered = worst
    // Dense weights that nothing stores are rare (16-bit weights and a shift): the exact path has them.
    let isUnstored = incoming.contains { p in
      let projection = program.projections[p]
      let weights = program.weights[projection.weights]
      return projection.kind.traits.isFull && !StoredWeights.fits(16, projection, weights)
        && !PopulationPlan.fitsPairs(projection, weights)
    }
    let isExact = isScalar || isUnstored || worst.magnitude >= Int64(1) << 31
    self.isExact = isExact
    isProvenBySample = isExact && !isScalar && !isUnstored
    // A shortcut in the same accumulators saves the 32-bit ones, a third of what an update reads and writes.
    let fits = { (bounds: [SumBound]) in !isExact && bounds.allSatisfy { $0.magnitude <= 32767 } }
    let narrow = fits(withIdentities) ? pairs + identities : fits(small) ? pairs : []
    self.narrow = narrow
    usesWide = (!isExact || isProvenBySample) && narrow.count < incoming.count

    // Whatever the sample.
    let sum = total.worst(fractionBits: program.fractionBits, biases: population.biases)
    runsAsSwitches =
      !isScalar && population.model.code == .switches && population.levels.isEmpty && program.chip.currentOverflow == .saturate
      && program.chip.accumulatorOverflow == .refuse
    runsByRule = isScalar || !population.model.hasKernel || !population.levels.isEmpty
    let room = FixedPoint.highest(bits: program.chip.accumulatorBits)
    accumulatorRoom = program.chip.accumulatorOverflow == .refuse || sum.magnitude <= room ? nil : room
    payload = population.payloadRange(
      sum: sum, membraneBits: program.membraneBits, isDisturbed: isDisturbed)

    // Tiles as long as blocks: whole pixels, so that channel parameters repeat.
    let perNeuron = [population.threshold, population.negativeThreshold, population.bias].contains {
      $0.values.count == shape.count && shape.pixels > 1
    }
    // Many blocks, that threads end together; eight positions share what a look-up reads (`Tables.c`).
    let blockPixels = min(shape.pixels, max(1, min(blockLanes / padded, max(8, blockLanes / 2 / padded))))
    let pixels = perNeuron ? shape.pixels : blockPixels
    func spread(_ values: UnitValues, padding: Int32, pixels: Int) -> [Int32] {
      PopulationPlan.spread(values, shape, padding: padding, pixels: pixels)
    }
    let reset =
      !population.model.fires
      ? [] : spread(population.threshold, padding: NeuronModel.infinite, pixels: pixels)
    // `v >= P` is `v > P - 1`, `v >= P + 1` is `v > P`; nothing exceeds the largest integer, so infinity needs no flag.
    let below: Int32 = population.model.strict ? 0 : 1
    // `v < N` is `v <= N - 1`.
    let negativeOffset: Int32 = population.model.reset == .signed ? 1 : 0
    tiles = NeuronStep.Tiles(
      tile: pixels * padded, limit: reset.map { $0 == NeuronModel.infinite ? $0 : $0 - below },
      negative: population.model.hasNegativeThreshold
        ? spread(population.negativeThreshold, padding: Int32.min + 1, pixels: pixels).map { $0 - negativeOffset } : [],
      reset: reset)
    bias = spread(population.bias, padding: 0, pixels: pixels)
    hasBiasByStep = !population.biasByStep.isEmpty
    tilePixels = pixels
    biasesByStep =
      population.biasByStep.count <= PopulationPlan.mostBiases / max(1, pixels * padded)
      ? population.biasByStep.flatMap { spread($0, padding: 0, pixels: pixels) } : []
    hasBias = population.bias.values.contains { $0 != 0 }
    biasMagnitude = population.biases.flatMap(\.values).map { abs(Int64($0)) }.max() ?? 0
    let model = population.model
    runsTogether =
      !isExact && !runsByRule && accumulatorRoom == nil && population.gatedPeriods == 0 && model.code == .rate
      && !model.hasPayload && model.potentials == 1 && [.none, .soft, .hard].contains(firing)
      && (!hasBiasByStep || (inputs.isEmpty && !biasesByStep.isEmpty))
    let bytes = (count + padded) * ((narrow.isEmpty ? 0 : 2) + (usesWide ? 4 : 0))
    self.blockPixels = blockPixels
    slots = !runsTogether ? 1 : bytes == 0 ? 64 : max(1, min(16, PopulationPlan.mostSlotBytes / bytes))
    initial = spread(population.initial, padding: 0, pixels: population.model.potentials == 0 ? 0 : shape.pixels)
    initialMagnitude = population.initial.values.map { abs(Int64($0)) }.max() ?? 0
    actsAlone = population.model.actsAlone
    isActiveAtStart =
      actsAlone
      || (population.initial.values.min() ?? 0) < (population.levels.floor?.values.max() ?? .min)
      || (initial.max() ?? 0) > (tiles.limit.min() ?? .max) || (initial.min() ?? 0) <= (tiles.negative.max() ?? .min)
  }

  static let blockLanes = 1024
  private static let mostBiases = 1 << 20
  /// Accumulators of the steps that run at once: they stay in the second cache.
  private static let mostSlotBytes = 1 << 21

  /// The biases of an adding tick, as long as a tile.
  func bias(step: Int) -> [Int32] {
    // No run of an accepted program is longer than the table.
    let values = population.biasByStep[min(step, population.biasByStep.count - 1)]
    return PopulationPlan.spread(values, shape, padding: 0, pixels: tilePixels)
  }

  /// Channel-last and padded, of the first pixels.
  private static func spread(_ values: UnitValues, _ shape: MapShape, padding: Int32, pixels: Int) -> [Int32] {
    let padded = PaddedChannels.count(shape.channels)
    var result = [Int32](repeating: padding, count: pixels * padded)
    for pixel in 0..<pixels {
      for c in 0..<shape.channels {
        result[pixel * padded + c] = values.value(at: c * shape.pixels + pixel, shape: shape)
      }
    }
    return result
  }

  /// Whether the projection's weights are stored in packed pairs.
  private static func fitsPairs(_ projection: Projection, _ weights: WeightTensor) -> Bool {
    guard projection.kind.traits.joinsChannels(groups: projection.convolution.groups) else { return false }
    return StoredWeights.factors(projection, weights, padded: 0) != nil
  }
}
