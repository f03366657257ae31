import ChipModel

/// What `compile` may override of a chip, and how it maps.
package struct CompileOptions: Sendable, Equatable {
  package enum Scale: String, ParameterChoice { case channel, population }
  /// What becomes of average pools.
  package enum Pools: String, ParameterChoice { case fold, layer, auto }
  /// What becomes of populations whose fan-in, fan-out or weights a limit of the chip forbids.
  package enum Split: String, ParameterChoice {
    case none
    /// They are split where that changes no spike of the others.
    case exact
    case auto
  }
  package enum Placement: String, Sendable, CaseIterable {
    /// The fewest spike-weighted hops that a seeded search finds.
    case optimised
    case rowMajor = "row-major"
    case random
  }
  /// Numbers that take the place of the chip's, of ``ChipNumber/overridable``.
  package var numbers: [ChipNumber: Int]
  /// Nil: per channel where the chip has a threshold per neuron, else per population.
  package var scale: Scale?
  /// `auto`: a population of its own where a limit of the chip forbids to fold it.
  package var pools: Pools
  package var split: Split
  /// Nil: the network's.
  package var schedule: Schedule?
  /// Ticks that layers add before they may fire; nil: the network's, where the schedule is too.
  package var lag: Int?
  /// Steps that a separated schedule is for; nil: the network's.
  package var steps: Int?
  /// How the input spikes; nil: as the network says, and on a chip without input currents by its code.
  package var inputCoding: InputCoding?
  package var placement: Placement
  /// Seed of the `optimised` search and of `random` placement.
  package var seed: UInt64
  /// Length of the `optimised` search; 1 is normal.
  package var placementEffort: Double
  /// Spikes per population and neuron that the `optimised` search weighs distances with, as a run of the lowered program
  /// on calibration data counts them (`RunCounters.spikes`): one value a neuron, one for all of a population, or none
  /// where it is silent. Nil: every neuron is taken to fire as often as any other.
  package var traffic: [[UInt64]]?
  /// By population: what a spike of its inexact partial sums is worth, as a part of their largest sum of a tick; as
  /// ``SumUnits`` finds them. ``SumUnits/standard`` where nothing is said.
  package var sumUnits: [String: Int] = [:]
  /// Which neurons each core holds and where it is, instead of the compiler's own choice and of `placement`.
  package var mapping: Mapping?
  /// Permanent faults that the mapping avoids and the weights take; nil: none.
  package var faults: ChipFaults?
  /// What compiling may take beside the network's tensors.
  package var memory: MemoryBudget

  package init(
    weightBits: Int? = nil, membraneBits: Int? = nil, fractionBits: Int? = nil, numbers: [ChipNumber: Int] = [:],
    scale: Scale? = nil, pools: Pools = .auto, split: Split = .auto,
    schedule: Schedule? = nil, lag: Int? = nil, steps: Int? = nil,
    inputCoding: InputCoding? = nil, placement: Placement = .optimised, seed: UInt64 = 0,
    placementEffort: Double = 1, traffic: [[UInt64]]? = nil, mapping: Mapping? = nil, faults: ChipFaults? = nil,
    memory: MemoryBudget = .standard
  ) {
    self.numbers = numbers
    self.scale = scale
    self.pools = pools
    self.split = split
    self.schedule = schedule
    self.lag = lag
    self.steps = steps
    self.inputCoding = inputCoding
    self.placement = placement
    self.seed = seed
    self.placementEffort = placementEffort
    self.traffic = traffic
    self.mapping = mapping
    self.memory = memory
    self.faults = faults.flatMap { $0.isNone ? nil : $0 }
    if let weightBits { self.weightBits = weightBits }
    if let membraneBits { self.membraneBits = membraneBits }
    if let fractionBits { self.fractionBits = fractionBits }
  }

  /// Nil: the chip's default.
  package var weightBits: Int? {
    get { numbers[.weightBits] }
    set { numbers[.weightBits] = newValue }
  }

  /// Nil: the chip's.
  package var membraneBits: Int? {
    get { numbers[.membraneBits] }
    set { numbers[.membraneBits] = newValue }
  }

  /// Nil: the chip's.
  package var fractionBits: Int? {
    get { numbers[.fractionBits] }
    set { numbers[.fractionBits] = newValue }
  }
}

extension Parameter {
  package static let split = Parameter(
    "split", .choice(of: CompileOptions.Split.self), standard: .choice(CompileOptions.Split.auto.rawValue),
    "What becomes of a fan-in, a fan-out or a weight beyond a limit: refused, split where that is exact, or split wherever "
      + "that is possible.")
  package static let scale = Parameter(
    "scale", .choice(of: CompileOptions.Scale.self), standardText: "the finest that the membrane holds",
    "Quantisation granularity: weights have a scale per output channel, or per layer.")
  package static let pools = Parameter(
    "pools", .choice(of: CompileOptions.Pools.self), standard: .choice(CompileOptions.Pools.auto.rawValue),
    "What becomes of average pools: folded into the weights behind them, layers of their own, or layers only where a limit "
      + "forbids to fold them.")
  package static let compiledSchedule = Parameter(
    "schedule", .choice(of: Schedule.self), standardText: "the network's",
    "Layers active in their windows, all at every tick, or each adding all steps before it fires.")
}
