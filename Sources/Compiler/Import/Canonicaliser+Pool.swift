/// Pooling: part of the connection that follows it.
extension Canonicaliser {
  /// MaxPool, GlobalMaxPool, ReduceMax over height and width.
  mutating func poolMaximum(
    _ node: ONNXNode, _ value: inout DataValue, _ constants: [ONNXTensor?]
  ) throws(ImportError) {
    let (window, keepsAxes) = try poolWindow(node, &value, constants)
    guard window.dilation == [1, 1] else {
      throw misuse(node, "is dilated", "use max pooling without dilation")
    }
    // Padding never wins, so windows that ceil_mode cuts are windows with padding.
    let pool = AnalogPool(kind: .max, kernel: window.kernel, stride: window.stride, padding: window.fullPadding)
    for index in value.parts.indices {
      value.parts[index] = try maximum(value.parts[index], pool, node, value.entries)
    }
    try setShape(&value, pool, keepsAxes, node)
    record(node, "\(node.operation) \(pool.text)", &value, role: "max pooling of the connection into")
  }

  private mutating func maximum(
    _ part: AffinePart, _ pool: AnalogPool, _ node: ONNXNode, _ entries: [Int]
  ) throws(ImportError) -> AffinePart {
    var part = part
    if let pending = part.pendingMaximum {
      guard let both = pending.composed(with: pool, size: Array(part.shape[1...])) else {
        let closed = try affine(part, node: node, entries: entries)
        return try maximum(closed, pool, node, entries)
      }
      part.pendingMaximum = both
      return part
    }
    let shape = part.shape
    var isUniform = true
    if case .element = part.bias.collapsed(shape) { isUniform = false }
    if part.terms.count == 1, isUniform {
      var term = part.terms[0]
      // max(a x + b) = a max(x) + b for a > 0.
      if case .identity(let factors) = term.map.kind, factors.allSatisfy({ $0 > 0 }), factors.count <= shape[0] {
        if let before = term.pool {
          let size = Array(sourceShape(term.source)[1...])
          term.pool = before.composed(with: pool, size: size)
        } else {
          term.pool = pool
        }
        if term.pool != nil {
          part.shape = pool.outputShape(shape)
          term.map = LinearMap(kind: .identity(factors), inShape: part.shape, outShape: part.shape)
          part.terms = [term]
          return part
        }
      }
      // Zeros around values that are never negative do not win either.
      if case .convolution(let c) = term.map.kind, let around = c.purePadding, term.pool == nil, part.bias == .none,
        isNonNegative(part)
      {
        var padded = pool
        for side in 0..<4 { padded.padding[side] += around[side] }
        part.shape = pool.outputShape(shape)
        term = LinearTerm(source: term.source, pool: padded, map: .identity(part.shape))
        part.terms = [term]
        return part
      }
    }
    if part.terms.isEmpty, isUniform {
      part.shape = pool.outputShape(shape)
      return part
    }
    part.pendingMaximum = pool
    return part
  }

  private func sourceShape(_ source: AnalogSource) -> [Int] {
    switch source {
    case .input: inputShape
    case .layer(let index): layers[index].shape
    }
  }

  /// AveragePool, GlobalAveragePool, ReduceMean over height and width.
  mutating func poolAverage(
    _ node: ONNXNode, _ value: inout DataValue, _ constants: [ONNXTensor?]
  ) throws(ImportError) {
    let (window, keepsAxes) = try poolWindow(node, &value, constants)
    guard window.dilation == [1, 1] else {
      throw misuse(node, "is dilated", "use average pooling without dilation")
    }
    let pool = AnalogPool(kind: .average, kernel: window.kernel, stride: window.stride, padding: window.fullPadding)
    let countsPadding = node.integer("count_include_pad") ?? 0 != 0
    let isPadded = window.padding.contains { $0 > 0 }
    let isUneven = window.extra != [0, 0] || (isPadded && !countsPadding)
    for index in value.parts.indices {
      let part = try affine(value.parts[index], node: node, entries: value.entries)
      value.parts[index] =
        isUneven
        ? try unevenAverage(part, window, countsPadding: countsPadding, node: node)
        : try average(part, pool, node)
    }
    try setShape(&value, pool, keepsAxes, node)
    let role =
      isUneven ? "unrolled (its divisor depends on the position) into" : "average pooling of the connection into"
    record(node, "\(node.operation) \(pool.text)", &value, role: role)
  }

  private func average(_ part: AffinePart, _ pool: AnalogPool, _ node: ONNXNode) throws(ImportError) -> AffinePart {
    let outShape = pool.outputShape(part.shape)
    try check(outShape, node)
    var result = AffinePart(shape: outShape, terms: [])
    for term in part.terms {
      var pooled = term
      switch term.map.kind {
      case .identity(let factors) where factors.count <= part.shape[0]:
        pooled.map = LinearMap(kind: .identity(factors), inShape: outShape, outShape: outShape)
        if let before = term.pool {
          let size = Array(sourceShape(term.source)[1...])
          pooled.pool = before.composed(with: pool, size: size)
        } else {
          pooled.pool = pool
        }
      case .convolution(let c):
        pooled.pool = nil
        if let around = c.purePadding, term.pool == nil {
          var padded = pool
          for side in 0..<4 { padded.padding[side] += around[side] }
          pooled = LinearTerm(source: term.source, pool: padded, map: .identity(outShape))
        }
      default: pooled.pool = nil
      }
      if pooled.pool == nil {
        let c = try pool.convolution(channels: part.shape[0], node: merging)
        let map = LinearMap(kind: .convolution(c), inShape: part.shape, outShape: outShape)
        pooled = try term.then(map, node: merging)
      }
      try result.add(AffinePart(shape: outShape, terms: [pooled]), node: merging)
    }
    if case .channel = part.bias, pool.padding.allSatisfy({ $0 == 0 }) {
      result.bias = part.bias
    } else if part.bias != .none {
      let c = try pool.convolution(channels: part.shape[0], node: merging)
      result.bias = try part.bias.mapped(
        by: LinearMap(kind: .convolution(c), inShape: part.shape, outShape: outShape), node: merging)
    }
    return result
  }

  /// A pooling whose divisor is the number of values in the window: a matrix.
  private func unevenAverage(
    _ part: AffinePart, _ window: SlidingWindow, countsPadding: Bool, node: ONNXNode
  ) throws(ImportError) -> AffinePart {
    let shape = part.shape
    let pool = AnalogPool(kind: .average, kernel: window.kernel, stride: window.stride, padding: window.fullPadding)
    let outShape = pool.outputShape(shape)
    try check(outShape, node)
    let (rows, columns) = (outShape.reduce(1, *), shape.reduce(1, *))
    try checkWeights(rows, columns, node: merging)
    // First and last input of each window, and what it divides by, on each axis.
    var spans: [[(range: Range<Int>, divisor: Int)]] = []
    for axis in 0..<2 {
      let size = shape[1 + axis]
      spans.append(
        (0..<outShape[1 + axis]).map { output in
          let start = output * window.stride[axis] - window.padding[axis]
          let low = min(max(start, 0), size)
          let high = max(min(start + window.kernel[axis], size), low)
          let end = min(start + window.kernel[axis], size + window.padding[2 + axis])
          return (low..<high, countsPadding ? max(end - start, 1) : max(high - low, 1))
        })
    }
    var matrix = [Float](repeating: 0, count: rows * columns)
    for channel in 0..<shape[0] {
      for (y, vertical) in spans[0].enumerated() {
        for (x, horizontal) in spans[1].enumerated() {
          let row = (channel * outShape[1] + y) * outShape[2] + x
          let weight = Float(1 / Double(vertical.divisor * horizontal.divisor))
          for inY in vertical.range {
            for inX in horizontal.range {
              matrix[row * columns + (channel * shape[1] + inY) * shape[2] + inX] = weight
            }
          }
        }
      }
    }
    return try apply(LinearMap(kind: .dense(matrix), inShape: shape, outShape: outShape), to: part, node: node)
  }

  /// The window of a pooling node, and whether a global one keeps height and width as ones.
  private mutating func poolWindow(
    _ node: ONNXNode, _ value: inout DataValue, _ constants: [ONNXTensor?]
  ) throws(ImportError) -> (SlidingWindow, keepsAxes: [Bool]) {
    try image(&value, node)
    let size = Array(value.shape[2...])
    switch node.operation {
    case "MaxPool", "AveragePool":
      let window = try SlidingWindow(node, kernel: nil, size: size)
      for side in 0..<4 where window.padding[side] >= window.kernel[side % 2] {
        throw misuse(node, "has padding as large as its kernel", "use padding of at most half the kernel")
      }
      return (window, [true, true])
    case "GlobalAveragePool", "GlobalMaxPool":
      return (try SlidingWindow(ONNXNode(), kernel: size, size: size), [true, true])
    default:
      let given = node.integers("axes") ?? (constants.count > 1 ? constants[1]?.integers : nil) ?? []
      let axes = given.map { $0 < 0 ? $0 &+ 4 : $0 }
      guard !axes.isEmpty, axes.allSatisfy({ $0 == 2 || $0 == 3 }) else {
        throw misuse(node, "reduces axes \(given.prefix(8))", "reduce over height and width (dim=(2, 3))")
      }
      let kernel = [axes.contains(2) ? size[0] : 1, axes.contains(3) ? size[1] : 1]
      let keeps = node.integer("keepdims") ?? 1 != 0
      var window = try SlidingWindow(ONNXNode(), kernel: kernel, size: size)
      window.stride = kernel
      return (window, [keeps || !axes.contains(2), keeps || !axes.contains(3)])
    }
  }

  private func setShape(
    _ value: inout DataValue, _ pool: AnalogPool, _ keepsAxes: [Bool], _ node: ONNXNode
  ) throws(ImportError) {
    let shape = pool.outputShape(Array(value.shape.dropFirst()))
    try check(shape, node)
    value.shape = [1, shape[0]]
    for axis in 0..<2 where keepsAxes[axis] { value.shape.append(shape[1 + axis]) }
  }
}

extension AnalogPool {
  /// For the report: `2x2 stride 2x2`.
  var text: String { "\(shapeText(kernel)) stride \(shapeText(stride))" }
}
