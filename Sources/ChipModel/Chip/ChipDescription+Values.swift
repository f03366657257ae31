extension ChipDescription {
  /// The stated value, else the documented default, else nil.
  public func value(_ number: ChipNumber) -> Int? { numbers.value(number) ?? number.defaultValue }

  /// Signed weights, sign included; 2...16. The reader refuses a description without it, so 8 is never met.
  public var weightBits: Int { value(.weightBits) ?? 8 }
  /// What the compiler uses unless told otherwise: fewer than the chip could where the papers' 8 are enough.
  public var defaultWeightBits: Int { numbers.value(.defaultWeightBits) ?? weightBits }
  /// A projection's weights may be delivered shifted left by 0 to this many bits.
  public var maximumWeightShift: Int { value(.maximumWeightShift) ?? 0 }
  /// Membrane potential, two's complement; 2...32.
  public var membraneBits: Int { value(.membraneBits) ?? 32 }
  /// Sum of one tick's input, two's complement; 2...32.
  public var accumulatorBits: Int { value(.accumulatorBits) ?? 32 }
  /// Extra low bits of bias, threshold and potential.
  public var fractionBits: Int { value(.fractionBits) ?? 0 }
  /// Bits of a spike's payload; 0: spikes are binary and a payload of `c` costs `|c|` additions.
  public var spikePayloadBits: Int { value(.spikePayloadBits) ?? 0 }

  public var chips: Int? { value(.chips) }
  public var coresPerChip: Int? { value(.coresPerChip) }
  public var neuronsPerCore: Int? { value(.neuronsPerCore) }
  public var synapseMemoryBitsPerCore: Int? { value(.synapseMemoryBitsPerCore) }
  /// What one stored synapse takes; nil: its weight bits.
  public var bitsPerSynapse: Int? { value(.bitsPerSynapse) }
  public var inputAxonsPerCore: Int? { value(.inputAxonsPerCore) }
  public var outputAxonsPerCore: Int? { value(.outputAxonsPerCore) }
  public var fanInPerNeuron: Int? { value(.fanInPerNeuron) }
  public var destinationsPerNeuron: Int? { value(.destinationsPerNeuron) }
  /// Ticks; nil: any delay.
  public var maximumDelay: Int? { value(.maximumDelay) }
  public var coresPerTile: Int { value(.coresPerTile) ?? 1 }
  /// Messages a link holds before it pushes back, for the `detailed` timing model.
  public var linkBufferMessages: Int? { value(.linkBufferMessages) }

  public var thresholdPerNeuron: Bool { rules.value(.thresholdPerNeuron) ?? false }
  public var sharedConvolutionWeights: Bool { rules.value(.sharedConvolutionWeights) ?? false }
  public var multicast: Bool { rules.value(.multicast) ?? false }

  /// Cores of all chips together; nil where either count is not limited.
  public var totalCores: Int? {
    guard let perChip = coresPerChip, let chips else { return nil }
    let (total, overflow) = perChip.multipliedReportingOverflow(by: chips)
    return overflow ? nil : total
  }

  /// The kind of the core at a place; nil where all cores are alike.
  public func coreType(at place: Int) -> CoreType? {
    guard let types = coreTypes?.value, let perChip = coresPerChip, perChip > 0, place >= 0 else { return nil }
    var left = place % perChip
    for type in types {
      if left < type.count { return type }
      left -= type.count
    }
    return nil
  }

  /// Whether the chip can run a neuron model, by its name in networks.
  public func supports(neuronModel name: String) -> Bool {
    guard let models = neuronModels?.value else { return true }
    return models.contains(name)
  }

  /// Whether an update costs energy or time of its own, beside the visit that every neuron costs.
  public var pricesUpdates: Bool {
    [energy, time].contains { table in
      [ChipAction.neuronUpdate, .membraneWrite].contains { (table.each($0) ?? 0) > 0 }
    }
  }

  /// Seconds of the barrier for a number of tiles in use; nil where unknown.
  public func barrierSeconds(tiles: Int) -> Double? {
    guard let steps = barrier?.value else { return nil }
    return steps.last { $0.tiles <= tiles }?.seconds ?? 0
  }

  /// The tile mesh that cores lie on.
  public var mesh: Mesh { Mesh(self) }
}
