import Foundation

/// Evaluates the operators that exporters put around shapes and weights, on constants.
///
/// Nil means that the operator is not one of them. Integers stay integers. Results are bounded by
/// `ImportLimits`, unless no larger than the inputs.
struct ConstantFolder {
  let node: ONNXNode

  func fold() throws(ImportError) -> ONNXTensor? {
    switch node.operation {
    case "Constant": return try constant()
    case "Identity", "CastLike", "Dropout": return try input(0)
    case "Cast": return try cast()
    case "Shape": return shapeList(try input(0).shape)
    case "Size": return ONNXTensor(shape: [], values: .integers([try input(0).count]))
    case "Reshape": return try reshaped()
    case "Flatten":
      let x = try input(0)
      let axis = try normalise(node.integer("axis") ?? 1, rank: x.shape.count, inclusive: true)
      let rows = x.shape.prefix(axis).reduce(1, *)
      return try make([rows, rows == 0 ? 0 : x.count / rows], x.values)
    case "Unsqueeze": return try unsqueezed()
    case "Squeeze": return try squeezed()
    case "Transpose": return try transposed()
    case "Concat": return try concatenated()
    case "Gather": return try gathered()
    case "Slice": return try sliced()
    case "ConstantOfShape": return try filled()
    case "Expand":
      let target = try integers(1)
      let x = try input(0)
      guard let shape = ConstantFolder.broadcast(x.shape, target) else { throw bad("cannot expand the shape") }
      return try ConstantFolder.expand(x, to: shape, node: node.label)
    case "Where":
      let (condition, a, b) = (try input(0), try input(1), try input(2))
      let (shape, fitted) = try alike([condition, a, b])
      let c = fitted[0].floats
      if let xs = fitted[1].integers, let ys = fitted[2].integers {
        return try make(shape, .integers(c.indices.map { c[$0] != 0 ? xs[$0] : ys[$0] }))
      }
      let (xs, ys) = (fitted[1].floats, fitted[2].floats)
      return try make(shape, .floats(c.indices.map { c[$0] != 0 ? xs[$0] : ys[$0] }))
    case "Clip": return try clipped()
    case "MatMul", "Gemm": return try product()
    case "Range": return try range()
    case "Tile": return try tiled()
    case "QuantizeLinear": return try quantised()
    case "DequantizeLinear": return try dequantised()
    default:
      if let result = try unaryResult() { return result }
      if let result = try binaryResult() { return result }
      return try reduced()
    }
  }

  // MARK: inputs

  func bad(_ what: String) -> ImportError {
    .misuse(node, "cannot be computed while importing: \(what)", "simplify the model with onnxsim, or export it again")
  }

  func input(_ index: Int) throws(ImportError) -> ONNXTensor {
    guard let tensor = node.constant(index) else { throw bad("input \(index) is missing") }
    return tensor
  }

  private func integers(_ index: Int) throws(ImportError) -> [Int] {
    guard let list = try input(index).integers else { throw bad("input \(index) is not a list of integers") }
    return list
  }

  func make(_ shape: [Int], _ values: ONNXTensor.Values) throws(ImportError) -> ONNXTensor {
    guard let tensor = ONNXTensor(shape: shape, values: values) else { throw bad("shapes do not fit") }
    return tensor
  }

  func normalise(_ axis: Int, rank: Int, inclusive: Bool = false) throws(ImportError) -> Int {
    let value = axis < 0 ? axis &+ rank : axis
    guard value >= 0, value < rank || (inclusive && value == rank) else { throw bad("axis \(axis) does not exist") }
    return value
  }

  /// A list from the attribute (old operator sets) or from an input.
  func list(_ name: String, _ index: Int) throws(ImportError) -> [Int]? {
    if let values = node.integers(name) { return values }
    return node.constant(index) == nil ? nil : try integers(index)
  }

  // MARK: operators

  private func constant() throws(ImportError) -> ONNXTensor {
    if let tensor = node.attribute("value")?.tensor { return tensor }
    if let value = node.integer("value_int") { return try make([], .integers([value])) }
    if let value = node.float("value_float") { return try make([], .floats([value])) }
    if let attribute = node.attribute("value_ints") { return ONNXTensor(list: attribute.integers) }
    if let attribute = node.attribute("value_floats") {
      return try make([attribute.floats.count], .floats(attribute.floats))
    }
    throw bad("a constant of this kind")
  }

  private func cast() throws(ImportError) -> ONNXTensor {
    let x = try input(0)
    guard let element = ONNXElement(rawValue: node.integer("to") ?? 0) else { throw bad("unknown element type") }
    switch x.values {
    case .floats(let values):
      if element.isFloat { return x }
      var result: [Int] = []
      for value in values {
        guard let integer = Int(exactly: value.rounded(.towardZero)) else { throw bad("a value is too large") }
        result.append(element == .bool ? (value == 0 ? 0 : 1) : integer)
      }
      return try make(x.shape, .integers(result))
    case .integers(let values):
      if element.isFloat { return try make(x.shape, .floats(x.floats)) }
      return element == .bool ? try make(x.shape, .integers(values.map { $0 == 0 ? 0 : 1 })) : x
    }
  }

  /// What Shape gives for a value of this shape.
  func shapeList(_ shape: [Int]) -> ONNXTensor {
    let rank = shape.count
    let start = min(max(ConstantFolder.wrap(node.integer("start") ?? 0, rank), 0), rank)
    let end = min(max(ConstantFolder.wrap(node.integer("end") ?? rank, rank), start), rank)
    return ONNXTensor(list: Array(shape[start..<end]))
  }

  private static func wrap(_ value: Int, _ rank: Int) -> Int { value < 0 ? value &+ rank : value }

  private func reshaped() throws(ImportError) -> ONNXTensor {
    let x = try input(0)
    guard let target = try list("shape", 1) else { throw bad("the shape is missing") }
    guard
      let shape = ConstantFolder.reshape(
        x.shape, to: target, keepsZero: node.integer("allowzero") == 1, bakedBatch: nil)
    else { throw bad("shapes do not fit") }
    return try make(shape, x.values)
  }

  private func unsqueezed() throws(ImportError) -> ONNXTensor {
    let x = try input(0)
    guard let axes = try list("axes", 1) else { throw bad("axes are missing") }
    return try make(try unsqueezedShape(x.shape, axes), x.values)
  }

  func unsqueezedShape(_ shape: [Int], _ axes: [Int]) throws(ImportError) -> [Int] {
    let rank = shape.count + axes.count
    var positions: Set<Int> = []
    for axis in axes { positions.insert(try normalise(axis, rank: rank)) }
    guard positions.count == axes.count else { throw bad("axes are given twice") }
    var rest = shape[...]
    return (0..<rank).map { positions.contains($0) ? 1 : rest.removeFirst() }
  }

  private func squeezed() throws(ImportError) -> ONNXTensor {
    let x = try input(0)
    return try make(try squeezedShape(x.shape, try list("axes", 1)), x.values)
  }

  func squeezedShape(_ shape: [Int], _ axes: [Int]?) throws(ImportError) -> [Int] {
    guard let axes else { return shape.filter { $0 != 1 } }
    var positions: Set<Int> = []
    for axis in axes { positions.insert(try normalise(axis, rank: shape.count)) }
    guard positions.allSatisfy({ shape[$0] == 1 }) else { throw bad("an axis to squeeze is not 1") }
    return shape.indices.filter { !positions.contains($0) }.map { shape[$0] }
  }

  private func transposed() throws(ImportError) -> ONNXTensor {
    let x = try input(0)
    let order = node.integers("perm") ?? x.shape.indices.reversed()
    guard let (shape, map) = ConstantFolder.transpose(x.shape, order) else { throw bad("perm is not an order") }
    return try make(shape, x.values.picked(map))
  }

  private func concatenated() throws(ImportError) -> ONNXTensor {
    var parts: [ONNXTensor] = []
    for index in node.constants.indices { parts.append(try input(index)) }
    guard let first = parts.first else { throw bad("nothing to concatenate") }
    let axis = try normalise(node.integer("axis") ?? 0, rank: first.shape.count)
    var shape = first.shape
    shape[axis] = 0
    for part in parts {
      var other = part.shape
      guard other.count == shape.count else { throw bad("shapes do not fit") }
      let (sum, overflow) = shape[axis].addingReportingOverflow(other[axis])
      guard !overflow else { throw bad("shapes do not fit") }
      other[axis] = shape[axis]
      guard other == shape else { throw bad("shapes do not fit") }
      shape[axis] = sum
    }
    let rows = shape.prefix(axis).reduce(1, *)
    func join<Element>(_ lists: [[Element]]) -> [Element] {
      var result: [Element] = []
      for row in 0..<rows {
        for list in lists {
          let width = list.count / max(rows, 1)
          result += list[(row * width)..<((row + 1) * width)]
        }
      }
      return result
    }
    let integerLists = parts.compactMap(\.integers)
    if integerLists.count == parts.count { return try make(shape, .integers(join(integerLists))) }
    return try make(shape, .floats(join(parts.map(\.floats))))
  }

  private func gathered() throws(ImportError) -> ONNXTensor {
    let (x, indices) = (try input(0), try input(1))
    let axis = try normalise(node.integer("axis") ?? 0, rank: x.shape.count)
    let size = x.shape[axis]
    let outer = x.shape.prefix(axis).reduce(1, *)
    let inner = x.shape.dropFirst(axis + 1).reduce(1, *)
    let picks = try integers(1)
    let (count, overflow) = (outer * inner).multipliedReportingOverflow(by: picks.count)
    guard !overflow, count <= max(ImportLimits.foldedElements, x.count) else { throw bad("the result is too large") }
    var map: [Int] = []
    for row in 0..<outer {
      for pick in picks {
        let wrapped = try normalise(pick, rank: size)
        for i in 0..<inner { map.append((row * size + wrapped) * inner + i) }
      }
    }
    let shape = Array(x.shape.prefix(axis)) + indices.shape + Array(x.shape.dropFirst(axis + 1))
    return try make(shape, x.values.picked(map))
  }

  private func sliced() throws(ImportError) -> ONNXTensor {
    let x = try input(0)
    var ranges = x.shape.map { Array(0..<$0) }
    for (axis, picks) in try sliceIndices(x.shape) { ranges[axis] = picks }
    var map = [0]
    for (axis, picks) in ranges.enumerated() {
      var next: [Int] = []
      for base in map { for pick in picks { next.append(base * x.shape[axis] + pick) } }
      map = next
    }
    let shape = ranges.map(\.count)
    return try make(shape, x.values.picked(map))
  }

  /// The indices a Slice keeps, for each axis it names, in axis order.
  func sliceIndices(_ shape: [Int]) throws(ImportError) -> [(axis: Int, picks: [Int])] {
    guard let starts = try list("starts", 1), let ends = try list("ends", 2) else { throw bad("bounds are missing") }
    let axes = try list("axes", 3) ?? Array(starts.indices)
    let steps = try list("steps", 4) ?? [Int](repeating: 1, count: starts.count)
    guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count else {
      throw bad("bounds do not fit")
    }
    var result: [(axis: Int, picks: [Int])] = []
    for i in starts.indices {
      let axis = try normalise(axes[i], rank: shape.count)
      let size = shape[axis]
      let step = steps[i]
      guard step != 0, step != Int.min, !result.contains(where: { $0.axis == axis }) else { throw bad("bad step") }
      let start = min(max(ConstantFolder.wrap(starts[i], size), 0), step > 0 ? size : size - 1)
      let end = min(max(ConstantFolder.wrap(ends[i], size), step > 0 ? 0 : -1), size)
      result.append((axis, Array(stride(from: start, to: end, by: step))))
    }
    return result.sorted { $0.axis < $1.axis }
  }

  private func tiled() throws(ImportError) -> ONNXTensor {
    let x = try input(0)
    let times = try integers(1)
    guard times.count == x.shape.count, times.allSatisfy({ $0 >= 0 && $0 <= ImportLimits.foldedElements }) else {
      throw bad("repeats do not fit")
    }
    // `[a, b]` tiled is `[times, a, times, b]` expanded.
    let spread = zip(times, x.shape).flatMap { [$0, $1] }
    guard let shape = ConstantFolder.product(times, x.shape) else { throw bad("the result is too large") }
    let full = try ConstantFolder.expand(x.reshaped(x.shape.flatMap { [1, $0] }), to: spread, node: node.label)
    return try make(shape, full.values)
  }

  private func filled() throws(ImportError) -> ONNXTensor {
    let shape = try integers(0)
    guard let count = ONNXTensor.elementCount(shape), count <= ImportLimits.filledElements else {
      throw bad("shape \(shapeText(shape)) is too large")
    }
    guard let value = node.attribute("value")?.tensor, value.count == 1 else {
      return try make(shape, .floats([Float](repeating: 0, count: count)))
    }
    return try make(shape, value.values.picked([Int](repeating: 0, count: count)))
  }

  /// Tensors repeated to the shape that all of them broadcast to.
  func alike(_ tensors: [ONNXTensor]) throws(ImportError) -> (shape: [Int], tensors: [ONNXTensor]) {
    var shape: [Int] = []
    for tensor in tensors {
      guard let common = ConstantFolder.broadcast(shape, tensor.shape) else { throw bad("shapes do not fit") }
      shape = common
    }
    var result: [ONNXTensor] = []
    for tensor in tensors { result.append(try ConstantFolder.expand(tensor, to: shape, node: node.label)) }
    return (shape, result)
  }
}
