import ChipModel

/// Why a network has no NIR graph: where, what, what to do.
package struct NIRExportError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String
}

/// Writes a network as a NIR graph, which ``NIRImporter`` reads as the same network.
///
/// Spikes are worth 1 in NIR: what they are worth is in the weights. Time constants are those that Euler steps of `dt`
/// turn into the network's decays, resistances those that leave the weights as they are, as snnTorch writes them.
package struct NIRExporter {
  /// A NIR file, and what it cannot say, one line each.
  package struct Result: Sendable {
    package var bytes: [UInt8]
    package var notes: [String]
  }

  private let network: CheckedNetwork
  private let dt: Double
  /// Of each projection, ticks that its spikes take anyway.
  private let ways: [Int]
  private var nodes: [(name: String, object: HDF5Object)] = []
  private var edges: [(String, String)] = []
  private var notes: [String] = []
  private var names: Set<String> = []
  /// Node of each population; the input's first.
  private var populationNodes: [String] = []

  /// - Parameters:
  ///   - network: of neurons that NIR has: `if`, `cuba`, `accumulator`, and `augmented` without negative threshold.
  ///   - dt: length of a step, s.
  package static func file(of network: CheckedNetwork, dt: Double) throws(NIRExportError) -> Result {
    var exporter = NIRExporter(network: network, dt: dt)
    try exporter.build()
    let edges = HDF5Object.texts(exporter.edges.flatMap { [$0.0, $0.1] }, shape: [exporter.edges.count, 2])
    let graph = HDF5Group([("type", text("NIRGraph")), ("nodes", .group(HDF5Group(exporter.nodes))), ("edges", edges)])
    let root = HDF5Group([("version", text("1.0.8")), ("node", .group(graph))])
    return Result(bytes: HDF5Writer.bytes(of: root), notes: exporter.notes)
  }

  private init(network: CheckedNetwork, dt: Double) {
    self.network = network
    self.dt = dt
    ways = network.network.shortestDelays(network.network.populationOrder)
  }

  // MARK: Graph

  private mutating func build() throws(NIRExportError) {
    let input = network.network.input
    if input.preprocessing != .identity {
      notes.append("the graph takes values after preprocessing: scale the data before")
    }
    names = ["input", "output"]
    populationNodes = network.populations.map { $0.model.isInput ? "input" : unused($0.name) }
    nodes.append(("input", node("Input", [("shape", Self.integers(input.shape))])))
    for index in network.placed {
      let population = network.populations[index]
      try appendNeurons(population, populationNodes[index])
      let carrier = try appendProjections(into: population, populationNodes[index])
      guard population.bias == nil || carrier else {
        throw wrong(population, "has a bias that no weights come with", "give it a dense projection or a convolution")
      }
    }
    let output = network.populations[network.output]
    nodes.append(("output", node("Output", [("shape", Self.integers(output.dimensions))])))
    edges.append((populationNodes[network.output], "output"))
  }

  private mutating func unused(_ wanted: String) -> String {
    // A slash would be a path.
    let name = wanted.replacing("/", with: "_")
    var (candidate, number) = (name, 2)
    while !names.insert(candidate).inserted {
      candidate = "\(name)_\(number)"
      number += 1
    }
    return candidate
  }

  private func wrong(_ population: CheckedPopulation, _ what: String, _ remedy: String) -> NIRExportError {
    NIRExportError(description: "population '\(printable(population.name))' \(what); \(remedy)")
  }

  // MARK: Neurons

  /// Biases of leaky neurons are their leak potential; those of others come with the weights.
  private func hasLeakBias(_ population: CheckedPopulation) -> Bool { (population.model[.voltageDecay] ?? 0) > 0 }

  /// Whether a population begins with potentials that an importer would not give it.
  private func hasInitial(_ population: CheckedPopulation) -> Bool {
    guard let initial = population.initial else { return false }
    let keeps = 1 - Double(population.model[.voltageDecay] ?? 0) / 4096
    let late = network.network.schedule == .continuous ? population.depth : 0
    return (0..<population.shape.count).contains { index in
      let value = initial.value(at: index, shape: population.shape)
      let bias = population.bias?.value(at: index, shape: population.shape) ?? 0
      let given = Network.potential(before: late, bias: bias, keeps: keeps)?.first ?? 0
      return value != 0 && abs(value - given) > 1e-6 * abs(given)
    }
  }

  private mutating func appendNeurons(_ population: CheckedPopulation, _ name: String) throws(NIRExportError) {
    let model = population.model
    let shape = population.shape
    func values(_ value: Double) -> HDF5Object {
      Self.numbers(population.dimensions, Array(repeating: value, count: shape.count))
    }
    func values(_ resolved: ResolvedValues?, _ standard: Double = 0, _ change: (Double) -> Double = { $0 })
      -> HDF5Object
    {
      Self.numbers(
        population.dimensions, (0..<shape.count).map { change(resolved?.value(at: $0, shape: shape) ?? standard) })
    }
    if hasInitial(population) {
      throw wrong(population, "has initial potentials, which NIR has not", "convert with initial potentials of 0")
    }
    if population.biasByStep != nil {
      throw wrong(population, "has biases by step, which NIR has not", "convert without them")
    }
    let isSilent = population.threshold?.entries.allSatisfy(\.isInfinite) ?? true
    guard isSilent || population.threshold?.entries.allSatisfy(\.isFinite) == true else {
      throw wrong(population, "has neurons that fire and others that never do", "give all a threshold")
    }
    // `v >= P` is `v >` the number before P.
    let isStrict = model.strict || model.name == NeuronModel.Kind.currentBased.name
    let firing = [
      ("v_threshold", values(population.threshold, 1) { isStrict ? $0 : $0.nextDown }),
      ("v_reset", values(population.values.resetValue)),
    ]
    if population.values.floor != nil {
      notes.append("'\(printable(population.name))': NIR has no floor: read with floor")
    }
    switch model.kind {
    case .accumulator: nodes.append((name, node("I", [("r", values(1))])))
    case let kind
    where kind == .integrateFire
      || kind == .augmented && model.maximumPayload == nil && !model.hasNegativeThreshold:
      if model.kind == .augmented {
        notes.append("'\(printable(population.name))': NIR has one spike per step: read with several spikes per step")
      }
      noteReset(population)
      nodes.append((name, node("IF", [("r", values(1))] + firing)))
    case .currentBased where (model[.refractory] ?? 0) == 0:
      if !isSilent { noteReset(population) }
      nodes.append(
        (name, leaky(population, isSilent: isSilent, firing: firing, values: { values($0) }) { values($0, 0, $1) }))
    default:
      throw wrong(
        population, "has neurons of model '\(model.name)', which NIR has not", "export if, cuba and accumulator")
    }
  }

  private mutating func noteReset(_ population: CheckedPopulation) {
    if !population.model.hardReset {
      notes.append("'\(printable(population.name))': NIR resets to a value: read with a soft reset")
    }
  }

  private func leaky(
    _ population: CheckedPopulation, isSilent: Bool, firing: [(String, HDF5Object)], values: (Double) -> HDF5Object,
    resolved: (ResolvedValues?, (Double) -> Double) -> HDF5Object
  ) -> HDF5Object {
    let current = Double(population.model[.currentDecay] ?? 4096) / 4096
    let voltage = Double(population.model[.voltageDecay] ?? 0) / 4096
    let hasCurrent = current < 1
    if voltage == 0, !hasCurrent { return node(isSilent ? "I" : "IF", [("r", values(1))] + (isSilent ? [] : firing)) }
    // Without a leak time constants would be infinite: one that no decay of 12 bits shows.
    func tau(_ share: Double) -> Double { dt / max(share, 1e-9) }
    func resistance(_ share: Double) -> Double { 1 / max(share, 1e-9) }
    var members = [
      ("r", values(resistance(voltage))), ("v_leak", resolved(voltage > 0 ? population.bias : nil) { $0 / voltage }),
    ]
    if hasCurrent {
      members += [
        ("tau_syn", values(tau(current))), ("tau_mem", values(tau(voltage))), ("w_in", values(resistance(current))),
      ]
    } else {
      members.append(("tau", values(tau(voltage))))
    }
    return node((hasCurrent ? "Cuba" : "") + (isSilent ? "LI" : "LIF"), members + (isSilent ? [] : firing))
  }

  // MARK: Projections

  /// - Returns: whether one of them carries the population's bias, or none need to.
  private mutating func appendProjections(
    into population: CheckedPopulation, _ name: String
  ) throws(NIRExportError) -> Bool {
    var bias = hasLeakBias(population) ? nil : population.bias
    for index in population.incoming {
      let projection = network.projections[index]
      let source = network.source(of: projection)
      let folded: FoldedWeights
      do throws(CompileError) { folded = try FoldedWeights(projection, source: source) } catch {
        throw NIRExportError(description: error.text { $0 })
      }
      var end = populationNodes[projection.source]
      let label = printable(projection.name)
      func follow(_ wanted: String, _ object: HDF5Object) {
        let next = unused("\(projection.name).\(wanted)")
        nodes.append((next, object))
        edges.append((end, next))
        end = next
      }
      let steps = try delay(index)
      if steps > 0 {
        follow(
          "delay",
          node(
            "Delay",
            [
              (
                "delay",
                Self.numbers(source.dimensions, Array(repeating: Double(steps) * dt, count: source.shape.count))
              )
            ]))
      }
      var scale = 1.0
      if let pool = projection.pool {
        guard pool.kind == .average, pool.top == pool.bottom, pool.left == pool.right, source.dimensions.count == 3
        else {
          throw NIRExportError(
            description:
              "projection '\(label)' has a max pool, or uneven padding, which NIR has not; "
              + "convert a network with average pools"
          )
        }
        scale = Double(pool.area)
        follow(
          "pool",
          node(
            "AvgPool2d",
            [
              ("kernel_size", Self.integers([pool.kernelY, pool.kernelX])),
              ("stride", Self.integers([pool.strideY, pool.strideX])),
              ("padding", Self.integers([pool.top, pool.left])),
            ]))
      }
      let weights = folded.values.map { $0 * scale }
      let pooled = projection.pooledShape
      switch projection.kind {
      case .identity:
        let factors = (0..<pooled.count).map { weights[weights.count == 1 ? 0 : $0 / pooled.pixels] }
        let shape = source.dimensions.count == 1 ? [pooled.count] : pooled.list
        if factors.contains(where: { $0 != 1 }) {
          follow("scale", node("Scale", [("scale", Self.numbers(shape, factors))]))
        }
      case .dense:
        if source.dimensions.count == 3 {
          follow(
            "flatten",
            node(
              "Flatten",
              [
                ("start_dim", Self.integer(0)), ("end_dim", Self.integer(-1)),
                ("input_type", Self.integers(pooled.list)),
              ]))
        }
        var members = [("weight", Self.numbers([population.shape.count, pooled.count], weights))]
        if let own = bias {
          members.append(
            (
              "bias",
              Self.numbers(
                [population.shape.count],
                (0..<population.shape.count).map { own.value(at: $0, shape: population.shape) })
            ))
        }
        follow("weights", node(bias == nil ? "Linear" : "Affine", members))
        bias = nil
      case .convolution:
        let c = projection.convolution
        guard c.top == c.bottom, c.left == c.right, source.dimensions.count == 3 else {
          throw NIRExportError(
            description: "projection '\(label)' has uneven padding, which NIR has not; pad both sides alike")
        }
        let isCarried = bias?.isUniformPerChannel ?? true
        let shape = population.shape
        let own = isCarried ? bias : nil
        follow(
          "weights",
          node(
            "Conv2d",
            [
              ("input_shape", Self.integers([pooled.height, pooled.width])),
              ("weight", Self.numbers([shape.channels, pooled.channels / c.groups, c.kernelY, c.kernelX], weights)),
              ("stride", Self.integers([c.strideY, c.strideX])), ("padding", Self.integers([c.top, c.left])),
              ("dilation", Self.integers([c.dilationY, c.dilationX])), ("groups", Self.integer(c.groups)),
              (
                "bias",
                Self.numbers(
                  [shape.channels], (0..<shape.channels).map { own?.value(at: $0 * shape.pixels, shape: shape) ?? 0 })
              ),
            ]))
        if isCarried { bias = nil }
      }
      edges.append((end, name))
    }
    return bias == nil
  }

  /// Steps that a projection's spikes wait beyond those that NIR's edges take.
  private func delay(_ index: Int) throws(NIRExportError) -> Int {
    let projection = network.projections[index]
    let isContinuous = network.network.schedule == .continuous
    guard let own = projection.delay ?? (isContinuous ? (projection.source > 0 ? 1 : 0) : nil) else { return 0 }
    let steps = own - ways[index]
    guard steps >= 0 else {
      throw NIRExportError(
        description:
          "projection '\(printable(projection.name))' is \(-steps) ticks faster than its way, "
          + "which NIR cannot say; give it a delay of \(ways[index])"
      )
    }
    return steps
  }

  // MARK: Values

  private func node(_ type: String, _ members: [(String, HDF5Object)]) -> HDF5Object {
    .group(HDF5Group([("type", NIRExporter.text(type))] + members))
  }

  private static func text(_ text: String) -> HDF5Object { .texts([text], shape: []) }

  private static func numbers(_ shape: [Int], _ values: [Double]) -> HDF5Object {
    .numbers(Tensor(shape: shape, storage: .float64(values)) ?? Tensor(scalar: 0))
  }

  private static func integers(_ values: [Int]) -> HDF5Object {
    .numbers(Tensor(shape: [values.count], storage: .int64(values.map(Int64.init))) ?? Tensor(scalar: 0))
  }

  private static func integer(_ value: Int) -> HDF5Object {
    .numbers(Tensor(shape: [], storage: .int64([Int64(value)])) ?? Tensor(scalar: 0))
  }
}
