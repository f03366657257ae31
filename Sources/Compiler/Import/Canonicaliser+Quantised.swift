/// QuantizeLinear and DequantizeLinear of data.
extension Canonicaliser {
  /// Evaluated, values are rounded and cut as the file says; converted, they stay what they are.
  mutating func quantise(_ value: inout DataValue) throws(ImportError) {
    guard options.purpose == .evaluation else {
      record(node.operation, &value, role: "left out (values are not rounded)", waits: false)
      let note = "quantisers between layers were left out: values are neither rounded nor cut to their range"
      if !notes.contains(note) { notes.append(note) }
      return
    }
    guard let step = node.constant(1), step.count == 1, node.input(2) == nil || node.constant(2)?.count == 1,
      step.floats[0] > 0
    else { throw misuse("has more than one scale for values of the network", "quantise activations with one scale") }
    let (scale, zero) = (Double(step.floats[0]), Double(node.constant(2)?.floats[0] ?? 0))
    if node.operation == "DequantizeLinear" {
      try shift(&value, .element([Double](repeating: -zero, count: value.count)))
      try scaleElements(&value, [Double](repeating: scale, count: value.count))
      record(node.operation, &value, role: "folded into")
      return
    }
    let element = node.constant(2)?.element ?? node.integer("output_dtype").flatMap { ONNXElement(rawValue: $0) } ?? .uint8
    guard let range = element.smallRange else {
      throw misuse("rounds to a type that is not whole numbers of 8 or 16 bits", "quantise to 8 bits")
    }
    let activation = AnalogActivation.quantised(
      step: step.floats[0], lowest: Float(range.lowerBound) - Float(zero), highest: Float(range.upperBound) - Float(zero))
    let name = Canonicaliser.layerName(node: node, weight: nil)
    for index in value.parts.indices {
      value.parts[index] = try makeLayer(
        value.parts[index], activation, hint: value.parts.count == 1 ? value.nameHint ?? name : name, entries: value.entries)
    }
    (value.entries, value.nameHint, value.costLayer) = ([], nil, nil)
    // The file goes on with whole numbers.
    try scaleElements(&value, [Double](repeating: 1 / scale, count: value.count))
    try shift(&value, .element([Double](repeating: zero, count: value.count)))
    record(node.operation, &value, role: "rounding of", waits: false)
  }
}

extension ONNXNode {
  /// Operator sets before 7 say with `axis` where the second of two shapes begins: sizes of 1 behind it say the same.
  mutating func alignOldBroadcast(rank: Int?) {
    guard integer("broadcast") ?? 0 != 0, let axis = integer("axis"), let second = constant(1),
      let rank = rank ?? constant(0)?.shape.count, axis >= 0, axis + second.shape.count <= rank
    else { return }
    constants[1] = second.reshaped(second.shape + [Int](repeating: 1, count: rank - axis - second.shape.count))
  }
}
