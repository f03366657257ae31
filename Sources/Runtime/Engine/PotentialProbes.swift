import ChipModel

/// Potentials of a few neurons after each tick of their window, in the last sample.
struct PotentialProbes: Sendable {
  let neurons: [NeuronProbe]
  /// By probe, then tick of the window.
  private(set) var potentials: [[Int32]]

  init(_ neurons: [NeuronProbe] = []) {
    self.neurons = neurons
    potentials = neurons.map { _ in [] }
  }

  func watches(_ population: Int) -> Bool { neurons.contains { $0.population == population } }

  mutating func begin(_ population: Int) {
    for index in neurons.indices where neurons[index].population == population {
      potentials[index].removeAll(keepingCapacity: true)
    }
  }

  /// The end of a tick.
  mutating func note(_ p: PopulationPlan, v: [Int32]) {
    for (index, probe) in neurons.enumerated() where probe.population == p.index {
      potentials[index].append(v[probe.neuron % p.shape.pixels * p.padded + probe.neuron / p.shape.pixels])
    }
  }
}
