import ChipModel

/// Why an `AnalogNetwork` contradicts itself. The importer never makes such a network; hand-written ones can.
package enum AnalogNetworkError: Error, Sendable, Equatable, CustomStringConvertible {
  case shape(layer: String, what: String)

  package var description: String {
    switch self {
    case .shape(let layer, let what): "layer '\(printable(layer))': \(what): correct the network that was built"
    }
  }
}

extension AnalogNetwork {
  /// Checks that shapes, weights and order fit each other, so that evaluating cannot fail.
  package func validate() throws(AnalogNetworkError) {
    try AnalogNetwork.check(inputShape, "input")
    guard layers.indices.contains(output) else { throw .shape(layer: name, what: "there is no output layer \(output)") }
    for (index, layer) in layers.enumerated() {
      try AnalogNetwork.check(layer.shape, layer.name)
      if let bias = layer.bias, bias.count != layer.channels, bias.count != layer.count {
        throw .shape(layer: layer.name, what: "\(bias.count) biases for shape \(shapeText(layer.shape))")
      }
      for connection in layer.connections {
        if case .layer(let source) = connection.source, source < 0 || source >= index {
          throw .shape(layer: layer.name, what: "reads layer \(source), which is not before it")
        }
        try check(connection, into: layer)
      }
    }
  }

  private static func check(_ shape: [Int], _ name: String) throws(AnalogNetworkError) {
    guard shape.count == 1 || shape.count == 3, shape.allSatisfy({ $0 > 0 }),
      let count = Tensor.elementCount(shape), count <= 1 << 30
    else { throw .shape(layer: name, what: "shape \(shapeText(shape)) is not [C, H, W] or [N]") }
  }

  private func check(_ connection: AnalogConnection, into layer: AnalogLayer) throws(AnalogNetworkError) {
    func fail(_ what: String) -> AnalogNetworkError { .shape(layer: layer.name, what: what) }
    let source = shape(of: connection.source)
    if let pool = connection.pool {
      guard source.count == 3, pool.kernel.count == 2, pool.stride.count == 2, pool.padding.count == 4,
        (pool.kernel + pool.stride).allSatisfy({ (1...(1 << 24)).contains($0) }),
        pool.padding.allSatisfy({ (0...(1 << 24)).contains($0) })
      else { throw fail("impossible pooling of shape \(shapeText(source))") }
    }
    let from = pooledShape(connection)
    let count = from.reduce(1, *)
    guard count > 0 else { throw fail("pooling leaves nothing of shape \(shapeText(source))") }
    let weights = connection.weightShape
    switch connection.kind {
    case .identity:
      let factors = connection.weights.count
      guard count == layer.count, factors <= 1 || factors == layer.channels else {
        throw fail("identity from shape \(shapeText(from)) to \(shapeText(layer.shape)) with \(factors) factors")
      }
    case .dense:
      guard weights == [layer.count, count], connection.weights.count == layer.count * count else {
        throw fail("weights \(shapeText(weights)) from \(count) to \(layer.count) neurons")
      }
    case .convolution:
      let groups = connection.groups
      guard from.count == 3, layer.shape.count == 3, weights.count == 4, weights.allSatisfy({ $0 > 0 }), groups > 0,
        weights[1].multipliedReportingOverflow(by: groups).partialValue == from[0], weights[0] == layer.shape[0],
        weights[0] % groups == 0, Tensor.elementCount(weights) == connection.weights.count,
        connection.stride.count == 2, connection.dilation.count == 2, connection.padding.count == 4,
        (connection.stride + connection.dilation).allSatisfy({ (1...(1 << 24)).contains($0) }),
        connection.padding.allSatisfy({ (0...(1 << 24)).contains($0) })
      else { throw fail("convolution \(shapeText(weights)) from \(shapeText(from)) to \(shapeText(layer.shape))") }
      for axis in 0..<2 {
        let size = windowCount(
          from[1 + axis], kernel: weights[2 + axis], stride: connection.stride[axis],
          before: connection.padding[axis], after: connection.padding[2 + axis], dilation: connection.dilation[axis])
        guard size == layer.shape[1 + axis] else {
          throw fail("convolution \(shapeText(weights)) from \(shapeText(from)) to \(shapeText(layer.shape))")
        }
      }
    }
  }
}
