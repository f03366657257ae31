/// A compiled population: one neuron model, integer parameters, a window. The input is one too.
package struct Population: Sendable, Equatable {
  package var name: String
  /// `[C, H, W]` or `[N]`, as the network gave it.
  package var dimensions: [Int]
  package var model: NeuronModel
  /// Positive thresholds in the population's unit with the fraction bits; ``NeuronModel/infinite`` = never fires.
  package var threshold: UnitValues
  /// Negative thresholds, all below 0; read only where the model has one.
  package var negativeThreshold: UnitValues
  /// Levels of potentials beside the thresholds; of models that take them.
  package var levels: PopulationLevels
  /// Added every active step, with the fraction bits.
  package var bias: UnitValues
  /// By adding tick, instead of `bias`; empty: there is no such table.
  package var biasByStep: [UnitValues]
  /// Potential before the first step (both members of a bistable unit), with the fraction bits.
  package var initial: UnitValues
  /// First active tick: 0 under the continuous schedule, else as ``ActiveWindow`` says.
  package var start: Int
  /// Active ticks that only add before the first that may fire; then as many only fire after the last that adds.
  package var lag: Int
  /// No bias and no input current while `step / period` is below this (BSNN's bias gate); 0 = never gated.
  package var gatedPeriods: Int
  /// What 1 of a delivered weight is worth in ANN units, per output channel or one for all. Potentials are in units of
  /// `unit / 2^fractionBits` (and of `2^-period` of that under a period code).
  package var unit: [Double]
  /// Whether the compiler added it to build a delay that the chip has not.
  package var isRelay: Bool
  /// Index of the population whose neurons these are once more, so that their spikes go to more cores.
  package var original: Int?
  /// Proven width of one step's sum, in bits: 16, 32 or 64.
  package var accumulatorBits: Int

  package init(
    name: String, dimensions: [Int], model: NeuronModel, threshold: UnitValues, negativeThreshold: UnitValues,
    levels: PopulationLevels = PopulationLevels(), bias: UnitValues, biasByStep: [UnitValues] = [], initial: UnitValues, start: Int, lag: Int = 0,
    gatedPeriods: Int = 0, unit: [Double], isRelay: Bool = false,
    original: Int? = nil, accumulatorBits: Int = 64
  ) {
    self.name = name
    self.dimensions = dimensions
    self.model = model
    self.threshold = threshold
    self.negativeThreshold = negativeThreshold
    self.levels = levels
    self.bias = bias
    self.biasByStep = biasByStep
    self.initial = initial
    self.start = start
    self.lag = lag
    self.gatedPeriods = gatedPeriods
    self.unit = unit
    self.isRelay = isRelay
    self.original = original
    self.accumulatorBits = accumulatorBits
  }

  /// The network's input.
  /// - Parameters:
  ///   - dimensions: `[C, H, W]` or `[N]`.
  ///   - model: one of an input.
  package static func input(
    _ dimensions: [Int], _ model: NeuronModel = NeuronModel(kind: .currentInput)
  ) -> Population {
    Population(
      name: "input", dimensions: dimensions, model: model,
      threshold: UnitValues(uniform: NeuronModel.infinite), negativeThreshold: UnitValues(uniform: -1),
      bias: UnitValues(uniform: 0), initial: UnitValues(uniform: 0), start: 0, unit: [1], accumulatorBits: 16)
  }

  /// Ticks of its window: the first only add, as many at its end only fire.
  package func windowTicks(steps: Int) -> Int { steps + lag }

  /// Tick of its spikes' step 0.
  package var firstFiringTick: Int { start + lag }

  /// All that it may add as a bias.
  package var biases: [UnitValues] { biasByStep.isEmpty ? [bias] : biasByStep }

  /// Neurons that cores hold: none of an input.
  package var neurons: Int { model.isInput ? 0 : shape.count }

  /// The shape of a checked program's population; `[N]` is `[N, 1, 1]`.
  package var shape: MapShape {
    MapShape(
      channels: dimensions.first ?? 1, height: dimensions.count == 3 ? dimensions[1] : 1,
      width: dimensions.count == 3 ? dimensions[2] : 1)
  }

  /// ANN units of a potential of neuron `index`.
  package func value(ofPotential potential: Int, index: Int, fractionBits: Int) -> Double {
    let channel = index / shape.pixels
    let scale = unit.count == 1 ? unit[0] : unit[channel]
    return Double(potential) * scale / Double(Int64(1) << Int64(fractionBits + model.codeBits))
  }
}

/// Levels of a population's potentials beside its thresholds, in its unit with the fraction bits.
package struct PopulationLevels: Sendable, Equatable {
  /// At most 0: what potentials do not stay below; nil: nothing.
  package var floor: UnitValues?
  /// What a hard reset leaves; nil: 0.
  package var resetValue: UnitValues?

  package init(floor: UnitValues? = nil, resetValue: UnitValues? = nil) {
    self.floor = floor
    self.resetValue = resetValue
  }

  package var isEmpty: Bool { floor == nil && resetValue == nil }

  /// Of neuron `index` of a population of `shape`.
  package func value(at index: Int, shape: MapShape) -> NeuronLevels {
    isEmpty
      ? NeuronLevels()
      : NeuronLevels(
        floor: floor?.value(at: index, shape: shape), resetValue: resetValue?.value(at: index, shape: shape) ?? 0)
  }

  /// The same of a part of the population.
  package func mapped(_ part: (UnitValues) -> UnitValues) -> PopulationLevels {
    PopulationLevels(floor: floor.map(part), resetValue: resetValue.map(part))
  }
}

/// An integer parameter of a population: one value for all, one per channel, or one per neuron.
package struct UnitValues: Sendable, Equatable {
  package var values: [Int32]
  package init(_ values: [Int32]) { self.values = values }
  package init(uniform value: Int32) { self.values = [value] }

  /// The value of neuron `index` of a population of `shape`.
  @inlinable @inline(__always)
  package func value(at index: Int, shape: MapShape) -> Int32 {
    if values.count == 1 { return values[0] }
    if values.count == shape.count { return values[index] }
    return values[index / shape.pixels]
  }

  /// Whether the count fits the shape: 1, the channels, or the neurons.
  package func fits(_ shape: MapShape) -> Bool {
    values.count == 1 || values.count == shape.channels || values.count == shape.count
  }
}
