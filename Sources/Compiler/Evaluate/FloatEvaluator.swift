import ChipModel
import Dispatch
import Synchronization

/// Evaluates an `AnalogNetwork` on samples in 32-bit floats.
///
/// Samples go through in blocks of 16, one sample a SIMD lane, blocks in parallel. A sample's result depends on nothing
/// but the sample: not on threads, the block it is in, or the samples beside it.
package struct FloatEvaluator: Sendable {
  package private(set) var network: AnalogNetwork
  private var plans: [LaneLayer]
  /// Last layer that reads each layer's values; they may go then.
  let lastReader: [Int]

  /// - Throws: `AnalogNetworkError` where shapes and weights do not fit each other.
  package init(_ network: AnalogNetwork) throws(AnalogNetworkError) {
    try network.validate()
    self.network = network
    plans = network.layers.map { LaneLayer($0, network) }
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
    plans[index] = LaneLayer(layer, network)
  }

  // MARK: many samples

  /// Runs `body` on every block of 16 samples and returns the results in sample order.
  ///
  /// Every statistic is made of this or of `visit`: a block is reduced, the caller joins the results in order, so that
  /// sums are the same for any number of threads. In memory are, for each thread, one block's samples and kept layers.
  /// - Parameters:
  ///   - layers: whose activations `body` will ask for; nil: all. The output's are always there.
  ///   - preactivations: keep the sums before the activation too (for the same layers).
  ///   - threads: at most this many; nil: as many as this process may use.
  ///   - body: called from any thread, once a block.
  package func map<Result: Sendable>(
    _ samples: FloatSamples, layers: [Int]? = nil, preactivations: Bool = false, threads: Int? = nil,
    _ body: @Sendable (EvaluatedBlock) -> Result
  ) -> [Result] {
    var kept = [Bool](repeating: layers == nil, count: network.layers.count)
    for layer in layers ?? [] where kept.indices.contains(layer) { kept[layer] = true }
    let keep = kept
    return eachBlock(samples, threads: threads) { input, range, threads, buffers in
      let block = evaluate(
        input, first: range.lowerBound, count: range.count, keep: keep, preactivations: preactivations,
        threads: threads, &buffers)
      let result = body(block)
      buffers.take(back: block)
      return result
    }
  }

  /// The same, layer by layer in order: activations are gone when no later layer reads them.
  /// - Parameters:
  ///   - initial: what each block begins with.
  ///   - visit: called from any thread with a layer's index, its activations, and the lanes that are samples.
  package func visit<State: Sendable>(
    _ samples: FloatSamples, threads: Int? = nil, _ initial: State,
    _ visit: @Sendable (_ state: inout State, _ layer: Int, _ activations: [Lanes], _ count: Int) -> Void
  ) -> [State] {
    let keep = [Bool](repeating: false, count: network.layers.count)
    return eachBlock(samples, threads: threads) { input, range, threads, buffers in
      var state = initial
      let block = evaluate(
        input, first: range.lowerBound, count: range.count, keep: keep, threads: threads, &buffers
      ) { visit(&state, $0, $1, range.count) }
      buffers.take(back: block)
      return state
    }
  }

  private func eachBlock<Result: Sendable>(
    _ samples: FloatSamples, threads: Int?,
    _ body: @Sendable (_ input: [Lanes], _ range: Range<Int>, _ threads: Int, inout LaneBuffers) -> Result
  ) -> [Result] {
    let blocks = (samples.count + 15) / 16
    guard blocks > 0 else { return [] }
    let threads = max(1, threads ?? Processors.available)
    let workers = min(threads, blocks)
    let results = Mutex([Result?](repeating: nil, count: blocks))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      var buffers = LaneBuffers()
      // Threads beyond one a block share the rows of a layer.
      let share = (threads + worker) / workers
      while case let block = next.wrappingAdd(1, ordering: .relaxed).oldValue, block < blocks {
        let range = (block * 16)..<min(samples.count, block * 16 + 16)
        let input = lanes(of: samples.part(range).values, first: 0, count: range.count, size: network.inputCount)
        let result = body(input, range, share, &buffers)
        results.withLock { $0[block] = result }
      }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  private func inMemory(_ samples: [Float]) -> FloatSamples { FloatSamples(samples, size: network.inputCount) }

  /// The output values of each sample.
  package func outputs(_ samples: FloatSamples, threads: Int? = nil) -> [[Float]] {
    let output = network.output
    return map(samples, layers: [], threads: threads) { block in
      (0..<block.count).map { block.activation(layer: output, sample: $0) }
    }.flatMap { $0 }
  }

  /// The same of values one sample after the other, `inputCount` each.
  package func outputs(_ samples: [Float], threads: Int? = nil) -> [[Float]] {
    outputs(inMemory(samples), threads: threads)
  }

  /// The class of each sample, as `Decision` has it.
  package func predictions(
    _ samples: FloatSamples, threads: Int? = nil, progress: @Sendable (Int) -> Void = { _ in }
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
    _ samples: FloatSamples, labels: [Int], threads: Int? = nil, progress: @Sendable (Int) -> Void = { _ in }
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
    var buffers = LaneBuffers()
    let result = evaluate(
      block.inputs, first: block.first, count: block.count, keep: keep, given: given, &buffers)
    return result.activations(layer: network.output)
  }

  /// All samples in blocks of 16.
  func blocks(_ samples: [Float]) -> [[Lanes]] {
    let size = network.inputCount
    let count = size == 0 ? 0 : samples.count / size
    return stride(from: 0, to: count, by: 16).map {
      lanes(of: samples, first: $0, count: min(16, count - $0), size: size)
    }
  }

  private func evaluate(
    _ input: [Lanes], first: Int, count: Int, keep: [Bool], preactivations: Bool = false, given: [[Lanes]] = [],
    threads: Int = 1, _ buffers: inout LaneBuffers, _ visit: (Int, [Lanes]) -> Void = { _, _ in }
  ) -> EvaluatedBlock {
    var post = [[Lanes]](repeating: [], count: network.layers.count)
    var pre = [[Lanes]](repeating: [], count: network.layers.count)
    for (index, layer) in network.layers.enumerated() {
      if index < given.count {
        post[index] = given[index]
        continue
      }
      var pooled: [[Lanes]] = []
      let sources = layer.connections.map { connection -> [Lanes] in
        let values = if case .layer(let source) = connection.source { post[source] } else { input }
        guard let pool = connection.pool else { return values }
        let shape = network.shape(of: connection.source)
        var result = buffers.take(pool.outputShape(shape).reduce(1, *))
        Compiler.pool(values, shape, pool, into: &result, threads: threads)
        pooled.append(result)
        return result
      }
      var sums = buffers.take(layer.count)
      let keepsSums = preactivations && keep[index]
      let cut = keepsSums ? nil : layer.activation.cut
      plans[index].run(sources, into: &sums, cut: cut, threads: threads)
      if keepsSums { pre[index] = sums }
      if cut == nil { layer.activation.apply(to: &sums) }
      visit(index, sums)
      post[index] = sums
      for values in pooled { buffers.give(values) }
      for connection in layer.connections {
        if case .layer(let source) = connection.source, lastReader[source] == index, !keep[source] {
          if source >= given.count { buffers.give(post[source]) }
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
    var buffers = LaneBuffers()
    var sums = buffers.take(network.layers[index].count)
    plans[index].run(network.layers[index].connections.indices.map(read), into: &sums)
    return sums
  }

  /// What a connection's weights read of its source.
  func pooled(_ connection: AnalogConnection, _ values: [Lanes]) -> [Lanes] {
    connection.pool.map { pooled(values, network.shape(of: connection.source), $0) } ?? values
  }

  /// Pools `[C, H, W]`.
  func pooled(_ values: [Lanes], _ shape: [Int], _ pool: NetworkPool) -> [Lanes] {
    var buffers = LaneBuffers()
    var result = buffers.take(pool.outputShape(shape).reduce(1, *))
    Compiler.pool(values, shape, pool, into: &result)
    return result
  }
}

extension LaneBuffers {
  /// Takes what a block that has been read holds.
  mutating func take(back block: EvaluatedBlock) {
    for values in block.post + block.pre { give(values) }
  }
}

extension AnalogActivation {
  /// Where it is `min(max(x, 0), cut)`.
  var cut: Float? {
    switch self {
    case .relu: .infinity
    case .clip(let maximum, nil): maximum
    case .none, .leakyRelu, .clip, .quantised: nil
    }
  }

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
