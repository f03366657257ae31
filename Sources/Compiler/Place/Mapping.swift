import ChipModel

/// Which neurons each core holds and where the core is: what the compiler chooses, or what it is told.
package struct Mapping: Sendable, Equatable {
  /// A box of one population's neurons.
  package struct Part: Sendable, Equatable {
    /// Name of the population, relays included.
    package var population: String
    package var box: Box
    package init(population: String, box: Box) {
      self.population = population
      self.box = box
    }
  }

  /// One core: its physical place, and its neurons in slot order.
  package struct Core: Sendable, Equatable {
    package var place: Int
    package var parts: [Part]
    package init(place: Int, parts: [Part]) {
      self.place = place
      self.parts = parts
    }
  }

  /// In the order of the program's cores.
  package var cores: [Core]

  package init(cores: [Core]) { self.cores = cores }

  /// The mapping that a program has.
  package init(_ program: CompiledProgram) {
    cores = program.cores.map { core in
      Core(
        place: core.place,
        parts: core.groups.map { Part(population: program.populations[$0.population].name, box: $0.box) })
    }
  }
}

/// Why a mapping cannot be used for a network and a chip. One line each; cores are counted from 0, in file order.
package enum MappingError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknownPopulation(core: Int, part: Int, name: String, suggestion: String?)
  case outside(core: Int, part: Int, population: String, axis: String, range: Range<Int>, size: Int)
  /// A neuron, `[channel, row, column]`, that two parts hold.
  case repeated(population: String, neuron: [Int], first: Int, second: Int)
  /// Neurons that no part holds, and the first of them.
  case missing(population: String, count: Int, neuron: [Int])
  case placeOutside(core: Int, place: Int, limit: Int, chip: String)
  case placeTaken(place: Int, first: Int, second: Int)
  case overfull(core: Int, what: String, need: Int, limit: Int, chip: String)
  /// The core at that place is of a kind that is too small.
  case wrongKind(core: Int, place: Int, what: String, need: Int, limit: Int, chip: String)
  /// A core that runs one layer as a unit holds something else.
  case layerCore(core: Int, parts: Int, chip: String)

  /// True where the mapping is sound but asks for more than the chip has.
  package var isAboutLimits: Bool {
    switch self {
    case .placeOutside, .overfull, .wrongKind, .layerCore: true
    default: false
    }
  }

  package var description: String {
    switch self {
    case .unknownPopulation(let core, let part, let name, let suggestion):
      "cores[\(core)].parts[\(part)]: the network has no population '\(shownName(name))'; "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "give the name of one of its populations")
    case .outside(let core, let part, let population, let axis, let range, let size):
      "cores[\(core)].parts[\(part)]: \(axis) \(range.lowerBound) to \(range.upperBound) of population "
        + "'\(shownName(population))', which has \(groupedText(size)); give a range within 0 to \(size)"
    case .repeated(let population, let neuron, let first, let second):
      "neuron \(listText(neuron)) of population '\(shownName(population))' is on core \(first)"
        + (first == second ? " twice" : " and on core \(second)") + "; give every neuron once"
    case .missing(let population, let count, let neuron):
      "\(groupedText(count)) neuron\(count == 1 ? "" : "s") of population '\(shownName(population))' "
        + "\(count == 1 ? "is" : "are") on no core, the first is \(listText(neuron)); give every neuron once"
    case .placeOutside(let core, let place, let limit, let chip):
      "core \(core) is at place \(groupedText(place)), chip '\(shownName(chip))' has \(groupedText(limit)) cores; "
        + "give a place from 0 to \(limit - 1)"
    case .placeTaken(let place, let first, let second):
      "cores \(first) and \(second) are both at place \(groupedText(place)); give each a place of its own"
    case .overfull(let core, let what, let need, let limit, let chip):
      "core \(core) needs \(groupedText(need)) \(what), chip '\(shownName(chip))' has \(groupedText(limit)) a core; "
        + "put fewer neurons on this core"
    case .wrongKind(let core, let place, let what, let need, let limit, let chip):
      "core \(core) needs \(groupedText(need)) \(what), the core at place \(groupedText(place)) of chip "
        + "'\(shownName(chip))' has \(groupedText(limit)); give it a place of a larger kind"
    case .layerCore(let core, let parts, let chip):
      "core \(core) holds \(parts == 1 ? "a part of a population" : "\(groupedText(parts)) parts"), a core of chip "
        + "'\(shownName(chip))' runs one whole population; give it exactly one"
    }
  }
}
