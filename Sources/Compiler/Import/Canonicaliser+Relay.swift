import ChipModel

/// Where a product of linear layers would cost more than the layers, neurons that relay a value stand between.
extension Canonicaliser {
  /// Linear layers that meet stay apart where one layer would cost more than so many times what they cost. Relay
  /// neurons have both signs, so that weights stand twice: below 2 the one layer is the cheaper.
  static let mergeFactor = 2.0
  /// Also where multiplying out itself takes more multiplications than this: about a third of a second.
  static let productWork = 0x1p28

  /// A linear map applied to a part of a value that the node at work reads.
  mutating func apply(
    _ map: LinearMap, to part: AffinePart, of value: inout DataValue
  ) throws(ImportError) -> AffinePart {
    guard let reason = excess(of: map, after: part) else { return try product(map, part) }
    return try product(map, try relay(part, of: &value, because: reason))
  }

  func product(_ map: LinearMap, _ part: AffinePart) throws(ImportError) -> AffinePart {
    var terms: [LinearTerm] = []
    for term in part.terms { terms.append(try term.then(map, node: merging)) }
    var result = AffinePart(shape: map.outShape, terms: [])
    // Terms that have become alike are one connection.
    try result.add(AffinePart(shape: map.outShape, terms: terms), node: merging)
    result.bias = try part.bias.mapped(by: map, node: merging)
    return result
  }

  /// Why a map and those of the part should stay apart, for the report; nil where they should become one.
  func excess(of map: LinearMap, after part: AffinePart) -> String? {
    switch options.merge {
    case .always: return nil
    case .never:
      let meet = map.hasOwnWeights && part.terms.contains { hasWeights($0) }
      return meet ? "linear layers were to stay apart" : nil
    case .auto: break
    }
    var (cost, work, parts) = (0.0, 0.0, map.cost)
    for term in part.terms {
      let product = term.map.product(with: map)
      cost += product.cost
      work += product.work
      parts += term.map.cost / Double(sharers)
    }
    if work > Self.productWork { return "multiplying the layers out would take \(Int(min(work, 0x1p62))) products" }
    guard cost > Self.mergeFactor * parts else { return nil }
    return "one layer would cost \((cost / parts * 10).rounded() / 10) times what the layers cost"
  }

  /// Has the term weights of its own, which a reader would carry?
  func hasWeights(_ term: LinearTerm) -> Bool { term.map.hasOwnWeights && !readsRelay(term) }

  /// Does the term only take the difference of relay neurons?
  func readsRelay(_ term: LinearTerm) -> Bool {
    guard case .layer(let layer) = term.source, relays.contains(layer), case .convolution(let c) = term.map.kind else {
      return false
    }
    return c.taps == 1 && c.groups == c.shape[0] && c.stride == [1, 1] && c.padding == [0, 0, 0, 0]
  }

  /// Relays values that several nodes read and that each of them would compute again.
  mutating func relayShared() throws(ImportError) {
    guard options.merge != .always, !LinearReaders.weighs(node) else { return }
    for name in Set(node.inputs).sorted() {
      guard let shared = readersOf[name], shared.nodes > 1, case .data(var value)? = values[name] else { continue }
      let sharers = Double(shared.consumers)
      for part in value.parts where part.pendingMaximum == nil && part.terms.contains(where: { hasWeights($0) }) {
        let cost = part.terms.reduce(0) { $0 + $1.map.cost }
        guard cost > Self.mergeFactor * (cost / sharers + Double(part.outputCount)) else { continue }
        _ = try relay(part, of: &value, because: "\(shared.consumers) layers would each compute it again")
      }
    }
  }

  /// Neurons that pass a part's values on: ReLUs where it is never negative, else two for each value, `x = relu(x) -
  /// relu(-x)`. Every value that holds the part reads them from now on.
  mutating func relay(
    _ part: AffinePart, of value: inout DataValue, because reason: String
  ) throws(ImportError) -> AffinePart {
    let isSigned = !isNonNegative(part)
    let result = try relayed(part, hint: relayHint(value), entries: value.entries)
    let name = layers[layers.count - 1].name
    let rule = isSigned ? ", x = relu(x) - relu(-x)" : ""
    notes.append("'\(printable(node.label))' reads relay neurons '\(name)'\(rule): \(reason)")
    func replace(in value: inout DataValue) {
      for index in value.parts.indices where value.parts[index] == part {
        value.parts[index] = result
        if value.parts.count == 1 { value.entries = [] }
      }
    }
    replace(in: &value)
    for key in values.keys.sorted() {
      guard case .data(var other)? = values[key] else { continue }
      replace(in: &other)
      values[key] = .data(other)
    }
    return result
  }

  func relayHint(_ value: DataValue) -> String {
    (value.nameHint ?? Canonicaliser.layerName(node: node, weight: nil)) + "_relay"
  }

  /// What reads relay neurons for a part.
  mutating func relayed(_ part: AffinePart, hint: String, entries: [Int]) throws(ImportError) -> AffinePart {
    if isNonNegative(part) {
      defer { relays.insert(layers.count - 1) }
      return try makeLayer(part, .relu, hint: hint, entries: entries)
    }
    let ones = [Double](repeating: 1, count: part.shape[0])
    return try halves(part, .relu, Halves(reach: ones, share: ones), hint: hint, entries: entries)
  }

  /// What reads a layer of two neurons for each value `x` of a part, `f(x) - share * f(-reach * x)`.
  mutating func halves(
    _ part: AffinePart, _ activation: AnalogActivation, _ halves: Halves, hint: String?, entries: [Int]
  ) throws(ImportError) -> AffinePart {
    var whole = part
    if whole.shape.count == 1 { whole.relabel([part.shape[0], 1, 1]) }
    let channels = whole.shape[0]
    var (reach, share) = ([Float](repeating: 1, count: 2 * channels), [Float](repeating: 1, count: 2 * channels))
    for i in 0..<channels {
      reach[2 * i + 1] = Float(-halves.reach[i])
      share[2 * i + 1] = Float(-halves.share[i])
    }
    let both = Convolution(weights: reach, shape: [2 * channels, 1, 1, 1], groups: channels)
    let doubled = try product(LinearMap(both, of: whole.shape), whole)
    let made = try makeLayer(doubled, activation, hint: hint, entries: entries)
    relays.insert(layers.count - 1)
    let difference = Convolution(weights: share, shape: [channels, 2, 1, 1], groups: channels)
    return try product(LinearMap(difference, of: doubled.shape), made)
  }

  /// Factors by channel of the half below 0.
  struct Halves {
    var reach: [Double]
    var share: [Double]
  }
}

/// How often a value of the graph is read.
struct LinearReaders {
  /// Nodes that read it.
  var nodes = 0
  /// Nodes behind which it is no longer a sum of layers and that would each hold a copy of its weights.
  var consumers = 0

  /// By value.
  static func count(_ graph: ONNXGraph) -> [String: LinearReaders] {
    var result: [String: LinearReaders] = [graph.outputName: LinearReaders(nodes: 1, consumers: 1)]
    for node in graph.nodes.reversed() {
      let behind = node.outputs.reduce(0) { $0 + (result[$1]?.consumers ?? 0) }
      let passed = passes.contains(node.operation) ? behind : 1
      for name in Set(node.inputs) {
        let known = result[name] ?? LinearReaders()
        result[name] = LinearReaders(nodes: known.nodes + 1, consumers: min(known.consumers + passed, 1 << 20))
      }
    }
    return result
  }

  /// Does the node have weights of its own?
  static func weighs(_ node: ONNXNode) -> Bool { ["Conv", "Gemm", "MatMul"].contains(node.operation) }

  /// Operators that hand a sum of layers on.
  private static let passes: Set = [
    "Identity", "Cast", "CastLike", "Dropout", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Slice",
    "Pad", "Concat", "BatchNormalization", "Add", "Sub", "Mul", "Div", "Sum", "Neg", "Split", "Gather",
  ]
}
