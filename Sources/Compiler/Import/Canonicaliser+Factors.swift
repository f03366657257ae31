/// Factors and shifts of whole values: constants that are multiplied or added.
extension Canonicaliser {
  /// A part times factors: one for all, per channel or per element.
  mutating func scaled(_ part: AffinePart, _ given: [Double], entries: [Int]) throws(ImportError) -> AffinePart {
    var factors = given
    if given.count == 1 { factors = [Double](repeating: given[0], count: part.shape[0]) }
    if factors.count == part.outputCount, let values = BiasField.channels(factors, part.outputShape) {
      factors = values
    }
    if factors.allSatisfy({ $0 == 1 }) { return part }
    // A positive factor passes a maximum, per channel.
    let passes = factors.count == part.shape[0] && factors.allSatisfy { $0 > 0 }
    var result = passes ? part : try affine(part, entries: entries)
    let shape = result.shape
    for index in result.terms.indices {
      result.terms[index].map = try result.terms[index].map.scaled(factors, node: merging)
    }
    result.bias = try result.bias.mapped(by: .identity(shape, factors), node: merging).collapsed(shape)
    return result
  }

  /// Factors per element of the value as the graph sees it.
  mutating func scaleElements(_ value: inout DataValue, _ factors: [Double]) throws(ImportError) {
    let own = inOrderOfParts(factors, value)
    var offset = 0
    for index in value.parts.indices {
      let count = value.parts[index].outputCount
      value.parts[index] = try scaled(value.parts[index], Array(own[offset..<(offset + count)]), entries: value.entries)
      offset += count
    }
  }

  /// Adds a constant per channel of an image, or per element of the value as the graph sees it.
  mutating func shift(_ value: inout DataValue, _ bias: BiasField) throws(ImportError) {
    var offset = 0
    let isChannel: Bool
    let own: [Double]
    switch bias {
    case .none: return
    case .channel(let values): (isChannel, own) = (true, values)
    case .element(let values): (isChannel, own) = (false, inOrderOfParts(values, value))
    }
    if let layer = value.costLayer { cost.layers?[layer].hasBias = true }
    for index in value.parts.indices {
      let shape = value.parts[index].outputShape
      let count = isChannel ? shape[0] : value.parts[index].outputCount
      let slice = Array(own[offset..<(offset + count)])
      let field = isChannel ? BiasField.channel(slice) : BiasField.element(slice).collapsed(shape)
      if value.parts[index].pendingMaximum != nil, case .element = field {
        // A shift that differs by position cannot pass the maximum.
        value.parts[index] = try affine(value.parts[index], entries: value.entries)
      }
      value.parts[index].bias = value.parts[index].bias.adding(field, shape: value.parts[index].shape)
      offset += count
    }
  }

  private func inOrderOfParts(_ list: [Double], _ value: DataValue) -> [Double] {
    guard let order = value.order else { return list }
    var result = list
    for (i, element) in order.enumerated() { result[element] = list[i] }
    return result
  }

  /// A constant repeated to the value's shape, as doubles.
  func broadcast(_ constant: ONNXTensor, _ shape: [Int]) throws(ImportError) -> [Double] {
    // A baked batch may have left leading ones too many.
    guard ConstantFolder.broadcast(constant.shape, shape) == shape else {
      throw misuse(
        "combines shape \(shapeText(shape)) with a constant of shape \(shapeText(constant.shape))",
        "export with batch size 1")
    }
    let count = shape.reduce(1, *)
    if constant.count == 1 { return [Double](repeating: Double(constant.floats[0]), count: count) }
    return try ConstantFolder.expand(constant, to: shape, node: node.label).floats.map { Double($0) }
  }

  /// Name of the weight an input of the node came from.
  func origin(_ index: Int) -> String? {
    guard let name = node.input(index), case .constant(_, let origin)? = values[name] else { return nil }
    return origin
  }

  /// Refuses empty and hopeless shapes.
  func check(_ shape: [Int]) throws(ImportError) {
    guard let count = ONNXTensor.elementCount(shape), count > 0 else {
      throw misuse("its output is empty", "export the model with the input size it was made for")
    }
    guard count <= ImportLimits.neurons else {
      throw .tooLarge(
        node: node.label, what: "neurons in one layer:", count: count, limit: ImportLimits.neurons,
        remedy: "use a smaller input")
    }
  }
}
