import ChipModel
import Dispatch
import Synchronization

/// Evaluates an `AnalogNetwork` on samples in 32-bit floats.
///
/// Samples go through in blocks of 16, one sample a SIMD lane, blocks in parallel. A sample's result depends on nothing
/// but the sample: not on threads, the block it is in, or the samples beside it.
package struct FloatEvaluator: Sendable {
  package private(set) var network: AnalogNetwork
  private var steps: [[Step]]
  /// Last layer that reads each layer's values; they may go then.
  let lastReader: [Int]

  /// A connection made ready to run.
  private struct Step: Sendable {
    let connection: AnalogConnection
    let packed: PackedRows?
    let geometry: LaneGeometry?

    init(_ connection: AnalogConnection, into layer: AnalogLayer, _ network: AnalogNetwork) {
      self.connection = connection
      let w = connection.weightShape
      switch connection.kind {
      case .identity: (packed, geometry) = (nil, nil)
      case .dense:
        packed = PackedRows(weights: connection.weights, groups: 1, rows: w[0], taps: w[1])
        geometry = nil
      case .convolution:
        packed = PackedRows(
          weights: connection.weights, groups: connection.groups, rows: w[0] / connection.groups,
          taps: w[1] * w[2] * w[3])
        geometry = LaneGeometry(
          input: network.pooledShape(connection), output: layer.shape, kernel: Array(w[2...]),
          stride: connection.stride, padding: Array(connection.padding[..<2]), dilation: connection.dilation,
          groups: connection.groups)
      }
    }
  }

  /// - Throws: `AnalogNetworkError` where shapes and weights do not fit each other.
  package init(_ network: AnalogNetwork) throws(AnalogNetworkError) {
    try network.validate()
    self.network = network
    steps = network.layers.map { layer in layer.connections.map { Step($0, into: layer, network) } }
    var lastReader = Array(network.layers.indices)
    for (index, layer) in network.layers.enumerated() {
      for connection in layer.connections {
        if case .layer(let source) = connection.source { lastReader[source] = index }
      }
    }
    if lastReader.indices.contains(network.output) { lastReader[network.output] = network.layers.count }
    self.lastReader = lastReader
  }

  /// Takes other weights and biases of a layer, of the same shapes.
  mutating func replace(layer index: Int, _ layer: AnalogLayer) {
    network.layers[index] = layer
    steps[index] = layer.connections.map { Step($0, into: layer, network) }
  }

  // MARK: many samples

  /// Runs `body` on every block of 16 samples and returns the results in sample order.
  ///
  /// Every statistic is made of this: `body` reduces a block, the caller joins the results in order, so that sums are
  /// the same for any number of threads.
  /// - Parameters:
  ///   - samples: preprocessed inputs, one after the other, `inputCount` values each; what is left over is ignored.
  ///   - layers: whose activations `body` will ask for; nil: all. The output's are always there.
  ///   - preactivations: keep the sums before the activation too (for the same layers).
  ///   - threads: at most this many; nil: as many as this process may use.
  ///   - body: called from any thread, once a block.
  package func map<Result: Sendable>(
    _ samples: [Float], layers: [Int]? = nil, preactivations: Bool = false, threads: Int? = nil,
    _ body: @Sendable (EvaluatedBlock) -> Result
  ) -> [Result] {
    let size = network.inputCount
    let count = size == 0 ? 0 : samples.count / size
    let blocks = (count + 15) / 16
    guard blocks > 0 else { return [] }
    var kept = [Bool](repeating: layers == nil, count: network.layers.count)
    for layer in layers ?? [] where kept.indices.contains(layer) { kept[layer] = true }
    let keep = kept
    let workers = max(1, min(threads ?? Processors.available, blocks))
    let results = Mutex([Result?](repeating: nil, count: blocks))
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for block in stride(from: worker, to: blocks, by: workers) {
        let first = block * 16
        let result = body(
          evaluate(samples, first: first, count: min(16, count - first), keep: keep, preactivations: preactivations))
        results.withLock { $0[block] = result }
      }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  /// The output values of each sample.
  package func outputs(_ samples: [Float], threads: Int? = nil) -> [[Float]] {
    let output = network.output
    return map(samples, layers: [], threads: threads) { block in
      (0..<block.count).map { block.activation(layer: output, sample: $0) }
    }.flatMap { $0 }
  }

  /// The class of each sample, as `Decision` has it.
  package func predictions(
    _ samples: [Float], threads: Int? = nil, progress: @Sendable (Int) -> Void = { _ in }
  ) -> [Int] {
    let output = network.output
    return map(samples, layers: [], threads: threads) { block in
      defer { progress(block.count) }
      return (0..<block.count).map { Decision.of(block.activation(layer: output, sample: $0)) }
    }.flatMap { $0 }
  }

  /// The fraction of samples whose prediction is their label, 0 for none.
  /// - Parameter progress: called from any thread with the number of samples that finished since its last call.
  package func accuracy(
    _ samples: [Float], labels: [Int], threads: Int? = nil, progress: @Sendable (Int) -> Void = { _ in }
  ) -> Double {
    Self.accuracy(predictions(samples, threads: threads, progress: progress), labels: labels)
  }

  /// The fraction of predictions that are the label; of the shorter of the two lists, 0 for none.
  static func accuracy(_ predictions: [Int], labels: [Int]) -> Double {
    let total = min(predictions.count, labels.count)
    return total == 0 ? 0 : Double(zip(predictions, labels).count { $0 == $1 }) / Double(total)
  }

  // MARK: one block

  /// The output of a block (neuron by neuron, all lanes) whose first layers have the activations given instead of the
  /// network's own.
  func output(of block: EvaluatedBlock, given: [[Lanes]]) -> [Lanes] {
    let keep = [Bool](repeating: false, count: network.layers.count)
    let result = evaluate(
      block.inputs, first: block.first, count: block.count, keep: keep, preactivations: false, given: given)
    return result.activations(layer: network.output)
  }

  private func evaluate(
    _ samples: [Float], first: Int, count: Int, keep: [Bool], preactivations: Bool
  ) -> EvaluatedBlock {
    let input = block(samples, first: first, count: count)
    return evaluate(input, first: first, count: count, keep: keep, preactivations: preactivations, given: [])
  }

  /// Samples side by side: `count` (at most 16) from `first` on.
  private func block(_ samples: [Float], first: Int, count: Int) -> [Lanes] {
    let size = network.inputCount
    var input = [Lanes](repeating: .zero, count: size)
    for lane in 0..<count {
      let start = (first + lane) * size
      for i in 0..<size { input[i][lane] = samples[start + i] }
    }
    return input
  }

  /// All samples in blocks of 16.
  func blocks(_ samples: [Float]) -> [[Lanes]] {
    let count = network.inputCount == 0 ? 0 : samples.count / network.inputCount
    return stride(from: 0, to: count, by: 16).map { block(samples, first: $0, count: min(16, count - $0)) }
  }

  private func evaluate(
    _ input: [Lanes], first: Int, count: Int, keep: [Bool], preactivations: Bool, given: [[Lanes]]
  ) -> EvaluatedBlock {
    var post = [[Lanes]](repeating: [], count: network.layers.count)
    var pre = [[Lanes]](repeating: [], count: network.layers.count)
    for (index, layer) in network.layers.enumerated() {
      if index < given.count {
        post[index] = given[index]
        continue
      }
      var sums = sums(layer: index) { (source: AnalogSource) in
        switch source {
        case .input: input
        case .layer(let layer): post[layer]
        }
      }
      if preactivations && keep[index] { pre[index] = sums }
      layer.activation.apply(to: &sums)
      post[index] = sums
      for step in steps[index] {
        if case .layer(let source) = step.connection.source, lastReader[source] == index, !keep[source] {
          post[source] = []
        }
      }
    }
    return EvaluatedBlock(first: first, count: count, input: input, post: post, pre: pre)
  }

  /// Sums of a layer before its activation, neuron by neuron, from what its sources have.
  func sums(layer index: Int, _ values: (AnalogSource) -> [Lanes]) -> [Lanes] {
    let connections = network.layers[index].connections
    return sums(layer: index) { number in pooled(connections[number], values(connections[number].source)) }
  }

  /// The same from what each connection's weights read.
  func sums(layer index: Int, reading read: (_ connection: Int) -> [Lanes]) -> [Lanes] {
    let layer = network.layers[index]
    var sums = bias(layer)
    for (number, step) in steps[index].enumerated() { accumulate(step, read(number), into: &sums, layer: layer) }
    return sums
  }

  /// What a connection's weights read of its source.
  func pooled(_ connection: AnalogConnection, _ values: [Lanes]) -> [Lanes] {
    connection.pool.map { pooled(values, network.shape(of: connection.source), $0) } ?? values
  }

  private func bias(_ layer: AnalogLayer) -> [Lanes] {
    guard let bias = layer.bias else { return [Lanes](repeating: .zero, count: layer.count) }
    let plane = bias.count == layer.count ? 1 : layer.channelSize
    return (0..<layer.count).map { Lanes(repeating: bias[$0 / plane]) }
  }

  private func accumulate(_ step: Step, _ values: [Lanes], into sums: inout [Lanes], layer: AnalogLayer) {
    if let packed = step.packed {
      if let geometry = step.geometry {
        accumulateConvolution(packed, geometry, values, into: &sums)
      } else {
        accumulateDense(packed, values, into: &sums)
      }
      return
    }
    let factors = step.connection.weights
    if factors.isEmpty {
      for i in sums.indices { sums[i] += values[i] }
    } else {
      let plane = layer.channelSize
      for i in sums.indices { sums[i] += values[i] * factors[factors.count == 1 ? 0 : i / plane] }
    }
  }

  /// Pools `[C, H, W]`; the average divides by the kernel's area, padding never wins a maximum.
  func pooled(_ values: [Lanes], _ shape: [Int], _ pool: NetworkPool) -> [Lanes] {
    let out = pool.outputShape(shape)
    let (height, width) = (shape[1], shape[2])
    var result: [Lanes] = []
    result.reserveCapacity(out[0] * out[1] * out[2])
    let share = Float(1 / Double(pool.kernel[0] * pool.kernel[1]))
    for channel in 0..<out[0] {
      for y in 0..<out[1] {
        let top = y * pool.stride[0] - pool.padding[0]
        let rows = max(top, 0)..<max(min(top + pool.kernel[0], height), max(top, 0))
        for x in 0..<out[2] {
          let left = x * pool.stride[1] - pool.padding[1]
          let columns = max(left, 0)..<max(min(left + pool.kernel[1], width), max(left, 0))
          var sum = Lanes.zero
          var largest = Lanes(repeating: -.infinity)
          for row in rows {
            let start = (channel * height + row) * width
            for column in columns {
              let value = values[start + column]
              if pool.kind == .average { sum += value } else { largest = pointwiseMax(largest, value) }
            }
          }
          let isEmpty = rows.isEmpty || columns.isEmpty
          result.append(pool.kind == .average ? sum * share : isEmpty ? .zero : largest)
        }
      }
    }
    return result
  }
}

extension AnalogActivation {
  func apply(to values: inout [Lanes]) {
    switch self {
    case .none: break
    case .relu: Compiler.clip(&values, high: .infinity)
    case .leakyRelu(let slope):
      for i in values.indices {
        let value = values[i]
        values[i] = (value * slope).replacing(with: value, where: value .>= 0)
      }
    case .clip(let maximum, let levels):
      Compiler.clip(&values, high: maximum)
      guard let levels else { return }
      let (up, down) = (Float(levels) / maximum, maximum / Float(levels))
      for i in values.indices { values[i] = (values[i] * up + 0.5).rounded(.down) * down }
    case .quantised(let step, let lowest, let highest):
      for i in values.indices {
        let whole = (values[i] / step).rounded(.toNearestOrEven)
        values[i] = whole.clamped(lowerBound: Lanes(repeating: lowest), upperBound: Lanes(repeating: highest)) * step
      }
    }
  }
}
