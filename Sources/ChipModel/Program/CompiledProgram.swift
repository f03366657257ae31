/// A network compiled for a chip: what the compiler hands to the runtime, one plain value.
///
/// Two descriptions of the same machine: populations, projections and weights (what the engine runs), and core images with
/// axon tables and routes (what the chip holds; what the interpreter runs). A program without cores is provisional:
/// calibration runs it on the engine.
public struct CompiledProgram: Sendable, Equatable {
  package var network: ProgramNetwork
  package var chip: ChipDescription
  package var schedule: Schedule
  /// Ticks that populations add before they may fire; of the separated schedule one less than the steps of its runs.
  package var lag: Int
  /// Extra low bits of biases, thresholds, initial potentials and potentials, 0...15; delivered sums are shifted left by it.
  package var fractionBits: Int
  /// 2...16
  package var weightBits: Int
  /// 2...32
  package var membraneBits: Int
  /// The input first, then those that cores hold.
  package var populations: [Population]
  package var projections: [Projection]
  package var weights: [WeightTensor]
  package var output: ProgramOutput
  package var cores: [CoreImage]
  package var routes: [Route]
  package var inputPort: InputPort
  /// Faults of the chip that mapping, routes and weights live with; nil: none.
  package var faults: ChipFaults?

  package init(
    network: ProgramNetwork, chip: ChipDescription, schedule: Schedule, lag: Int = 0, fractionBits: Int,
    weightBits: Int, membraneBits: Int, populations: [Population], projections: [Projection], weights: [WeightTensor],
    output: ProgramOutput, cores: [CoreImage] = [], routes: [Route] = [],
    inputPort: InputPort = InputPort(), faults: ChipFaults? = nil
  ) {
    self.network = network
    self.chip = chip
    self.schedule = schedule
    self.lag = lag
    self.fractionBits = fractionBits
    self.weightBits = weightBits
    self.membraneBits = membraneBits
    self.populations = populations
    self.projections = projections
    self.weights = weights
    self.output = output
    self.cores = cores
    self.routes = routes
    self.inputPort = inputPort
    self.faults = faults
  }

  package var input: Population { populations[0] }

  /// Bits of the widest weight: on a binary crossbar that of a neuron's table, whatever the width of slices.
  package var widestWeightBits: Int { chip.tableWeightBits.map { max($0, weightBits) } ?? weightBits }

  /// Whether samples are recorded spikes, step by step.
  package var takesEvents: Bool { input.model.inputCoding == .events }

  /// The program with another coding of an input that spikes; nil where its synapses do not take that.
  package func coded(_ coding: InputCoding) -> CompiledProgram? {
    guard let own = input.model.inputCoding, own.kind == coding.kind else { return nil }
    var copy = self
    if own != coding { copy.populations[0].model[.inputCoding] = coding }
    return copy
  }

  /// Indices of the populations that cores hold: all but the input.
  package var placed: Range<Int> { 1..<populations.count }

  /// Indices of the populations that results list: an input of currents has nothing to show.
  package var listed: Range<Int> { input.model.isHostCurrent ? placed : populations.indices }

  /// Whether the host computes what this projection brings, once a sample, as a current; else it has synapses on the chip.
  package func isHostCurrent(_ projection: Projection) -> Bool { populations[projection.source].model.isHostCurrent }

  /// Whether the projection's spikes pass max-pooling gates on the chip.
  package func isGated(_ projection: Projection) -> Bool {
    projection.pool?.kind == .max && !isHostCurrent(projection)
  }

  /// The steps that its runs must have; nil: any that ``check(steps:)`` takes.
  package var fixedSteps: Int? { schedule == .separated ? lag + 1 : nil }

  /// The steps of a run that names none: the only ones, or those that the network was calibrated for; nil: unknown.
  package var standardSteps: Int? { fixedSteps ?? network.steps }

  /// Whether the program runs for so many steps.
  package func check(steps: Int) throws(StepsError) {
    guard ActiveWindow.steps.contains(steps) else { throw .range(steps) }
    if let fixed = fixedSteps, steps != fixed { throw .separated(steps: steps, compiled: fixed) }
    guard steps > lag else { throw .lag(steps: steps, lag: lag) }
    for population in populations where !population.biasByStep.isEmpty && population.biasByStep.count < steps {
      throw .biases(steps: steps, population: population.name, has: population.biasByStep.count)
    }
  }

  /// Ticks of one inference of `steps` steps: up to the end of the last window of the network's own neurons. What relays
  /// still hold then counts as sent in the last tick.
  public func ticksPerInference(steps: Int) -> Int {
    ActiveWindow.ticksPerInference(steps: steps, starts: populations.lazy.filter { !$0.isRelay }.map(\.start))
  }

  /// The map that a projection reads: its source's, or a part of that.
  package func sourceShape(_ projection: Projection) -> MapShape {
    projection.sourceShape(of: populations[projection.source].shape)
  }

  /// The address rule of projection `index`.
  package func synapses(_ index: Int) -> Synapses {
    let projection = projections[index]
    return Synapses(
      projection, weights: weights[projection.weights], source: sourceShape(projection),
      target: populations[projection.target].shape)
  }

  /// Indices of the projections into each population.
  package var incoming: [[Int]] {
    var result = [[Int]](repeating: [], count: populations.count)
    for (index, projection) in projections.enumerated() { result[projection.target].append(index) }
    return result
  }

  /// By population: those that have its neurons once more.
  package var copies: [[Int]] {
    var result = [[Int]](repeating: [], count: populations.count)
    for (index, population) in populations.enumerated() {
      if let original = population.original { result[original].append(index) }
    }
    return result
  }

  /// Whose draws the faults of a population are: the same for neurons that are there once more.
  package func drawn(_ population: Int) -> Int { populations[population].original ?? population }

  /// Number of populations that each one feeds.
  package var fedPopulations: [Int] {
    var fed = [Set<Int>](repeating: [], count: populations.count)
    for projection in projections { fed[projection.source].insert(projection.target) }
    return fed.map(\.count)
  }

  /// Populations in an order in which every source comes before its targets, those of a circle at one place.
  package var topologicalOrder: [Int] {
    forwardOrder.nodes
  }

  /// The populations along their projections.
  package var forwardOrder: TopologicalOrder {
    let forward = projections.lazy.filter { !isReset($0) }
    return TopologicalOrder(count: populations.count, edges: forward.map { (from: $0.source, to: $0.target) })
  }

  /// The populations of a circle in the order in which they run within a step: what one sends in a step another may hear in
  /// the same one, behind a relay. Nil: all of them wait for one another.
  ///
  /// - Parameter incoming: ``incoming``, which a caller with many circles works out once.
  package func orderWithinStep(_ members: [Int], incoming: [[Int]]) -> [Int]? {
    let places = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
    var edges: [(from: Int, to: Int)] = []
    for (to, member) in members.enumerated() {
      for index in incoming[member] where offset(of: projections[index]) == 0 {
        if let from = places[projections[index].source] { edges.append((from, to)) }
      }
    }
    let order = TopologicalOrder(count: members.count, edges: edges)
    return order.hasCycle ? nil : order.nodes.map { members[$0] }
  }

  /// How many of its target's adding ticks later than its source's step a projection's spikes arrive.
  package func offset(of projection: Projection) -> Int {
    ActiveWindow.offset(from: populations[projection.source], to: populations[projection.target], delay: projection.delay)
  }
}

/// What a program remembers of its network: names, input, source ANN, history.
package struct ProgramNetwork: Sendable, Equatable {
  package var name: String
  /// Conversion method, where known.
  package var method: String?
  package var preprocessing: Preprocessing
  /// What values after preprocessing are promised to lie in; nil: the 24 bits of a quantised value alone bound them.
  package var inputRange: InputRange?
  /// What values are cut to, where calibration saw less than data may bring; nil: nothing.
  package var calibratedRange: InputRange?
  /// Test data that the network names, relative to the folder it was compiled from; nil where it names none.
  package var images: String?
  package var labels: String?
  package var ann: ANNFacts
  /// Steps that the network was calibrated for: the run's default.
  package var steps: Int?
  /// `key: value` lines of the network's history, for reports.
  package var provenance: [String]

  package init(
    name: String, method: String? = nil, preprocessing: Preprocessing = .identity,
    inputRange: InputRange? = nil, calibratedRange: InputRange? = nil, images: String? = nil, labels: String? = nil,
    ann: ANNFacts = ANNFacts(), steps: Int? = nil, provenance: [String] = []
  ) {
    self.name = name
    self.method = method
    self.preprocessing = preprocessing
    self.inputRange = inputRange
    self.calibratedRange = calibratedRange
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
  /// What the accuracy was measured on, for example "MNIST test, 10,000 images".
  package var accuracyOn: String?
  package var multiplyAccumulates: Int?
  package var parameters: Int?
  /// Its convolutions and matrix products; nil also where it has a layer that they do not describe.
  package var layers: [ANNLayer]?
  /// The file that was converted.
  package var model: ModelFile?
  package init(
    accuracy: Double? = nil, accuracyOn: String? = nil, multiplyAccumulates: Int? = nil, parameters: Int? = nil,
    layers: [ANNLayer]? = nil, model: ModelFile? = nil
  ) {
    self.accuracy = accuracy
    self.accuracyOn = accuracyOn
    self.multiplyAccumulates = multiplyAccumulates
    self.parameters = parameters
    self.layers = layers
    self.model = model
  }
}

/// The file of a trained network, as a network or program names it.
package struct ModelFile: Sendable, Equatable {
  /// Relative to the folder of the file that names it.
  package var path: String
  /// SHA-256 of the file and, after it, of the files of weights that it names and of the selection: 64 hexadecimal digits.
  package var hash: String
  package var selection: ModelSelection
  package init(path: String, hash: String, selection: ModelSelection = ModelSelection()) {
    self.path = path
    self.hash = hash
    self.selection = selection
  }
}

/// What of a trained network's file is taken, where the file leaves it open.
package struct ModelSelection: Sendable, Hashable {
  /// The value that is the answer; nil: the file's first output.
  package var output: String?
  /// The input's sizes without the batch axis, `[C, H, W]`, `[C, L]` or `[N]`; nil: those of the file.
  package var inputShape: [Int]?
  package init(output: String? = nil, inputShape: [Int]? = nil) {
    self.output = output
    self.inputShape = inputShape
  }

  package var isEmpty: Bool { output == nil && inputShape == nil }
}

/// What of a population is read as the answer: its potential, or its (signed) spike counts.
package enum Readout: String, ParameterChoice { case potential, spikes }

/// What outputs are: compared with one another, the largest being the answer, or each an answer of its own.
package enum OutputTask: String, Sendable, CaseIterable { case classes, values }

/// What is read as the answer.
package struct ProgramOutput: Sendable, Equatable {
  package var population: Int
  package var readout: Readout
  /// ANN units of a counted spike: one for all, per channel or per neuron. Read only where spikes are.
  package var spikeValue: [Double]
  package var activation: OutputActivation
  package var task: OutputTask
  package init(
    population: Int, readout: Readout, spikeValue: [Double] = [1], activation: OutputActivation = OutputActivation(),
    task: OutputTask = .classes
  ) {
    self.task = task
    self.population = population
    self.readout = readout
    self.spikeValue = spikeValue
    self.activation = activation
  }
}

/// What the ANN does with its sums at the very end, by which no decision changes: a ReLU, a leaky or a bounded one.
package struct OutputActivation: Sendable, Equatable {
  /// Factor of what is below 0; nil: 1.
  package var negativeSlope: Double?
  /// What larger values are cut to; nil: nothing.
  package var maximum: Double?
  package init(negativeSlope: Double? = nil, maximum: Double? = nil) {
    self.negativeSlope = negativeSlope
    self.maximum = maximum
  }

  /// The ANN's value of a sum.
  package func applied(to value: Double) -> Double {
    min(value < 0 ? value * (negativeSlope ?? 1) : value, maximum ?? .infinity)
  }

  /// A slope of at least 0, a maximum above 0, both finite.
  package var isSound: Bool {
    (negativeSlope.map { $0.isFinite && $0 >= 0 } ?? true) && (maximum.map { $0.isFinite && $0 > 0 } ?? true)
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
