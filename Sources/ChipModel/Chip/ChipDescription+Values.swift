extension ChipDescription {
  /// The stated value, else the documented default, else nil.
  package func value(_ number: ChipNumber) -> Int? { numbers.value(number) ?? number.defaultValue }

  /// Signed weights, sign included; 2...16. The reader refuses a description without it, so 8 is never met.
  package var weightBits: Int { value(.weightBits) ?? 8 }
  /// Bits of the weights that a neuron of a binary crossbar keeps, one for each type of axon; nil: a synapse holds its weight.
  package var tableWeightBits: Int? { crossbar?.value.binary == true ? weightBits : nil }
  /// Whether neurons of several layers lie on one core: not where it runs one as a unit, or keeps one table of weights a neuron.
  package var coresHoldLayers: Bool { crossbar?.value.binary != true && convolutionCore == nil }
  /// What the compiler uses unless told otherwise: fewer than the chip could where the papers' 8 are enough.
  package var defaultWeightBits: Int { numbers.value(.defaultWeightBits) ?? weightBits }
  /// A projection's weights may be delivered shifted left by 0 to this many bits.
  package var maximumWeightShift: Int { value(.maximumWeightShift) ?? 0 }
  /// Membrane potential, two's complement; 2...32.
  package var membraneBits: Int { value(.membraneBits) ?? 32 }
  /// Sum of one tick's input, two's complement; 2...32.
  package var accumulatorBits: Int { value(.accumulatorBits) ?? 32 }
  /// What becomes of a sum that it does not hold.
  package var accumulatorOverflow: Overflow { registers.value(.accumulatorOverflow) ?? .refuse }
  /// What becomes of a current that the membrane's width does not hold.
  package var currentOverflow: Overflow { registers.value(.currentOverflow) ?? .saturate }
  /// Extra low bits of bias, threshold and potential.
  package var fractionBits: Int { value(.fractionBits) ?? 0 }
  /// Bits of a spike's payload; 0: spikes are binary and a payload of `c` costs `|c|` additions.
  package var spikePayloadBits: Int { value(.spikePayloadBits) ?? 0 }

  package var chips: Int? { value(.chips) }
  package var coresPerChip: Int? { value(.coresPerChip) }
  package var neuronsPerCore: Int? { value(.neuronsPerCore) }
  package var synapseMemoryBitsPerCore: Int? { value(.synapseMemoryBitsPerCore) }
  /// What one stored synapse takes; nil: its weight bits.
  package var bitsPerSynapse: Int? { value(.bitsPerSynapse) }
  package var inputAxonsPerCore: Int? { value(.inputAxonsPerCore) }
  package var outputAxonsPerCore: Int? { value(.outputAxonsPerCore) }
  package var fanInPerNeuron: Int? { value(.fanInPerNeuron) }
  package var destinationsPerNeuron: Int? { value(.destinationsPerNeuron) }
  /// Ticks; nil: any delay.
  package var maximumDelay: Int? { value(.maximumDelay) }
  package var coresPerTile: Int { value(.coresPerTile) ?? 1 }
  /// Messages a link holds before it pushes back, for the `detailed` timing model.
  package var linkBufferMessages: Int? { value(.linkBufferMessages) }

  package var thresholdPerNeuron: Bool { rules.value(.thresholdPerNeuron) ?? false }
  /// Whether the host may add a constant current to each neuron.
  package var takesInputCurrents: Bool { !(rules.value(.spikesOnly) ?? false) }
  package var sharedConvolutionWeights: Bool { rules.value(.sharedConvolutionWeights) ?? false }
  package var memoriesByPowersOfTwo: Bool { rules.value(.memoriesByPowersOfTwo) ?? false }
  package var multicast: Bool { rules.value(.multicast) ?? false }

  /// Cores of all chips together; nil where either count is not limited.
  package var totalCores: Int? {
    guard let perChip = coresPerChip, let chips else { return nil }
    let (total, overflow) = perChip.multipliedReportingOverflow(by: chips)
    return overflow ? nil : total
  }

  /// Memory for synapses of so many cores; nil where it is not limited, or differs among cores.
  package func memoryBits(cores: Int) -> Int? {
    coreTypes == nil ? value(.synapseMemoryBitsPerCore).map { $0 *| cores } : nil
  }

  /// The kind of the core at a place; nil where all cores are alike.
  package func coreType(at place: Int) -> CoreType? {
    guard let types = coreTypes?.value, let perChip = coresPerChip, perChip > 0, place >= 0 else { return nil }
    var left = place % perChip
    for type in types {
      if left < type.count { return type }
      left -= type.count
    }
    return nil
  }

  /// Whether the chip can run a neuron model, by its name in networks.
  package func supports(neuronModel name: String) -> Bool {
    guard let models = neuronModels?.value else { return true }
    return models.contains(name)
  }

  /// Whether an update costs energy or time of its own, beside the visit that every neuron costs.
  package var pricesUpdates: Bool {
    [energy, time].contains { table in
      [ChipAction.neuronUpdate, .membraneWrite].contains { (table.each($0) ?? 0) > 0 }
    }
  }

  /// Seconds of the barrier for a number of tiles in use; nil where unknown.
  package func barrierSeconds(tiles: Int) -> Double? {
    guard let steps = barrier?.value else { return nil }
    return steps.last { $0.tiles <= tiles }?.seconds ?? 0
  }

  /// The tile mesh that cores lie on.
  package var mesh: Mesh { Mesh(self) }
}
