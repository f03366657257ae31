import ChipModel

/// What `compile` may override of a chip, and how it maps.
package struct CompileOptions: Sendable, Equatable {
  package enum Scale: String, Sendable, CaseIterable { case channel, population }
  package enum Placement: String, Sendable, CaseIterable {
    /// The fewest spike-weighted hops that a seeded search finds.
    case optimised
    case rowMajor = "row-major"
    case random
  }
  /// 2...16; nil: the chip's default.
  package var weightBits: Int?
  /// 2...32; nil: the chip's.
  package var membraneBits: Int?
  /// 0...15; nil: the chip's.
  package var fractionBits: Int?
  /// Nil: per channel where the chip has a threshold per neuron, else per population.
  package var scale: Scale?
  package var schedule: Schedule
  package var placement: Placement
  /// Seed of the `optimised` search and of `random` placement.
  package var seed: UInt64
  /// Length of the `optimised` search; 1 is normal.
  package var placementEffort: Double
  /// Spikes per population and neuron that the `optimised` search weighs distances with, as a run of the lowered program
  /// on calibration data counts them (`EngineCounters.spikes`): one value a neuron, one for all of a population, or none
  /// where it is silent. Nil: every neuron is taken to fire as often as any other.
  package var traffic: [[UInt64]]?
  /// Which neurons each core holds and where it is, instead of the compiler's own choice and of `placement`.
  package var mapping: Mapping?
  /// Permanent faults that the mapping avoids and the weights take; nil: none.
  package var faults: ChipFaults?

  package init(
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
