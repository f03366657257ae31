/// A network compiled for a chip: what the compiler hands to the runtime, one plain value.
///
/// Two descriptions of the same machine: populations, projections and weights (what the engine runs), and core images with
/// axon tables and routes (what the chip holds; what the interpreter runs). A program without cores is provisional:
/// calibration runs it on the engine.
package struct CompiledProgram: Sendable, Equatable {
  package var network: ProgramNetwork
  package var chip: ChipDescription
  package var schedule: Schedule
  /// Extra low bits of biases, thresholds, initial potentials and potentials, 0...15; delivered sums are shifted left by it.
  package var fractionBits: Int
  /// 2...16
  package var weightBits: Int
  /// 2...32
  package var membraneBits: Int
  package var populations: [Population]
  package var projections: [Projection]
  package var weights: [WeightTensor]
  package var output: ProgramOutput
  package var cores: [CoreImage]
  package var routes: [Route]
  /// Faults of the chip that mapping, routes and weights live with; nil: none.
  package var faults: ChipFaults?

  package init(
    network: ProgramNetwork, chip: ChipDescription, schedule: Schedule, fractionBits: Int, weightBits: Int,
    membraneBits: Int, populations: [Population], projections: [Projection], weights: [WeightTensor],
    output: ProgramOutput, cores: [CoreImage] = [], routes: [Route] = [], faults: ChipFaults? = nil
  ) {
    self.network = network
    self.chip = chip
    self.schedule = schedule
    self.fractionBits = fractionBits
    self.weightBits = weightBits
    self.membraneBits = membraneBits
    self.populations = populations
    self.projections = projections
    self.weights = weights
    self.output = output
    self.cores = cores
    self.routes = routes
    self.faults = faults
  }

  /// Shape of the input; `[N]` is `[N, 1, 1]`.
  package var inputShape: MapShape {
    MapShape(network.inputDimensions) ?? MapShape(channels: 1)
  }

  /// Ticks of one inference of `steps` steps.
  package func ticksPerInference(steps: Int) -> Int {
    ActiveWindow.ticksPerInference(steps: steps, starts: populations.lazy.map(\.start))
  }

  /// Populations in an order in which every source comes before its targets. A checked program has no cycle.
  package var topologicalOrder: [Int] {
    // Kahn's algorithm, always taking the lowest index, so the order is a function of the program alone.
    var waiting = [Int](repeating: 0, count: populations.count)
    for projection in projections where projection.source != nil { waiting[projection.target] += 1 }
    var done = [Bool](repeating: false, count: populations.count)
    var order: [Int] = []
    while let next = waiting.indices.first(where: { waiting[$0] == 0 && !done[$0] }) {
      done[next] = true
      order.append(next)
      for projection in projections where projection.source == next { waiting[projection.target] -= 1 }
    }
    return order
  }
}

/// What a program remembers of its network: names, input, source ANN, history.
package struct ProgramNetwork: Sendable, Equatable {
  package var name: String
  /// Conversion method, where known.
  package var method: String?
  package var inputDimensions: [Int]
  package var preprocessing: Preprocessing
  /// What values after preprocessing are promised to lie in; nil: the 24 bits of a quantised value alone bound them.
  package var inputRange: InputRange?
  /// Test data that the network names, relative to the folder it was compiled from; nil where it names none.
  package var images: String?
  package var labels: String?
  package var ann: ANNFacts
  /// Steps that the network was calibrated for: the run's default.
  package var steps: Int?
  /// `key: value` lines of the network's history, for reports.
  package var provenance: [String]

  package init(
    name: String, method: String? = nil, inputDimensions: [Int], preprocessing: Preprocessing = .identity,
    inputRange: InputRange? = nil, images: String? = nil, labels: String? = nil, ann: ANNFacts = ANNFacts(),
    steps: Int? = nil, provenance: [String] = []
  ) {
    self.name = name
    self.method = method
    self.inputDimensions = inputDimensions
    self.preprocessing = preprocessing
    self.inputRange = inputRange
    self.images = images
    self.labels = labels
    self.ann = ann
    self.steps = steps
    self.provenance = provenance
  }
}

/// Facts about the ANN that a network came from; nil = unknown.
package struct ANNFacts: Sendable, Equatable {
  /// Fraction of 1.
  package var accuracy: Double?
  package var accuracyOn: String?
  package var multiplyAccumulates: Int?
  package var parameters: Int?
  package init(
    accuracy: Double? = nil, accuracyOn: String? = nil, multiplyAccumulates: Int? = nil, parameters: Int? = nil
  ) {
    self.accuracy = accuracy
    self.accuracyOn = accuracyOn
    self.multiplyAccumulates = multiplyAccumulates
    self.parameters = parameters
  }
}

/// What is read as the answer.
package struct ProgramOutput: Sendable, Equatable {
  package enum Readout: UInt8, Sendable { case potential = 0, spikes = 1 }
  package var population: Int
  package var readout: Readout
  package init(population: Int, readout: Readout) {
    self.population = population
    self.readout = readout
  }
}

/// The way of a message from one core to another: the tile-to-tile steps in order, none within a tile.
package struct Route: Sendable, Equatable {
  package var from: Int
  package var to: Int
  package var steps: [MeshDirection]
  package init(from: Int, to: Int, steps: [MeshDirection]) {
    self.from = from
    self.to = to
    self.steps = steps
  }
}
