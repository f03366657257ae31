/// Rules of shapes, which values that depend on the input follow too.
extension ConstantFolder {
  /// The shape a Reshape gives: 0 copies (unless `keepsZero`), -1 is computed.
  ///
  /// A batch size baked in by the exporter may stand first: it is read as 1 where only that fits.
  static func reshape(_ shape: [Int], to target: [Int], keepsZero: Bool, bakedBatch: Int?) -> [Int]? {
    guard let count = ONNXTensor.elementCount(shape) else { return nil }
    var result: [Int] = []
    var free: Int?
    for (axis, size) in target.enumerated() {
      if size == -1 {
        guard free == nil else { return nil }
        free = axis
        result.append(1)
      } else if size == 0 && !keepsZero {
        guard axis < shape.count else { return nil }
        result.append(shape[axis])
      } else {
        result.append(size)
      }
    }
    if let bakedBatch, result.first == bakedBatch, free != 0 {
      let rest = ONNXTensor.elementCount(Array(result.dropFirst()))
      if let rest, rest == count || (free != nil && rest > 0 && count % rest == 0) { result[0] = 1 }
    }
    guard let known = ONNXTensor.elementCount(result) else { return nil }
    if let free {
      guard known > 0, count % known == 0 else { return nil }
      result[free] = count / known
      return result
    }
    return known == count ? result : nil
  }

  /// The transposed shape and, for each element of the result, where it comes from; nil if `order` is no permutation.
  static func transpose(_ shape: [Int], _ order: [Int]) -> ([Int], [Int])? {
    guard order.sorted() == Array(shape.indices), let count = ONNXTensor.elementCount(shape) else { return nil }
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    let newShape = order.map { shape[$0] }
    return (newShape, positions(newShape, strides: order.map { strides[$0] }, count: count))
  }

  /// A matrix with rows and columns exchanged; nil for other shapes.
  static func transposed(_ matrix: ONNXTensor) -> ONNXTensor? {
    guard matrix.shape.count == 2, let (shape, map) = transpose(matrix.shape, [1, 0]) else { return nil }
    return ONNXTensor(shape: shape, values: matrix.values.picked(map))
  }

  /// Where each element of a shape comes from, row by row, where a step along an axis is a stride in the source.
  static func positions(_ shape: [Int], strides: [Int], count: Int) -> [Int] {
    var map: [Int] = []
    map.reserveCapacity(count)
    var index = [Int](repeating: 0, count: shape.count)
    var position = 0
    for _ in 0..<count {
      map.append(position)
      for axis in shape.indices.reversed() {
        index[axis] += 1
        position += strides[axis]
        if index[axis] < shape[axis] { break }
        position -= strides[axis] * index[axis]
        index[axis] = 0
      }
    }
    return map
  }

  /// Sizes multiplied one by one; nil where that overflows.
  static func product(_ a: [Int], _ b: [Int]) -> [Int]? {
    let products = zip(a, b).map { $0.multipliedReportingOverflow(by: $1) }
    return products.contains { $0.overflow } ? nil : products.map(\.partialValue)
  }

  /// The common shape of two, by the rules of numpy; nil where there is none.
  static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    var result: [Int] = []
    for i in 0..<rank {
      let left = i < rank - a.count ? 1 : a[i - (rank - a.count)]
      let right = i < rank - b.count ? 1 : b[i - (rank - b.count)]
      guard left == right || left == 1 || right == 1 else { return nil }
      result.append(left == 1 ? right : left)
    }
    return ONNXTensor.elementCount(result) == nil ? nil : result
  }

  /// Repeats a tensor to a shape it broadcasts to.
  static func expand(_ x: ONNXTensor, to shape: [Int], node: String) throws(ImportError) -> ONNXTensor {
    if x.shape == shape { return x }
    let count = ONNXTensor.elementCount(shape) ?? Int.max
    guard count <= max(ImportLimits.foldedElements, x.count), broadcast(x.shape, shape) == shape else {
      throw .tooLarge(
        node: node, what: "a constant would have elements", count: count, limit: ImportLimits.foldedElements,
        remedy: "export the model again")
    }
    var strides = [Int](repeating: 0, count: shape.count)
    var step = 1
    for axis in x.shape.indices.reversed() {
      if x.shape[axis] != 1 { strides[axis + shape.count - x.shape.count] = step }
      step *= x.shape[axis]
    }
    let values = x.values.picked(positions(shape, strides: strides, count: count))
    guard let tensor = ONNXTensor(shape: shape, values: values) else {
      throw .tensor(name: node, what: "cannot be expanded")
    }
    return tensor
  }
}
