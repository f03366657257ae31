/// The integer constants of a chip: datapath widths, capacities, mesh. The raw value is the key in `configs/*.json`.
///
/// An absent capacity is not checked; an absent width or rule has `defaultValue`. Every meaning stands in
/// `docs/chips.md`, which a test compares with this list.
package enum ChipNumber: String, Sendable, CaseIterable, Hashable {
  // Datapath.
  case weightBits, defaultWeightBits, maximumWeightShift, membraneBits, accumulatorBits, fractionBits
  case spikePayloadBits
  // Limits.
  case chips, coresPerChip, neuronsPerCore, synapseMemoryBitsPerCore, bitsPerSynapse, inputAxonsPerCore
  case outputAxonsPerCore, fanInPerNeuron, destinationsPerNeuron, maximumDelay
  // Mesh.
  case width, height, coresPerTile, chipColumns, linkHops, linkBufferMessages

  /// The object of the JSON file that holds the key.
  package var section: ChipSection {
    switch self {
    case .weightBits, .defaultWeightBits, .maximumWeightShift, .membraneBits, .accumulatorBits, .fractionBits,
      .spikePayloadBits:
      .datapath
    case .chips, .coresPerChip, .neuronsPerCore, .synapseMemoryBitsPerCore, .bitsPerSynapse, .inputAxonsPerCore,
      .outputAxonsPerCore, .fanInPerNeuron, .destinationsPerNeuron, .maximumDelay:
      .limits
    case .width, .height, .coresPerTile, .chipColumns, .linkHops, .linkBufferMessages: .mesh
    }
  }

  /// What the arithmetic of ChipModel can hold; a file outside it is refused.
  package var range: ClosedRange<Int> {
    switch self {
    case .weightBits, .defaultWeightBits: 2...16
    case .maximumWeightShift: 0...30
    case .membraneBits: 2...32
    case .accumulatorBits: 2...64
    case .fractionBits: 0...15
    case .spikePayloadBits: 0...32
    case .chips, .coresPerChip: 1...1_000_000
    case .neuronsPerCore: 1...16_777_216
    case .synapseMemoryBitsPerCore: 1...1_099_511_627_776
    case .bitsPerSynapse: 1...1_024
    case .inputAxonsPerCore, .outputAxonsPerCore, .fanInPerNeuron, .destinationsPerNeuron: 1...1_073_741_824
    case .maximumDelay: 1...1_000_000
    case .width, .height, .coresPerTile, .chipColumns: 1...65_536
    case .linkHops: 0...65_536
    case .linkBufferMessages: 1...1_073_741_824
    }
  }

  /// What an absent entry means where it does not mean "unknown, so not checked"; nil for those.
  package var defaultValue: Int? {
    switch self {
    case .maximumWeightShift, .fractionBits, .spikePayloadBits: 0
    case .coresPerTile: 1
    default: nil
    }
  }
}

/// Yes-or-no properties of a chip; absent means no. The raw value is the key in `configs/*.json`.
package enum ChipRule: String, Sendable, CaseIterable, Hashable {
  /// Each neuron has its own threshold, so the weights of each output channel may have their own scale.
  case thresholdPerNeuron
  /// A core stores the weights of a convolution once for all its positions.
  case sharedConvolutionWeights
  /// One message may reach several cores; else one message per spike and destination core.
  case multicast

  package var section: ChipSection {
    switch self {
    case .thresholdPerNeuron: .datapath
    case .sharedConvolutionWeights: .limits
    case .multicast: .mesh
    }
  }
}

/// The objects of a chip description file.
package enum ChipSection: String, Sendable, CaseIterable, Hashable {
  case datapath, limits, mesh, energy, time, power
}
