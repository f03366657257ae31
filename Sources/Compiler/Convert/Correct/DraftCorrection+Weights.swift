import ChipModel

/// Fits the weights of a layer again to what the spiking layers before it send: ridge regression on the mean over the
/// steps (after Li et al. 2021).
extension DraftCorrection {
  /// Ridge of the fit, relative to the mean square of what the weights read.
  private static var ridge: Float { 0.01 }

  /// Replaces weights and biases of a layer by those with the least `sum |W x + b - z|^2 + l |W - W_before|^2`, twice
  /// where a ReLU follows: what is below 0 in the ANN need not be met, only stay there.
  ///
  /// - Parameters:
  ///   - targets: the ANN's sums, by block.
  ///   - isOutput: whether every sum counts, also below 0.
  mutating func fitWeights(_ index: Int, targets: [[Lanes]], _ gates: [[LaneTrain]?], isOutput: Bool) {
    let layer = spiking.network.layers[index]
    let fitted = layer.connections.indices.filter {
      layer.connections[$0].kind != .identity && layer.connections[$0].source != .input
    }
    guard let first = fitted.first else { return }
    let groups = layer.connections[first].groups
    // A matrix between maps is a transposed convolution or another linear map of few weights: a fit would fill its zeros.
    guard
      fitted.allSatisfy({
        layer.connections[$0].groups == groups && (layer.channelSize == 1 || layer.connections[$0].kind == .convolution)
      })
    else {
      notes.append(
        "layer '\(shownName(layer.name))' keeps its weights: a matrix between maps, or convolutions of unlike groups, are not fitted"
      )
      return
    }
    let network = spiking.network
    let read = byBlock { [self] block in
      layer.connections.indices.map { self.read(layer.connections[$0], block: block, step: nil, gate: gates[$0]) }
    }
    let before = byBlock { [self] block in spiking.sums(layer: index) { read[block][$0] } }
    let rows = layer.channels / groups
    let size = layer.channelSize
    let count = inputs.count
    let regressions = (0..<groups).map { group in
      let windows = fitted.map { LaneWindow(layer.connections[$0], into: layer, group: group, network) }
      let padded = Processors.map(count, threads: threads) { block in
        zip(fitted, windows).map { $1.padded(read[block][$0]) }
      }
      return RidgeRegression(
        inputs: windows.reduce(0) { $0 + $1.taps }, outputs: rows,
        read: { block, position in
          zip(windows, padded[block]).flatMap { $0.patch(of: $1, position: position) }
        }, blocks: count, positions: size, samples: samples, threads: threads)
    }
    let factors = regressions.map { $0.factored(ridge: Self.ridge) }

    /// The layer changed so that what is missing is met.
    func fit(_ missing: [[Lanes]]) -> AnalogLayer {
      var changed = layer
      let bias = layer.bias ?? [Float](repeating: 0, count: layer.channels)
      var more = [Float](repeating: 0, count: layer.channels)
      for group in 0..<groups {
        guard let factor = factors[group] else { continue }
        let found = regressions[group].solve(factor) { block, position in
          (0..<rows).map { missing[block][(group * rows + $0) * size + position] }
        }
        for row in 0..<rows {
          let channel = group * rows + row
          more[channel] = found.biases[row]
          var next = 0
          for number in fitted {
            let taps = layer.connections[number].weights.count / layer.channels
            for tap in 0..<taps {
              changed.connections[number].weights[channel * taps + tap] += found.weights[row][next + tap]
            }
            next += taps
          }
        }
      }
      let each = bias.count / layer.channels
      changed.bias = bias.indices.map { bias[$0] + more[$0 / each] }
      return changed
    }

    var fittedLayer = fit(zip(targets, before).map { zip($0, $1).map { $0 - $1 } })
    if !isOutput {
      var predicting = spiking
      predicting.replace(layer: index, fittedLayer)
      let evaluator = predicting
      let predicted = byBlock { block in evaluator.sums(layer: index) { read[block][$0] } }
      fittedLayer = fit(
        targets.indices.map { block in
          targets[block].indices.map { neuron in
            let target = targets[block][neuron]
            return target.replacing(with: pointwiseMin(predicted[block][neuron], .zero), where: target .<= 0)
              - before[block][neuron]
          }
        })
    }
    let fittedValues = fittedLayer.connections.lazy.flatMap(\.weights)
    guard fittedValues.allSatisfy(\.isFinite), fittedLayer.bias?.allSatisfy(\.isFinite) ?? true else {
      notes.append(
        "layer '\(shownName(layer.name))': what it reads on the calibration data is too large for a fit of its weights: it keeps them")
      return
    }
    spiking.replace(layer: index, fittedLayer)
  }
}

/// What one group of a connection's weights reads at a position, tap by tap in the order of the weights.
struct LaneWindow: Sendable {
  let taps: Int
  private let geometry: LaneGeometry?
  private let offsets: [Int]
  private let first: Int

  init(_ connection: AnalogConnection, into layer: AnalogLayer, group: Int, _ network: AnalogNetwork) {
    let w = connection.weightShape
    guard connection.kind == .convolution else {
      taps = w[1]
      geometry = nil
      offsets = Array(0..<w[1])
      first = 0
      return
    }
    let geometry = LaneGeometry(
      input: network.pooledShape(connection), output: layer.shape, kernel: Array(w[2...]), stride: connection.stride,
      padding: Array(connection.padding[..<2]), dilation: connection.dilation, groups: connection.groups)
    self.geometry = geometry
    taps = w[1] * w[2] * w[3]
    offsets = geometry.offsets(height: geometry.reach[0], width: geometry.reach[1])
    first = group * w[1] * geometry.reach[0] * geometry.reach[1]
  }

  func padded(_ values: [Lanes]) -> [Lanes] { geometry?.padded(values) ?? values }

  func patch(of padded: [Lanes], position: Int) -> [Lanes] {
    var start = first
    if let geometry {
      let width = geometry.output[2]
      start += position / width * geometry.stride[0] * geometry.reach[1] + position % width * geometry.stride[1]
    }
    return offsets.map { padded[start + $0] }
  }
}
