import ChipModel

/// Activations close a sum into a layer.
extension Canonicaliser {
  mutating func activate(_ value: inout DataValue, _ data: [DataValue]) throws(ImportError) {
    guard let activation = try activation(value, data) else {
      record(node.operation, &value, role: "left out (changes nothing here)", waits: false)
      return
    }
    let name = Canonicaliser.layerName(node: node, weight: nil)
    for index in value.parts.indices {
      let part = value.parts[index]
      if isSettled(part, activation) { continue }
      if part.terms.isEmpty {
        // Constants, as padding channels are: evaluated now.
        let bias = part.bias.elements(part.shape).map { activation.applied(to: $0) }
        value.parts[index].bias = BiasField.element(bias).collapsed(part.shape)
        continue
      }
      let hint = value.parts.count == 1 ? value.nameHint : nil
      value.parts[index] = try makeLayer(part, activation, hint: hint ?? name, entries: value.entries)
    }
    let made = value.parts.compactMap { part -> String? in
      guard case .layer(let index)? = part.terms.first?.source else { return nil }
      return layers[index].name
    }
    record(node.operation, &value, role: "activation of", waits: false)
    entries[entries.count - 1].layers = made
    value.entries = []
    value.nameHint = nil
  }

  /// The activation a node stands for; nil for one that changes nothing.
  private func activation(_ value: DataValue, _ data: [DataValue]) throws(ImportError) -> AnalogActivation? {
    switch node.operation {
    case "Relu": return .relu
    case "LeakyRelu": return try leaky(node.float("alpha") ?? 0.01)
    case "PRelu":
      guard let slopes = node.constant(1)?.floats, let slope = slopes.first else {
        throw misuse("has a slope that is not constant", "use nn.PReLU()")
      }
      guard slopes.allSatisfy({ $0 == slope }) else {
        throw misuse("has a slope per channel", "use nn.PReLU() with one slope, or nn.LeakyReLU")
      }
      return try leaky(slope)
    case "Max":
      guard data.count == 1, node.constants.count == 2, let bound = node.constant(0) ?? node.constant(1),
        bound.floats.allSatisfy({ $0 == 0 })
      else { throw misuse("is not a ReLU", "use nn.ReLU, or nn.MaxPool2d for pooling") }
      return .relu
    default: return try clip(value)
    }
  }

  private func leaky(_ slope: Float) throws(ImportError) -> AnalogActivation? {
    guard slope >= 0, slope.isFinite else {
      throw misuse("has slope \(slope)", "train with a slope of at least 0")
    }
    if slope == 0 { return .relu }
    return slope == 1 ? nil : .leakyRelu(slope: slope)
  }

  private func clip(_ value: DataValue) throws(ImportError) -> AnalogActivation? {
    func bound(_ index: Int, _ name: String) throws(ImportError) -> Float? {
      if let value = node.float(name) { return value }
      guard node.input(index) != nil else { return nil }
      guard let tensor = node.constant(index), tensor.count == 1 else {
        throw misuse("has a bound that is not a constant", "use nn.ReLU6 or nn.Hardtanh(0, bound)")
      }
      return tensor.floats[0]
    }
    let low = try bound(1, "min") ?? -Float.infinity
    let high = try bound(2, "max") ?? Float.infinity
    guard high > 0 else { throw misuse("has upper bound \(high)", "use an upper bound above 0") }
    let isBounded = high < 3e38
    if low == 0 { return isBounded ? .clip(maximum: high) : .relu }
    guard low < 0, value.parts.allSatisfy({ isNonNegative($0) }) || (low < -3e38 && !isBounded) else {
      throw misuse(
        "bounds values to \(low)...\(high)", "a spiking neuron starts at 0: use nn.ReLU6 or nn.Hardtanh(0, bound)"
      )
    }
    return isBounded ? .clip(maximum: high) : nil
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
    case .none: OutputActivation()
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
    case .clip(let maximum, let levels?):
      (min(max(value, 0), Double(maximum)) * Double(levels) / Double(maximum) + 0.5).rounded(.down) * Double(maximum)
        / Double(levels)
    }
  }
}
