import ChipModel

// The chip tick by tick, for users of the library: populations by name, potentials in units of the trained network.

extension ChipInterpreter {
  /// Begins a sample.
  /// - Parameters:
  ///   - data: raw samples of the program's input shape.
  ///   - sample: index of the sample.
  /// - Throws: `NmsimError`: there is no such sample, or the data do not fit.
  public mutating func begin(_ data: Dataset, sample: Int = 0) throws(NmsimError) {
    try program.check(data)
    begin(try NmsimError.from { try program.values(of: data, sample: sample) })
  }

  /// The potentials of a population after the last tick, row-major, in units of the trained network. Of a bistable unit the
  /// first member's.
  /// - Throws: `NmsimError`: the program has no population of the name.
  public func potentials(of population: String) throws(NmsimError) -> [Double] {
    let index = try program.index(of: population)
    let population = program.populations[index]
    return (0..<population.neurons).map {
      population.value(
        ofPotential: Int(potential(population: index, index: $0) ?? 0), index: $0, fractionBits: program.fractionBits)
    }
  }

  /// The spikes of a population in the last tick, by neuron.
  /// - Throws: `NmsimError`: the program has no population of the name.
  public func spikes(of population: String) throws(NmsimError) -> [NeuronSpike] {
    let index = try program.index(of: population)
    return spikes.filter { $0.population == index }
      .map { NeuronSpike(neuron: $0.neuron, payload: Int($0.payload)) }.sorted { $0.neuron < $1.neuron }
  }

  /// Lets a neuron send a spike in the next tick, as if it had fired: its potential stays.
  /// - Parameters:
  ///   - population: its population's name.
  ///   - neuron: row-major in the population.
  ///   - payload: signed count that the spike carries, not 0; 1 unless the neuron model has payloads.
  /// - Throws: `NmsimError`: there is no such neuron, or it sends no such spike.
  public mutating func feed(_ population: String, neuron: Int, payload: Int = 1) throws(NmsimError) {
    let index = try program.index(of: population)
    let neurons = program.populations[index]
    func refused(_ what: String) -> NmsimError { NmsimError("population '\(escaped(population))' \(what)") }
    guard neuron >= 0, neuron < neurons.neurons else {
      throw refused("has no neuron \(neuron); its \(neurons.neurons) are 0 to \(neurons.neurons - 1)")
    }
    guard neurons.model.fires else { throw refused("never fires; feed one that does") }
    guard let sent = Int32(exactly: payload), sent != 0, neurons.model.hasPayload || sent == 1 else {
      throw refused("sends no spike of payload \(payload); give 1")
    }
    feed(population: index, neuron: neuron, payload: sent)
  }
}
