/// Sums become layers, with names from the model.
extension Canonicaliser {
  /// Closes a sum into a layer and returns what reads it.
  mutating func makeLayer(
    _ part: AffinePart, _ activation: AnalogActivation, hint: String?, entries used: [Int]
  ) throws(ImportError) -> AffinePart {
    var connections: [AnalogConnection] = []
    for term in part.terms { connections.append(try term.connection(node: merging)) }
    let bias: [Float]? =
      switch part.bias.collapsed(part.shape) {
      case .none: nil
      case .channel(let values), .element(let values): values.map { Float($0) }
      }
    for connection in connections where !connection.weights.allSatisfy(\.isFinite) {
      throw misuse("weights folded into it are infinite or not numbers", "check the model's batch normalisation")
    }
    guard bias?.allSatisfy(\.isFinite) ?? true else {
      throw misuse("biases folded into it are infinite or not numbers", "check the model's batch normalisation")
    }
    guard part.shape.reduce(1, *) > 0 else {
      throw misuse("its output is empty", "export the model with the input size it was made for")
    }
    storedWeights += connections.reduce(bias?.count ?? 0) { $0 + $1.weights.count }
    guard storedWeights <= storedLimit else {
      throw .tooLarge(
        node: node.label, what: "the number of weights and biases reaches", count: storedWeights, limit: storedLimit,
        remedy: "use a smaller input, or avoid what has to be unrolled (see the notes)")
    }
    let name = unique(hint ?? Canonicaliser.layerName(node: node, weight: nil))
    for index in used { entries[index].layers.append(name) }
    layers.append(
      AnalogLayer(name: name, shape: part.shape, connections: connections, bias: bias, activation: activation))
    var result = AffinePart.source(.layer(layers.count - 1), part.shape)
    if let pool = part.pendingMaximum {
      result.shape = pool.outputShape(part.shape)
      result.terms[0].pool = pool
      result.terms[0].map = .identity(result.shape)
    }
    return result
  }

  /// The layer that holds the graph's output, and what the file makes of it; a layer without activation is added where
  /// sums are still open.
  mutating func finish() throws(ImportError) -> (layer: Int, form: OutputForm) {
    guard case .data(var value)? = values[graph.outputName] else {
      throw .graph(what: "the model's output does not depend on its input", remedy: "export the model again")
    }
    node = ONNXNode()
    node.name = value.endings.first?.label ?? graph.outputName
    node.operation = "output"
    node.outputs = [graph.outputName]
    var form = OutputForm(shape: value.shape, endings: value.endings)
    if let order = value.order, order != Array(order.indices) {
      guard options.purpose == .evaluation else {
        throw misuse("is transposed", "return the class scores as [batch, classes]")
      }
      form.order = order
    }
    value.order = nil
    value.shape = value.endShape ?? value.shape
    let part = try whole(value)
    if case .layer(let index)? = part.plainSource {
      for entry in value.entries { entries[entry].layers.append(layers[index].name) }
      return (index, form)
    }
    guard !part.terms.isEmpty else {
      throw .graph(what: "the model's output does not depend on its input", remedy: "export the model again")
    }
    _ = try makeLayer(part, .none, hint: value.nameHint, entries: value.entries)
    return (layers.count - 1, form)
  }

  // MARK: names

  /// A name no other layer has.
  mutating func unique(_ name: String) -> String {
    var candidate = name
    var number = 2
    while !names.insert(candidate).inserted {
      candidate = "\(name)_\(number)"
      number += 1
    }
    return candidate
  }

  /// A layer's name: the module's, from its weight (`layer1.0.conv1.weight`) or node (`/layer1/layer1.0/conv1/Conv`).
  static func layerName(node: ONNXNode, weight: String?) -> String {
    let kind = ["Gemm": "dense", "MatMul": "dense"][node.operation] ?? node.operation.lowercased()
    var name = ""
    if let weight, weight.hasSuffix(".weight") {
      name = String(weight.dropLast(7))
    } else if node.name.hasPrefix("/") {
      for part in node.name.split(separator: "/").dropLast() {
        let segment = String(part)
        // The exporter repeats the outer module: /layer1/layer1.0/conv1.
        if let last = name.split(separator: ".", omittingEmptySubsequences: false).last, !name.isEmpty,
          segment.hasPrefix(last + ".")
        {
          name = String(name.dropLast(last.count)) + segment
        } else {
          name += (name.isEmpty ? "" : ".") + segment
        }
      }
    } else {
      name = node.name == "output" || node.operation == "output" ? "output" : node.name
    }
    let clean = String(
      String.UnicodeScalarView(
        name.unicodeScalars.prefix(60).map { scalar in
          let isPlain =
            scalar.isASCII
            && (scalar.properties.isAlphabetic || (48...57).contains(scalar.value)
              || "._-".unicodeScalars.contains(scalar))
          return isPlain ? scalar : "_"
        }))
    guard let first = clean.first else { return kind }
    return first.isNumber ? kind + clean : clean
  }
}

extension LinearTerm {
  /// The term as a layer has it.
  func connection(node: MergeContext) throws(ImportError) -> AnalogConnection {
    var result = AnalogConnection(source: source, pool: pool, kind: .identity)
    switch map.kind {
    case .identity(let factors):
      if factors.count > map.outShape[0] {
        return try LinearTerm(source: source, pool: pool, map: map.unrolled(node: node)).connection(node: node)
      }
      result.weights = factors.map { Float($0) }
      result.weightShape = factors.isEmpty ? [] : [factors.count]
    case .selection:
      return try LinearTerm(source: source, pool: pool, map: map.spelled(node: node)).connection(node: node)
    case .dense(let weights):
      result.kind = .dense
      result.weights = weights
      result.weightShape = [map.outCount, map.inCount]
    case .convolution(let cropping):
      let c = try cropping.padded(of: map.inShape, node: node)
      result.kind = .convolution
      result.weights = c.weights
      result.weightShape = c.shape
      result.stride = c.stride
      result.padding = c.padding
      result.dilation = c.dilation
      result.groups = c.groups
    }
    return result
  }
}
