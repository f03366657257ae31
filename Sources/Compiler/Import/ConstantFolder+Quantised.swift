/// Constants that are stored in few bits.
extension ConstantFolder {
  /// DequantizeLinear: `(x - zero point) * scale`, for all, along an axis, or in blocks along it.
  func dequantised() throws(ImportError) -> ONNXTensor {
    let x = try input(0)
    let scales = try alongAxis(try input(1), x.shape).floats
    let zeros = try node.constant(2).map { (zero) throws(ImportError) in try alongAxis(zero, x.shape).floats }
    let values = x.floats
    return try make(x.shape, .floats(values.indices.map { (values[$0] - (zeros?[$0] ?? 0)) * scales[$0] }))
  }

  /// QuantizeLinear: halves to even, then cut to what the type of the zero point holds.
  func quantised() throws(ImportError) -> ONNXTensor {
    let x = try input(0)
    let scales = try alongAxis(try input(1), x.shape).floats
    let zeros = try node.constant(2).map { (zero) throws(ImportError) in try alongAxis(zero, x.shape).floats }
    let element = node.constant(2)?.element ?? node.integer("output_dtype").flatMap { ONNXElement(rawValue: $0) } ?? .uint8
    guard let range = element.smallRange else { throw bad("unknown element type") }
    let values = x.floats
    var result: [Int] = []
    for index in values.indices {
      let value = (values[index] / scales[index]).rounded(.toNearestOrEven) + (zeros?[index] ?? 0)
      guard !value.isNaN else { throw bad("a scale is 0") }
      result.append(Int(min(max(value, Float(range.lowerBound)), Float(range.upperBound))))
    }
    return try make(x.shape, .integers(result))
  }

  /// A scale or zero point for each element: of one value, one for each place of `axis`, or one for each block along it.
  private func alongAxis(_ tensor: ONNXTensor, _ shape: [Int]) throws(ImportError) -> ONNXTensor {
    if tensor.count == 1 { return try ConstantFolder.expand(tensor.reshaped([]), to: shape, node: node.label) }
    let axis = try normalise(node.integer("axis") ?? 1, rank: shape.count)
    if tensor.shape.count == 1 {
      let rest = [Int](repeating: 1, count: shape.count - axis - 1)
      return try ConstantFolder.expand(tensor.reshaped([tensor.count] + rest), to: shape, node: node.label)
    }
    // Blocks: each scale stands for `size` values in a row of the axis.
    guard let size = node.integer("block_size"), size > 0, tensor.shape.count == shape.count,
      tensor.shape.indices.allSatisfy({
        tensor.shape[$0] == ($0 == axis ? (shape[axis] + size - 1) / size : shape[$0])
      })
    else { throw bad("shapes do not fit") }
    let inner = shape.dropFirst(axis + 1).reduce(1, *)
    return try make(
      shape,
      tensor.values.picked(
        (0..<shape.reduce(1, *)).map { element in
          let (outer, place, rest) = (element / (shape[axis] * inner), element / inner % shape[axis], element % inner)
          return (outer * tensor.shape[axis] + place / size) * inner + rest
        }))
  }
}

extension ONNXElement {
  /// What a quantised type holds; nil for others.
  var smallRange: ClosedRange<Int>? {
    switch self {
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65535
    case .int16: -32768...32767
    default: nil
    }
  }
}
