import ChipModel

/// A neuron on a core.
struct PlacedNeuron: Sendable {
  /// Index in the program's cores, and its slot there.
  var core: Int
  var slot: Int
  var population: Int
  /// Row-major in the population.
  var neuron: Int
}

extension CompiledProgram {
  /// The neurons on a core, slot by slot.
  func placedNeurons(on core: Int) -> [PlacedNeuron] {
    var neurons: [PlacedNeuron] = []
    neurons.reserveCapacity(cores[core].neuronCount)
    for group in cores[core].groups {
      for local in 0..<group.box.count {
        neurons.append(
          PlacedNeuron(
            core: core, slot: group.firstSlot + local, population: group.population,
            neuron: group.box.populationIndex(local, in: group.populationShape)))
      }
    }
    return neurons
  }

  /// Every neuron on a core that fired, with its spikes, core by core and slot by slot.
  ///
  /// - Parameter spikes: by population and neuron, row-major; an empty list counts as none.
  func forEachSender(_ spikes: [[UInt64]], _ body: (PlacedNeuron, _ count: Int) -> Void) {
    for core in cores.indices {
      for sender in placedNeurons(on: core) where !spikes[sender.population].isEmpty {
        let count = Int(clamping: spikes[sender.population][sender.neuron])
        if count > 0 { body(sender, count) }
      }
    }
  }

  /// Every message that the input's spikes become: the core where it enters, and how often.
  func forEachEntry(_ spikes: [[UInt64]], _ body: (_ core: Int, _ count: Int) -> Void) {
    for neuron in 0..<inputPort.neurons where !spikes[0].isEmpty && spikes[0][neuron] > 0 {
      for entry in inputPort.entries(of: neuron) {
        body(Int(inputPort.cores[entry]), Int(clamping: spikes[0][neuron]))
      }
    }
  }

  /// The routes of the messages that each spike of the neuron becomes.
  func routes(of sender: PlacedNeuron) -> some Sequence<Int> {
    let axons = cores[sender.core].outputAxons
    return axons.entries(of: sender.slot).lazy.map { Int(axons.routes[$0]) }
  }
}

/// Where each neuron of a program is: core and slot, by population and neuron.
struct NeuronPlaces: Sendable {
  private(set) var core: [[UInt32]]
  private(set) var slot: [[UInt32]]

  init(_ program: CompiledProgram) {
    core = program.populations.map { [UInt32](repeating: 0, count: $0.shape.count) }
    slot = core
    for index in program.cores.indices {
      for placed in program.placedNeurons(on: index) {
        core[placed.population][placed.neuron] = UInt32(truncatingIfNeeded: index)
        slot[placed.population][placed.neuron] = UInt32(truncatingIfNeeded: placed.slot)
      }
    }
  }
}
