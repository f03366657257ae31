import ChipModel

extension NIRImporter {
  /// What a node that is no neuron makes of what it receives.
  mutating func transformed(_ signal: NIRSignal, _ node: NIRNode) throws(ImportError) -> NIRSignal {
    let context = MergeContext(node.name)
    switch node.type {
    case "Output", "Identity": return signal
    case "Affine", "Linear": return try dense(signal, node, context)
    case "Conv1d", "Conv2d": return try convolution(signal, node, context)
    case "Scale":
      let factors = try node.values("scale", signal.shape)
      return try signal.mapped(by: .identity(signal.shape, NIRNode.shortest(factors, signal.shape)), node: context)
    case "SumPool2d", "AvgPool2d": return try pooled(signal, node, context)
    // Whatever axes become one, the order of the values is the same.
    case "Flatten": return signal.labelled([signal.count])
    case "Delay": return try delayed(signal, node, context)
    default:
      throw .unsupportedOperator(
        node: node.name, operation: node.type, cause: "is not a node that nmsim takes",
        remedy: "take Affine, Linear, Scale, Conv1d, Conv2d, SumPool2d, AvgPool2d, Flatten, Delay and neurons")
    }
  }

  /// Values that come later, each by its own time: for each time a term of those values alone.
  private mutating func delayed(
    _ signal: NIRSignal, _ node: NIRNode, _ context: MergeContext
  ) throws(ImportError) -> NIRSignal {
    let seconds = try node.values("delay", signal.shape)
    let given = seconds.map { $0 / settings.timeStep }
    let steps = given.map { $0.rounded() }
    let (kinds, longest) = (Set(steps).sorted(), signal.terms.map(\.delay).max() ?? 0)
    guard let first = kinds.first, let last = kinds.last, first >= 0, last + Double(longest) <= 65_000 else {
      throw node.misuse("has delays that are not from 0 to 65,000 steps in all", "give shorter delays, or longer steps")
    }
    guard kinds.count <= NIRPart.most else {
      throw node.misuse("has \(kinds.count) different delays, allowed are \(NIRPart.most)", "give longer steps")
    }
    parameters.append(
      NIRParameter(
        node: node.name, type: node.type, name: "delay", lowest: seconds.min() ?? 0, highest: seconds.max() ?? 0,
        rule: "delay/dt, whole steps", key: "delay", value: given.min() ?? 0, stored: first,
        error: zip(given, steps).map { $0 == 0 ? 0 : abs($1 - $0) / $0 }.max() ?? 0))
    var result = signal
    result.terms = []
    for kind in kinds {
      let these = NIRNode.shortest(steps.map { $0 == kind ? 1 : 0 }, signal.shape)
      for var term in signal.terms {
        if kinds.count > 1 {
          term.linear.map = try term.linear.map.then(.identity(signal.shape, these), node: context)
        }
        term.delay += Int(kind)
        result.terms.append(term)
      }
    }
    try result.checkTerms(of: node)
    return result
  }

  private func dense(_ signal: NIRSignal, _ node: NIRNode, _ context: MergeContext) throws(ImportError) -> NIRSignal {
    let weights = try node.tensor("weight")
    guard weights.shape.count == 2, weights.count > 0 else {
      throw node.misuse("has weights of shape \(shapeText(weights.shape))", "use weights [outputs, inputs]")
    }
    guard weights.shape[1] == signal.count else {
      throw node.misuse(
        "has weights for \(weights.shape[1]) values and receives \(signal.count)",
        "write the graph again with matching shapes")
    }
    let shape = [weights.shape[0]]
    let map = LinearMap(kind: .dense(weights.doubles.map { Float($0) }), inShape: signal.shape, outShape: shape)
    return try biased(signal.mapped(by: map, node: context), node)
  }

  private func biased(_ signal: NIRSignal, _ node: NIRNode) throws(ImportError) -> NIRSignal {
    guard node.has("bias") else { return signal }
    let values = try node.tensor("bias").doubles
    guard values.count == signal.shape[0] else {
      throw node.misuse(
        "has \(values.count) biases for \(signal.shape[0]) outputs", "write the graph again with matching shapes")
    }
    var result = signal
    result.bias = signal.bias.adding(BiasField.channel(values).collapsed(signal.shape), shape: signal.shape)
    return result
  }

  private func convolution(
    _ signal: NIRSignal, _ node: NIRNode, _ context: MergeContext
  ) throws(ImportError) -> NIRSignal {
    let weights = try node.tensor("weight")
    let isLine = node.type == "Conv1d"
    let groups = try node.integers("groups").first ?? 1
    guard weights.shape.count == (isLine ? 3 : 4), weights.count > 0, signal.shape.count == 3, groups > 0,
      weights.shape[1].multipliedReportingOverflow(by: groups) == (signal.shape[0], false),
      weights.shape[0] % groups == 0
    else {
      throw node.misuse(
        "has weights of shape \(shapeText(weights.shape)) in \(groups) groups and receives \(shapeText(signal.shape))",
        "write the graph again with matching shapes")
    }
    var convolution = Convolution(
      weights: weights.doubles.map { Float($0) },
      shape: isLine ? [weights.shape[0], weights.shape[1], 1, weights.shape[2]] : weights.shape, groups: groups)
    convolution.stride = try node.axes("stride", 1...4096, rows: 1)
    convolution.dilation = try node.axes("dilation", 1...4096, rows: 1)
    switch node.text("padding") {
    case nil:
      let padding = try node.axes("padding", 0...4096, rows: 0)
      convolution.padding = padding + padding
    case "valid": break
    case "same":
      guard convolution.stride == [1, 1] else { throw node.misuse("has padding 'same' with a stride", "give numbers") }
      let span = (0..<2).map { (convolution.shape[2 + $0] - 1) * convolution.dilation[$0] }
      convolution.padding = span.map { $0 / 2 } + span.map { $0 - $0 / 2 }
    case let other?: throw node.misuse("has padding '\(printable(other))'", "give numbers, 'same' or 'valid'")
    }
    let map = LinearMap(convolution, of: signal.shape)
    guard map.outCount > 0 else {
      throw node.misuse("has a kernel larger than the \(shapeText(signal.shape)) it receives", "use a larger input")
    }
    return try biased(signal.mapped(by: map, node: context), node)
  }

  private func pooled(_ signal: NIRSignal, _ node: NIRNode, _ context: MergeContext) throws(ImportError) -> NIRSignal {
    let padding = try node.pair("padding", 0...4095)
    let pool = NetworkPool(
      kind: .average, kernel: try node.pair("kernel_size", 1...4096), stride: try node.pair("stride", 1...4096),
      padding: padding + padding)
    guard signal.shape.count == 3, zip(padding, pool.kernel).allSatisfy({ $0 < $1 }),
      pool.outputShape(signal.shape).allSatisfy({ $0 > 0 })
    else {
      throw node.misuse(
        "pools \(shapeText(pool.kernel)) with padding \(shapeText(padding)) of the \(shapeText(signal.shape)) it receives",
        "use windows that fit")
    }
    return try signal.pooled(pool, isSum: node.type == "SumPool2d", node: context)
  }
}
