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
  package var lineage: [String]
  /// What the chip does that this description or the simulator does not reproduce, and how figures were chosen.
  package var notes: [String]
  package var numbers: SourcedTable<ChipNumber, Int>
  package var rules: SourcedTable<ChipRule, Bool>
  package var registers: SourcedTable<ChipRegister, Overflow>
  /// Absent: whole numbers of the membrane's width.
  package var formats: SourcedTable<ChipFormat, MantissaExponent>
  /// Neuron models it can run, of `ChipDescription.allNeuronModels`; nil: all of them.
  package var neuronModels: Sourced<[String]>?
  /// Resets that its neurons have, each once; nil: all, and none costs more than another.
  package var resets: Sourced<[ChipReset]>?
  package var crossbar: Sourced<Crossbar>?
  package var convolutionCore: Sourced<ConvolutionCore>?
  /// Where cores differ: how many of each kind, in core order. Nil: every core has the limits of `numbers`.
  package var coreTypes: Sourced<[CoreType]>?
  /// Nil: `bitsPerSynapse` for each stored weight.
  package var synapseLists: Sourced<SynapseLists>?
  /// Ways in which a core hears its sources, besides an axon for each source neuron; nil: none.
  package var axonModes: Sourced<[AxonMode]>?
  /// Joules.
  package var energy: CostTable
  /// What accesses to memories cost by size; nil: no action is priced so.
  package var memoryEnergy: Sourced<MemoryEnergy>?
  /// Seconds.
  package var time: CostTable
  /// Watts that flow whether anything spikes or not.
  package var power: SourcedTable<StaticPower, Double>
  /// Length of a tick in seconds where it does not depend on the work: the papers' 1 ms.
  package var tickSeconds: Sourced<Double>?
  /// Seconds the end-of-tick barrier takes, by tiles in use: the entry with the largest `tiles` not above the count.
  package var barrier: Sourced<[BarrierStep]>?

  package init(
    name: String, title: String = "", lineage: [String] = [], notes: [String] = [],
    numbers: SourcedTable<ChipNumber, Int> = .init(), rules: SourcedTable<ChipRule, Bool> = .init(),
    registers: SourcedTable<ChipRegister, Overflow> = .init(),
    formats: SourcedTable<ChipFormat, MantissaExponent> = .init(), neuronModels: Sourced<[String]>? = nil,
    crossbar: Sourced<Crossbar>? = nil,
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
    self.registers = registers
    self.formats = formats
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
  package static let allNeuronModels = NeuronModel.Kind.ofNetworks.map(\.name)
}

/// Power that flows all the time.
package enum StaticPower: String, Sendable, CaseIterable, Hashable {
  /// Watts per chip in use.
  case perChip
  /// Watts per core in use.
  case perCore
  /// Watts per chip in use and MHz of its clock.
  case perMegahertz
}

/// A synapse array of `axons` rows by the core's neurons, where a synapse is a bit and its weight comes from a table.
package struct Crossbar: Sendable, Equatable {
  /// Rows: input axons of a core.
  package var axons: Int
  /// Kinds of axon; every neuron has one signed weight for each. A crossbar of full weights has none: 0.
  package var axonTypes: Int
  /// One bit a synapse (connected or not). False: the synapse holds the weight itself.
  package var binary: Bool

  package init(axons: Int, axonTypes: Int, binary: Bool) {
    self.axons = axons
    self.axonTypes = axonTypes
    self.binary = binary
  }
}

/// Limits of a core that runs one convolutional layer (convolution, neurons, sum pooling) as a unit.
package struct ConvolutionCore: Sendable, Equatable {
  /// Largest kernel side.
  package var maximumKernel: Int
  /// Allowed strides, each axis for itself.
  package var strides: [Int]
  /// Largest padding on a side.
  package var maximumPadding: Int
  /// Allowed pooling sizes (stride = size).
  package var poolSizes: [Int]
  /// Largest number of channels, in or out.
  package var maximumChannels: Int
  /// Largest side of the input map, and of the output map before pooling.
  package var maximumInputSide: Int
  package var maximumOutputSide: Int
  /// How many other layers one layer can feed.
  package var fanOutLayers: Int
}

/// Cores of one kind on a chip whose cores differ.
package struct CoreType: Sendable, Equatable {
  package var count: Int
  package var neurons: Int
  package var synapseMemoryBits: Int
}

/// One row of the barrier table.
package struct BarrierStep: Sendable, Equatable {
  /// Holds from this number of tiles in use.
  package var tiles: Int
  package var seconds: Double
}
