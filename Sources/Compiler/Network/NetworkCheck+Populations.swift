import ChipModel

extension NetworkCheck {
  // MARK: Input

  func checkInput() throws(NetworkCheckError) -> MapShape {
    let input = network.input
    let shape = try checkShape(input.shape, .input, what: "values")
    if let range = input.range, !range.isSound {
      let isFinite = range.low.isFinite && range.high.isFinite
      let index = range.low.isFinite ? 1 : 0
      throw NetworkCheckError(
        .input,
        .valueRange(
          key: "range", index: index, value: index == 0 ? range.low : range.high,
          rule: isFinite
            ? "write the lowest value first, here \(numberText(range.low))" : "write a finite number"))
    }
    let preprocessing = input.preprocessing
    let scale = preprocessing.scale
    if !scale.isFinite || scale == 0 {
      throw NetworkCheckError(
        .input,
        .valueRange(key: "preprocessing.scale", index: nil, value: scale, rule: "write a finite number other than 0"))
    }
    for (key, values) in [("preprocessing.mean", preprocessing.mean), ("preprocessing.std", preprocessing.std)] {
      if !values.isEmpty, values.count != 1, values.count != shape.channels {
        throw NetworkCheckError(
          .input,
          .parameterCount(
            key: key, count: values.count,
            expected: shape.channels == 1 ? "1" : "1 or \(shape.channels), one a channel"))
      }
    }
    if let index = preprocessing.mean.firstIndex(where: { !$0.isFinite }) {
      throw NetworkCheckError(
        .input,
        .valueRange(
          key: "preprocessing.mean", index: index, value: preprocessing.mean[index], rule: "write a finite number"))
    }
    if let index = preprocessing.std.firstIndex(where: { !($0.isFinite && $0 > 0) }) {
      throw NetworkCheckError(
        .input,
        .valueRange(
          key: "preprocessing.std", index: index, value: preprocessing.std[index],
          rule: "write a finite number above 0"))
    }
    if input.images == "" { throw NetworkCheckError(.input, .emptyText(key: "images")) }
    if input.labels == "" { throw NetworkCheckError(.input, .emptyText(key: "labels")) }
    if input.labels != nil, input.images == nil { throw NetworkCheckError(.input, .labelsWithoutImages) }
    return shape
  }

  func checkShape(
    _ shape: [Int], _ subject: NetworkCheckError.Subject, what: String
  ) throws(NetworkCheckError) -> MapShape {
    guard shape.count == 1 || shape.count == 3 else {
      throw NetworkCheckError(subject, .shapeRank(key: "shape", shape: shape))
    }
    guard shape.allSatisfy({ $0 >= 1 }) else {
      throw NetworkCheckError(subject, .shapeDimension(key: "shape", shape: shape))
    }
    guard let map = MapShape(shape) else {
      let count = Tensor.elementCount(shape) ?? Int.max
      throw NetworkCheckError(subject, .tooLarge(key: "shape", what: what, count: count, limit: MapShape.maximumCount))
    }
    return map
  }

  // MARK: Neurons

  func checkNeuron(
    _ population: NetworkPopulation, at index: Int, shape: MapShape
  ) throws(NetworkCheckError) -> NeuronValues {
    let subject = NetworkCheckError.Subject.population(index, population.name)
    let neuron = population.neuron
    try checkKeys(neuron, subject)

    var values = NeuronValues()
    values.threshold = try resolve(
      neuron.threshold, "threshold", shape, subject, rule: "write a number above 0 or \"infinity\""
    ) { $0 > 0 }
    values.negativeThreshold = try resolve(
      neuron.negativeThreshold, "negativeThreshold", shape, subject, rule: "write a finite number below 0"
    ) { $0.isFinite && $0 < 0 }
    values.spikeValue = try resolve(neuron.spikeValue, "spikeValue", shape, subject)
    values.initial = try resolve(neuron.initial, "initial", shape, subject)
    values.bias = try resolve(population.bias, "bias", shape, subject)

    if values.spikeValue == nil, let threshold = values.threshold {
      // A neuron that never fires has no spike to value; 0 keeps the folded weights finite. With a negative threshold
      // it does fire, and then an infinite value would be an accident.
      if values.negativeThreshold != nil, threshold.entries.contains(where: \.isInfinite) {
        throw NetworkCheckError(subject, .spikeValueNeeded)
      }
      values.spikeValue = threshold.map { $0.isInfinite ? 0 : $0 }
    }
    return values
  }

  /// Which keys a model needs and which belong to others, and the ranges of parameters.
  func checkKeys(_ neuron: NetworkNeuron, _ subject: NetworkCheckError.Subject) throws(NetworkCheckError) {
    let model = neuron.model
    func foreign(_ key: String, _ takes: (NeuronModel.Kind) -> Bool) -> NetworkCheckError {
      let models = NeuronModel.Kind.ofNetworks.filter(takes).map(\.name)
      let text = models.dropLast().joined(separator: ", ") + (models.count > 1 ? " and " : "") + (models.last ?? "")
      return NetworkCheckError(subject, .keyOfAnotherModel(key: key, model: model.name, allowed: text))
    }
    let rules: [(key: String, isPresent: Bool, takes: (NeuronModel.Kind) -> Bool)] = [
      ("threshold", neuron.threshold != nil, { $0.traits.fires }),
      ("spikeValue", neuron.spikeValue != nil, { $0.traits.fires }),
      ("negativeThreshold", neuron.negativeThreshold != nil, { $0.traits.takesNegativeThreshold }),
    ]
    for rule in rules where rule.isPresent && !rule.takes(model) { throw foreign(rule.key, rule.takes) }
    if model.traits.fires, neuron.threshold == nil {
      throw NetworkCheckError(subject, .keyMissing(key: "threshold", model: model.name))
    }
    switch neuron.parameters.fault(taking: model.parameters) {
    case nil: break
    case .foreign(let key): throw foreign(key) { $0.parameters.contains { $0.key == key } }
    case .missing(let parameter): throw NetworkCheckError(subject, .keyMissing(key: parameter.key, model: model.name))
    case .range(let parameter, let value):
      throw NetworkCheckError(
        subject, .parameterValue(key: parameter.key, value: value.text, allowed: parameter.allowedText))
    }
  }

  /// Looks the tensor up, counts the values and tests each.
  func resolve(
    _ values: Values?, _ key: String, _ shape: MapShape, _ subject: NetworkCheckError.Subject,
    rule: String = "write a finite number", where holds: (Double) -> Bool = \.isFinite
  ) throws(NetworkCheckError) -> ResolvedValues? {
    guard let values else { return nil }
    let list: [Double]
    switch values {
    case .uniform(let value):
      guard holds(value) else {
        throw NetworkCheckError(subject, .valueRange(key: key, index: nil, value: value, rule: rule))
      }
      return .uniform(value)
    case .list(let given): list = given
    case .tensor(let name): list = try tensor(name, key, subject).doubles
    }
    let channels = shape.channels
    let neurons = shape.count
    guard list.count == 1 || list.count == channels || list.count == neurons else {
      throw NetworkCheckError(
        subject, .valueCount(key: key, count: list.count, channels: channels, neurons: neurons))
    }
    if let index = list.firstIndex(where: { !holds($0) }) {
      throw NetworkCheckError(subject, .valueRange(key: key, index: index, value: list[index], rule: rule))
    }
    if list.count == 1 { return .uniform(list[0]) }
    return list.count == neurons ? .perNeuron(list) : .perChannel(list)
  }

  func tensor(
    _ name: String, _ key: String, _ subject: NetworkCheckError.Subject
  ) throws(NetworkCheckError) -> Tensor {
    guard let tensor = network.tensors[name] else {
      throw NetworkCheckError(
        subject, .unknownTensor(key: key, name: name, suggestion: closest(to: name, in: tensorNames)))
    }
    return tensor
  }
}
