/// The integer constants of a chip: datapath widths, capacities, mesh. The raw value is the key in `configs/*.json`.
///
/// One row of `row` says all about one: readers, writers, checks, the options that override it, plans and the tables of
/// `docs/chips.md` follow it.
public enum ChipNumber: String, Sendable, CaseIterable, Hashable {
  /// Of the datapath, in bits; `docs/chips.md` says what each means.
  case weightBits, defaultWeightBits, maximumWeightShift, membraneBits, accumulatorBits, fractionBits
  /// Of the payload of a spike, in bits; 0: spikes are binary.
  case spikePayloadBits
  /// Limits of the system, a core or a neuron.
  case chips, coresPerChip, neuronsPerCore, synapseMemoryBitsPerCore, bitsPerSynapse, inputAxonsPerCore
  /// Limits of a core or a neuron; the delay in ticks.
  case biasMemoryBitsPerCore, outputAxonsPerCore, fanInPerNeuron, destinationsPerNeuron, maximumDelay
  /// Limit of a core, in sums.
  case delayedSumsPerCore
  /// Of the mesh: its tiles, the cores of a tile, the chips of a row, what a way between chips counts, and a link's buffer.
  case width, height, coresPerTile, chipColumns, linkHops, linkBufferMessages
  /// Cycles a second.
  case clockHertz
  /// Of the process that the chip is made in.
  case technologyNanometres
  /// Of silicon.
  case coreSquareMicrometres, dieSquareMicrometres

  /// What an absent entry means.
  package enum Absent: Sendable, Equatable {
    /// A description without it is refused.
    case refused
    case standard(Int)
    /// In words: unknown and so not checked, or taken from another number.
    case described(String)
  }

  /// What is to be known of a number.
  package struct Row: Sendable {
    /// The object of the JSON file that holds the key.
    package let section: ChipSection
    /// What the arithmetic of ChipModel can hold; a file outside it is refused.
    package let range: ClosedRange<Int>
    /// One of what it counts.
    package let unit: String
    package let absent: Absent
    package let meaning: String
    /// Key of the parameter that uses less of it on the same chip; nil: nothing but a smaller network.
    package let remedy: String?
    /// One line of help where a compilation or a plan may override it.
    package let override: String?

    init(
      _ section: ChipSection, _ range: ClosedRange<Int>, _ unit: String, _ absent: Absent, _ meaning: String,
      remedy: String? = nil, override: String? = nil
    ) {
      self.section = section
      self.range = range
      self.unit = unit
      self.absent = absent
      self.meaning = meaning
      self.remedy = remedy
      self.override = override
    }
  }

  package var row: Row {
    let unlimited = Absent.described("not limited")
    let axons = 1...1_073_741_824
    return switch self {
    case .weightBits:
      Row(
        .datapath, 2...16, "bit", .refused, "signed weight, with its sign", remedy: "weightBits",
        override: "Bits of a weight.")
    case .defaultWeightBits: Row(.datapath, 2...16, "bit", .described("as weightBits"), "what the compiler uses")
    case .maximumWeightShift:
      Row(.datapath, 0...30, "bit", .standard(0), "weights may be delivered as `w << e`, `e` up to this")
    case .membraneBits:
      Row(
        .datapath, 2...32, "bit", .refused, "potential, two's complement", remedy: "membraneBits",
        override: "Bits of a membrane potential.")
    case .accumulatorBits:
      Row(.datapath, 2...64, "bit", .refused, "sum of one tick's input, two's complement", remedy: "weightBits")
    case .fractionBits:
      Row(
        .datapath, 0...15, "bit", .standard(0), "extra low bits of bias, threshold and potential",
        override: "Extra low bits of biases, thresholds and potentials.")
    case .spikePayloadBits:
      Row(
        .datapath, 0...32, "bit", .standard(0),
        "0: spikes are binary, and a payload of c costs c additions; its sign is left aside", remedy: "maxCount")
    case .chips: Row(.limits, 1...1_000_000, "chip", unlimited, "chips of the system")
    case .coresPerChip: Row(.limits, 1...1_000_000, "core", unlimited, "cores of a chip")
    case .neuronsPerCore: Row(.limits, 1...16_777_216, "neuron", unlimited, "neurons of a core")
    case .synapseMemoryBitsPerCore:
      Row(
        .limits, 1...1_099_511_627_776, "bit", unlimited, "bits that a core stores for its synapses",
        remedy: "weightBits")
    case .biasMemoryBitsPerCore:
      Row(
        .limits, 0...1_099_511_627_776, "bit", unlimited,
        "bits that a core stores for biases by step, each as wide as a membrane; 0: it has constant biases alone")
    case .bitsPerSynapse:
      Row(.limits, 1...1_024, "bit", .described("as weightBits"), "bits that a stored synapse takes")
    case .inputAxonsPerCore: Row(.limits, axons, "axon", unlimited, "distinct sources that a core hears")
    case .outputAxonsPerCore:
      Row(.limits, axons, "axon", unlimited, "pairs of a neuron and a destination core that a core sends to")
    case .fanInPerNeuron: Row(.limits, axons, "synapse", unlimited, "synapses onto a neuron")
    case .destinationsPerNeuron: Row(.limits, axons, "core", unlimited, "cores that a neuron's spikes can go to")
    case .maximumDelay:
      Row(
        .limits, ActiveWindow.delays, "tick", unlimited,
        "ticks from spike to delivery; longer delays become relay populations")
    case .delayedSumsPerCore:
      Row(
        .limits, axons, "sum", unlimited,
        "sums of ticks to come that a core keeps: for each neuron a power of two, at least the longest delay into the core")
    case .width: Row(.mesh, 1...65_536, "tile", .described("one tile a chip"), "tiles of a chip along x")
    case .height: Row(.mesh, 1...65_536, "tile", .described("one tile a chip"), "tiles of a chip along y")
    case .coresPerTile: Row(.mesh, 1...65_536, "core", .standard(1), "cores at a router")
    case .chipColumns: Row(.mesh, 1...65_536, "column", .described("one row"), "chips in a row of the board")
    case .linkHops: Row(.mesh, 0...65_536, "hop", .described("1"), "hops that crossing from chip to chip counts as")
    case .linkBufferMessages:
      Row(
        .mesh, axons, "message", .described("unknown"),
        "messages that a link holds before it pushes back, for `detailed` timing")
    case .clockHertz:
      Row(.time, 1...1_000_000_000_000, "cycle", .described("unknown"), "cycles a second, which `power.perMegahertz` goes by")
    case .technologyNanometres:
      Row(.energy, 1...10_000, "nanometre", .described("unknown"), "of the process, which estimates of missing prices go by")
    case .coreSquareMicrometres:
      Row(.energy, 1...1_000_000_000_000, "square micrometre", .described("unknown"), "area of a core on the die")
    case .dieSquareMicrometres:
      Row(.energy, 1...1_000_000_000_000, "square micrometre", .described("unknown"), "area of the die of a chip")
    }
  }

  package var section: ChipSection { row.section }
  package var range: ClosedRange<Int> { row.range }

  /// What an absent entry means where it does not mean "unknown, so not checked"; nil for those.
  package var defaultValue: Int? {
    if case .standard(let value) = row.absent { value } else { nil }
  }

  /// The parameter that overrides it for one compilation; nil: it is the chip's alone.
  package var parameter: Parameter? {
    row.override.map {
      Parameter(
        rawValue, .integer(range), unit: row.unit, standardText: "the chip's" + (defaultValue.map { ", else \($0)" } ?? ""),
        $0)
    }
  }

  /// Those that a compilation or a plan may override.
  package static let overridable = allCases.filter { $0.row.override != nil }
}

/// Yes-or-no properties of a chip; absent means no. The raw value is the key in `configs/*.json`.
package enum ChipRule: String, Sendable, CaseIterable, Hashable {
  /// Each neuron has its own threshold, so the weights of each output channel may have their own scale.
  case thresholdPerNeuron
  /// The host cannot add a constant current to each neuron: the input comes as spikes.
  case spikesOnly
  /// A core stores the weights of a convolution once for all its positions.
  case sharedConvolutionWeights
  /// Maps and kernels of a convolution core lie in memory at addresses that are powers of two.
  case memoriesByPowersOfTwo
  /// One message may reach several cores; else one message per spike and destination core.
  case multicast

  package var section: ChipSection {
    switch self {
    case .thresholdPerNeuron, .spikesOnly: .datapath
    case .sharedConvolutionWeights, .memoriesByPowersOfTwo: .limits
    case .multicast: .mesh
    }
  }
}

/// What registers do with numbers beyond their width. The raw value is the key in `configs/*.json`, in `datapath`.
public enum ChipRegister: String, Sendable, CaseIterable, Hashable {
  /// The sum of a tick, cut to `accumulatorBits`; absent: `refuse`.
  case accumulatorOverflow
  /// The current of `cuba`, as wide as the membrane; absent: `saturate`.
  case currentOverflow

  /// What it may do.
  package var allowed: [Overflow] { Overflow.allCases.filter { $0 != .refuse || self == .accumulatorOverflow } }
}

/// Parameters that a chip keeps with a mantissa and an exponent. The raw value is the key in `configs/*.json`, in `datapath`.
public enum ChipFormat: String, Sendable, CaseIterable, Hashable {
  case thresholdFormat, biasFormat
}

/// Integers `mantissa * 2^exponent`.
package struct MantissaExponent: Sendable, Equatable {
  /// Of the magnitude; 1...31.
  package var mantissaBits: Int
  /// Within 0...30.
  package var exponents: ClosedRange<Int>

  package init(mantissaBits: Int, exponents: ClosedRange<Int>) {
    self.mantissaBits = mantissaBits
    self.exponents = exponents
  }

  package var largest: Int64 { ((Int64(1) << Int64(mantissaBits)) - 1) << Int64(exponents.upperBound) }

  /// The nearest number, ties to the even mantissa; nil: beyond the largest.
  package func nearest(to value: Int64) -> Int64? {
    let most = (Int64(1) << Int64(mantissaBits)) - 1
    for exponent in exponents {
      let mantissa = FixedPoint.shiftRightHalfEven(value, by: exponent)
      if mantissa.magnitude <= most.magnitude { return mantissa << Int64(exponent) }
    }
    return nil
  }
}

/// The objects of a chip description file.
package enum ChipSection: String, Sendable, CaseIterable, Hashable {
  case datapath, limits, mesh, energy, time, power
}
