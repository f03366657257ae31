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
    try checkSchedule()
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
    for (index, population) in network.populations.enumerated()
    where incoming[index + 1].isEmpty && population.bias == nil {
      throw NetworkCheckError(
        .population(index, population.name),
        "nothing leads to it and it has no bias; add a projection or remove it")
    }
    let order = try depthsInOrder(ends: ends)
    let periods = try checkCodes(ends: ends, incoming: incoming)

    var projections: [CheckedProjection] = []
    var totalWeights = 0
    for (index, projection) in network.projections.enumerated() {
      let checked = try checkProjection(projection, at: index, ends: ends[index], shapes: shapes)
      projections.append(checked)
      totalWeights += checked.weights?.count ?? 0
      if totalWeights > NetworkLimits.weights {
        throw tooLarge(.network, "projections", totalWeights, "weights", NetworkLimits.weights)
      }
    }
    let integer = try checkWeightKinds(weights: projections.map(\.weights), incoming: incoming)
    for index in projections.indices { projections[index].isInteger = integer[projections[index].target] }
    let output = try checkOutput()
    try checkFacts()

    if network.input.kind == .spikes { values[0].spikeValue = .uniform(network.input.spikeValue) }
    let populations = shapes.indices.map { index in
      let given = index == 0 ? nil : network.populations[index - 1]
      return CheckedPopulation(
        name: given?.name ?? "input", dimensions: given?.shape ?? network.input.neuronShape, shape: shapes[index],
        model: given.map {
          NeuronModel(
            kind: $0.neuron.model, parameters: $0.neuron.parameters,
            hasNegativeThreshold: values[index].negativeThreshold != nil, period: periods[index])
        } ?? network.input.model(period: periods[index]),
        values: values[index], depth: order.depths[index], lag: given?.lag, isInCircle: order.isCyclic[index],
        incoming: incoming[index], outgoing: outgoing[index],
        hasIntegerWeights: integer[index])
    }
    return CheckedNetwork(
      network: network, populations: populations, projections: projections, output: output,
      readout: network.output.readout)
  }

  // MARK: Names

  /// Names are present, short, printable and unique; fills the index.
  mutating func checkNames() throws(NetworkCheckError) {
    guard !network.populations.isEmpty else { throw NetworkCheckError(.network, "populations", "there are no populations; a network has at least one") }
    try checkCount("populations", network.populations.count, NetworkLimits.populations)
    try checkCount("projections", network.projections.count, NetworkLimits.projections)
    try checkName(network.name, .network, mayBeEmpty: true)

    populationNames = network.populations.map(\.name)
    for (index, name) in populationNames.enumerated() {
      let subject = NetworkCheckError.Subject.population(index, name)
      try checkName(name, subject)
      if name == "input" {
        throw NetworkCheckError(
          subject, "name", "the name 'input' is reserved for the network's input; rename the population")
      }
      if let first = populationIndex[name] {
        throw repeated(subject, "populations", first - 1, index)
      }
      populationIndex[name] = index + 1
    }
    var projectionIndex: [String: Int] = [:]
    for (index, projection) in network.projections.enumerated() {
      let subject = NetworkCheckError.Subject.projection(index, projection.name)
      try checkName(projection.name, subject)
      if let first = projectionIndex[projection.name] {
        throw repeated(subject, "projections", first, index)
      }
      projectionIndex[projection.name] = index
    }
  }

  func checkCount(_ key: String, _ count: Int, _ limit: Int) throws(NetworkCheckError) {
    if count > limit {
      throw NetworkCheckError(
        .network, key, "\(groupedText(count)) \(key), at most \(groupedText(limit)) are supported")
    }
  }

  /// Names are printed in tables and messages of one line, so no control characters and no novels.
  func checkName(
    _ name: String, _ subject: NetworkCheckError.Subject, mayBeEmpty: Bool = false
  ) throws(NetworkCheckError) {
    func bad(_ reason: String) -> NetworkCheckError {
      NetworkCheckError(subject, "name", "the name \(reason); choose a short printable name")
    }
    if name.isEmpty, !mayBeEmpty {
      throw NetworkCheckError(
        subject, "name", "the name is empty; give each population and projection a name of its own")
    }
    let bytes = name.utf8.count
    if bytes > NetworkLimits.nameBytes {
      throw bad("has \(groupedText(bytes)) bytes, at most \(NetworkLimits.nameBytes)")
    }
    if name.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }) {
      throw bad("has control characters")
    }
  }

  private func repeated(
    _ subject: NetworkCheckError.Subject, _ key: String, _ first: Int, _ second: Int
  ) -> NetworkCheckError {
    NetworkCheckError(
      subject, "name", "the name is used by \(key)[\(first)] and \(key)[\(second)]; rename one of them")
  }

  func tooLarge(
    _ subject: NetworkCheckError.Subject, _ key: String, _ count: Int, _ what: String, _ limit: Int
  ) -> NetworkCheckError {
    NetworkCheckError(
      subject, key, "\(groupedText(count)) \(what), at most \(groupedText(limit)) are supported; split it")
  }

  // MARK: Schedule

  func checkSchedule() throws(NetworkCheckError) {
    let most = ActiveWindow.steps.upperBound - 1
    if !(0...most).contains(network.lag) { throw NetworkCheckError(.network, "lag", range: network.lag, 0, most) }
    func check(_ lag: Int, _ subject: NetworkCheckError.Subject) throws(NetworkCheckError) {
      if lag > 0, network.schedule != .windowed {
        throw NetworkCheckError(
          subject, "lag", "lag is \(lag), but the schedule is \(network.schedule.rawValue); remove one of the two")
      }
    }
    try check(network.lag, .network)
    for (index, population) in network.populations.enumerated() {
      guard let lag = population.lag else { continue }
      let subject = NetworkCheckError.Subject.population(index, population.name)
      if !(0...most).contains(lag) { throw NetworkCheckError(subject, "lag", range: lag, 0, most) }
      try check(lag, subject)
      if !population.neuron.model.traits.fires {
        throw NetworkCheckError(
          subject, "lag", "neurons of model '\(population.neuron.model.name)' never fire, so that they need not wait; remove it")
      }
    }
  }

  // MARK: Facts that nothing is computed from

  func checkOutput() throws(NetworkCheckError) -> Int {
    let output = network.output
    guard let index = populationIndex[output.population], index > 0 else {
      throw unknownPopulation(.output, "population", output.population)
    }
    if output.readout == .spikes, !network.populations[index - 1].neuron.model.traits.fires {
      throw NetworkCheckError(
        .output, "readout",
        "readout is spikes, but '\(shownName(output.population))' is an accumulator, which never fires; use \"potential\"")
    }
    if !output.activation.isSound {
      let isSlope = !OutputActivation(negativeSlope: output.activation.negativeSlope).isSound
      throw NetworkCheckError(
        .output, isSlope ? "negativeSlope" : "maximum",
        value: (isSlope ? output.activation.negativeSlope : output.activation.maximum) ?? 0,
        isSlope ? "write a finite number of at least 0" : "write a finite number above 0")
    }
    return index
  }

  func checkFacts() throws(NetworkCheckError) {
    if let ann = network.ann {
      if let accuracy = ann.accuracy, !(accuracy >= 0 && accuracy <= 1) {
        throw NetworkCheckError(.ann, "accuracy", value: accuracy, "write a fraction of 1, from 0 to 1")
      }
      let counts = [("multiplyAccumulates", ann.multiplyAccumulates), ("parameters", ann.parameters)]
      for (key, count) in counts {
        if let count, count < 0 { throw NetworkCheckError(.ann, key, range: count, 0, .max) }
      }
      if let layers = ann.layers, !layers.allSatisfy(\.isSound) {
        throw NetworkCheckError(.ann, "a layer has weights of no matrix and no convolution; write 2 or 4 sizes above 0")
      }
    }
    var keys: Set<String> = []
    for entry in network.provenance {
      if !keys.insert(entry.key).inserted {
        throw NetworkCheckError(.provenance(entry.key), "the key is there twice; remove one of the two")
      }
      if case .number(let value) = entry.value, !value.isFinite {
        throw NetworkCheckError(.provenance(entry.key), "value", value: value, "write a finite number")
      }
    }
  }

  func unknownPopulation(
    _ subject: NetworkCheckError.Subject, _ key: String, _ name: String
  ) -> NetworkCheckError {
    NetworkCheckError(
      subject, key,
      "'\(key)' names the population '\(shownName(name))', which does not exist"
        + suggestion(closest(to: name, in: populationNames), else: "name a population of this file"))
  }

  private func suggestion(_ name: String?, else remedy: String) -> String {
    name.map { "; did you mean '\(shownName($0))'?" } ?? "; \(remedy)"
  }

  func tensor(
    _ name: String, _ key: String, _ subject: NetworkCheckError.Subject
  ) throws(NetworkCheckError) -> Tensor {
    guard let tensor = network.tensors[name] else {
      let what = key.split(separator: ".").last ?? "this"
      throw NetworkCheckError(
        subject, key,
        "\(what) refers to the tensor '\(shownName(name))', "
          + (tensorNames.isEmpty
            ? "but there is no tensor file; add \"tensors\": \"FILE\""
            : "which the tensor file does not have"
              + suggestion(closest(to: name, in: tensorNames), else: "name one that it has")))
    }
    return tensor
  }
}
