import ChipModel

/// What the operators share: bringing values into the form an operator needs, and linear maps on them.
extension Canonicaliser {
  /// The part as a plain sum.
  ///
  /// A max pooling that still waits for an activation is closed by one where that changes nothing (values >= 0), else
  /// found two by two.
  mutating func affine(_ part: AffinePart, entries: [Int]) throws(ImportError) -> AffinePart {
    guard let pool = part.pendingMaximum else { return part }
    if isNonNegative(part) { return try closed(part, entries: entries) }
    var values = part
    values.pendingMaximum = nil
    return try pairwiseMaximum(values, pool, entries: entries)
  }

  /// The maximum of windows of values that no activation bounds, `max(a, b) = a + relu(b - a)`, along width and height.
  private mutating func pairwiseMaximum(
    _ part: AffinePart, _ pool: NetworkPool, entries: [Int]
  ) throws(ImportError) -> AffinePart {
    guard pool.padding.allSatisfy({ $0 == 0 }), pool.kernel[0] + pool.kernel[1] <= 12 else {
      throw misuse(
        "comes after a max pooling, with padding or large windows, of values that no activation bounds",
        "put an activation (nn.ReLU) before or right after that pooling, or use average pooling")
    }
    let name = Canonicaliser.layerName(node: node, weight: nil)
    let first = layers.count
    var values = part
    if part.terms.contains(where: { hasWeights($0) }) {
      values = try relayed(part, hint: name + "_relay", entries: entries)
    }
    let shape = pool.outputShape(part.shape)
    for axis in [1, 0] {
      let size = values.shape[1 + axis]
      var largest: AffinePart?
      for place in 0..<pool.kernel[axis] {
        var tap = Convolution(weights: [1], shape: [1, 1, 1, 1])
        tap.stride[axis] = pool.stride[axis]
        tap.padding[axis] = -place
        tap.padding[2 + axis] = place + (shape[1 + axis] - 1) * pool.stride[axis] + 1 - size
        let other = try product(LinearMap(tap.onEach(values.shape[0]), of: values.shape), values)
        guard var best = largest else {
          largest = other
          continue
        }
        var excess = try scaled(best, [-1], entries: entries)
        try excess.add(other, node: merging)
        try best.add(try makeLayer(excess, .relu, hint: name + "_maximum", entries: entries), node: merging)
        largest = best
      }
      if let largest { values = largest }
    }
    notes.append(
      "'\(printable(node.label))' reads a max pooling of values that no activation bounds, "
        + "max(a, b) = a + relu(b - a), in \(layers.count - first) layers")
    return values
  }

  /// The parts of a value as plain sums.
  mutating func affineParts(_ value: DataValue) throws(ImportError) -> [AffinePart] {
    var parts: [AffinePart] = []
    for part in value.parts { parts.append(try affine(part, entries: value.entries)) }
    return parts
  }

  /// A value as one plain sum.
  mutating func whole(_ value: DataValue) throws(ImportError) -> AffinePart {
    let parts = try affineParts(value)
    return parts.count == 1 ? parts[0] : try merged(parts)
  }

  /// A layer of its own for values that cannot be negative: ReLU leaves them as they are.
  mutating func closed(_ part: AffinePart, entries: [Int]) throws(ImportError) -> AffinePart {
    let name = Canonicaliser.layerName(node: node, weight: nil) + "_source"
    notes.append("'\(printable(node.label))' needed a layer of its own before it ('\(name)')")
    return try makeLayer(part, .relu, hint: name, entries: entries)
  }

  /// Can no value be negative, whatever the input?
  func isNonNegative(_ part: AffinePart) -> Bool {
    part.bias.isNonNegative
      && part.terms.allSatisfy { term in
        guard case .layer(let index) = term.source else { return false }
        switch layers[index].activation {
        case .relu, .clip: return term.hasNonNegativeWeights
        case .none, .leakyRelu, .quantised: return false
        }
      }
  }

  /// Makes sure that the value is an image `[1, C, H, W]` whose parts are images of that height and width.
  mutating func image(_ value: inout DataValue) throws(ImportError) {
    guard value.shape.count == 4, value.shape[0] == 1 else {
      throw misuse(
        "works on shape \(shapeText(value.shape)), not on [batch, channels, height, width]",
        "use two-dimensional layers (Conv2d, MaxPool2d, ...)")
    }
    try resolveOrder(&value)
    let shape = Array(value.shape.dropFirst())
    let fits = value.parts.allSatisfy {
      $0.outputShape.count == 3 && Array($0.outputShape.dropFirst()) == [shape[1], shape[2]]
    }
    if fits { return }
    guard value.parts.count == 1, let part = try reshaped(value.parts[0], to: shape) else {
      throw misuse(
        "reads values of shape \(shapeText(value.parts[0].outputShape)) as \(shapeText(shape))",
        "reshape only between a linear layer and a convolution")
    }
    value.parts = [part]
  }

  /// The part with another shape, same elements; nil where its sources forbid it.
  private mutating func reshaped(_ part: AffinePart, to shape: [Int]) throws(ImportError) -> AffinePart? {
    guard part.pendingMaximum == nil, part.shape.reduce(1, *) == shape.reduce(1, *) else { return nil }
    var result = part
    for index in result.terms.indices {
      let term = result.terms[index]
      switch term.map.kind {
      case .dense: break
      case .convolution, .selection: return nil
      case .identity(let factors):
        guard term.pool == nil, factors.isEmpty else { return nil }
        switch term.source {
        case .input:
          guard inputShape == shape || inputReaders == 1 else { return nil }
          inputShape = shape
        case .layer(let layer):
          // Factors of an identity are per channel, and channels would change.
          let isFree =
            layers[layer].shape.count == 1
            && layers[layer].connections.allSatisfy { $0.kind != .identity || $0.weights.isEmpty }
          guard layers[layer].shape == shape || isFree else { return nil }
          layers[layer].shape = shape
        }
        result.terms[index].map.inShape = shape
      }
    }
    result.relabel(shape)
    return result
  }

  /// Undoes a transposition where it only permutes channels; identity orders vanish.
  mutating func resolveOrder(_ value: inout DataValue) throws(ImportError) {
    guard let order = value.order else { return }
    value.order = nil
    if order == Array(order.indices) { return }
    let plane = value.shape.count == 4 ? value.shape[2] * value.shape[3] : 1
    var channels: [Int] = []
    var isPermutation = value.shape.count == 4 || value.shape.count == 2
    for start in stride(from: 0, to: order.count, by: max(plane, 1)) where isPermutation {
      for i in 0..<plane where order[start + i] != order[start] + i { isPermutation = false }
      if order[start] % max(plane, 1) != 0 { isPermutation = false }
      channels.append(order[start] / max(plane, 1))
    }
    if !isPermutation, order.count * order.count <= ImportLimits.permuted {
      let shape = Array(value.shape.dropFirst())
      var matrix = [Float](repeating: 0, count: order.count * order.count)
      for (element, source) in order.enumerated() { matrix[element * order.count + source] = 1 }
      let map = LinearMap(kind: .dense(matrix), inShape: [order.count], outShape: shape)
      value.parts = try linear(map, &value)
      return
    }
    guard isPermutation else {
      throw misuse("reads values whose axes were transposed", "permute only right before a linear layer, or not at all")
    }
    try select(channels, &value)
  }

  /// Keeps the given channels (of an image) or elements (of a vector), in that order.
  mutating func select(_ channels: [Int], _ value: inout DataValue) throws(ImportError) {
    if let parts = try selected(channels, value) {
      value.parts = parts
      return
    }
    var part = try whole(value)
    if value.shape.count == 2, part.shape.count == 3 {
      try checkWeights(channels.count, part.outputCount, node: merging)
      part.relabel([part.outputCount])
      var matrix = [Float](repeating: 0, count: channels.count * part.outputCount)
      for (o, element) in channels.enumerated() { matrix[o * part.outputCount + element] = 1 }
      let map = LinearMap(kind: .dense(matrix), inShape: part.shape, outShape: [channels.count])
      value.parts = [try apply(map, to: part, of: &value)]
      return
    }
    guard channels.allSatisfy({ $0 >= 0 && $0 < part.shape[0] }), value.shape.count == 4 || value.shape.count == 2
    else {
      throw misuse("picks among values of shape \(shapeText(part.shape))", "leave it out, or flatten after it")
    }
    value.parts = [try apply(.selection(channels, of: part.shape), to: part, of: &value)]
  }

  /// The same part by part, where each part is read in one piece; else nil.
  private mutating func selected(_ channels: [Int], _ value: DataValue) throws(ImportError) -> [AffinePart]? {
    let isImage = value.parts.allSatisfy { $0.outputShape.count == 3 }
    guard value.order == nil, value.shape.count == (isImage ? 4 : 2) else { return nil }
    var starts: [Int] = []
    var total = 0
    for part in value.parts {
      guard part.outputShape.count == (isImage ? 3 : 1) else { return nil }
      starts.append(total)
      total += part.outputShape[0]
    }
    guard channels.allSatisfy({ $0 >= 0 && $0 < total }) else { return nil }
    var pieces: [(part: Int, channels: [Int])] = []
    for channel in channels {
      guard let part = starts.lastIndex(where: { $0 <= channel }) else { return nil }
      if pieces.last?.part != part {
        if pieces.contains(where: { $0.part == part }) { return nil }
        pieces.append((part, []))
      }
      pieces[pieces.count - 1].channels.append(channel - starts[part])
    }
    var result: [AffinePart] = []
    var kept = value
    for piece in pieces {
      let part = value.parts[piece.part]
      if piece.channels == Array(0..<part.outputShape[0]) {
        result.append(part)
      } else {
        let plain = try affine(part, entries: value.entries)
        result.append(try apply(.selection(piece.channels, of: plain.shape), to: plain, of: &kept))
      }
    }
    return result
  }

  /// Parts put one after the other into one, by weights that are zero elsewhere.
  func merged(_ parts: [AffinePart]) throws(ImportError) -> AffinePart {
    let isImage = parts.allSatisfy { $0.shape.count == 3 && $0.shape.dropFirst() == parts[0].shape.dropFirst() }
    let total = parts.reduce(0) { $0 + (isImage ? $1.shape[0] : $1.outputCount) }
    let shape = isImage ? [total] + parts[0].shape.dropFirst() : [total]
    var result = AffinePart(shape: shape, terms: [])
    var bias: [Double] = []
    var offset = 0
    for part in parts {
      let width = isImage ? part.shape[0] : part.outputCount
      var terms: [LinearTerm] = []
      for term in part.terms {
        if isImage, case .dense = term.map.kind {
          terms.append(embed(term, rows: offset * (shape[1] * shape[2]), shape: shape))
          continue
        }
        if !isImage, part.shape.count == 3 || term.map.inShape.count == 3 {
          try checkWeights(total, term.map.inCount, node: merging)
          let dense = LinearTerm(source: term.source, pool: term.pool, map: try term.map.unrolled(node: merging))
          terms.append(embed(dense, rows: offset, shape: shape))
          continue
        }
        let channels = (0..<total).map { $0 >= offset && $0 < offset + width ? $0 - offset : -1 }
        terms.append(try term.then(.selection(channels, of: part.shape), node: merging))
      }
      try result.add(AffinePart(shape: shape, terms: terms), node: merging)
      bias += part.bias.elements(part.shape)
      offset += width
    }
    result.bias = BiasField.element(bias).collapsed(shape)
    return result
  }

  private func embed(_ term: LinearTerm, rows: Int, shape: [Int]) -> LinearTerm {
    guard case .dense(let weights) = term.map.kind else { return term }
    let columns = term.map.inCount
    var all = [Float](repeating: 0, count: shape.reduce(1, *) * columns)
    for i in weights.indices { all[rows * columns + i] = weights[i] }
    return LinearTerm(
      source: term.source, pool: term.pool,
      map: LinearMap(kind: .dense(all), inShape: term.map.inShape, outShape: shape))
  }
}
