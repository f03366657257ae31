import ChipModel

/// Channels that calibration never saw fire. Batch normalisation behind a ReLU can leave their outgoing weights
/// hundreds of times larger than all others, and these weights would decide the scale of a layer.
extension ConversionStage {
  /// Samples from which on a channel that never fired counts as dead.
  static let samplesOfDeath = 10

  /// Sets the outgoing weights of dead channels to 0. With too few samples to know them, cuts these weights to the
  /// largest of the others that reach the same channel.
  mutating func settleDeadChannels() {
    let isKnown = sampleCount >= Self.samplesOfDeath
    var settled: [Int: Int] = [:]
    for target in network.layers.indices {
      for index in network.layers[target].connections.indices {
        let connection = network.layers[target].connections[index]
        guard case .layer(let source) = connection.source else { continue }
        let dead = deadChannels(source)
        guard dead.contains(true), let weights = changed(connection, into: target, dead, isKnown) else { continue }
        network.layers[target].connections[index].weights = weights
        settled[source] = dead.count { $0 }
      }
    }
    guard !settled.isEmpty else { return }
    draft = SpikingDraft(network)
    draft.take(settings)
    let list = settled.keys.sorted().map { "\(settled[$0] ?? 0) of '\(shownName(network.layers[$0].name))'" }
    notes.append(
      "channels that never fire on the calibration data, \(list.joined(separator: ", ")): "
        + (isKnown
          ? "their outgoing weights are 0"
          : "with fewer than \(Self.samplesOfDeath) samples their outgoing weights stay, cut to the scale of the others"))
  }

  /// Only activations that are never negative tell a dead channel by their maximum.
  private func deadChannels(_ layer: Int) -> [Bool] {
    switch network.layers[layer].activation {
    case .relu, .clip: statistics[layer].channelLargest.map { $0 <= 0 }
    case .none, .leakyRelu, .quantised: []
    }
  }

  /// The weights of a connection without what dead channels send; nil where nothing changes.
  private func changed(_ connection: AnalogConnection, into target: Int, _ dead: [Bool], _ isKnown: Bool) -> [Float]? {
    var weights = connection.weights
    let from = network.pooledShape(connection)
    let (rows, sender): (Int, (_ row: Int, _ place: Int) -> Int)
    switch connection.kind {
    case .dense:
      let plane = max(1, from.dropFirst().reduce(1, *))
      (rows, sender) = (connection.weightShape[0], { $1 / plane })
    case .convolution:
      let shape = connection.weightShape
      let (plane, perGroup) = (shape[2] * shape[3], shape[0] / connection.groups)
      (rows, sender) = (shape[0], { $0 / perGroup * shape[1] + $1 / plane })
    case .identity:
      guard weights.count == dead.count, from == network.layers[target].shape else { return nil }
      (rows, sender) = (weights.count, { row, _ in row })
    }
    let row = weights.count / max(1, rows)
    for start in stride(from: 0, to: rows * row, by: max(1, row)) {
      let silent = (0..<row).filter { dead[sender(start / row, $0)] }
      var limit: Float = 0
      if !isKnown {
        let others = (0..<row).lazy.filter { !dead[sender(start / row, $0)] }
        limit = others.map { abs(weights[start + $0]) }.max() ?? .infinity
      }
      for place in silent { weights[start + place] = min(max(weights[start + place], -limit), limit) }
    }
    return weights == connection.weights ? nil : weights
  }
}
