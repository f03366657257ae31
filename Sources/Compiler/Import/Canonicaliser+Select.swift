/// Operators that take some of a value: channels, rows, columns.
extension Canonicaliser {
  /// Slice: channels, or rows and columns with their steps.
  mutating func slice(_ value: inout DataValue) throws(ImportError) {
    try pick(try ConstantFolder(node: node).sliceIndices(value.shape), &value)
    record("Slice", &value, role: "connection into")
  }

  /// Split: one value for each output.
  mutating func split(_ value: DataValue) throws(ImportError) -> [DataValue] {
    let axis = try axis(of: value, node.integer("axis") ?? 0)
    let size = value.shape[axis]
    let outputs = max(1, node.outputs.count)
    let share = (size + outputs - 1) / outputs
    let sizes =
      node.integers("split", orInput: 1) ?? (0..<outputs).map { max(0, min(share, size - $0 * share)) }
    guard sizes.count == outputs, sizes.allSatisfy({ $0 > 0 && $0 <= size }), sizes.reduce(0, +) == size else {
      throw misuse("has sizes \(sizes.prefix(8)) for \(size) values", "export the model again")
    }
    var start = 0
    var result: [DataValue] = []
    for size in sizes {
      var piece = value
      try pick([(axis, Array(start..<(start + size)))], &piece)
      record("Split", &piece, role: "connection into")
      result.append(piece)
      start += size
    }
    return result
  }

  /// Gather with constant indices: some channels, rows or columns, in any order for channels.
  mutating func gather(_ value: inout DataValue) throws(ImportError) {
    guard let given = node.constant(1), let indices = given.integers, given.shape.count <= 1, node.constant(0) == nil
    else {
      throw misuse("picks by values that depend on the data", "pick with constant indices")
    }
    let axis = try axis(of: value, node.integer("axis") ?? 0)
    let size = value.shape[axis]
    try pick([(axis, indices.map { $0 < 0 ? $0 &+ size : $0 })], &value)
    if given.shape.isEmpty { value.shape.remove(at: axis) }
    record("Gather", &value, role: "connection into")
  }

  private func axis(of value: DataValue, _ given: Int) throws(ImportError) -> Int {
    let axis = given < 0 ? given &+ value.shape.count : given
    guard axis > 0, axis < value.shape.count else {
      throw misuse(
        axis == 0 ? "takes apart the batch" : "has axis \(given)", "take values along channels, height or width")
    }
    return axis
  }

  /// Keeps the given indices along each axis.
  private mutating func pick(_ picks: [(axis: Int, picks: [Int])], _ value: inout DataValue) throws(ImportError) {
    var crop = Convolution(weights: [1], shape: [1, 1, 1, 1])
    for (axis, indices) in picks where indices != Array(0..<value.shape[axis]) {
      let size = value.shape[axis]
      guard let first = indices.first, indices.allSatisfy({ (0..<size).contains($0) }) else {
        throw misuse("its output is empty, or picks beyond \(size) values", "check its bounds")
      }
      if axis == 1 {
        if value.shape.count == 4 { try image(&value) } else { try resolveOrder(&value) }
        try select(indices, &value)
        value.shape[1] = indices.count
        continue
      }
      let step = indices.count > 1 ? indices[1] - indices[0] : size
      guard value.shape.count == 4, axis >= 2, step > 0,
        indices == Array(stride(from: first, through: indices[indices.count - 1], by: step))
      else {
        throw misuse(
          "picks values of axis \(axis) of \(shapeText(value.shape))",
          "take equally spaced rows and columns, from the first on")
      }
      crop.stride[axis - 2] = step
      crop.padding[axis - 2] = -first
      if windowCount(size, kernel: 1, stride: step, before: -first, after: 0) != indices.count {
        crop.padding[axis] = indices[indices.count - 1] + 1 - size
      }
    }
    if crop.stride != [1, 1] || crop.padding != [0, 0, 0, 0] {
      try image(&value)
      try eachChannel(&value, crop)
    }
  }

  /// The same one-channel convolution on every channel.
  mutating func eachChannel(_ value: inout DataValue, _ kernel: Convolution) throws(ImportError) {
    for index in value.parts.indices {
      let part = try affine(value.parts[index], entries: value.entries)
      let map = LinearMap(kernel.onEach(part.shape[0]), of: part.shape)
      value.parts[index] = try apply(map, to: part, of: &value)
    }
    guard let first = value.parts.first else { return }
    value.shape = [1, value.shape[1]] + first.shape.dropFirst()
  }
}

extension Convolution {
  /// A convolution of one channel on each of several.
  func onEach(_ channels: Int) -> Convolution {
    var result = self
    result.weights = (0..<channels).flatMap { _ in weights }
    result.shape[0] = channels
    result.groups = channels
    return result
  }
}
