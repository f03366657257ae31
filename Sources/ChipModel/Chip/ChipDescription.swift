/// What a chip is: datapath widths, limits, mesh, and what each action costs in energy and time.
///
/// Read from `configs/*.json` (`docs/chips.md` has every key). Everything that is not published is absent: an absent
/// capacity is not checked, an absent cost is unknown and never zero. The plain accessors (`weightBits`,
/// `neuronsPerCore`, …) are what the compiler and the runtime use; the tables carry source and certainty.
public struct ChipDescription: Sendable, Equatable {
  /// How commands name it: letters, digits, `-`, `_`, `.`.
  public var name: String
  /// One line for people.
  public var title: String
  /// The descriptions this one extends, nearest first; information only.
  public var lineage: [String]
  /// What the chip does that this description or the simulator does not reproduce, and how figures were chosen.
  public var notes: [String]
  public var numbers: SourcedTable<ChipNumber, Int>
  public var rules: SourcedTable<ChipRule, Bool>
  /// Neuron models it can run, of `ChipDescription.allNeuronModels`; nil: all of them.
  public var neuronModels: Sourced<[String]>?
  public var crossbar: Sourced<Crossbar>?
  public var convolutionCore: Sourced<ConvolutionCore>?
  /// Where cores differ: how many of each kind, in core order. Nil: every core has the limits of `numbers`.
  public var coreTypes: Sourced<[CoreType]>?
  /// Joules.
  public var energy: CostTable
  /// Seconds.
  public var time: CostTable
  /// Watts that flow whether anything spikes or not.
  public var power: SourcedTable<StaticPower, Double>
  /// Length of a tick in seconds where it does not depend on the work: the papers' 1 ms.
  public var tickSeconds: Sourced<Double>?
  /// Seconds the end-of-tick barrier takes, by tiles in use: the entry with the largest `tiles` not above the count.
  public var barrier: Sourced<[BarrierStep]>?

  public init(
    name: String, title: String = "", lineage: [String] = [], notes: [String] = [],
    numbers: SourcedTable<ChipNumber, Int> = .init(), rules: SourcedTable<ChipRule, Bool> = .init(),
    neuronModels: Sourced<[String]>? = nil, crossbar: Sourced<Crossbar>? = nil,
    convolutionCore: Sourced<ConvolutionCore>? = nil, coreTypes: Sourced<[CoreType]>? = nil,
    energy: CostTable = .init(), time: CostTable = .init(), power: SourcedTable<StaticPower, Double> = .init(),
    tickSeconds: Sourced<Double>? = nil, barrier: Sourced<[BarrierStep]>? = nil
  ) {
    self.name = name
    self.title = title
    self.lineage = lineage
    self.notes = notes
    self.numbers = numbers
    self.rules = rules
    self.neuronModels = neuronModels
    self.crossbar = crossbar
    self.convolutionCore = convolutionCore
    self.coreTypes = coreTypes
    self.energy = energy
    self.time = time
    self.power = power
    self.tickSeconds = tickSeconds
    self.barrier = barrier
  }

  /// The neuron models of the contract, by the names networks use.
  public static let allNeuronModels = ["if", "augmented", "ternary", "phase", "bistable", "lif", "accumulator"]
}

/// Power that flows all the time.
public enum StaticPower: String, Sendable, CaseIterable, Hashable {
  /// Watts per chip in use.
  case perChip
  /// Watts per core in use.
  case perCore
}

/// A synapse array of `axons` rows by the core's neurons, where a synapse is a bit and its weight comes from a table.
public struct Crossbar: Sendable, Equatable {
  /// Rows: input axons of a core.
  public var axons: Int
  /// Kinds of axon; every neuron has one signed weight for each. A crossbar of full weights has none: 0.
  public var axonTypes: Int
  /// One bit a synapse (connected or not). False: the synapse holds the weight itself.
  public var binary: Bool

  public init(axons: Int, axonTypes: Int, binary: Bool) {
    self.axons = axons
    self.axonTypes = axonTypes
    self.binary = binary
  }
}

/// Limits of a core that runs one convolutional layer (convolution, neurons, sum pooling) as a unit.
public struct ConvolutionCore: Sendable, Equatable {
  /// Largest kernel side.
  public var maximumKernel: Int
  /// Allowed strides, each axis for itself.
  public var strides: [Int]
  /// Largest padding on a side.
  public var maximumPadding: Int
  /// Allowed pooling sizes (stride = size).
  public var poolSizes: [Int]
  /// Largest number of channels, in or out.
  public var maximumChannels: Int
  /// Largest side of the input map, and of the output map before pooling.
  public var maximumInputSide: Int
  public var maximumOutputSide: Int
  /// How many other layers one layer can feed.
  public var fanOutLayers: Int

  public init(
    maximumKernel: Int, strides: [Int], maximumPadding: Int, poolSizes: [Int], maximumChannels: Int,
    maximumInputSide: Int, maximumOutputSide: Int, fanOutLayers: Int
  ) {
    self.maximumKernel = maximumKernel
    self.strides = strides
    self.maximumPadding = maximumPadding
    self.poolSizes = poolSizes
    self.maximumChannels = maximumChannels
    self.maximumInputSide = maximumInputSide
    self.maximumOutputSide = maximumOutputSide
    self.fanOutLayers = fanOutLayers
  }
}

/// Cores of one kind on a chip whose cores differ.
public struct CoreType: Sendable, Equatable {
  public var count: Int
  public var neurons: Int
  public var synapseMemoryBits: Int

  public init(count: Int, neurons: Int, synapseMemoryBits: Int) {
    self.count = count
    self.neurons = neurons
    self.synapseMemoryBits = synapseMemoryBits
  }
}

/// One row of the barrier table.
public struct BarrierStep: Sendable, Equatable {
  /// Holds from this number of tiles in use.
  public var tiles: Int
  public var seconds: Double

  public init(tiles: Int, seconds: Double) {
    self.tiles = tiles
    self.seconds = seconds
  }
}
