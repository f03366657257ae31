import ChipModel

/// Activations close a sum into a layer.
extension Canonicaliser {
  /// What an activation node does with values `x`.
  private enum Bend {
    case nothing
    case layer(AnalogActivation)
    /// `f(x) - share * f(-reach * x)`, by channel of the value.
    case halves(AnalogActivation, Halves)
    /// `sign * f(sign * (x - origin)) + origin`
    case moved(AnalogActivation, sign: Double, origin: Double)
  }

  mutating func activate(_ value: inout DataValue, _ data: [DataValue]) throws(ImportError) {
    let first = layers.count
    value.costLayer = nil
    switch try bend(value, data) {
    case .nothing:
      record(node.operation, &value, role: "left out (changes nothing here)", waits: false)
      return
    case .layer(let activation): try close(&value, activation)
    case .halves(let activation, let halves): try close(&value, activation, halves)
    case .moved(let activation, let sign, let origin):
      try move(&value, sign, origin: -sign * origin)
      try close(&value, activation)
      try move(&value, sign, origin: origin)
    }
    var made = layers[first...].map(\.name)
    if made.isEmpty {
      made = value.parts.compactMap { part in
        guard case .layer(let index)? = part.terms.first?.source else { return nil }
        return layers[index].name
      }
    }
    record(node.operation, &value, role: "activation of", waits: false)
    entries[entries.count - 1].layers = made
    value.entries = []
    value.nameHint = nil
  }

  /// Multiplies a value and shifts it.
  private mutating func move(_ value: inout DataValue, _ factor: Double, origin: Double) throws(ImportError) {
    if factor != 1 {
      for index in value.parts.indices {
        value.parts[index] = try scaled(value.parts[index], [factor], entries: value.entries)
      }
    }
    try shift(&value, .element([Double](repeating: origin, count: value.count)))
  }

  /// Makes each part of a value a layer.
  private mutating func close(
    _ value: inout DataValue, _ activation: AnalogActivation, _ bend: Halves? = nil
  ) throws(ImportError) {
    let name = Canonicaliser.layerName(node: node, weight: nil)
    var offset = 0
    for index in value.parts.indices {
      var part = value.parts[index]
      let channels = offset..<(offset + part.outputShape[0])
      offset = channels.upperBound
      let own = bend.map { Halves(reach: Array($0.reach[channels]), share: Array($0.share[channels])) }
      if own == nil && isSettled(part, activation) { continue }
      if part.terms.isEmpty {
        // Constants, as padding channels are: evaluated now.
        let plane = part.shape.dropFirst().reduce(1, *)
        let bias = part.bias.elements(part.shape).enumerated().map { element, value in
          let other = own.map { $0.share[element / plane] * activation.applied(to: -$0.reach[element / plane] * value) }
          return activation.applied(to: value) - (other ?? 0)
        }
        value.parts[index].bias = BiasField.element(bias).collapsed(part.shape)
        continue
      }
      let hint = (value.parts.count == 1 ? value.nameHint : nil) ?? name
      if let own {
        part = try affine(part, entries: value.entries)
        value.parts[index] = try halves(part, activation, own, hint: hint, entries: value.entries)
      } else {
        value.parts[index] = try makeLayer(part, activation, hint: hint, entries: value.entries)
      }
    }
  }

  private func bend(_ value: DataValue, _ data: [DataValue]) throws(ImportError) -> Bend {
    switch node.operation {
    case "Relu": return .layer(.relu)
    case "LeakyRelu": return try leaky([Double](repeating: Double(node.float("alpha") ?? 0.01), count: channels(value)))
    case "PRelu":
      guard let slopes = node.constant(1), let numbers = try? broadcast(slopes, value.shape) else {
        throw misuse("has a slope that is not constant", "use nn.PReLU()")
      }
      let shape = Array(value.shape.dropFirst())
      guard value.order == nil || slopes.count == 1, !shape.isEmpty, let own = BiasField.channels(numbers, shape) else {
        throw misuse(
          "has a slope that differs within a channel", "use nn.PReLU() with one slope, or one for each channel")
      }
      let count = channels(value)
      guard count > 0, count % own.count == 0 else {
        throw misuse("has slopes of \(own.count) channels", "use nn.PReLU()")
      }
      return try leaky(own.flatMap { [Double](repeating: $0, count: count / own.count) })
    case "Max", "Min":
      guard data.count == 1, node.constants.count == 2, let bound = node.constant(0) ?? node.constant(1),
        let number = bound.floats.first, bound.floats.allSatisfy({ $0 == number })
      else { throw misuse("is not a ReLU", "use nn.ReLU, or nn.MaxPool2d for pooling") }
      return try clip(
        value, low: node.operation == "Max" ? number : -.infinity, high: node.operation == "Min" ? number : .infinity)
    default:
      return try clip(value, low: try bound(1, "min") ?? -.infinity, high: try bound(2, "max") ?? .infinity)
    }
  }

  /// Of all parts: channels, or elements of vectors.
  private func channels(_ value: DataValue) -> Int { value.parts.reduce(0) { $0 + $1.outputShape[0] } }

  private func leaky(_ slopes: [Double]) throws(ImportError) -> Bend {
    guard slopes.allSatisfy(\.isFinite), let slope = slopes.first else {
      throw misuse("has slopes that are infinite or not numbers", "check the model's weights")
    }
    if slopes.allSatisfy({ $0 == slope }) {
      if slope == 0 { return .layer(.relu) }
      if slope == 1 { return .nothing }
      if slope > 0 { return .layer(.leakyRelu(slope: Float(slope))) }
    }
    return .halves(.relu, Halves(reach: [Double](repeating: 1, count: slopes.count), share: slopes))
  }

  private func bound(_ index: Int, _ name: String) throws(ImportError) -> Float? {
    if let value = node.float(name) { return value }
    guard node.input(index) != nil else { return nil }
    guard let tensor = node.constant(index), tensor.count == 1 else {
      throw misuse("has a bound that is not a constant", "use nn.ReLU6 or nn.Hardtanh")
    }
    return tensor.floats[0]
  }

  private func clip(_ value: DataValue, low: Float, high: Float) throws(ImportError) -> Bend {
    guard low < high else { throw misuse("bounds values to \(low)...\(high)", "use bounds in order") }
    let (isBelow, isAbove) = (low > -3e38, high < 3e38)
    if low == 0 { return .layer(isAbove ? .clip(maximum: high) : .relu) }
    if high > 0, low < 0, isBelow || isAbove, value.parts.allSatisfy({ isNonNegative($0) }) {
      return isAbove ? .layer(.clip(maximum: high)) : .nothing
    }
    switch (isBelow, isAbove) {
    case (false, false): return .nothing
    case (true, false): return .moved(.relu, sign: 1, origin: Double(low))
    case (false, true): return .moved(.relu, sign: -1, origin: Double(high))
    case (true, true):
      guard low < 0, high > 0 else { return .moved(.clip(maximum: high - low), sign: 1, origin: Double(low)) }
      let (count, share) = (channels(value), Double(-low) / Double(high))
      return .halves(
        .clip(maximum: high),
        Halves(reach: [Double](repeating: 1 / share, count: count), share: [Double](repeating: share, count: count)))
    }
  }

  /// `floor(L * clip(x) + 1/2)` after a Clip of its own: the layer becomes one of `L` levels (QCFS, Bu et al. 2022).
  mutating func roundDown(_ value: inout DataValue) throws(ImportError) {
    let remedy = "write QCFS as floor(clip(x / theta, 0, 1) * L + 0.5) * theta / L"
    for index in value.parts.indices {
      let part = value.parts[index]
      guard part.terms.count == 1, let term = part.terms.first, term.pool == nil, part.pendingMaximum == nil,
        case .layer(let layer) = term.source, case .clip(let maximum, nil) = layers[layer].activation,
        case .identity(let factors) = term.map.kind, case let factor = factors.first ?? 1,
        factors.allSatisfy({ $0 == factor })
      else { throw misuse("rounds what no Clip(0, bound) bounds", remedy) }
      let levels = (factor * Double(maximum)).rounded()
      guard abs(factor * Double(maximum) - levels) < 1e-4, levels >= 1, levels <= 4096,
        part.bias.elements(part.shape).allSatisfy({ abs($0 - 0.5) < 1e-6 })
      else { throw misuse("does not round to nearest a whole number of levels", remedy) }
      // Another reader of the layer would get rounded values that the graph does not give it.
      let isShared =
        layers.contains { $0.connections.contains { $0.source == .layer(layer) } }
        || values.contains { name, other in
          guard case .data(let data) = other, !node.inputs.contains(name) || (readers[name] ?? 0) > 1 else {
            return false
          }
          return data.parts.contains { $0.terms.contains { $0.source == .layer(layer) } }
        }
      if isShared { throw misuse("rounds a value that is read elsewhere unrounded", remedy) }
      layers[layer].activation = .clip(maximum: maximum, levels: Int(levels))
      value.parts[index].bias = .none
    }
    record(node.operation, &value, role: "levels of")
  }

  /// Is the part a layer's output that this activation leaves as it is?
  private func isSettled(_ part: AffinePart, _ activation: AnalogActivation) -> Bool {
    guard case .layer(let index)? = part.plainSource else { return false }
    switch (layers[index].activation, activation) {
    case (.relu, .relu), (.relu, .leakyRelu), (.clip, .relu), (.clip, .leakyRelu): return true
    case (.clip(let own, _), .clip(let bound, _)): return own <= bound
    default: return false
    }
  }
}

extension AnalogActivation {
  /// The same at the end of a network, where no neuron does it.
  var ofOutput: OutputActivation {
    switch self {
    case .none, .quantised: OutputActivation()
    case .relu: OutputActivation(negativeSlope: 0)
    case .leakyRelu(let slope): OutputActivation(negativeSlope: Double(slope))
    case .clip(let maximum, _): OutputActivation(negativeSlope: 0, maximum: Double(maximum))
    }
  }

  /// The activation of one value.
  func applied(to value: Double) -> Double {
    switch self {
    case .none: value
    case .relu: max(value, 0)
    case .leakyRelu(let slope): value >= 0 ? value : value * Double(slope)
    case .clip(let maximum, nil): min(max(value, 0), Double(maximum))
    case .quantised(let step, let lowest, let highest):
      min(max((value / Double(step)).rounded(.toNearestOrEven), Double(lowest)), Double(highest)) * Double(step)
    case .clip(let maximum, let levels?):
      (min(max(value, 0), Double(maximum)) * Double(levels) / Double(maximum) + 0.5).rounded(.down) * Double(maximum)
        / Double(levels)
    }
  }
}
