import ChipModel

extension NetworkCheck {
  // MARK: Input

  func checkInput() throws(NetworkCheckError) -> MapShape {
    let input = network.input
    let shape = try checkShape(input.shape, .input, what: "values")
    for (key, range) in [("range", input.range), ("calibratedRange", input.calibratedRange), ("shownRange", input.shownRange)] {
      guard let range, !range.isSound else { continue }
      let isFinite = range.low.isFinite && range.high.isFinite
      let index = range.low.isFinite ? 1 : 0
      throw NetworkCheckError(
        .input, key, at: index, value: index == 0 ? range.low : range.high,
        isFinite ? "write the lowest value first, here \(numberText(range.low))" : "write a finite number")
    }
    switch (input.kind, input.coding) {
    case (.spikes, nil):
      throw NetworkCheckError(
        .input, "coding",
        "the input spikes but has no coding; write one of "
          + InputCoding.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
    case (.current, .some):
      throw NetworkCheckError(.input, "coding", "coding is for inputs of kind spikes; write \"kind\": \"spikes\", or remove it")
    case (.spikes, .events) where input.preprocessing != .identity:
      throw NetworkCheckError(.input, "preprocessing", "recorded spikes are counts and take no preprocessing; remove it")
    default: break
    }
    let preprocessing = input.preprocessing
    let scale = preprocessing.scale
    if !scale.isFinite || scale == 0 {
      throw NetworkCheckError(.input, "preprocessing.scale", value: scale, "write a finite number other than 0")
    }
    for (key, values) in [("preprocessing.mean", preprocessing.mean), ("preprocessing.std", preprocessing.std)] {
      if !values.isEmpty, values.count != 1, values.count != shape.channels {
        throw wrongCount(
          .input, key, values.count, expected: shape.channels == 1 ? "1" : "1 or \(shape.channels), one a channel")
      }
      let isDivisor = key.hasSuffix("std")
      if let index = values.firstIndex(where: { !($0.isFinite && (!isDivisor || $0 > 0)) }) {
        throw NetworkCheckError(
          .input, key, at: index, value: values[index], "write a finite number\(isDivisor ? " above 0" : "")")
      }
    }
    for (key, name) in [("images", input.images), ("labels", input.labels)] where name == "" {
      throw NetworkCheckError(.input, key, "\(key) is empty; name a file or remove the key")
    }
    if input.labels != nil, input.images == nil {
      throw NetworkCheckError(.input, "there are labels but no images; add images or remove labels")
    }
    return input.signs ? try checkShape(input.neuronShape, .input, what: "values") : shape
  }

  func checkShape(
    _ shape: [Int], _ subject: NetworkCheckError.Subject, what: String
  ) throws(NetworkCheckError) -> MapShape {
    guard shape.count == 1 || shape.count == 3 else {
      throw NetworkCheckError(
        subject, "shape",
        "shape \(listText(shape)) has \(shape.count) dimensions; write [channels, height, width] or [neurons]")
    }
    guard shape.allSatisfy({ $0 >= 1 }) else {
      throw NetworkCheckError(
        subject, "shape", "shape \(listText(shape)) has a dimension below 1; each is at least 1")
    }
    guard let map = MapShape(shape) else {
      let count = Tensor.elementCount(shape) ?? Int.max
      throw tooLarge(subject, "shape", count, what, MapShape.maximumCount)
    }
    return map
  }

  func wrongCount(
    _ subject: NetworkCheckError.Subject, _ key: String, _ count: Int, expected: String
  ) -> NetworkCheckError {
    NetworkCheckError(subject, key, "\(key) has \(count) values; it takes \(expected)")
  }

  // MARK: Neurons

  func checkNeuron(
    _ population: NetworkPopulation, at index: Int, shape: MapShape
  ) throws(NetworkCheckError) -> NeuronValues {
    let subject = NetworkCheckError.Subject.population(index, population.name)
    let neuron = population.neuron
    try checkKeys(neuron, subject)

    let mayBeZero = neuron.model.traits.negativeThreshold == .upToZero
    var values = NeuronValues()
    values.threshold = try resolve(
      neuron.threshold, "neuron.threshold", shape, subject, rule: "write a number above 0 or \"infinity\""
    ) { $0 > 0 }
    values.negativeThreshold = try resolve(
      neuron.negativeThreshold, "neuron.negativeThreshold", shape, subject,
      rule: "write a finite number " + (mayBeZero ? "of at most 0" : "below 0")
    ) { $0.isFinite && ($0 < 0 || mayBeZero && $0 == 0) }
    if mayBeZero, values.negativeThreshold == nil { values.negativeThreshold = .uniform(0) }
    values.floor = try resolve(
      neuron.floor, "neuron.floor", shape, subject, rule: "write a finite number of at most 0"
    ) { $0.isFinite && $0 <= 0 }
    values.resetValue = try resolve(neuron.resetValue, "neuron.resetValue", shape, subject)
    values.spikeValue = try resolve(neuron.spikeValue, "neuron.spikeValue", shape, subject)
    values.initial = try resolve(neuron.initial, "neuron.initial", shape, subject)
    values.bias = try resolve(population.bias, "bias", shape, subject)
    values.biasByStep = try resolveTable(population, shape, subject)

    if values.spikeValue == nil, let threshold = values.threshold {
      // A neuron that never fires has no spike to value; 0 keeps the folded weights finite. With a negative threshold
      // it does fire, and then an infinite value would be an accident.
      if neuron.negativeThreshold != nil, threshold.entries.contains(where: \.isInfinite) {
        throw NetworkCheckError(
          subject,
          "the threshold is infinite and there is a negativeThreshold, so what a spike is worth is open; add spikeValue")
      }
      values.spikeValue = threshold.map { $0.isInfinite ? 0 : $0 }
    }
    return values
  }

  /// A table of biases, `[C, T]`.
  private func resolveTable(
    _ population: NetworkPopulation, _ shape: MapShape, _ subject: NetworkCheckError.Subject
  ) throws(NetworkCheckError) -> ResolvedTable? {
    guard let given = population.biasByStep else { return nil }
    let path = "bias.byStep"
    if population.bias != nil { throw NetworkCheckError(subject, path, "there is a bias too; give one of the two") }
    let table =
      switch given {
      case .tensor(let name): try tensor(name, path, subject)
      case .inline(let tensor): tensor
      }
    guard table.shape.count == 2, table.shape[0] == shape.channels else {
      throw NetworkCheckError(
        subject, path, "byStep has shape \(listText(table.shape)); it takes [\(shape.channels), T], T values a channel")
    }
    let steps = table.shape[1]
    guard ActiveWindow.steps.contains(steps), table.count <= MapShape.maximumCount else {
      throw tooLarge(subject, path, table.count, "biases", MapShape.maximumCount)
    }
    let values = table.doubles
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw NetworkCheckError(
        subject, "byStep", at: index / steps, path: path, value: values[index], "write a finite number")
    }
    return ResolvedTable(values: values, steps: steps)
  }

  /// Which keys a model needs and which belong to others, and the ranges of parameters.
  func checkKeys(_ neuron: NetworkNeuron, _ subject: NetworkCheckError.Subject) throws(NetworkCheckError) {
    let model = neuron.model
    func foreign(_ key: String, _ takes: (NeuronModel.Kind) -> Bool) -> NetworkCheckError {
      let models = NeuronModel.Kind.ofNetworks.filter(takes).map(\.name)
      let text = models.dropLast().joined(separator: ", ") + (models.count > 1 ? " and " : "") + (models.last ?? "")
      return NetworkCheckError(
        subject, "neuron.\(key)", "\(key) is not for model '\(model.name)', only for \(text); remove it")
    }
    func missing(_ key: String) -> NetworkCheckError {
      NetworkCheckError(subject, "\(key) is missing; model '\(model.name)' needs it")
    }
    let rules: [(key: String, isPresent: Bool, takes: (NeuronModel.Kind) -> Bool)] = [
      ("threshold", neuron.threshold != nil, { $0.traits.fires }),
      ("spikeValue", neuron.spikeValue != nil, { $0.traits.fires }),
      ("negativeThreshold", neuron.negativeThreshold != nil, { $0.traits.negativeThreshold != .none }),
      ("floor", neuron.floor != nil, { $0.traits.takesFloor }),
      ("resetValue", neuron.resetValue != nil, { $0.traits.takesResetValue }),
    ]
    for rule in rules where rule.isPresent && !rule.takes(model) { throw foreign(rule.key, rule.takes) }
    if model.traits.fires, neuron.threshold == nil { throw missing("threshold") }
    switch neuron.parameters.fault(taking: model.parameters) {
    case nil: break
    case .foreign(let key): throw foreign(key) { $0.parameters.contains { $0.key == key } }
    case .missing(let parameter): throw missing(parameter.key)
    case .range(let parameter, let value):
      throw NetworkCheckError(
        subject, "neuron.\(parameter.key)", "\(parameter.key) is \(value.text); write \(parameter.allowedText)")
    }
  }

  /// Looks the tensor up, counts the values and tests each.
  func resolve(
    _ values: Values?, _ path: String, _ shape: MapShape, _ subject: NetworkCheckError.Subject,
    rule: String = "write a finite number", where holds: (Double) -> Bool = \.isFinite
  ) throws(NetworkCheckError) -> ResolvedValues? {
    guard let values else { return nil }
    let key = String(path.split(separator: ".").last ?? "")
    let list: [Double]
    switch values {
    case .uniform(let value):
      guard holds(value) else {
        throw NetworkCheckError(subject, key, path: path, value: value, rule)
      }
      return .uniform(value)
    case .list(let given): list = given
    case .tensor(let name): list = try tensor(name, path, subject).doubles
    }
    let channels = shape.channels
    let neurons = shape.count
    guard list.count == 1 || list.count == channels || list.count == neurons else {
      throw NetworkCheckError(
        subject, path,
        "\(key) has \(groupedText(list.count)) values; it takes \(countsText(channels: channels, neurons: neurons))")
    }
    if let index = list.firstIndex(where: { !holds($0) }) {
      throw NetworkCheckError(subject, key, at: index, path: path, value: list[index], rule)
    }
    if list.count == 1 { return .uniform(list[0]) }
    return list.count == neurons ? .perNeuron(list) : .perChannel(list)
  }
}
