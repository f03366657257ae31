import ChipModel

/// Operators that become weights and biases.
extension Canonicaliser {
  /// Conv.
  mutating func convolve(_ value: inout DataValue) throws(ImportError) {
    guard let weights = node.constant(1), let firstInput = node.input(0), case .data? = values[firstInput] else {
      throw misuse("has weights that are not constant", "export a trained model, in eval mode")
    }
    guard weights.shape.count == 4, weights.shape.allSatisfy({ $0 > 0 }) else {
      throw misuse("has weights of shape \(shapeText(weights.shape))", "use two-dimensional layers (nn.Conv2d)")
    }
    try image(&value)
    let groups = node.integer("group") ?? 1
    let inputs = weights.shape[1].multipliedReportingOverflow(by: groups)
    guard groups > 0, !inputs.overflow, inputs.partialValue == value.shape[1], weights.shape[0] % groups == 0 else {
      throw misuse(
        "has weights \(shapeText(weights.shape)) in \(groups) groups for \(value.shape[1]) channels",
        "export the model again")
    }
    let window = try SlidingWindow(node, kernel: Array(weights.shape[2...]), size: Array(value.shape[2...]))
    let c = Convolution(
      weights: weights.floats, shape: weights.shape, stride: window.stride, padding: window.padding,
      dilation: window.dilation, groups: groups)
    let map = LinearMap(c, of: Array(value.shape.dropFirst()))
    let outShape = map.outShape
    try check(outShape)
    value.costLayer = cost.add(
      ANNLayer(inputs: value.count, outputs: outShape.reduce(1, *), weights: weights.shape),
      products: Int(c.products(from: map.inShape)))
    value.parts = try linear(map, &value)
    value.shape = [1] + outShape
    if node.input(2) != nil {
      guard let bias = node.constant(2), bias.count == outShape[0] else {
        throw misuse("has a bias that does not fit \(outShape[0]) channels", "export the model again")
      }
      try shift(&value, .channel(bias.floats.map { Double($0) }))
    }
    value.nameHint = Canonicaliser.layerName(node: node, weight: origin(1))
    record("Conv \(c.text)", &value, role: "weights of")
  }

  /// Gemm and MatMul.
  mutating func multiply(_ value: inout DataValue) throws(ImportError) {
    let isGemm = node.operation == "Gemm"
    if !isGemm, let matrix = node.constant(0), node.constant(1) == nil { return try multiplyLeft(matrix, &value) }
    guard let matrix = node.constant(1), node.constant(0) == nil else {
      throw misuse("multiplies by something other than constant weights", "attention cannot be converted")
    }
    let width = value.shape.last ?? 0
    guard !value.shape.isEmpty, value.shape.dropLast().allSatisfy({ $0 == 1 }), matrix.shape.count == 2 else {
      throw misuse(
        "multiplies values of shape \(shapeText(value.shape)) by \(shapeText(matrix.shape))",
        "apply linear layers to [batch, features]: flatten first")
    }
    guard node.integer("transA") ?? 0 == 0 else {
      throw misuse("transposes its input", "use nn.Linear")
    }
    let isTransposed = isGemm && node.integer("transB") ?? 0 != 0
    let (rows, columns) = isTransposed ? (matrix.shape[0], matrix.shape[1]) : (matrix.shape[1], matrix.shape[0])
    guard columns == width, rows > 0 else {
      throw misuse("has weights for \(columns) inputs, but gets \(width)", "export the model with the right input size")
    }
    let alpha = Double(isGemm ? node.float("alpha") ?? 1 : 1)
    let source = matrix.floats
    var weights = isTransposed ? source : [Float](repeating: 0, count: source.count)
    if !isTransposed {
      for i in 0..<columns { for o in 0..<rows { weights[o * columns + i] = source[i * rows + o] } }
    }
    if alpha != 1 { weights = weights.map { Float(Double($0) * alpha) } }
    try dense(&value, weights, rows: rows)
    value.shape = Array(value.shape.dropLast()) + [rows]
    if isGemm, node.input(2) != nil {
      guard let bias = node.constant(2) else { throw misuse("has a bias that is not constant", "use nn.Linear") }
      let beta = Double(node.float("beta") ?? 1)
      let full = try broadcast(bias, value.shape).map { $0 * beta }
      try shift(&value, .element(full))
    }
    value.nameHint = Canonicaliser.layerName(node: node, weight: origin(1))
    record("\(node.operation) \(columns) to \(rows)", &value, role: "weights of")
  }

  /// A matrix `[rows, values]`, which meets the elements in the order of the parts.
  private mutating func dense(_ value: inout DataValue, _ matrix: [Float], rows: Int) throws(ImportError) {
    var weights = matrix
    let columns = matrix.count / rows
    value.costLayer = cost.add(
      ANNLayer(inputs: columns, outputs: rows, weights: [rows, columns]), products: matrix.count)
    if let order = value.order {
      for o in 0..<rows {
        for i in 0..<columns { weights[o * columns + order[i]] = matrix[o * columns + i] }
      }
      value.order = nil
    }
    value.parts = try linear(LinearMap(kind: .dense(weights), inShape: [columns], outShape: [rows]), &value)
  }

  /// A matrix `[rows, K]` times a value `[1, ..., K, L]`: a linear layer along the axis before the last.
  private mutating func multiplyLeft(_ matrix: ONNXTensor, _ value: inout DataValue) throws(ImportError) {
    let rank = value.shape.count
    guard matrix.shape.count == 2, matrix.shape[0] > 0, rank >= 2, value.shape[rank - 2] == matrix.shape[1],
      value.shape.dropLast(2).allSatisfy({ $0 == 1 })
    else {
      throw misuse(
        "multiplies \(shapeText(matrix.shape)) by values of shape \(shapeText(value.shape))",
        "apply linear layers to [batch, features]")
    }
    try alongAxis(rank - 2, matrix.floats, rows: matrix.shape[0], &value)
    value.nameHint = Canonicaliser.layerName(node: node, weight: origin(0))
    record("MatMul \(matrix.shape[1]) to \(matrix.shape[0])", &value, role: "weights of")
  }

  /// A matrix `[rows, K]` along an axis of K values: a linear layer where all others are 1, else a pointwise convolution.
  private mutating func alongAxis(
    _ axis: Int, _ matrix: [Float], rows: Int, _ value: inout DataValue
  ) throws(ImportError) {
    let columns = value.shape[axis]
    var shape = value.shape
    shape[axis] = rows
    if value.count == columns {
      try dense(&value, matrix, rows: rows)
    } else {
      guard axis == 1, value.shape.count == 4 || value.shape.count == 3 else {
        throw misuse(
          "works along axis \(axis) of \(shapeText(value.shape))", "apply linear layers along the channels, or to vectors")
      }
      if value.shape.count == 3 { value.shape.insert(1, at: 2) }
      try image(&value)
      let map = LinearMap(
        Convolution(weights: matrix, shape: [rows, columns, 1, 1]), of: Array(value.shape.dropFirst()))
      value.costLayer = cost.add(
        ANNLayer(inputs: value.count, outputs: value.count / columns * rows, weights: [rows, columns, 1, 1]),
        products: value.count * rows)
      value.parts = try linear(map, &value)
    }
    value.shape = shape
  }

  /// Einsum of values and constant weights, one axis of which is summed: `bi,oi->bo`, `bchw,oc->bohw`.
  mutating func contract(_ value: inout DataValue) throws(ImportError) {
    let text = (node.text("equation") ?? "").filter { $0 != " " }
    let sides = text.split(separator: "->", omittingEmptySubsequences: false)
    let operands = (sides.first ?? "").split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
    let constantPlace = node.constant(0) == nil ? 1 : 0
    guard sides.count == 2, operands.count == 2, node.inputs.count == 2, let matrix = node.constant(constantPlace),
      matrix.shape.count == 2, operands[constantPlace].count == 2, operands[1 - constantPlace].count == value.shape.count,
      !text.contains("."), case let own = operands[1 - constantPlace], case let weights = operands[constantPlace],
      Set(own).count == own.count, let summed = own.firstIndex(where: { weights.contains($0) }), summed > 0,
      case let isTransposed = weights[0] == own[summed], case let output = isTransposed ? weights[1] : weights[0],
      !own.contains(output)
    else {
      throw misuse(
        "sums '\(printable(text))'", "only values times constant weights along one axis can be converted, as in bi,oi->bo")
    }
    var expected = own
    expected[summed] = output
    let (rows, columns) = isTransposed ? (matrix.shape[1], matrix.shape[0]) : (matrix.shape[0], matrix.shape[1])
    guard Array(sides[1]) == expected, columns == value.shape[summed], rows > 0 else {
      throw misuse("sums '\(printable(text))' over \(shapeText(value.shape))", "keep the order of the axes")
    }
    var weightRows = matrix.floats
    if isTransposed {
      for o in 0..<rows { for i in 0..<columns { weightRows[o * columns + i] = matrix.floats[i * rows + o] } }
    }
    try alongAxis(summed, weightRows, rows: rows, &value)
    value.nameHint = Canonicaliser.layerName(node: node, weight: origin(constantPlace))
    record("Einsum \(columns) to \(rows)", &value, role: "weights of")
  }

  /// Neg.
  mutating func negate(_ value: inout DataValue) throws(ImportError) {
    for index in value.parts.indices { value.parts[index] = try scaled(value.parts[index], [-1], entries: value.entries) }
    record("Neg", &value, role: "folded into")
  }

  /// A linear map of a whole value, part by part where each channel stands alone, else one sum over all parts.
  mutating func linear(_ map: LinearMap, _ value: inout DataValue) throws(ImportError) -> [AffinePart] {
    let parts = try affineParts(value)
    if parts.count == 1 {
      var map = map
      map.inShape = parts[0].shape
      return [try apply(map, to: parts[0], of: &value)]
    }
    var offset = 0
    if case .convolution(let c) = map.kind, c.shape[1] == 1, c.groups > 1 {
      var result: [AffinePart] = []
      let perChannel = c.shape[0] / c.groups
      for part in parts {
        let channels = part.shape[0]
        var own = c
        own.shape[0] = channels * perChannel
        own.groups = channels
        let row = perChannel * c.taps
        own.weights = Array(c.weights[(offset * row)..<((offset + channels) * row)])
        result.append(try apply(LinearMap(own, of: part.shape), to: part, of: &value))
        offset += channels
      }
      return result
    }
    var sum = AffinePart(shape: map.outShape, terms: [])
    for part in parts {
      let width: Int
      if case .convolution = map.kind { width = part.shape[0] } else { width = part.outputCount }
      let slice = try map.sliced(offset..<(offset + width), inShape: part.shape, node: merging)
      try sum.add(try apply(slice, to: part, of: &value), node: merging)
      offset += width
    }
    return [sum]
  }

  /// BatchNormalization in inference: a factor and a shift per channel, in double precision.
  mutating func normaliseBatch(_ value: inout DataValue) throws(ImportError) {
    if node.integer("training_mode") ?? 0 != 0 || node.outputs.dropFirst().contains(where: { !$0.isEmpty }) {
      throw .trainingMode(node: node.label, operation: node.operation)
    }
    let channels = value.shape.count > 1 ? value.shape[1] : 0
    var parameters: [[Double]] = []
    for index in 1...4 {
      guard let tensor = node.constant(index), tensor.count == channels else {
        throw misuse("has parameters that are not \(channels) constants", "export a trained model, in eval mode")
      }
      parameters.append(tensor.floats.map { Double($0) })
    }
    let epsilon = Double(node.float("epsilon") ?? 1e-5)
    guard parameters[3].allSatisfy({ $0 + epsilon > 0 }) else {
      throw misuse("has a variance that is not positive", "check the model's batch normalisation")
    }
    let factors = (0..<channels).map { parameters[0][$0] / (parameters[3][$0] + epsilon).squareRoot() }
    let shifts = (0..<channels).map { parameters[1][$0] - parameters[2][$0] * factors[$0] }
    if value.shape.count == 4 { try image(&value) }
    let plane = max(value.shape.dropFirst(2).reduce(1, *), 1)
    if value.order == nil,
      value.shape.count == 4 || value.parts.allSatisfy({ $0.outputShape.dropFirst().allSatisfy { $0 == 1 } })
    {
      var offset = 0
      for index in value.parts.indices {
        let range = offset..<(offset + value.parts[index].shape[0])
        value.parts[index] = try scaled(value.parts[index], Array(factors[range]), entries: value.entries)
        value.parts[index].bias = value.parts[index].bias.adding(
          .channel(Array(shifts[range])), shape: value.parts[index].shape)
        offset = range.upperBound
      }
    } else {
      let count = value.count
      try scaleElements(&value, (0..<count).map { factors[($0 / plane) % channels] })
      try shift(&value, .element((0..<count).map { shifts[($0 / plane) % channels] }))
    }
    record("BatchNormalization", &value, role: "folded into")
  }

  /// Add, Sub, Mul, Div, Sum: with a constant a shift or a factor, of two values a sum of connections.
  mutating func combine(_ value: inout DataValue, _ data: [DataValue]) throws(ImportError) {
    let operation = node.operation
    if data.count == node.inputs.count {
      guard ["Add", "Sub", "Sum"].contains(operation) else {
        throw misuse("multiplies or divides two activations", "gates and attention cannot be converted")
      }
      for other in data.dropFirst() { value = try sum(value, other, isNegative: operation == "Sub") }
      record(operation, &value, role: "sum of connections into")
      return
    }
    guard data.count == 1, node.constants.count == 2, let constant = node.constant(0) ?? node.constant(1) else {
      throw misuse("mixes several values and constants", "write it as sums of two")
    }
    let numbers = try broadcast(constant, value.shape)
    let isFirst = node.constant(0) != nil
    switch operation {
    case "Add", "Sum": try shift(&value, .element(numbers))
    case "Sub":
      if isFirst { try scaleElements(&value, numbers.map { _ in -1 }) }
      try shift(&value, .element(isFirst ? numbers : numbers.map { -$0 }))
    case "Mul": try scaleElements(&value, numbers)
    default:
      guard !isFirst, numbers.allSatisfy({ $0 != 0 }) else {
        throw misuse("divides by an activation or by zero", "only division by constants can be folded")
      }
      try scaleElements(&value, numbers.map { 1 / $0 })
    }
    record("\(operation) of a constant", &value, role: "folded into")
  }

  private mutating func sum(_ left: DataValue, _ right: DataValue, isNegative: Bool) throws(ImportError) -> DataValue {
    var (a, b) = (left, right)
    if a.order != b.order {
      try resolveOrder(&a)
      try resolveOrder(&b)
    }
    guard a.shape == b.shape else {
      throw misuse(
        "adds shapes \(shapeText(a.shape)) and \(shapeText(b.shape))",
        "both branches of a residual sum must have one shape")
    }
    if a.shape.count == 4 && a.order == nil {
      try image(&a)
      try image(&b)
    }
    a.parts = try affineParts(a)
    b.parts = try affineParts(b)
    if isNegative {
      for index in b.parts.indices { b.parts[index] = try scaled(b.parts[index], [-1], entries: b.entries) }
    }
    if a.parts.map(\.outputCount) != b.parts.map(\.outputCount) {
      if a.parts.count > 1 { a.parts = [try merged(a.parts)] }
      if b.parts.count > 1 { b.parts = [try merged(b.parts)] }
    }
    for index in a.parts.indices { try a.parts[index].add(b.parts[index], node: merging) }
    a.entries += b.entries.filter { !a.entries.contains($0) }
    a.nameHint = a.nameHint ?? b.nameHint
    return a
  }
}

extension Convolution {
  /// For the report: `3x3 stride 2`.
  var text: String {
    var result = "\(shape[2])x\(shape[3])"
    if stride != [1, 1] { result += " stride \(shapeText(stride))" }
    if dilation != [1, 1] { result += " dilation \(shapeText(dilation))" }
    if groups != 1 { result += " groups \(groups)" }
    return result
  }
}
