import ChipModel

/// Linear layers on each step of a sequence, `[1, T, F]` or `[T, F]`.
extension Canonicaliser {
  /// Does the product at work treat more than one row alike?
  func isOnSteps(_ value: DataValue) -> Bool {
    value.shape.count > 1 && value.shape.dropLast().contains { $0 > 1 } && node.constant(0) == nil
      && node.constant(1)?.shape.count == 2 && node.integer("transA") ?? 0 == 0
  }

  /// A convolution of kernel 1 over the features of every step.
  mutating func multiplySteps(_ value: inout DataValue) throws(ImportError) {
    let own = node
    let shape = value.shape
    guard let matrix = own.constant(1), let features = shape.last, features > 0 else { return }
    let isTransposed = own.operation == "Gemm" && own.integer("transB") ?? 0 != 0
    guard matrix.shape[isTransposed ? 1 : 0] == features,
      let weights = isTransposed ? matrix : ConstantFolder.transposed(matrix)
    else {
      throw misuse(
        "has weights \(shapeText(matrix.shape)) for \(features) features", "export the model with the right input size")
    }
    let (outputs, steps) = (weights.shape[0], shape.dropLast().reduce(1, *))
    value.shape = [1, steps, features]
    var (trial, turned) = (self, value)
    if (try? trial.convolveSteps(&turned, weights, steps)) != nil {
      (self, value) = (trial, turned)
      node = own
      value.shape = [1, outputs, steps]
      try permute(&value, [0, 2, 1])
    } else {
      try unrollSteps(&value, weights, steps)
    }
    value.shape = shape.dropLast() + [outputs]
    guard own.operation == "Gemm" else { return }
    guard own.float("alpha") ?? 1 == 1, own.float("beta") ?? 1 == 1 else {
      throw misuse("scales what it multiplies step by step", "use nn.Linear")
    }
    if own.input(2) != nil {
      guard let bias = own.constant(2) else { throw misuse("has a bias that is not constant", "use nn.Linear") }
      try shift(&value, .element(broadcast(bias, value.shape)))
    }
  }

  private mutating func convolveSteps(
    _ value: inout DataValue, _ weights: ONNXTensor, _ steps: Int
  ) throws(ImportError) {
    let (outputs, features) = (weights.shape[0], weights.shape[1])
    try permute(&value, [0, 2, 1])
    value.shape = [1, features, 1, steps]
    node.operation = "Conv"
    node.attributes = []
    node.constants = [nil, weights.reshaped([outputs, features, 1, 1])]
    try convolve(&value)
  }

  /// The same as a matrix over all steps.
  private mutating func unrollSteps(
    _ value: inout DataValue, _ weights: ONNXTensor, _ steps: Int
  ) throws(ImportError) {
    let (outputs, features) = (weights.shape[0], weights.shape[1])
    try resolveOrder(&value)
    let part = try whole(value)
    try checkWeights(outputs * steps, features * steps, node: merging)
    let own = weights.floats
    var matrix = [Float](repeating: 0, count: outputs * steps * features * steps)
    for output in 0..<outputs {
      for step in 0..<steps {
        let start = (step * outputs + output) * steps * features + step * features
        for feature in 0..<features { matrix[start + feature] = own[output * features + feature] }
      }
    }
    value.costLayer = cost.add(
      ANNLayer(inputs: features * steps, outputs: outputs * steps, weights: [outputs, features, 1, 1]),
      products: weights.count * steps)
    value.parts = [
      try apply(LinearMap(kind: .dense(matrix), inShape: part.shape, outShape: [1, steps, outputs]), to: part, of: &value)
    ]
    value.nameHint = Canonicaliser.layerName(node: node, weight: origin(1))
    record("\(node.operation) of \(steps) steps", &value, role: "weights of")
  }
}
