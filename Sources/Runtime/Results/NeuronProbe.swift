import ChipModel

/// A neuron whose potential is traced.
package struct NeuronProbe: Sendable, Hashable {
  /// Index of its population.
  package var population: Int
  /// Row-major in the population.
  package var neuron: Int

  package init(population: Int, neuron: Int) {
    self.population = population
    self.neuron = neuron
  }

  /// Reads `POPULATION:NEURON`; the last colon divides, so that a population's name may hold others.
  package init(_ text: String, in program: CompiledProgram) throws(ProbeError) {
    guard let colon = text.lastIndex(of: ":") else { throw .form(text) }
    let name = String(text[..<colon])
    let number = text[text.index(after: colon)...]
    guard let population = program.placed.first(where: { program.populations[$0].name == name }) else {
      throw .population(name, known: program.populations[program.placed].map(\.name))
    }
    let count = program.populations[population].shape.count
    guard !number.isEmpty, number.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let neuron = Int(number), neuron < count
    else { throw .neuron(String(number), population: name, count: count) }
    self.init(population: population, neuron: neuron)
  }
}

/// Why a probe names no neuron.
package enum ProbeError: Error, Sendable, Equatable, CustomStringConvertible {
  case form(String)
  case population(String, known: [String])
  case neuron(String, population: String, count: Int)

  /// One line: what is wrong and what to do.
  package var description: String {
    switch self {
    case .form(let text): "probe '\(text)' names no neuron; write POPULATION:NEURON, for example conv1:0"
    case .population(let name, let known):
      "probe: no population '\(name)'; use one of \(known.prefix(20).joined(separator: ", "))"
    case .neuron(let text, let population, let count):
      "probe: population '\(population)' has no neuron '\(text)'; its \(count) are 0 to \(count - 1)"
    }
  }
}
