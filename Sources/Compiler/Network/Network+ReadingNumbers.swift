import ChipModel

/// `Values` and `Weights` in their several spellings.
extension NetworkReader {
  // MARK: Values

  mutating func optionalValues(_ node: JSONNode?, allowsInfinity: Bool = false) throws(JSONError) -> Values? {
    guard let node else { return nil }
    return try values(node, allowsInfinity: allowsInfinity)
  }

  /// A number, `"infinity"` where allowed, a list of those, or `{"tensor": NAME}`.
  private mutating func values(_ node: JSONNode, allowsInfinity: Bool) throws(JSONError) -> Values {
    switch node.value.kind {
    case .object: return .tensor(try tensorName(node))
    case .array(let elements):
      if elements.isEmpty { throw node.error("the list is empty; write at least one number") }
      guard allowsInfinity else { return .list(try node.doubles()) }
      var list: [Double] = []
      list.reserveCapacity(elements.count)
      for element in elements {
        if let value = element.double {
          list.append(value)
        } else if element.kind == .string("infinity") {
          list.append(.infinity)
        } else {
          // Only a faulty list pays for the paths of its elements.
          for node in try node.array() { _ = try number(node, allowsInfinity: true) }
        }
      }
      return .list(list)
    default: return .uniform(try number(node, allowsInfinity: allowsInfinity))
    }
  }

  private func number(_ node: JSONNode, allowsInfinity: Bool) throws(JSONError) -> Double {
    guard allowsInfinity, case .string(let text) = node.value.kind else { return try node.double() }
    guard text == "infinity" else {
      throw JSONError(.unknownValue(text, allowed: ["infinity"]), at: node.location, path: node.path)
    }
    return .infinity
  }

  private mutating func tensorName(_ node: JSONNode) throws(JSONError) -> String {
    var object = try known(node, ["tensor"])
    let name = try object.required("tensor")
    let text = try name.string()
    try object.finish()
    references.append(TensorReference(name: text, location: name.location, path: name.path))
    return text
  }

  // MARK: Weights

  private enum WeightType: String {
    case int8 = "I8"
    case int16 = "I16"
    case int32 = "I32"
    case float32 = "F32"
  }

  /// `{"tensor": NAME}`, `{"type", "shape", "values"}`, nested arrays, or one number.
  mutating func weights(_ node: JSONNode) throws(JSONError) -> Weights {
    switch node.value.kind {
    case .object(let members):
      return members.contains { $0.key == "tensor" }
        ? .tensor(try tensorName(node)) : .inline(try typedWeights(node))
    case .array: return .inline(try nestedWeights(node))
    default:
      guard let tensor = Tensor(shape: [], storage: .float64([try node.double()])) else {
        throw node.error("a single weight could not be stored")
      }
      return .inline(tensor)
    }
  }

  private func typedWeights(_ node: JSONNode) throws(JSONError) -> Tensor {
    var object = try known(node, ["type", "shape", "values"])
    let typeNode = try object.required("type")
    let typeName = try typeNode.string()
    guard let type = WeightType(rawValue: typeName) else {
      throw typeNode.error("type '\(shownName(typeName))' is not one of I8, I16, I32 and F32")
    }
    let shapeNode = try object.required("shape")
    let shape = try shapeNode.ints(in: 1...NetworkLimits.weights, count: 0...4)
    let values = try object.required("values")
    guard let count = Tensor.elementCount(shape), count <= NetworkLimits.weights else {
      throw shapeNode.error("the shape has more than \(groupedText(NetworkLimits.weights)) elements")
    }
    let storage: Tensor.Storage
    switch type {
    case .int8: storage = .int8(try integers(values, count: count))
    case .int16: storage = .int16(try integers(values, count: count))
    case .int32: storage = .int32(try integers(values, count: count))
    case .float32: storage = .float32(try floats(values, count: count))
    }
    try object.finish()
    guard let tensor = Tensor(shape: shape, storage: storage) else {
      throw values.error("the values do not fill the shape \(listText(shape))")
    }
    return tensor
  }

  private func integers<Element: FixedWidthInteger>(
    _ node: JSONNode, count: Int
  ) throws(JSONError) -> [Element] {
    // The range makes the truncation exact.
    try node.ints(in: Int(Element.min)...Int(Element.max), count: count...count)
      .map { Element(truncatingIfNeeded: $0) }
  }

  private func floats(_ node: JSONNode, count: Int) throws(JSONError) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(count)
    for (index, value) in try node.doubles(count: count...count).enumerated() {
      let rounded = Float(value)
      guard rounded.isFinite else {
        throw JSONError(
          .outOfRange(value: numberText(value), expected: "a number that F32 can hold"), at: node.location,
          path: "\(node.path)[\(index)]")
      }
      result.append(rounded)
    }
    return result
  }

  /// The shape is that of the first elements; everything else must agree with it.
  private func nestedWeights(_ node: JSONNode) throws(JSONError) -> Tensor {
    var shape: [Int] = []
    var current = node.value
    while case .array(let elements) = current.kind {
      guard let first = elements.first else {
        throw node.error("there is an empty array among the weights; write at least one number in each")
      }
      shape.append(elements.count)
      current = first
    }
    guard shape.count <= 4 else {
      throw node.error("the arrays are nested \(shape.count) deep; weights have at most 4 dimensions")
    }
    var values: [Double] = []
    try flatten(node, shape: shape[...], into: &values)
    guard let tensor = Tensor(shape: shape, storage: .float64(values)) else {
      throw node.error("the values do not fill the shape \(listText(shape))")
    }
    return tensor
  }

  private func flatten(
    _ node: JSONNode, shape: ArraySlice<Int>, into values: inout [Double]
  ) throws(JSONError) {
    guard let count = shape.first else { return }
    if shape.count == 1 {
      values += try node.doubles(count: count...count)
      return
    }
    for child in try node.array(count: count...count) {
      try flatten(child, shape: shape.dropFirst(), into: &values)
    }
  }
}
