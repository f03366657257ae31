import ChipModel

/// What a chip has a limited amount of.
package enum ChipResource: String, Sendable, CaseIterable {
  // Of a core.
  case neurons
  case synapseMemory = "synapse memory"
  case inputAxons = "input axons"
  case outputAxons = "output axons"
  case axonTypes = "axon types"
  // Of a neuron or a spike.
  case fanIn = "fan-in"
  case destinations
  case delay
  case payloadBits = "payload bits"
  // Of a layer, on chips whose cores run one each. Not every stride and pool up to the largest is there.
  case kernel, stride, padding, pool, channels
  case inputSide = "input side"
  case outputSide = "output side"
  case fanOutLayers = "fan-out layers"
  // Of the datapath.
  case weightBits = "weight bits"
  case membraneBits = "membrane bits"
  case accumulatorBits = "accumulator bits"
  // Of the system.
  case cores
  case chips

  /// What a layer may need of a core that runs one layer.
  package static let ofLayer: [ChipResource] = [
    .kernel, .stride, .padding, .pool, .channels, .inputSide, .outputSide, .fanOutLayers,
  ]

  /// How much of it the chip has; nil: not limited, or not known and so not checked.
  package func limit(of chip: ChipDescription) -> Int? {
    switch self {
    case .inputAxons:
      let rows = chip.crossbar?.value.axons
      return chip.inputAxonsPerCore.map { min($0, rows ?? $0) } ?? rows
    case .axonTypes: return chip.crossbar.flatMap { $0.value.binary && $0.value.axonTypes > 0 ? $0.value.axonTypes : nil }
    case .accumulatorBits: return chip.accumulatorOverflow == .refuse ? chip.accumulatorBits : nil
    case .payloadBits: return chip.spikePayloadBits > 0 ? chip.spikePayloadBits : nil
    case .kernel: return chip.convolutionCore?.value.maximumKernel
    case .stride: return chip.convolutionCore?.value.strides.max()
    case .padding: return chip.convolutionCore?.value.maximumPadding
    case .pool: return chip.convolutionCore?.value.poolSizes.max()
    case .channels: return chip.convolutionCore?.value.maximumChannels
    case .inputSide: return chip.convolutionCore?.value.maximumInputSide
    case .outputSide: return chip.convolutionCore?.value.maximumOutputSide
    case .fanOutLayers: return chip.convolutionCore?.value.fanOutLayers
    case .cores: return chip.totalCores
    default: return number.flatMap { chip.value($0) }
    }
  }

  /// Built-in chips that have at least `need` of it, in the library's order.
  ///
  /// Those that run only layers or bits, the single core and the unbounded one only where there is no other; a description
  /// that leaves a real chip's limit unchecked has no more of it.
  package func chips(with need: Int) -> [String] {
    let all = ChipLibrary.names.compactMap { try? ChipLibrary.builtIn($0) }
    let enough = all.filter { chip in
      guard let limit = limit(of: chip) else {
        return !chip.lineage.contains { name in all.contains { $0.name == name && limit(of: $0) != nil } }
      }
      return limit >= need
    }
    let general = enough.filter {
      $0.convolutionCore == nil && $0.crossbar?.value.binary != true && ($0.totalCores ?? 0) > 1
    }
    return (general.isEmpty ? enough : general).map(\.name)
  }

  /// ` (NAME, NAME, NAME)`: up to three chips that have enough; empty where none has.
  func examples(with need: Int) -> String {
    let names = chips(with: need).prefix(3)
    return names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"
  }

  /// The number of the chip that alone limits it; nil: several do, or none.
  private var number: ChipNumber? {
    switch self {
    case .neurons: .neuronsPerCore
    case .synapseMemory: .synapseMemoryBitsPerCore
    case .outputAxons: .outputAxonsPerCore
    case .fanIn: .fanInPerNeuron
    case .destinations: .destinationsPerNeuron
    case .delay: .maximumDelay
    case .payloadBits: .spikePayloadBits
    case .weightBits: .weightBits
    case .membraneBits: .membraneBits
    case .accumulatorBits: .accumulatorBits
    case .chips: .chips
    default: nil
    }
  }

  /// Key of the parameter that uses less of it on the same chip; nil: nothing but a smaller network.
  package var knob: String? { self == .axonTypes ? ChipNumber.weightBits.row.remedy : number?.row.remedy }
}
