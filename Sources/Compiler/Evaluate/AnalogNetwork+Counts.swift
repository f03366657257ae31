extension AnalogNetwork {
  /// Multiply-accumulates of one inference: products of weights and values, padding not counted.
  ///
  /// Pooling and connections without weights cost none.
  package var multiplyAccumulates: Int {
    layers.reduce(0) { sum, layer in
      sum + layer.connections.reduce(0) { $0 + multiplyAccumulates(of: $1, into: layer) }
    }
  }

  /// Weights and biases.
  package var parameters: Int {
    layers.reduce(0) { sum, layer in
      sum + (layer.bias?.count ?? 0) + layer.connections.reduce(0) { $0 + $1.weights.count }
    }
  }

  /// Multiply-accumulates of one connection.
  package func multiplyAccumulates(of connection: AnalogConnection, into layer: AnalogLayer) -> Int {
    switch connection.kind {
    case .dense: return connection.weights.count
    case .identity: return connection.weights.isEmpty ? 0 : layer.count
    case .convolution:
      let size = pooledShape(connection)
      guard size.count == 3, layer.shape.count == 3 else { return 0 }
      // Taps inside the image, on each axis.
      let inside = (0..<2).map { axis in
        (0..<layer.shape[1 + axis]).reduce(0) { sum, output in
          // Taps t with 0 <= start + t * step < size.
          let start = output * connection.stride[axis] - connection.padding[axis]
          let step = connection.dilation[axis]
          let first = start >= 0 ? 0 : (-start + step - 1) / step
          let past = start >= size[1 + axis] ? 0 : (size[1 + axis] - 1 - start) / step + 1
          return sum + max(0, min(past, connection.weightShape[2 + axis]) - first)
        }
      }
      return inside[0] * inside[1] * connection.weightShape[0] * connection.weightShape[1]
    }
  }

  /// Shape of what a connection's weights read: its source, pooled.
  package func pooledShape(_ connection: AnalogConnection) -> [Int] {
    let source = shape(of: connection.source)
    return connection.pool?.outputShape(source) ?? source
  }
}
