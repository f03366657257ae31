import ChipModel

extension Network {
  /// Checks everything that the file format leaves open: names, references, cycles, shapes, counts, ranges, codes.
  ///
  /// - Returns: the same network with references as indices and values resolved, which lowering can use as it is.
  /// - Throws: the first fault in this order: names, input, populations, projections' references, cycles, codes,
  ///   projections' shapes and weights, output, ANN, provenance; each in file order.
  /// - Complexity: linear in the size of the network and its weights.
  package func checked() throws(NetworkCheckError) -> CheckedNetwork {
    var check = NetworkCheck(self)
    return try check.run()
  }
}

/// The check of one network, in the order in which a later step relies on an earlier one.
struct NetworkCheck {
  let network: Network
  /// Population index by name, 0 the input; only looked up, never iterated.
  var populationIndex = ["input": 0]
  /// Names in file order, for suggestions.
  var populationNames: [String] = []
  /// Sorted, for suggestions.
  let tensorNames: [String]

  init(_ network: Network) {
    self.network = network
    self.tensorNames = network.tensors.keys.sorted()
  }

  mutating func run() throws(NetworkCheckError) -> CheckedNetwork {
    try checkNames()
    var shapes = [try checkInput()]
    var values = [NeuronValues()]
    for (index, population) in network.populations.enumerated() {
      let shape = try checkShape(population.shape, .population(index, population.name), what: "neurons")
      shapes.append(shape)
      values.append(try checkNeuron(population, at: index, shape: shape))
    }

    let ends = try resolveEnds()
    var incoming = [[Int]](repeating: [], count: shapes.count)
    var outgoing = incoming
    for (index, end) in ends.enumerated() {
      incoming[end.target].append(index)
      outgoing[end.source].append(index)
    }
    for (index, population) in network.populations.enumerated() where incoming[index + 1].isEmpty {
      throw NetworkCheckError(.population(index, population.name), .noProjectionArrives)
    }
    let depths = try depthsInOrder(ends: ends, incoming: incoming, outgoing: outgoing)
    let order = depths.indices.dropFirst().sorted { (depths[$0], $0) < (depths[$1], $1) }
    let periods = try checkCodes(ends: ends, incoming: incoming)

    var projections: [CheckedProjection] = []
    var totalWeights = 0
    for (index, projection) in network.projections.enumerated() {
      let checked = try checkProjection(projection, at: index, ends: ends[index], shapes: shapes)
      projections.append(checked)
      totalWeights += checked.weights?.count ?? 0
      if totalWeights > NetworkLimits.weights {
        throw NetworkCheckError(
          .network,
          .tooLarge(key: "projections", what: "weights", count: totalWeights, limit: NetworkLimits.weights))
      }
    }
    let integer = try checkWeightKinds(weights: projections.map(\.weights), incoming: incoming)
    for index in projections.indices { projections[index].isInteger = integer[projections[index].target] }
    let output = try checkOutput()
    try checkFacts()

    let populations = shapes.indices.map { index in
      let given = index == 0 ? nil : network.populations[index - 1]
      return CheckedPopulation(
        name: given?.name ?? "input", dimensions: given?.shape ?? network.input.shape, shape: shapes[index],
        model: NeuronModel(
          kind: given?.neuron.model ?? .currentInput, parameters: given?.neuron.parameters ?? ParameterValues(),
          hasNegativeThreshold: values[index].negativeThreshold != nil, period: periods[index]),
        values: values[index], depth: depths[index], incoming: incoming[index], outgoing: outgoing[index],
        hasIntegerWeights: integer[index])
    }
    return CheckedNetwork(
      network: network, populations: populations, projections: projections, order: order, output: output,
      readout: network.output.readout)
  }

  // MARK: Names

  /// Names are present, short, printable and unique; fills the index.
  mutating func checkNames() throws(NetworkCheckError) {
    guard !network.populations.isEmpty else { throw NetworkCheckError(.network, .noPopulations) }
    try checkCount("populations", network.populations.count, NetworkLimits.populations)
    try checkCount("projections", network.projections.count, NetworkLimits.projections)
    if let reason = faultOfName(network.name) { throw NetworkCheckError(.network, .badName(reason: reason)) }

    populationNames = network.populations.map(\.name)
    for (index, name) in populationNames.enumerated() {
      let subject = NetworkCheckError.Subject.population(index, name)
      try checkName(name, subject)
      if name == "input" { throw NetworkCheckError(subject, .reservedName) }
      if let first = populationIndex[name] {
        throw NetworkCheckError(subject, .duplicateName(key: "populations", first: first - 1, second: index))
      }
      populationIndex[name] = index + 1
    }
    var projectionIndex: [String: Int] = [:]
    for (index, projection) in network.projections.enumerated() {
      let subject = NetworkCheckError.Subject.projection(index, projection.name)
      try checkName(projection.name, subject)
      if let first = projectionIndex[projection.name] {
        throw NetworkCheckError(subject, .duplicateName(key: "projections", first: first, second: index))
      }
      projectionIndex[projection.name] = index
    }
  }

  func checkCount(_ key: String, _ count: Int, _ limit: Int) throws(NetworkCheckError) {
    if count > limit { throw NetworkCheckError(.network, .tooMany(key: key, count: count, limit: limit)) }
  }

  func checkName(_ name: String, _ subject: NetworkCheckError.Subject) throws(NetworkCheckError) {
    if name.isEmpty { throw NetworkCheckError(subject, .emptyName) }
    if let reason = faultOfName(name) { throw NetworkCheckError(subject, .badName(reason: reason)) }
  }

  /// Names are printed in tables and messages of one line, so no control characters and no novels.
  func faultOfName(_ name: String) -> String? {
    let bytes = name.utf8.count
    if bytes > NetworkLimits.nameBytes { return "has \(groupedText(bytes)) bytes, at most \(NetworkLimits.nameBytes)" }
    if name.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }) {
      return "has control characters"
    }
    return nil
  }

  // MARK: Facts that nothing is computed from

  func checkOutput() throws(NetworkCheckError) -> Int {
    let output = network.output
    guard let index = populationIndex[output.population], index > 0 else {
      throw NetworkCheckError(
        .output, unknownPopulation(key: "population", name: output.population))
    }
    if output.readout == .spikes, !network.populations[index - 1].neuron.model.traits.fires {
      throw NetworkCheckError(.output, .spikesOfAccumulator(name: output.population))
    }
    return index
  }

  func checkFacts() throws(NetworkCheckError) {
    if let ann = network.ann {
      if let accuracy = ann.accuracy, !(accuracy >= 0 && accuracy <= 1) {
        throw NetworkCheckError(
          .ann,
          .valueRange(key: "accuracy", index: nil, value: accuracy, rule: "write a fraction of 1, from 0 to 1"))
      }
      let counts = [("multiplyAccumulates", ann.multiplyAccumulates), ("parameters", ann.parameters)]
      for (key, count) in counts {
        if let count, count < 0 {
          throw NetworkCheckError(.ann, .parameterRange(key: key, value: count, low: 0, high: Int.max))
        }
      }
    }
    var keys: Set<String> = []
    for entry in network.provenance {
      if !keys.insert(entry.key).inserted { throw NetworkCheckError(.provenance(entry.key), .repeatedKey) }
      if case .number(let value) = entry.value, !value.isFinite {
        throw NetworkCheckError(
          .provenance(entry.key), .valueRange(key: "value", index: nil, value: value, rule: "write a finite number"))
      }
    }
  }

  func unknownPopulation(key: String, name: String) -> NetworkProblem {
    .unknownPopulation(key: key, name: name, suggestion: closest(to: name, in: populationNames))
  }
}
