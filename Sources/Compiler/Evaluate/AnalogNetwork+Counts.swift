import ChipModel

extension AnalogNetwork {
  /// What the trained network costs: that of its file, else of the layers.
  package var cost: NetworkCost { fileCost ?? layerCost }

  /// What the layers cost. Pooling and connections without weights cost nothing.
  package var layerCost: NetworkCost {
    var result = NetworkCost()
    for layer in layers {
      result.parameters += layer.bias?.count ?? 0
      for connection in layer.connections {
        let products = multiplyAccumulates(of: connection, into: layer)
        result.parameters += connection.weights.count
        if connection.weights.isEmpty { continue }
        let isScale = connection.kind == .identity
        _ = result.add(
          ANNLayer(
            inputs: pooledShape(connection).reduce(1, *), outputs: layer.count,
            weights: isScale ? [layer.channels, 1, 1, 1] : connection.weightShape,
            hasBias: layer.bias != nil && connection == layer.connections.first), products: products)
      }
    }
    return result
  }

  /// Multiply-accumulates of one connection.
  package func multiplyAccumulates(of connection: AnalogConnection, into layer: AnalogLayer) -> Int {
    switch connection.kind {
    case .dense: return connection.weights.count
    case .identity: return connection.weights.isEmpty ? 0 : layer.count
    case .convolution:
      let size = pooledShape(connection)
      return size.count == 3 ? Int(connection.convolution.products(from: size)) : 0
    }
  }

  /// Shape of what a connection's weights read: its source, pooled.
  package func pooledShape(_ connection: AnalogConnection) -> [Int] {
    let source = shape(of: connection.source)
    return connection.pool?.outputShape(source) ?? source
  }
}
