/// A constant added to a value: nothing, one number per channel, or one per element (row-major).
///
/// Kept per channel as long as possible; zero padding next to a bias makes it differ by position.
enum BiasField: Equatable {
  case none
  case channel([Double])
  case element([Double])

  /// The bias of each element of a value of this shape.
  func elements(_ shape: [Int]) -> [Double] {
    let count = shape.reduce(1, *)
    switch self {
    case .none: return [Double](repeating: 0, count: count)
    case .element(let values): return values
    case .channel(let values):
      let plane = shape.dropFirst().reduce(1, *)
      var result: [Double] = []
      result.reserveCapacity(count)
      for value in values { for _ in 0..<plane { result.append(value) } }
      return result
    }
  }

  /// The same bias in its shortest form.
  func collapsed(_ shape: [Int]) -> BiasField {
    switch self {
    case .none: return .none
    case .channel(let values): return values.allSatisfy { $0 == 0 } ? .none : self
    case .element(let values):
      guard let channels = BiasField.channels(values, shape) else { return self }
      return BiasField.channel(channels).collapsed(shape)
    }
  }

  /// The value of each channel where all its elements are equal; nil where they are not.
  static func channels(_ values: [Double], _ shape: [Int]) -> [Double]? {
    let plane = shape.dropFirst().reduce(1, *)
    guard plane > 0, values.count == shape.reduce(1, *) else { return nil }
    var channels: [Double] = []
    for start in stride(from: 0, to: values.count, by: plane) {
      let first = values[start]
      for i in start..<(start + plane) where values[i] != first { return nil }
      channels.append(first)
    }
    return channels
  }

  func adding(_ other: BiasField, shape: [Int]) -> BiasField {
    switch (self, other) {
    case (_, .none): return self
    case (.none, _): return other
    case (.channel(let a), .channel(let b)) where a.count == b.count: return .channel(zip(a, b).map { $0 + $1 })
    default: return .element(zip(elements(shape), other.elements(shape)).map { $0 + $1 })
    }
  }

  /// Is every value >= 0?
  var isNonNegative: Bool {
    switch self {
    case .none: true
    case .channel(let values), .element(let values): values.allSatisfy { $0 >= 0 }
    }
  }

  /// What a linear map makes of this bias.
  func mapped(by map: LinearMap, node: MergeContext) throws(ImportError) -> BiasField {
    if self == .none { return .none }
    switch map.kind {
    case .identity(let factors):
      if factors.isEmpty { return self }
      let plane = map.outShape.dropFirst().reduce(1, *)
      if case .channel(let values) = self, factors.count == values.count {
        return .channel(zip(values, factors).map { $0 * $1 })
      }
      let values = elements(map.inShape)
      return .element(
        values.indices.map {
          values[$0] * LinearMap.factor(factors, $0, plane: plane, count: values.count)
        })
    case .dense(let weights):
      let input = elements(map.inShape)
      try node.spend(Double(map.outCount) * Double(input.count))
      let result = (0..<map.outCount).map { o in
        var sum = 0.0
        for i in input.indices { sum += Double(weights[o * input.count + i]) * input[i] }
        return sum
      }
      return BiasField.element(result).collapsed(map.outShape)
    case .convolution(let c): return try convolved(c, map, node: node)
    case .selection(let channels):
      if case .channel(let values) = self { return .channel(channels.map { $0 < 0 ? 0 : values[$0] }) }
      let (values, plane) = (elements(map.inShape), map.outShape.dropFirst().reduce(1, *))
      return .element(channels.flatMap { channel in
        (0..<plane).map { channel < 0 ? 0 : values[channel * plane + $0] }
      })
    }
  }

  private func convolved(_ c: Convolution, _ map: LinearMap, node: MergeContext) throws(ImportError) -> BiasField {
    if case .channel(let values) = self, c.padding.allSatisfy({ $0 == 0 }) {
      let perGroup = c.shape[0] / c.groups
      return .channel(
        (0..<c.shape[0]).map { o in
          var sum = 0.0
          for i in 0..<(c.shape[1] * c.taps) {
            sum += Double(c.weights[o * c.shape[1] * c.taps + i]) * values[(o / perGroup) * c.shape[1] + i / c.taps]
          }
          return sum
        })
    }
    let input = elements(map.inShape)
    try node.spend(c.products(from: map.inShape))
    let result = (0..<map.outCount).map { output in
      var sum = 0.0
      c.forEachProduct(of: output, from: map.inShape) { weight, source in
        sum += Double(c.weights[weight]) * input[source]
      }
      return sum
    }
    return BiasField.element(result).collapsed(map.outShape)
  }
}
