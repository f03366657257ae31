import ChipModel

/// A NIR graph as a spiking network, and what became of its parameters.
package struct NIRNetwork: Sendable {
  package var network: Network
  /// Of the file.
  package var graph: NIRGraph
  package var parameters: [NIRParameter]
  /// One line each.
  package var notes: [String]
}

/// Makes a spiking network of a NIR graph.
///
/// Neurons become populations; what lies between them is linear and becomes the weights of projections. Spikes are
/// worth 1.
/// Populations that feed one another in a circle hear each other a tick later, and the network is then `continuous`:
/// one behind others runs as many ticks later as its spikes take to it.
package struct NIRImporter {
  let graph: NIRGraph
  let settings: NIRSettings
  /// By node: where its values come from, and where they go.
  private var sources: [[Int]]
  private var targets: [[Int]]
  /// What leaves each node; nil: not known yet.
  private var signals: [NIRSignal?]
  private var context = MergeContext("")
  /// Biases of potentials, by population.
  private var biases: [(population: Int, values: [Double])] = []
  var parameters: [NIRParameter] = []
  var notes: [String] = []

  /// Largest file, bytes.
  package static let maximumBytes = 1 << 31

  /// - Parameters:
  ///   - graph: the file's.
  ///   - name: of the network.
  ///   - output: which `Output` node is the answer; nil: the only one.
  /// - Throws: `ImportError`: a node has no counterpart, or parameters contradict one another.
  package static func network(
    of graph: NIRGraph, name: String, output: String? = nil, _ settings: NIRSettings = NIRSettings()
  ) throws(ImportError) -> NIRNetwork {
    var importer = NIRImporter(graph, settings)
    let network = try importer.build(name: name, output: output)
    return NIRNetwork(network: network, graph: graph, parameters: importer.parameters, notes: importer.notes)
  }

  private init(_ graph: NIRGraph, _ settings: NIRSettings) {
    self.graph = graph
    self.settings = settings
    sources = graph.nodes.map { _ in [] }
    targets = sources
    for edge in graph.edges {
      sources[edge.to].append(edge.from)
      targets[edge.from].append(edge.to)
    }
    signals = graph.nodes.map { _ in nil }
  }

  // MARK: Graph

  private mutating func build(name: String, output: String?) throws(ImportError) -> Network {
    let (input, answer) = (try inputNode(), try outputNode(output))
    let used = reaching(answer)
    guard used[input] else {
      throw .graph(
        what: "no edges lead from the input to the output", remedy: "write the graph again with the package nir")
    }
    let unused = graph.nodes.indices.filter { !used[$0] }.map { "'\(printable(graph.nodes[$0].name))'" }
    if !unused.isEmpty {
      notes.append("the output does not depend on \(unused.prefix(8).joined(separator: ", ")): left out")
    }
    let inputShape = try mapShape(try graph.nodes[input].integers("shape"), graph.nodes[input])
    let parts = try resolve(used, input: input, shape: inputShape)
    var network = Network(
      name: name, input: NetworkInput(kind: .spikes, shape: inputShape), populations: [], projections: [],
      output: NetworkOutput())
    network.input.coding = settings.coding
    let names = SpikingDraft.populationNames(parts.map(\.name))
    for (index, part) in parts.enumerated() {
      var (node, sum) = (graph.nodes[part.node], try incoming(part.node, shape: part.whole))
      if let channels = part.channels {
        node = try node.part(channels, of: part.whole, named: part.name)
        sum = try sum.mapped(by: part.gathering(channels), node: context)
      }
      try append(neurons(of: node, sum, context), named: names, index, to: &network)
    }
    try setOutput(answer, names, &network)
    let order = network.populationOrder
    if order.hasCycle {
      network.schedule = .continuous
      notes.append("neurons feed one another in a circle: every projection between neurons takes a tick (continuous)")
      for bias in biases { startLate(bias.values, bias.population, order.depths[bias.population], &network) }
    }
    for (index, ticks) in network.shortestDelays(order).enumerated() {
      let projection = network.projections[index]
      // The continuous schedule delivers what the input sends at once, and all else in the next tick.
      let standard = order.hasCycle ? (projection.from == nil ? 0 : 1) : ticks
      if projection.delay != nil || ticks != standard {
        network.projections[index].delay = (projection.delay ?? 0) + ticks
      }
    }
    network.provenance = provenance()
    return network
  }

  private func inputNode() throws(ImportError) -> Int {
    let inputs = graph.nodes.indices.filter { graph.nodes[$0].type == "Input" }
    guard inputs.count == 1 else {
      throw .graph(what: "the graph has \(inputs.count) inputs", remedy: "write one with one input")
    }
    return inputs[0]
  }

  private func outputNode(_ name: String?) throws(ImportError) -> Int {
    let outputs = graph.nodes.indices.filter { graph.nodes[$0].type == "Output" }
    let names = outputs.map { printable(graph.nodes[$0].name) }.joined(separator: ", ")
    if let name {
      guard let named = outputs.first(where: { graph.nodes[$0].name == name }) else {
        throw .selection(
          what: "there is no output '\(printable(name))'", parameter: "outputName", value: "one of \(names)")
      }
      return named
    }
    guard outputs.count == 1 else {
      if outputs.isEmpty {
        throw .graph(what: "the graph has no output", remedy: "write the graph again with the package nir")
      }
      throw .selection(
        what: "the graph has \(outputs.count) outputs", parameter: "outputName", value: "one of \(names)")
    }
    return outputs[0]
  }

  /// Which nodes lead to one.
  private func reaching(_ node: Int) -> [Bool] {
    var found = graph.nodes.map { _ in false }
    var open = [node]
    found[node] = true
    while let next = open.popLast() {
      for source in sources[next] where !found[source] {
        found[source] = true
        open.append(source)
      }
    }
    return found
  }

  /// Finds what leaves each node, neurons first come first.
  /// - Returns: what becomes a population each.
  private mutating func resolve(_ used: [Bool], input: Int, shape: [Int]) throws(ImportError) -> [NIRPart] {
    var parts: [NIRPart] = []
    var waiting = graph.nodes.indices.map { node in sources[node].count { used[$0] } }
    var ready = [input]
    var next = graph.nodes.startIndex
    while true {
      // Neurons in a circle begin with what their parameters say; others wait for what they are fed.
      while ready.isEmpty, next < graph.nodes.endIndex {
        if used[next], signals[next] == nil, graph.nodes[next].isNeuron, graph.nodes[next].largestParameter.count > 1 {
          ready.append(next)
        }
        next += 1
      }
      guard let node = ready.popLast() else { break }
      guard signals[node] == nil else { continue }
      context.name = graph.nodes[node].name
      if node == input {
        signals[node] = .spikes(of: .input, shape)
      } else if graph.nodes[node].isNeuron {
        let fed = sources[node].lazy.compactMap { [signals] in signals[$0]?.shape }.first
        let own = try self.parts(node, populationShape(graph.nodes[node], fed: fed))
        signals[node] = .spikes(of: own, first: parts.count)
        parts += own
      } else {
        signals[node] = try transformed(incoming(node, shape: nil), graph.nodes[node])
      }
      for target in targets[node].reversed() where used[target] {
        waiting[target] -= 1
        if waiting[target] == 0 || graph.nodes[target].isNeuron { ready.append(target) }
      }
    }
    let passing = ["Output", "Identity"]
    if let stuck = graph.nodes.indices.first(where: {
      used[$0] && signals[$0] == nil && !passing.contains(graph.nodes[$0].type)
    }) {
      let node = graph.nodes[stuck]
      throw node.misuse(
        sources[stuck].isEmpty ? "receives nothing" : "depends on itself without a neuron between",
        "write the graph again with neurons in every circle")
    }
    guard graph.nodes.indices.allSatisfy({ !used[$0] || signals[$0] != nil }) else {
      throw .graph(
        what: "inputs and outputs of graphs feed one another", remedy: "write the graph again with the package nir")
    }
    return parts
  }

  /// The neurons of a node by what they leave out of potential and current in a step: one part where all do alike.
  private mutating func parts(_ node: Int, _ shape: [Int]) throws(ImportError) -> [NIRPart] {
    let name = graph.nodes[node].name
    let whole = [NIRPart(node: node, name: name, whole: shape, channels: nil)]
    guard let kinds = try decaysByChannel(graph.nodes[node], shape) else { return whole }
    var (found, channels): ([[Double]], [[Int]]) = ([], [])
    for (channel, kind) in kinds.enumerated() {
      if let known = found.firstIndex(of: kind) {
        channels[known].append(channel)
      } else {
        // More are refused where a population's decay is looked for.
        guard found.count < NIRPart.most else { return whole }
        found.append(kind)
        channels.append([channel])
      }
    }
    guard found.count > 1 else { return whole }
    notes.append(
      "'\(printable(name))' has \(found.count) sets of time constants: it becomes as many populations, "
        + "'\(printable(name)).1' and so on")
    return channels.enumerated().map { NIRPart(node: node, name: "\(name).\($0 + 1)", whole: shape, channels: $1) }
  }

  /// The sum of what edges bring to a node.
  private func incoming(_ node: Int, shape: [Int]?) throws(ImportError) -> NIRSignal {
    var sum: NIRSignal?
    for source in sources[node] {
      guard let signal = signals[source] else { continue }
      if let known = sum?.count ?? shape?.reduce(1, *), known != signal.count {
        throw graph.nodes[node].misuse(
          "has \(known) values, but '\(printable(graph.nodes[source].name))' sends \(signal.count)",
          "write the graph again with matching shapes")
      }
      if sum == nil { sum = signal } else { try sum?.add(signal, to: graph.nodes[node]) }
    }
    guard let sum else {
      throw graph.nodes[node].misuse("receives nothing", "write the graph again with an edge to it")
    }
    return shape.map { sum.labelled($0) } ?? sum
  }

  /// `[N]`, `[C, L]` as `[C, 1, L]`, or `[C, H, W]`, also behind a batch of 1, which older exporters write.
  func mapShape(_ shape: [Int], _ node: NIRNode) throws(ImportError) -> [Int] {
    let shape = shape.count == 4 && shape[0] == 1 ? Array(shape.dropFirst()) : shape
    let map = shape.isEmpty ? [1] : shape.count == 2 ? [shape[0], 1, shape[1]] : shape
    guard map.count == 1 || map.count == 3, map.allSatisfy({ $0 > 0 }), MapShape(map) != nil else {
      throw node.misuse("has shape \(shapeText(shape))", "use at most three axes: channels, rows, columns")
    }
    return try bounded(map, node)
  }

  private func bounded(_ shape: [Int], _ node: NIRNode) throws(ImportError) -> [Int] {
    let (count, limit) = (shape.reduce(1, *), ImportLimits.neurons)
    if count <= limit { return shape }
    throw .tooLarge(node: node.name, what: "values:", count: count, limit: limit, remedy: "use a smaller input")
  }

  private func populationShape(_ node: NIRNode, fed: [Int]?) throws(ImportError) -> [Int] {
    let own = node.largestParameter
    guard let fed else { return try mapShape(own.shape, node) }
    // One value for all, or one a channel, or as many as are fed.
    if own.count == 1 || own.count == fed.reduce(1, *) || NIRNode.broadcasts(own.shape, to: fed) {
      return try bounded(fed, node)
    }
    return try mapShape(own.shape, node)
  }

  // MARK: Network

  /// Adds a population and its projections.
  private mutating func append(
    _ made: (neuron: NetworkNeuron, sum: NIRSignal, current: BiasField), named names: [String], _ index: Int,
    to network: inout Network
  ) throws(ImportError) {
    let (name, sum) = (names[index], made.sum)
    var neuron = made.neuron
    for key in [\NetworkNeuron.threshold, \.resetValue] {
      neuron[keyPath: key] = network.stored(
        neuron[keyPath: key], "\(name).\(key == \.threshold ? "threshold" : "reset")")
    }
    var population = NetworkPopulation(name: name, shape: sum.shape, neuron: neuron)
    switch sum.bias.collapsed(sum.shape) {
    case .none: break
    case .channel(let values), .element(let values):
      population.bias = network.stored(.shortest(values), "\(name).bias")
      biases.append((network.populations.count, values))
    }
    network.populations.append(population)
    addConstant(made.current.elements(sum.shape), to: name, names, &network)
    for (position, term) in sum.terms.enumerated() {
      let connection = try term.linear.connection(node: context, into: sum.shape)
      guard connection.weights.allSatisfy(\.isFinite) else {
        throw .graph(what: "weights into '\(printable(name))' are too large", remedy: "train the network again")
      }
      var from: String?
      if case .layer(let source) = connection.source { from = names[source] }
      var projection = network.projection(
        sum.terms.count == 1 ? name : "\(name).\(position + 1)", connection, from: from, to: name)
      // What edges take is added when all of them are known.
      if term.delay > 0 { projection.delay = term.delay }
      network.projections.append(projection)
    }
  }

  /// What is read: spikes of neurons, potentials of integrators, or the sum over time of a linear node's values.
  private mutating func setOutput(_ answer: Int, _ names: [String], _ network: inout Network) throws(ImportError) {
    context.name = graph.nodes[answer].name
    let signal = try incoming(answer, shape: nil)
    if signal.bias == .none, signal.terms.count == 1, signal.terms[0].linear.isPlain, signal.terms[0].delay == 0,
      case .layer(let index) = signal.terms[0].linear.source
    {
      network.output.population = names[index]
      let isInfinite = network.populations[index].neuron.threshold == .uniform(.infinity)
      network.output.readout =
        network.populations[index].neuron.model == .accumulator || isInfinite ? .potential : .spikes
    } else {
      let name = SpikingDraft.populationNames(names + [graph.nodes[answer].name]).last ?? "output"
      try append((NetworkNeuron(model: .accumulator), signal, .none), named: names + [name], names.count, to: &network)
      network.output = NetworkOutput(population: name)
      notes.append("the output is a linear node: its values are added up over the steps")
    }
    // Values that never spike have no weight that could carry them.
    for projection in network.projections {
      guard let source = network.populations.first(where: { $0.name == projection.from }),
        !source.neuron.model.traits.fires || source.neuron.threshold == .uniform(.infinity)
      else { continue }
      throw .graph(
        what: "the potentials of '\(printable(source.name))' feed other nodes", remedy: "let spiking neurons feed them")
    }
  }

  private func provenance() -> [ProvenanceEntry] {
    var entries = [ProvenanceEntry(key: "method", value: .text("nir"))]
    if let version = graph.version { entries.append(ProvenanceEntry(key: "nirVersion", value: .text(version))) }
    for parameter in NIRSettings.parameters where parameter.key != Parameter.inputCoding.key {
      guard let value = settings[value: parameter] ?? parameter.standard, value != .flag(false) else { continue }
      entries.append(ProvenanceEntry(key: parameter.key, value: ProvenanceValue(value)))
    }
    return entries
  }
}

extension LinearTerm {
  /// Spikes as they are.
  fileprivate var isPlain: Bool { pool == nil && map.kind == .identity([]) }

  /// The same into a population: only maps of channels reach one with channels.
  fileprivate func connection(node: MergeContext, into shape: [Int]) throws(ImportError) -> AnalogConnection {
    var term = self
    switch map.kind {
    case .convolution where shape.count != 3 || map.inShape.count != 3: term.map = try map.unrolled(node: node)
    case .identity where map.inShape != shape: term.map = try map.unrolled(node: node)
    default: break
    }
    return try term.connection(node: node)
  }
}
