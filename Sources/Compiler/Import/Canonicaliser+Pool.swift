/// Pooling: part of the connection that follows it.
extension Canonicaliser {
  /// MaxPool, GlobalMaxPool, ReduceMax over height and width.
  mutating func poolMaximum(_ value: inout DataValue) throws(ImportError) {
    let (window, keepsAxes) = try poolWindow(&value)
    if leavesOut(window, keepsAxes, &value) { return }
    guard window.dilation == [1, 1] else {
      throw misuse("is dilated", "use max pooling without dilation")
    }
    // Padding never wins, so windows that ceil_mode cuts are windows with padding.
    let pool = NetworkPool(kind: .max, kernel: window.kernel, stride: window.stride, padding: window.fullPadding)
    for index in value.parts.indices {
      value.parts[index] = try maximum(value.parts[index], pool, value.entries)
    }
    try setShape(&value, pool, keepsAxes)
    record("\(node.operation) \(pool.text)", &value, role: "max pooling of the connection into")
  }

  private mutating func maximum(
    _ part: AffinePart, _ pool: NetworkPool, _ entries: [Int]
  ) throws(ImportError) -> AffinePart {
    var part = part
    if let pending = part.pendingMaximum {
      guard let both = pending.composed(with: pool, size: Array(part.shape[1...])) else {
        let closed = try affine(part, entries: entries)
        return try maximum(closed, pool, entries)
      }
      part.pendingMaximum = both
      return part
    }
    let shape = part.shape
    var isUniform = true
    if case .element = part.bias.collapsed(shape) { isUniform = false }
    if part.terms.count == 1, isUniform {
      // max(a x + b) = a max(x) + b for a > 0; zeros around values that are never negative do not win either.
      let passes =
        switch part.terms[0].map.kind {
        case .identity(let factors): factors.allSatisfy { $0 > 0 }
        case .convolution: part.bias == .none && isNonNegative(part)
        case .selection: true
        case .dense: false
        }
      if passes, let term = pooled(part.terms[0], pool, from: shape) {
        part.shape = pool.outputShape(shape)
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

  /// A term of this shape with a pooling after its own; nil where both are not one pooling.
  ///
  /// The factors of an identity stay, behind the pooling; what only pads becomes the pooling's padding.
  private func pooled(_ term: LinearTerm, _ pool: NetworkPool, from shape: [Int]) -> LinearTerm? {
    var (both, factors): (NetworkPool?, [Double]) = (pool, [])
    switch term.map.kind {
    case .convolution(let c) where pool.kind == .average && term.pool == nil && readsRelay(term):
      let size = pool.outputShape(term.map.inShape)
      return LinearTerm(source: term.source, pool: pool, map: LinearMap(c, of: size))
    case .selection(let channels) where term.pool == nil:
      let size = pool.outputShape(term.map.inShape)
      return LinearTerm(source: term.source, pool: pool, map: .selection(channels, of: size))
    case .identity(let own) where own.count <= shape[0]:
      factors = own
      if let before = term.pool {
        let source = if case .layer(let index) = term.source { layers[index].shape } else { inputShape }
        both = before.composed(with: pool, size: Array(source[1...]))
      }
    case .convolution(let c):
      guard let around = c.purePadding, term.pool == nil else { return nil }
      for side in 0..<4 { both?.padding[side] += around[side] }
    default: return nil
    }
    return both.map { LinearTerm(source: term.source, pool: $0, map: .identity(pool.outputShape(shape), factors)) }
  }

  /// AveragePool, GlobalAveragePool, ReduceMean over height and width.
  mutating func poolAverage(_ value: inout DataValue) throws(ImportError) {
    if try reduceChannels(&value) { return }
    let (window, keepsAxes) = try poolWindow(&value)
    if leavesOut(window, keepsAxes, &value) { return }
    guard window.dilation == [1, 1] else {
      throw misuse("is dilated", "use average pooling without dilation")
    }
    let pool = NetworkPool(kind: .average, kernel: window.kernel, stride: window.stride, padding: window.fullPadding)
    let countsPadding = node.integer("count_include_pad") ?? 0 != 0
    let isPadded = window.padding.contains { $0 > 0 }
    let isUneven = window.extra != [0, 0] || (isPadded && !countsPadding)
    for index in value.parts.indices {
      let part = try affine(value.parts[index], entries: value.entries)
      value.parts[index] =
        isUneven
        ? try unevenAverage(part, window, countsPadding: countsPadding, of: &value)
        : try average(part, pool, of: &value)
    }
    if node.operation == "ReduceSum" {
      let area = Double(window.kernel[0] * window.kernel[1])
      for index in value.parts.indices {
        value.parts[index] = try scaled(value.parts[index], [area], entries: value.entries)
      }
    }
    try setShape(&value, pool, keepsAxes)
    let role = "average pooling\(isUneven ? ", its divisor by position," : "") of the connection into"
    record("\(node.operation) \(pool.text)", &value, role: role)
  }

  mutating func average(
    _ part: AffinePart, _ pool: NetworkPool, of value: inout DataValue
  ) throws(ImportError) -> AffinePart {
    let outShape = pool.outputShape(part.shape)
    try check(outShape)
    var part = part
    if part.terms.contains(where: { pooled($0, pool, from: part.shape) == nil }) {
      let map = LinearMap(try pool.convolution(channels: part.shape[0], node: merging), of: part.shape)
      if let reason = excess(of: map, after: part) { part = try relay(part, of: &value, because: reason) }
    }
    var result = AffinePart(shape: outShape, terms: [])
    for term in part.terms {
      var after = pooled(term, pool, from: part.shape)
      if after == nil {
        let c = try pool.convolution(channels: part.shape[0], node: merging)
        after = try term.then(LinearMap(c, of: part.shape), node: merging)
      }
      try result.add(AffinePart(shape: outShape, terms: after.map { [$0] } ?? []), node: merging)
    }
    if case .channel = part.bias, pool.padding.allSatisfy({ $0 == 0 }) {
      result.bias = part.bias
    } else if part.bias != .none {
      let c = try pool.convolution(channels: part.shape[0], node: merging)
      result.bias = try part.bias.mapped(by: LinearMap(c, of: part.shape), node: merging)
    }
    return result
  }

  /// The window of a pooling node, and whether a global one keeps height and width as ones.
  private mutating func poolWindow(_ value: inout DataValue) throws(ImportError) -> (SlidingWindow, keepsAxes: [Bool]) {
    let rank = value.shape.count
    let wasFlat = unflattenPixels(&value)
    try image(&value)
    let size = Array(value.shape[2...])
    switch node.operation {
    case "MaxPool", "AveragePool":
      let window = try SlidingWindow(node, kernel: nil, size: size)
      for side in 0..<4 where window.padding[side] >= window.kernel[side % 2] {
        throw misuse("has padding as large as its kernel", "use padding of at most half the kernel")
      }
      return (window, [true, true])
    case "GlobalAveragePool", "GlobalMaxPool":
      return (try SlidingWindow(ONNXNode(), kernel: size, size: size), [true, true])
    default:
      let given = node.integers("axes", orInput: 1) ?? []
      var axes = Set(given.map { $0 < 0 ? $0 &+ rank : $0 })
      let keeps = node.integer("keepdims") ?? 1 != 0
      guard !axes.isEmpty, axes.isSubset(of: [2, 3]) else {
        throw misuse("reduces axes \(given.prefix(8))", "reduce over height and width (dim=(2, 3))")
      }
      let keptAxes = [keeps || !axes.contains(2), rank == 4 && (keeps || !axes.contains(3))]
      // Pixels that were flattened are reduced together.
      if wasFlat { axes = [2, 3] }
      let kernel = [axes.contains(2) ? size[0] : 1, axes.contains(3) ? size[1] : 1]
      var window = try SlidingWindow(ONNXNode(), kernel: kernel, size: size)
      window.stride = kernel
      return (window, keptAxes)
    }
  }

  private func setShape(_ value: inout DataValue, _ pool: NetworkPool, _ keepsAxes: [Bool]) throws(ImportError) {
    let shape = pool.outputShape(Array(value.shape.dropFirst()))
    try check(shape)
    setShape(&value, shape, keepsAxes)
  }

  private func setShape(_ value: inout DataValue, _ shape: [Int], _ keepsAxes: [Bool]) {
    value.shape = [1, shape[0]]
    for axis in 0..<2 where keepsAxes[axis] { value.shape.append(shape[1 + axis]) }
  }

  /// Gives `[1, C, H * W]`, or `[1, C, 1, H * W]`, the height and width that its parts have, where all are reduced.
  private func unflattenPixels(_ value: inout DataValue) -> Bool {
    guard node.operation.hasPrefix("Reduce"), value.order == nil, value.shape.count == 3 || value.shape.count == 4,
      let size = value.parts.first.map({ Array($0.outputShape.dropFirst()) }), size.count == 2,
      value.parts.allSatisfy({ Array($0.outputShape.dropFirst()) == size }),
      value.shape.dropFirst(2).reduce(1, *) == size[0] * size[1],
      value.parts.reduce(0, { $0 + $1.outputShape[0] }) == value.shape[1],
      value.shape.count == 3
        || value.shape[2] == 1 && (node.integers("axes", orInput: 1) ?? []).contains(where: { $0 == 3 || $0 == -1 })
    else { return false }
    value.shape = [1, value.shape[1]] + size
    return true
  }

  /// ReduceMean and ReduceSum over channels, or over a vector: a linear layer of equal weights.
  private mutating func reduceChannels(_ value: inout DataValue) throws(ImportError) -> Bool {
    guard node.operation.hasPrefix("Reduce"), let axes = node.integers("axes", orInput: 1), axes.count == 1,
      value.shape.count == 4 || value.shape.count == 2, axes[0] == 1 || axes[0] == 1 - value.shape.count
    else { return false }
    let channels = value.shape[1]
    let weight = node.operation == "ReduceSum" ? 1 : Float(1 / Double(channels))
    let weights = [Float](repeating: weight, count: channels)
    if value.shape.count == 4 {
      try image(&value)
      let map = LinearMap(
        Convolution(weights: weights, shape: [1, channels, 1, 1]), of: Array(value.shape.dropFirst()))
      value.parts = try linear(map, &value)
    } else {
      value.order = nil
      value.parts = try linear(LinearMap(kind: .dense(weights), inShape: [channels], outShape: [1]), &value)
    }
    value.shape[1] = 1
    if node.integer("keepdims") ?? 1 == 0 { value.shape.remove(at: 1) }
    record("\(node.operation) over channels", &value, role: "weights of")
    return true
  }

  /// Is it a pooling of single values, one by one? It changes nothing then.
  private mutating func leavesOut(_ window: SlidingWindow, _ keepsAxes: [Bool], _ value: inout DataValue) -> Bool {
    guard window.kernel == [1, 1], window.stride == [1, 1], window.fullPadding == [0, 0, 0, 0] else { return false }
    setShape(&value, Array(value.shape.dropFirst()), keepsAxes)
    record(node.operation, &value, role: "left out (changes nothing here)", waits: false)
    return true
  }
}

extension NetworkPool {
  /// For the report: `2x2 stride 2x2`.
  var text: String { "\(shapeText(kernel)) stride \(shapeText(stride))" }
}
