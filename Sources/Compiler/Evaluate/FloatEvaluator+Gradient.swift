/// Derivatives of the outputs by the activations of layers: one pass backward for a block of samples.
extension FloatEvaluator {
  /// Connections turned round: from sums of a layer to the pooled values that they read.
  struct Backward: Sendable {
    fileprivate let steps: [[Turned]]

    fileprivate struct Turned: Sendable {
      let packed: PackedRows?
      let geometry: LaneGeometry?
      let step: [Int]
      let before: [Int]
    }
  }

  /// Nothing of it depends on samples.
  func backward() -> Backward {
    Backward(
      steps: network.layers.map { layer in
        layer.connections.map { connection in
          let w = connection.weightShape
          switch connection.kind {
          case .identity: return Backward.Turned(packed: nil, geometry: nil, step: [], before: [])
          case .dense:
            let turned = (0..<w[1]).flatMap { input in (0..<w[0]).map { connection.weights[$0 * w[1] + input] } }
            return Backward.Turned(
              packed: PackedRows(weights: turned, groups: 1, rows: w[1], taps: w[0]), geometry: nil, step: [],
              before: [])
          case .convolution: return turned(connection, layer)
          }
        }
      })
  }

  /// A convolution with the kernel turned round, on the map with as many zeros between its values as the stride skips.
  private func turned(_ connection: AnalogConnection, _ layer: AnalogLayer) -> Backward.Turned {
    let w = connection.weightShape
    let (rows, inputs, size) = (w[0] / connection.groups, w[1], w[2] * w[3])
    var turned: [Float] = []
    turned.reserveCapacity(connection.weights.count)
    for group in 0..<connection.groups {
      for input in 0..<inputs {
        for row in 0..<rows {
          let start = ((group * rows + row) * inputs + input) * size
          turned += connection.weights[start..<(start + size)].reversed()
        }
      }
    }
    let pooled = network.pooledShape(connection)
    let reach = (0..<2).map { (w[2 + $0] - 1) * connection.dilation[$0] }
    return Backward.Turned(
      packed: PackedRows(weights: turned, groups: connection.groups, rows: inputs, taps: rows * size),
      geometry: LaneGeometry(
        input: [w[0], pooled[1] + reach[0], pooled[2] + reach[1]], output: pooled, kernel: [w[2], w[3]], stride: [1, 1],
        padding: [0, 0], dilation: connection.dilation, groups: connection.groups),
      step: connection.stride, before: (0..<2).map { reach[$0] - connection.padding[$0] })
  }

  /// Derivatives by every layer's activations of `sum of weight times output`, lane by lane.
  /// - Parameters:
  ///   - block: with the activations of all layers.
  ///   - weights: one an output.
  func derivatives(_ block: EvaluatedBlock, of weights: [Lanes], _ backward: Backward) -> [[Lanes]] {
    var results = network.layers.map { [Lanes](repeating: .zero, count: $0.count) }
    results[network.output] = weights
    for (index, layer) in network.layers.enumerated().reversed() {
      var sums = results[index]
      layer.activation.multiplySlope(&sums, block.activations(layer: index))
      for (number, connection) in layer.connections.enumerated() {
        guard case .layer(let source) = connection.source else { continue }
        let turned = backward.steps[index][number]
        let pooled = read(sums, layer, connection, turned)
        add(
          pooled, of: connection, block.activations(layer: source), to: &results[source], network.layers[source].shape)
      }
    }
    return results
  }

  /// Derivatives by what a connection's weights read.
  private func read(
    _ sums: [Lanes], _ layer: AnalogLayer, _ connection: AnalogConnection, _ turned: Backward.Turned
  ) -> [Lanes] {
    guard let packed = turned.packed else {
      let factors = connection.weights
      if factors.isEmpty { return sums }
      return sums.indices.map { sums[$0] * factors[factors.count == 1 ? 0 : $0 / layer.channelSize] }
    }
    guard let geometry = turned.geometry else {
      var result = [Lanes](repeating: .zero, count: packed.rows)
      accumulateDense(packed, sums, into: &result)
      return result
    }
    let (height, width) = (geometry.input[1], geometry.input[2])
    var spread = [Lanes](repeating: .zero, count: geometry.input.reduce(1, *))
    for channel in 0..<layer.shape[0] {
      for y in 0..<layer.shape[1] {
        let row = y * turned.step[0] + turned.before[0]
        guard (0..<height).contains(row) else { continue }
        for x in 0..<layer.shape[2] {
          let column = x * turned.step[1] + turned.before[1]
          guard (0..<width).contains(column) else { continue }
          spread[(channel * height + row) * width + column] =
            sums[(channel * layer.shape[1] + y) * layer.shape[2] + x]
        }
      }
    }
    var result = [Lanes](repeating: .zero, count: geometry.output.reduce(1, *))
    accumulateConvolution(packed, geometry, spread, into: &result)
    return result
  }

  /// Passes derivatives back through a pool: an average shares them, a maximum gives them to the first largest.
  private func add(
    _ pooled: [Lanes], of connection: AnalogConnection, _ values: [Lanes], to result: inout [Lanes], _ shape: [Int]
  ) {
    guard let pool = connection.pool else {
      for index in result.indices { result[index] += pooled[index] }
      return
    }
    let out = pool.outputShape(shape)
    let share = 1 / Float(pool.kernel[0] * pool.kernel[1])
    for channel in 0..<out[0] {
      for y in 0..<out[1] {
        for x in 0..<out[2] {
          let given = pooled[(channel * out[1] + y) * out[2] + x]
          let places = pool.places(y, x, shape).map { channel * shape[1] * shape[2] + $0 }
          if pool.kind == .average {
            for place in places { result[place] += given * share }
            continue
          }
          let largest = places.reduce(Lanes(repeating: -.infinity)) { pointwiseMax($0, values[$1]) }
          var open = SIMDMask<Lanes.MaskStorage>(repeating: true)
          for place in places {
            let wins = open .& (values[place] .== largest)
            result[place] += Lanes.zero.replacing(with: given, where: wins)
            open = open .& .!wins
          }
        }
      }
    }
  }
}

extension NetworkPool {
  /// Places of one channel that a window covers.
  fileprivate func places(_ y: Int, _ x: Int, _ shape: [Int]) -> [Int] {
    func span(_ axis: Int, _ at: Int) -> Range<Int> {
      let start = at * stride[axis] - padding[axis]
      return max(0, start)..<max(max(0, start), min(shape[1 + axis], start + kernel[axis]))
    }
    return span(0, y).flatMap { row in span(1, x).map { row * shape[2] + $0 } }
  }
}

extension AnalogActivation {
  /// Multiplies derivatives with the activation's slope where it had these values.
  fileprivate func multiplySlope(_ sums: inout [Lanes], _ values: [Lanes]) {
    switch self {
    case .none, .quantised: break
    case .relu: for i in sums.indices { sums[i].replace(with: 0, where: values[i] .<= 0) }
    case .leakyRelu(let slope): for i in sums.indices { sums[i].replace(with: sums[i] * slope, where: values[i] .< 0) }
    case .clip(let maximum, _):
      for i in sums.indices { sums[i].replace(with: 0, where: (values[i] .<= 0) .| (values[i] .>= maximum)) }
    }
  }
}
