/// One dimension: sequences `[1, C, L]` are images of height 1, and what works on them is what works on images.
extension Canonicaliser {
  /// Operators that work on images and, in one dimension, on sequences.
  private static let lineOperators: Set = [
    "Conv", "ConvTranspose", "BatchNormalization", "MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool",
    "ReduceMax", "ReduceMean", "ReduceSum", "Pad", "Slice", "Split", "Gather", "Concat", "Add", "Sub", "Mul", "Div", "Sum",
    "PRelu", "Resize", "Upsample",
  ]

  /// Does a graph work on sequences, so that an input `[C, L]` is one of height 1, and not an image without a channel axis?
  static func isOnLines(_ graph: ONNXGraph) -> Bool {
    graph.nodes.contains { node in
      switch node.operation {
      case "Conv": node.input(1).flatMap { graph.constants[$0] }?.shape.count == 3
      case "MaxPool", "AveragePool": node.integers("kernel_shape")?.count == 1
      default: false
      }
    }
  }

  /// Is the node at work one on sequences?
  func isOnLines(_ data: [DataValue]) -> Bool {
    guard data.allSatisfy({ $0.shape.count == 3 && $0.shape[0] == 1 }), Canonicaliser.lineOperators.contains(node.operation)
    else { return false }
    // Element by element, only sums of values in different shapes have to be looked at as images.
    let isElementwise = ["Add", "Sub", "Mul", "Div", "Sum"].contains(node.operation)
    return !isElementwise
      || data.allSatisfy { $0.order == nil }
        && data.contains { $0.parts.map(\.outputShape) != data[0].parts.map(\.outputShape) }
  }

  /// What a node on sequences gives, found with height 1.
  mutating func resultsOnLines(_ data: [DataValue]) throws(ImportError) -> [DataValue] {
    if let turned = try resultOverTime(data[0]) { return [turned] }
    if let reduced = try resultOverPixels(data[0]) { return [reduced] }
    let (own, before) = (node, values)
    node = heightened(node)
    for name in own.inputs {
      if case .data(var value)? = values[name], value.shape.count == 3 {
        value.shape.insert(1, at: 2)
        values[name] = .data(value)
      }
      if case .constant(let tensor, let origin)? = values[name], let index = own.inputs.firstIndex(of: name),
        let high = node.constant(index), high != tensor
      {
        values[name] = .constant(high, origin: origin)
      }
    }
    var images = data
    for index in images.indices { images[index].shape.insert(1, at: 2) }
    var made = try results(images[0], images)
    (node, values) = (own, before)
    for index in made.indices where made[index].shape.count > 2 { made[index].shape.remove(at: 2) }
    return made
  }

  /// What a reduction or a padding along the first axis of `[1, T, F]` gives, found with the axes exchanged; nil: another
  /// node.
  private mutating func resultOverTime(_ first: DataValue) throws(ImportError) -> DataValue? {
    let own = node
    var turned = own
    switch own.operation {
    case "ReduceMean", "ReduceSum", "ReduceMax":
      guard let axes = own.integers("axes", orInput: 1), axes == [1] || axes == [-2] else { return nil }
      turned.attributes.removeAll { $0.name == "axes" }
      turned.attributes.append(ONNXAttribute(name: "axes", integers: [2]))
    case "Pad":
      // Of the input alone: elsewhere these are channels of zeros.
      guard let pads = own.integers("pads", orInput: 1), pads.count == 6, pads[1] + pads[4] > 0, pads[2] + pads[5] == 0,
        own.constant(3) == nil, first.parts.count == 1, first.parts[0].plainSource == .input, inputReaders == 1
      else { return nil }
      turned.attributes.removeAll { $0.name == "pads" }
      turned.attributes.append(ONNXAttribute(name: "pads", integers: [pads[0], 0, pads[1], pads[3], 0, pads[4]]))
    default: return nil
    }
    var value = first
    try permute(&value, [0, 2, 1])
    node = turned
    var result = try resultsOnLines([value])[0]
    node = own
    if own.operation == "Pad" {
      try permute(&result, [0, 2, 1])
    } else if result.shape.count == 3 {
      result.shape = [1, 1, result.shape[1]]
    }
    return result
  }

  /// What a reduction over all pixels of a flattened image, `[1, C, H * W]`, gives; nil: something else.
  private mutating func resultOverPixels(_ first: DataValue) throws(ImportError) -> DataValue? {
    let isLast = node.integers("axes", orInput: 1).map { $0 == [2] || $0 == [-1] } ?? false
    guard isLast, node.operation.hasPrefix("Reduce"), first.order == nil, let image = first.parts.first?.outputShape,
      first.parts.count == 1, image.count == 3, image[0] == first.shape[1], image[1] > 1
    else { return nil }
    let own = node
    node.attributes.removeAll { $0.name == "axes" }
    node.attributes.append(ONNXAttribute(name: "axes", integers: [2, 3]))
    var value = first
    value.shape = [1] + image
    value = try convert(value, [value])
    node = own
    if value.shape.count == 4 { value.shape.remove(at: 2) }
    return value
  }

  /// The node with height 1 in its attributes and constants.
  private func heightened(_ node: ONNXNode) -> ONNXNode {
    var high = node
    /// An axis of `[1, C, L]` as one of `[1, C, 1, L]`.
    func axis(_ given: Int) -> Int { given == 2 ? 3 : given < -1 ? given &- 1 : given }
    func replace(_ name: String, orInput index: Int, _ change: ([Int]) -> [Int]) {
      if let place = high.attributes.firstIndex(where: { $0.name == name }) {
        let list = node.integers(name) ?? []
        high.attributes[place].integers = change(list)
        high.attributes[place].integer = nil
      } else if let list = node.constant(index)?.integers {
        high.constants[index] = ONNXTensor(list: change(list))
      }
    }
    for (place, attribute) in node.attributes.enumerated() {
      switch attribute.name {
      case "kernel_shape", "strides", "dilations", "output_padding", "output_shape":
        high.attributes[place].integers = [attribute.name == "output_padding" ? 0 : 1] + (node.integers(attribute.name) ?? [])
        high.attributes[place].integer = nil
      case "axis": high.attributes[place].integer = attribute.integer.map(axis)
      default: break
      }
    }
    switch node.operation {
    case "Conv", "ConvTranspose":
      if let weights = node.constant(1), weights.shape.count == 3 {
        high.constants[1] = weights.reshaped([weights.shape[0], weights.shape[1], 1, weights.shape[2]])
      }
      replace("pads", orInput: 99) { $0.count == 2 ? [0, $0[0], 0, $0[1]] : $0 }
    case "MaxPool", "AveragePool":
      replace("pads", orInput: 99) { $0.count == 2 ? [0, $0[0], 0, $0[1]] : $0 }
    case "Pad":
      replace("pads", orInput: 1) { pads in
        pads.count == 6 ? [pads[0], pads[1], 0, pads[2], pads[3], pads[4], 0, pads[5]] : pads
      }
      replace("axes", orInput: 3) { $0.map(axis) }
    case "ReduceMax", "ReduceMean", "ReduceSum": replace("axes", orInput: 1) { $0.map(axis) }
    case "Slice":
      let starts = node.integers("starts", orInput: 1) ?? []
      if node.integers("axes", orInput: 3) == nil {
        high.attributes.append(ONNXAttribute(name: "axes", integers: starts.indices.map(axis)))
      }
      replace("axes", orInput: 3) { $0.map(axis) }
    case "Resize", "Upsample":
      for index in node.constants.indices.dropFirst() {
        guard let list = node.constant(index), list.shape == [3] else { continue }
        let values: ONNXTensor.Values =
          switch list.values {
          case .floats(let v): .floats([v[0], v[1], 1, v[2]])
          case .integers(let v): .integers([v[0], v[1], 1, v[2]])
          }
        high.constants[index] = ONNXTensor(shape: [4], values: values)
      }
    case "PRelu":
      for (index, constant) in node.constants.enumerated() {
        guard let constant, constant.shape.count > 1 else { continue }
        var shape = constant.shape
        shape.insert(1, at: shape.count - 1)
        high.constants[index] = constant.reshaped(shape)
      }
    default: break
    }
    return high
  }
}
