import ChipModel

/// Corrections of a layer's neurons, with what arrives at them fixed.
extension DraftCorrection {
  /// Share of the difference that each pass adds (Li et al. 2021: a step between 0 and 1).
  static var rate: Float { 0.7 }

  /// Corrects a hidden layer as asked and keeps its spikes for the layers after it.
  mutating func correctNeurons(_ index: Int, _ gates: [[LaneTrain]?]) {
    let layer = ann.network.layers[index]
    let target = means(annValues[index], layer)
    let isKept = layer.count * (isDigits ? 1 : steps) * inputs.count * MemoryLayout<Lanes>.size <= Self.mostKept
    var sums: [[[Lanes]]] = []
    let correction = corrections.ofChannels
    if isKept, correction == .bias || correction == .initial {
      sums = byBlock { [self] in allSums(index, block: $0, gates) }
    }
    switch correction {
    case .bias, .initial:
      for _ in 0..<4 {
        let trains = byBlock { [self, sums] in spikes(index, block: $0, gates, kept: sums) }
        let difference = zip(target, meanOutputs(trains, index)).map { $0 - $1 }
        if correction == .bias { addBias(difference.map { Self.rate * $0 }, index) }
        if correction == .initial { addInitial(difference.map { Self.rate * additions * $0 }, index) }
        // The bias is a part of the sums.
        if correction == .bias, isKept {
          sums = sums.map { $0.map { values in shifted(values, by: difference.map { Self.rate * $0 }, layer) } }
        }
      }
    case .biasByStep: correctSteps(index, target, gates)
    default: break
    }
    trains[index] = byBlock { [self, sums] in spikes(index, block: $0, gates, kept: sums) }
    guard corrections.contains(.neuron) else { return }
    let wanted = neuronMeans(annValues[index], layer)
    let sent = neuronMeans(trains[index].map { $0.counts(times: worth[index].map { $0 / additions }) }, layer)
    addInitial(zip(wanted, sent).map { Self.rate * additions * ($0 - $1) }, index)
    trains[index] = byBlock { [self, sums] in spikes(index, block: $0, gates, kept: sums) }
  }

  /// What sums of all steps may take before they are computed anew for each pass, in bytes.
  private static var mostKept: Int { 1 << 30 }

  // MARK: Bias by step

  /// Finds the bias of each step, one step after the other: membranes are kept, the step's spikes are tried, then it is
  /// committed (after Wu et al. 2024). With a lag, a step's bias is that of the tick in which it fires.
  private mutating func correctSteps(_ index: Int, _ target: [Float], _ gates: [[LaneTrain]?]) {
    let layer = ann.network.layers[index]
    guard layer.bias.map({ $0.count == layer.channels }) ?? true || layer.channelSize == 1 else {
      notes.append(
        "layer '\(shownName(layer.name))' has a bias for each neuron, which no table by step can hold: it keeps it, "
          + "uncorrected")
      return
    }
    let network = spiking.network.layers[index]
    let lag = lags[index]
    var table = [[Float]](repeating: network.bias ?? [Float](repeating: 0, count: layer.channels), count: steps)
    var neurons = inputs.map { _ in laneNeurons(index) }
    let none = [Float](repeating: 0, count: layer.channels)
    for tick in 0..<(steps + lag) {
      let before = neurons
      neurons = byBlock { [self] block in
        var state = before[block]
        if tick < steps { state.add(sums(index, block: block, step: tick, gates)) }
        return state
      }
      guard tick >= lag else { continue }
      var found = none
      if tick < steps {
        for _ in 0..<8 {
          let states = neurons
          let more = found
          let counts = byBlock { [self] block in
            (0..<layer.channels).map { states[block].spikes(channel: $0, more: more[$0], lanes: lanes(block)) }
          }
          let most = Float(samples * layer.channelSize)
          for channel in found.indices {
            let sent = Float(counts.reduce(0) { $0 + $1[channel] }) / most * threshold(index, channel)
            found[channel] += Self.rate * (target[channel] - sent)
          }
        }
        for channel in found.indices { table[tick][channel] += found[channel] }
      }
      let tried = neurons
      neurons = byBlock { [found] block in
        var state = tried[block]
        state.add(bias: found)
        var sent = LaneTrain(neurons: layer.count, steps: 1, isSigned: state.negative != nil, counts: state.counts)
        state.fire(into: &sent, step: 0)
        return state
      }
    }
    draft.biasByStep[index] = (0..<layer.channels).map { channel in table.map { Double($0[channel]) } }
  }

  private func threshold(_ index: Int, _ channel: Int) -> Float {
    worth[index].count == 1 ? worth[index][0] : worth[index][channel]
  }

  // MARK: Runs

  /// Sums of all steps.
  private func allSums(_ index: Int, block: Int, _ gates: [[LaneTrain]?]) -> [[Lanes]] {
    isDigits
      ? [sums(index, block: block, step: nil, gates)] : (0..<steps).map { sums(index, block: block, step: $0, gates) }
  }

  /// What the layer sends as it is now.
  /// - Parameter kept: sums by block and step; empty: they are computed.
  private func spikes(_ index: Int, block: Int, _ gates: [[LaneTrain]?], kept: [[[Lanes]]]) -> LaneTrain {
    let layer = ann.network.layers[index]
    var neurons = laneNeurons(index)
    var train = LaneTrain(
      neurons: layer.count, steps: steps, isSigned: neurons.negative != nil, counts: neurons.counts, isDigits: isDigits)
    if isDigits {
      neurons.add(kept.isEmpty ? sums(index, block: block, step: nil, gates) : kept[block][0])
      for step in 0..<steps {
        neurons.halveThresholds()
        neurons.fire(into: &train, step: step)
      }
      return train
    }
    let base = spiking.network.layers[index].bias
    let table = draft.biasByStep[index]
    let lag = lags[index]
    for tick in 0..<(steps + lag) {
      if tick < steps {
        let values = kept.isEmpty ? sums(index, block: block, step: tick, gates) : kept[block][tick]
        neurons.add(values)
        if let table {
          neurons.add(bias: table.indices.map { Float(table[$0][tick]) - (base?[$0] ?? 0) })
        }
      }
      guard tick >= lag else { continue }
      neurons.fire(into: &train, step: tick - lag)
    }
    return train
  }

  /// Mean output of each channel in a step, over samples, positions and steps.
  private func meanOutputs(_ trains: [LaneTrain], _ index: Int) -> [Float] {
    means(trains.map { $0.counts(times: worth[index].map { $0 / additions }) }, ann.network.layers[index])
  }

  // MARK: Means

  /// Mean of each channel over samples and positions.
  private func means(_ values: [[Lanes]], _ layer: AnalogLayer) -> [Float] {
    let size = layer.channelSize
    let neurons = neuronMeans(values, layer)
    return (0..<layer.channels).map { channel in
      Float(neurons[(channel * size)..<((channel + 1) * size)].reduce(0.0) { $0 + Double($1) } / Double(size))
    }
  }

  /// Mean of each neuron over samples.
  private func neuronMeans(_ values: [[Lanes]], _ layer: AnalogLayer) -> [Float] {
    var sums = [Double](repeating: 0, count: layer.count)
    for block in values.indices {
      let mask = mask(block)
      for neuron in sums.indices {
        sums[neuron] += Double(values[block][neuron].replacing(with: 0, where: .!mask).sum())
      }
    }
    return sums.map { Float($0 / Double(max(1, samples))) }
  }

  // MARK: Values of a layer

  private func shifted(_ values: [Lanes], by more: [Float], _ layer: AnalogLayer) -> [Lanes] {
    let size = max(1, layer.channelSize)
    return values.indices.map { values[$0] + more[$0 / size] }
  }

  private mutating func addBias(_ more: [Float], _ index: Int) {
    var layer = spiking.network.layers[index]
    let bias = layer.bias ?? [Float](repeating: 0, count: layer.channels)
    let size = bias.count / layer.channels
    layer.bias = bias.indices.map { bias[$0] + more[$0 / size] }
    spiking.replace(layer: index, layer)
  }

  private func laneNeurons(_ index: Int) -> LaneNeurons {
    let layer = ann.network.layers[index]
    let neuron = draft.neurons[index]
    return LaneNeurons(
      threshold: (neuron.threshold?.entries ?? [.infinity]).map { Float($0) },
      negative: neuron.model == .signed ? (neuron.negativeThreshold?.entries ?? [0]).map { Float($0) } : nil,
      counts: neuron[.maximumPayload] ?? 1, count: layer.count, channelSize: layer.channelSize, initial: initial(index),
      hardReset: neuron[.reset] == .hard)
  }

  /// Initial potentials of a layer: one value, one a channel or one a neuron.
  private func initial(_ index: Int) -> [Float] {
    draft.neurons[index].initial?.entries?.map { Float($0) } ?? [0]
  }

  /// - Parameter more: one a channel or one a neuron.
  private mutating func addInitial(_ more: [Float], _ index: Int) {
    let old = draft.neurons[index].initial?.entries ?? [0]
    let count = max(old.count, more.count)
    draft.neurons[index].initial = .list(
      (0..<count).map { old[$0 * old.count / count] + Double(more[$0 * more.count / count]) })
  }
}
