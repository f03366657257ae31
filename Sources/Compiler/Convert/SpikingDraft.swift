import ChipModel

/// A spiking network under construction: the analogue network, and one neuron for each of its layers.
///
/// A layer becomes a population, a connection a projection; weights stay as they are, because the compiler folds the
/// value of a spike into them.
struct SpikingDraft: Sendable {
  /// Corrections change its weights and biases.
  var network: AnalogNetwork
  /// Name of each layer's population: the layer's, made printable and unique.
  let names: [String]
  /// One a layer.
  var neurons: [NetworkNeuron]
  /// Biases of each step, by layer and channel, where a layer has them.
  var biasByStep: [[[Double]]?]
  var readout: Readout = .potential
  /// Of max pools of spikes.
  var gate = GateRule.count
  /// When layers are active; with a lag they add so many ticks before they may fire.
  var schedule = Schedule.windowed
  var lag = 0
  var laggingLayers = LaggingLayers.all
  /// Of all biases and of what the input brings: of what acts in each phase of digits `1 - 2^-T` counts.
  var driveFactor = 1.0
  /// BSNN without synchronous neurons: spikes of a shortcut arrive as soon as the chip can carry them.
  var hasShortestDelays = false

  /// A draft whose neurons never fire yet.
  init(_ network: AnalogNetwork) {
    self.network = network
    names = SpikingDraft.populationNames(network.layers.map(\.name))
    biasByStep = network.layers.map { _ in nil }
    neurons = network.layers.map { _ in NetworkNeuron(model: .integrateFire, threshold: .uniform(.infinity)) }
  }

  /// What settings say of the whole network.
  mutating func take(_ settings: ConversionSettings) {
    readout = settings[.readout] ?? .potential
    guard settings.method.declared(.lag) != nil else { return }
    schedule = settings[.schedule] ?? .windowed
    lag = settings[.lag] ?? 0
    laggingLayers = settings[.lagAt] ?? .all
    gate = settings[.maxPool] ?? .count
  }

  /// Ticks that a layer adds before it may fire.
  /// - Parameter steps: of a run.
  func lag(_ layer: Int, steps: Int) -> Int {
    if schedule == .separated { return steps - 1 }
    switch laggingLayers {
    case .all: return min(lag, steps - 1)
    case .branches: return readers[layer] > 1 ? min(lag, steps - 1) : 0
    }
  }

  /// How many layers read each.
  private var readers: [Int] {
    var readers = [Int](repeating: 0, count: network.layers.count)
    for layer in network.layers {
      for source in Set(layer.connections.map(\.source)) {
        if case .layer(let source) = source { readers[source] += 1 }
      }
    }
    return readers
  }

  /// The finished network, without provenance and ANN facts.
  func build(preprocessing: Preprocessing) -> Network {
    var result = Network(
      name: network.name, input: NetworkInput(shape: network.inputShape, preprocessing: preprocessing),
      populations: [], projections: [],
      output: NetworkOutput(
        population: names[network.output], readout: readout,
        activation: network.layers[network.output].activation.ofOutput))
    result.schedule = schedule
    if laggingLayers == .all { result.lag = lag }
    for layer in network.layers.indices { append(layer, to: &result) }
    return result
  }

  /// The layers up to one, for calibration. Neurons that send their count once all has arrived are watched as integrate-and-fire
  /// neurons, which count the same.
  ///
  /// - Parameter spikingInput: the value of a spike of an additional first population `input.spikes`, which stands for
  /// the
  ///   input; nil: the input is a current.
  func provisional(through last: Int, spikingInput: Double?) -> Network {
    var result = Network(
      name: network.name, input: NetworkInput(shape: network.inputShape), populations: [], projections: [],
      output: NetworkOutput(population: names[last], readout: .spikes))
    var source: String?
    if let spikingInput {
      let name = SpikingDraft.unused("input.spikes", among: names)
      result.populations.append(
        NetworkPopulation(
          name: name, shape: network.inputShape,
          neuron: NetworkNeuron(
            model: .ternary, threshold: .uniform(spikingInput), negativeThreshold: .uniform(-spikingInput))))
      result.projections.append(NetworkProjection(name: name, from: nil, to: name, kind: .identity))
      source = name
    }
    for layer in 0...last { append(layer, to: &result, input: source) }
    for index in result.populations.indices {
      let neuron = result.populations[index].neuron
      guard [.phase, .switching].contains(neuron.model) else { continue }
      result.populations[index].neuron = NetworkNeuron(
        model: .integrateFire, threshold: neuron.threshold, spikeValue: neuron.spikeValue,
        initial: neuron.initial.flatMap { _ in neuron.threshold?.mapped { $0.isFinite ? $0 / 2 : 0 } })
    }
    return result
  }

  // MARK: Parts

  private func append(_ index: Int, to result: inout Network, input: String? = nil) {
    let layer = network.layers[index]
    let name = names[index]
    var neuron = neurons[index]
    neuron.threshold = result.stored(neuron.threshold, "\(name).threshold")
    neuron.spikeValue = result.stored(neuron.spikeValue, "\(name).spikeValue")
    neuron.negativeThreshold = result.stored(neuron.negativeThreshold, "\(name).negativeThreshold")
    neuron.initial = result.stored(neuron.initial, "\(name).initial")
    let bias = layer.bias.flatMap { values in
      values.allSatisfy { $0 == 0 } ? nil : result.stored(.list(values.map { Double($0) * driveFactor }), "\(name).bias")
    }
    var population = NetworkPopulation(name: name, shape: layer.shape, neuron: neuron, bias: bias)
    if let table = biasByStep[index], let steps = table.first?.count,
      let tensor = Tensor(shape: [table.count, steps], storage: .float64(table.flatMap { $0 }))
    {
      result.tensors["\(name).bias"] = tensor
      population.bias = nil
      population.biasByStep = .tensor("\(name).bias")
    }
    if laggingLayers != .all, neuron.model.traits.fires {
      let own = lag(index, steps: Int.max)
      population.lag = own > 0 ? own : nil
    }
    result.populations.append(population)
    for (position, connection) in layer.connections.enumerated() {
      let projection = layer.connections.count == 1 ? name : "\(name).\(position + 1)"
      var from = input
      var delay: Int?
      if case .layer(let source) = connection.source {
        from = names[source]
        if hasShortestDelays { delay = max(1, depths[index] - depths[source]) }
      }
      var read = connection
      if connection.source == .input, driveFactor != 1 {
        // An identity without weights has weights of 1.
        if read.weights.isEmpty { (read.weights, read.weightShape) = ([1], [1]) }
        for at in read.weights.indices { read.weights[at] *= Float(driveFactor) }
      }
      var made = result.projection(projection, read, from: from, to: name)
      made.pool = pool(connection)
      made.delay = delay
      result.projections.append(made)
    }
  }

  /// A max pool of spikes says what it lets through where that is asked for.
  private func pool(_ connection: AnalogConnection) -> NetworkPool? {
    var pool = connection.pool
    if pool?.kind == .max, connection.source != .input, gate != .count { pool?.gate = gate }
    return pool
  }

  /// Longest path from the input to each layer, in layers; 0 where only the input feeds it.
  var depths: [Int] {
    var result: [Int] = []
    for layer in network.layers {
      var depth = 0
      for connection in layer.connections {
        if case .layer(let source) = connection.source { depth = max(depth, result[source] + 1) }
      }
      result.append(depth)
    }
    return result
  }

  // MARK: Names

  /// Printable, at most 200 bytes, unique, not `input`.
  static func populationNames(_ layers: [String]) -> [String] {
    var result: [String] = []
    for layer in layers {
      var name = ""
      for scalar in layer.unicodeScalars where name.utf8.count < 190 {
        let isHidden = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        name.unicodeScalars.append(isHidden ? "?" : scalar)
      }
      if name.isEmpty { name = "layer" }
      result.append(unused(name, among: result + ["input"]))
    }
    return result
  }

  private static func unused(_ name: String, among taken: [String]) -> String {
    if !taken.contains(name) { return name }
    var number = 2
    while taken.contains("\(name).\(number)") { number += 1 }
    return "\(name).\(number)"
  }
}

extension Network {
  /// Short lists stay in the text, long ones become a tensor of that name.
  mutating func stored(_ values: Values?, _ name: String) -> Values? {
    guard case .list(let list) = values, list.count > 64,
      let tensor = Tensor(shape: [list.count], storage: .float64(list))
    else { return values }
    tensors[name] = tensor
    return .tensor(name)
  }

  /// A projection with the weights of a connection, which become a tensor.
  mutating func projection(
    _ name: String, _ connection: AnalogConnection, from: String?, to: String
  ) -> NetworkProjection {
    var weights: Weights?
    if !connection.weights.isEmpty {
      let shape = connection.kind == .identity ? [connection.weights.count] : connection.weightShape
      if let tensor = Tensor(shape: shape, storage: .float32(connection.weights)) {
        tensors["\(name).weight"] = tensor
        weights = .tensor("\(name).weight")
      }
    }
    return NetworkProjection(
      name: name, from: from, to: to, kind: connection.kind.projection, weights: weights, pool: connection.pool,
      stride: connection.stride, padding: connection.padding, dilation: connection.dilation, groups: connection.groups)
  }
}
