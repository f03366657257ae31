import ChipModel

/// Resets that a chip does not have, or makes of synapses.
extension Lowering {
  /// Refuses a reset that the chip's neurons cannot have.
  func checkReset(_ name: String, _ model: NeuronModel) throws(CompileError) {
    guard let rule = model.resetRule, let resets = chip.resets?.value else { return }
    let reset = resets.first { $0.rule == rule }
    // A synapse takes the threshold from a potential that has leaked once more.
    if let reset, reset.synapse == nil || !model.leaks { return }
    throw .unsupportedReset(population: name, rule, chip: chip.name, leaks: reset != nil)
  }

  /// Of a neuron that repeats spikes, of whose potential a spike leaves nothing: the one that costs no synapse.
  var relayReset: ResetRule? {
    guard let resets = chip.resets?.value, let own = resets.first(where: { $0.synapse == nil }) else { return nil }
    return own.rule == .soft ? nil : own.rule
  }

  /// The synapse of each neuron by which its spike takes the threshold from it.
  ///
  /// It arrives a tick later, before the next comparison: `v - P + s > P` whether `P` goes at the end of a tick or with the
  /// next sum `s`. So the neuron's rule stays as it is, and the weights here are 0: they take room, messages and operations.
  mutating func addResets() {
    for index in populations.indices where chip.reset(of: populations[index].model)?.synapse != nil {
      let channels = populations[index].shape.channels
      guard let none = WeightTensor(shape: [channels, 1], values: [Int32](repeating: 0, count: channels)) else { continue }
      projections.append(
        Projection(
          name: "\(populations[index].name).reset", source: index, axon: .max, target: index, kind: .identity,
          weights: weights.count))
      weights.append(none)
    }
  }
}
