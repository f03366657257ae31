/// A reset that the neurons of a chip have, and what it takes where they are made of more than their own circuit.
package struct ChipReset: Sendable, Equatable {
  package var rule: ResetRule
  /// Places for neurons that one with this reset takes, each visited and updated; 1...64.
  package var compartments: Int
  /// What the synapse holds by which a spike takes the threshold from its own neuron, in units with the fraction bits. It
  /// costs an input axon, an output axon and a synapse a neuron, and with every spike a message within the core and a synaptic
  /// operation. Nil: the neuron resets itself.
  package var synapse: MantissaExponent?

  package init(_ rule: ResetRule, compartments: Int = 1, synapse: MantissaExponent? = nil) {
    self.rule = rule
    self.compartments = compartments
    self.synapse = synapse
  }

  package static let compartments = 1...64
}

extension ChipDescription {
  /// How the chip resets neurons of a model; nil: they do not reset, or nothing is said of it.
  package func reset(of model: NeuronModel) -> ChipReset? {
    guard let resets = resets?.value, let rule = model.resetRule else { return nil }
    return resets.first { $0.rule == rule }
  }

  /// Whether a synapse resets neurons of some rule.
  package var resetsBySynapse: Bool { resets?.value.contains { $0.synapse != nil } ?? false }
}

extension NeuronModel {
  /// Of models that choose between the two; nil: of others, which take from the potential what they send, or nothing. Also of
  /// period codes, whose threshold is another in each phase: no synapse could take it away.
  package var resetRule: ResetRule? {
    kind.traits.reset == .threshold && kind.takes(.reset) && !kind.traits.isPeriodic ? hardReset ? .hard : .soft : nil
  }
}

extension CompiledProgram {
  /// Places for neurons that one of a population takes.
  package func compartments(_ population: Int) -> Int { chip.reset(of: populations[population].model)?.compartments ?? 1 }

  /// Whether a projection stands for the synapses that carry out the resets of its own population: of weights 0, because
  /// the neuron's rule has the reset. It has axons, synapses, messages and operations, and changes nothing.
  package func isReset(_ projection: Projection) -> Bool {
    projection.source == projection.target && projection.kind.traits.isElementwise
      && (0..<weights[projection.weights].count).allSatisfy { weights[projection.weights][$0] == 0 }
  }
}
