/// Operators that move values without changing them.
extension Canonicaliser {
  /// Flatten, Reshape, Squeeze, Unsqueeze: the order of elements stays.
  mutating func reshape(_ value: inout DataValue) throws(ImportError) {
    let folder = ConstantFolder(node: node)
    let old = value.shape
    switch node.operation {
    case "Flatten":
      let given = node.integer("axis") ?? 1
      let axis = given < 0 ? given &+ old.count : given
      guard axis >= 0, axis <= old.count else { throw misuse("has axis \(given)", "flatten from axis 1") }
      let rows = old.prefix(axis).reduce(1, *)
      value.shape = [rows, rows == 0 ? 0 : old.reduce(1, *) / rows]
    case "Reshape":
      guard let target = node.constant(1)?.integers ?? node.integers("shape") else {
        throw misuse("has a shape that depends on the data", "use x.flatten(1)")
      }
      guard
        let shape = ConstantFolder.reshape(
          old, to: target, keepsZero: node.integer("allowzero") == 1, bakedBatch: graph.bakedBatch)
      else {
        throw misuse("cannot make shape \(shapeText(target)) of \(shapeText(old))", "export with batch size 1")
      }
      value.shape = shape
    default:
      let list = node.integers("axes", orInput: 1)
      if node.operation == "Squeeze" {
        // Without axes the batch axis would go too; it is 1 only here.
        value.shape = try folder.squeezedShape(old, list ?? old.indices.dropFirst().filter { old[$0] == 1 })
      } else {
        value.shape = try folder.unsqueezedShape(old, list ?? [])
      }
    }
    feedReshaped(&value)
    record("\(node.operation) to \(shapeText(value.shape))", &value, role: "shape only", waits: false)
  }

  /// Transpose: kept as an order of elements until something can absorb it.
  mutating func transpose(_ value: inout DataValue) throws(ImportError) {
    try permute(&value, node.integers("perm") ?? value.shape.indices.reversed())
    record("Transpose", &value, role: "order of the weights", waits: false)
  }

  /// The value with its axes in another order.
  mutating func permute(_ value: inout DataValue, _ order: [Int]) throws(ImportError) {
    guard let (shape, map) = ConstantFolder.transpose(value.shape, order) else {
      throw misuse("has perm \(shapeText(order)) for shape \(shapeText(value.shape))", "export the model again")
    }
    guard order.first == 0 || !graph.hasBatchAxis else {
      throw misuse("moves the batch axis (perm \(shapeText(order)))", "keep the batch axis first")
    }
    let sizes = Array(shape.dropFirst())
    let target = sizes.count == 2 ? [sizes[0], 1, sizes[1]] : sizes
    // Channels-last input, as Keras has it: the network is fed channels first instead.
    if order.first == 0, sizes.count == 2 || sizes.count == 3, feed(&value, as: target, map) {
      value.shape = shape
      notes.append(
        "the model's input is \(shapeText(graph.sampleShape)) with its channels last; it is fed as \(shapeText(inputShape))")
      return
    }
    let before = value.order
    value.order = map.map { before?[$0] ?? $0 }
    value.shape = shape
  }

  /// Lets the network take its input in another shape or order, where the value is nothing but that input, times factors
  /// and shifted, and nothing else reads it.
  ///
  /// - Parameters:
  ///   - shape: of the input from now on.
  ///   - map: which of the elements before each one is.
  mutating func feed(_ value: inout DataValue, as shape: [Int], _ map: [Int]) -> Bool {
    guard value.order == nil, inputReaders == 1, value.parts.count == 1, let part = value.parts.first,
      part.pendingMaximum == nil, part.terms.count == 1, let term = part.terms.first, term.source == .input,
      term.pool == nil, case .identity(let factors) = term.map.kind
    else { return false }
    // Data of equal sizes would be taken in the order before.
    let before = graph.sampleShape
    let isMoved = map != Array(map.indices)
    if isMoved, before == shape || shape.count == 3 && shape[1] == 1 && before == [shape[0], shape[2]] { return false }
    let plane = part.shape.dropFirst().reduce(1, *)
    let moved = factors.isEmpty ? [] : map.map { LinearMap.factor(factors, $0, plane: plane, count: map.count) }
    var fed = AffinePart.source(.input, shape)
    fed.terms[0].map = .identity(shape, BiasField.channels(moved, shape) ?? moved)
    if part.bias != .none {
      let shifts = part.bias.elements(part.shape)
      fed.bias = BiasField.element(map.map { shifts[$0] }).collapsed(shape)
    }
    inputShape = shape
    value.parts = [fed]
    return true
  }

  /// Lets an input that becomes a vector or an image at once be fed as such: sizes of 1 say nothing about its order.
  private mutating func feedReshaped(_ value: inout DataValue) {
    let plain = value.parts.first?.plainSource == .input
    let sizes = inputShape.filter { $0 > 1 }
    var target: [Int]?
    if value.shape.count == 2, value.shape[0] == 1, inputShape.count == 3 {
      if sizes.count <= 1 { target = [value.shape[1]] }
      if sizes.count == 2, inputShape[2] == 1 { target = [1] + sizes }
    }
    // What is plain takes the shape that its reader needs; factors have to move with it.
    if value.shape.count == 4, value.shape[0] == 1, !plain { target = Array(value.shape.dropFirst()) }
    if let target { _ = feed(&value, as: target, Array(0..<value.count)) }
  }

  /// Pad: around the image with a constant or with what is at the border, or extra channels.
  mutating func pad(_ value: inout DataValue) throws(ImportError) {
    let mode = node.text("mode") ?? "constant"
    let fill = node.constants.count > 2 ? node.constant(2)?.floats.first ?? 0 : node.float("value") ?? 0
    guard ["constant", "reflect", "edge"].contains(mode), fill.isFinite else {
      throw misuse("pads with \(mode == "constant" ? "\(fill)" : mode)", "pad with zeros (nn.ZeroPad2d)")
    }
    let rank = value.shape.count
    var pads = node.integers("pads", orInput: 1) ?? []
    if let axes = node.constant(3)?.integers {
      guard pads.count == 2 * axes.count else { throw misuse("has impossible pads", "export the model again") }
      var full = [Int](repeating: 0, count: 2 * rank)
      for (i, given) in axes.enumerated() {
        let axis = given < 0 ? given &+ rank : given
        guard axis >= 0, axis < rank else { throw misuse("pads axis \(given)", "export the model again") }
        full[axis] = pads[i]
        full[rank + axis] = pads[axes.count + i]
      }
      pads = full
    }
    guard pads.count == 2 * rank, pads.allSatisfy({ (-4096...4096).contains($0) }), pads[0] == 0, pads[rank] == 0 else {
      throw misuse("has pads \(pads.prefix(16)) for shape \(shapeText(value.shape))", "pads must be -4096 to 4096")
    }
    let around = rank == 4 ? [pads[2], pads[3], pads[6], pads[7]] : []
    let channels = rank > 1 ? [pads[1], pads[rank + 1]] : []
    guard rank == 4 || rank == 2, channels.allSatisfy({ $0 >= 0 }), mode == "constant" || channels == [0, 0] else {
      throw misuse("pads shape \(shapeText(value.shape))", "pad images or vectors")
    }
    if rank == 4 { try image(&value) } else { try resolveOrder(&value) }
    if around.contains(where: { $0 != 0 }) {
      let size = [value.shape[2] + around[0] + around[2], value.shape[3] + around[1] + around[3]]
      guard size.allSatisfy({ $0 > 0 }) else { throw misuse("its output is empty", "pad less") }
      let grown = value.shape[1].multipliedReportingOverflow(by: size[0] * size[1])
      guard !grown.overflow, grown.partialValue <= ImportLimits.neurons else {
        throw misuse("pads to more than \(ImportLimits.neurons) values", "pad less")
      }
      if mode == "constant" {
        let old = Array(value.shape[2...])
        try eachChannel(&value, Convolution(weights: [1], shape: [1, 1, 1, 1], padding: around))
        if fill != 0 { try shift(&value, .element(border(of: value.shape, around, inside: old, Double(fill)))) }
      } else {
        try padWithBorder(&value, around, isEdge: mode == "edge")
      }
    }
    for (count, isBefore) in [(channels[0], true), (channels[1], false)] where count > 0 {
      let shape = rank == 4 ? [count] + value.shape.dropFirst(2) : [count]
      let constant = AffinePart(
        shape: shape, terms: [], bias: fill == 0 ? .none : .channel([Double](repeating: Double(fill), count: count)))
      value.parts.insert(constant, at: isBefore ? 0 : value.parts.count)
      value.shape[1] += count
      try check(Array(value.shape.dropFirst()))
    }
    record("Pad", &value, role: "padding of the connection into")
  }

  /// A constant around images of a size, 0 inside.
  private func border(of shape: [Int], _ around: [Int], inside: [Int], _ fill: Double) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(shape.reduce(1, *))
    for _ in 0..<shape[1] {
      for y in 0..<shape[2] {
        for x in 0..<shape[3] {
          let (row, column) = (y - around[0], x - around[1])
          result.append(row < 0 || row >= inside[0] || column < 0 || column >= inside[1] ? fill : 0)
        }
      }
    }
    return result
  }

  /// Concat along channels: parts side by side.
  mutating func concatenate() throws(ImportError) -> DataValue {
    var result: DataValue?
    for name in node.inputs {
      guard case .data(var value)? = values[name] else {
        throw misuse("joins constants to values", "concatenate layers only")
      }
      var axis = node.integer("axis") ?? 1
      let isTurned = (axis == 3 || axis == -1) && value.shape.count == 4 && value.order != nil
      if isTurned {
        try permute(&value, [0, 3, 1, 2])
        axis = 1
      }
      guard axis == 1 || axis == 1 - value.shape.count, value.shape.count == 4 || value.shape.count == 2 else {
        throw misuse("joins along axis \(axis)", "concatenate along channels (dim=1)")
      }
      if value.shape.count == 4 {
        try image(&value)
      } else if value.order != nil {
        try resolveOrder(&value)
      }
      guard var joined = result else {
        result = value
        continue
      }
      guard joined.shape.count == value.shape.count, joined.shape.dropFirst(2) == value.shape.dropFirst(2) else {
        throw misuse("joins shapes \(shapeText(joined.shape)) and \(shapeText(value.shape))", "export the model again")
      }
      joined.shape[1] += value.shape[1]
      joined.parts += value.parts
      joined.entries += value.entries.filter { !joined.entries.contains($0) }
      guard joined.parts.count <= 1024, joined.count <= ImportLimits.neurons else {
        throw misuse("joins more than \(ImportLimits.neurons) values", "concatenate less")
      }
      joined.nameHint = nil
      result = joined
    }
    guard var value = result else { throw misuse("joins nothing", "export the model again") }
    if node.integer("axis") == 3 || node.integer("axis") == -1, value.shape.count == 4 {
      try permute(&value, [0, 2, 3, 1])
    }
    record("Concat of \(node.inputs.count)", &value, role: "connections into")
    return value
  }
}
