import ChipModel

/// What `compile` may override of a chip, and how it maps.
public struct CompileOptions: Sendable, Equatable {
  public enum Scale: String, Sendable, CaseIterable { case channel, population }
  public enum Placement: String, Sendable, CaseIterable {
    /// The fewest spike-weighted hops that a seeded search finds.
    case optimised
    case rowMajor = "row-major"
    case random
  }
  /// 2...16; nil: the chip's default.
  public var weightBits: Int?
  /// 2...32; nil: the chip's.
  public var membraneBits: Int?
  /// 0...15; nil: the chip's.
  public var fractionBits: Int?
  /// Nil: per channel where the chip has a threshold per neuron, else per population.
  public var scale: Scale?
  public var schedule: Schedule
  public var placement: Placement
  /// Seed of the `optimised` search and of `random` placement.
  public var seed: UInt64
  /// Length of the `optimised` search; 1 is normal.
  public var placementEffort: Double
  /// Spikes per population and neuron that the `optimised` search weighs distances with, as a run of the lowered program
  /// on calibration data counts them (`EngineCounters.spikes`): one value a neuron, one for all of a population, or none
  /// where it is silent. Nil: every neuron is taken to fire as often as any other.
  public var traffic: [[UInt64]]?
  /// Which neurons each core holds and where it is, instead of the compiler's own choice and of `placement`.
  public var mapping: Mapping?
  /// Permanent faults that the mapping avoids and the weights take; nil: none.
  public var faults: ChipFaults?

  public init(
    weightBits: Int? = nil, membraneBits: Int? = nil, fractionBits: Int? = nil, scale: Scale? = nil,
    schedule: Schedule = .windowed, placement: Placement = .optimised, seed: UInt64 = 0,
    placementEffort: Double = 1, traffic: [[UInt64]]? = nil, mapping: Mapping? = nil, faults: ChipFaults? = nil
  ) {
    self.weightBits = weightBits
    self.membraneBits = membraneBits
    self.fractionBits = fractionBits
    self.scale = scale
    self.schedule = schedule
    self.placement = placement
    self.seed = seed
    self.placementEffort = placementEffort
    self.traffic = traffic
    self.mapping = mapping
    self.faults = faults.flatMap { $0.isNone ? nil : $0 }
  }
}
