import ChipModel

/// How the values of a `net.json` stand in JSON. Their ranges are the check's, except where a form has its own.

extension JSONForm where Value == [Int] {
  static var integers: JSONForm {
    JSONForm("list of integers", write: { .integers($0) }) { (node, _) throws(JSONError) in try node.ints() }
  }

  /// A whole number for both axes, or `[y, x]`.
  static var pair: JSONForm {
    JSONForm("pair", write: { $0.count == 2 && $0[0] == $0[1] ? .int($0[0]) : .integers($0) }) {
      (node, _) throws(JSONError) in
      guard case .array = node.value.kind else { return [Int](repeating: try node.int(), count: 2) }
      return try node.ints(count: 2...2)
    }
  }

  /// A whole number for all sides, `[y, x]`, or `[top, left, bottom, right]`.
  static var sides: JSONForm {
    JSONForm("sides", write: writeSides) { (node, _) throws(JSONError) in
      guard case .array = node.value.kind else { return [Int](repeating: try node.int(), count: 4) }
      let values = try node.ints()
      switch values.count {
      case 2: return values + values
      case 4: return values
      default:
        throw JSONError(
          .wrongCount(values.count, expected: "2 elements [y, x] or 4 elements [top, left, bottom, right]"),
          at: node.location, path: node.path)
      }
    }
  }

  /// `1` for `[1, 1, 1, 1]`, `[1, 2]` for `[1, 2, 1, 2]`.
  private static func writeSides(_ values: [Int]) -> JSONOutput {
    guard values.count == 4, values[0] == values[2], values[1] == values[3] else { return .integers(values) }
    return values[0] == values[1] ? .int(values[0]) : .integers(values[..<2])
  }
}

extension JSONForm where Value == [Double] {
  static var numbers: JSONForm {
    JSONForm("list of numbers", write: { .doubles($0) }) { (node, _) throws(JSONError) in try node.doubles() }
  }
}

extension JSONForm where Value == InputRange {
  static var inputRange: JSONForm {
    JSONForm("list of 2 numbers", write: { .doubles([$0.low, $0.high]) }) { (node, _) throws(JSONError) in
      let ends = try node.doubles(count: 2...2)
      return InputRange(low: ends[0], high: ends[1])
    }
  }
}

extension JSONForm where Value == String? {
  /// A population, or the input: nil.
  static var source: JSONForm {
    JSONForm("text", write: { .string($0 ?? "input") }) { (node, _) throws(JSONError) in
      let name = try node.string()
      return name == "input" ? nil : name
    }
  }
}

extension JSONForm where Value == String {
  /// A file beside the network or in a folder below it: a network from elsewhere must not make nmsim read other files.
  static var fileBeside: JSONForm {
    JSONForm("text", write: { .string($0) }) { (node, _) throws(JSONError) in
      let name = try node.string()
      let steps = name.split(separator: "/", omittingEmptySubsequences: false)
      guard !name.utf8.contains(0), steps.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
        throw node.error(
          "the tensor file '\(printable(name))' is not a plain path below the network's folder;"
            + " put it beside the network and write its name")
      }
      return name
    }
  }
}

extension JSONForm where Value == NeuronModel.Kind {
  static var neuronModel: JSONForm {
    JSONForm("text", write: { .string($0.name) }) { (node, _) throws(JSONError) in
      let name = try node.choice(of: NeuronModel.Kind.ofNetworks.map(\.name))
      guard let kind = NeuronModel.Kind(named: name) else { throw node.error("is no neuron model") }
      return kind
    }
  }
}

extension JSONForm where Value == [ProvenanceEntry] {
  /// A flat object of strings, numbers and flags, in order.
  static var provenance: JSONForm {
    JSONForm("object", write: { entries in .object(entries.map { ($0.key, $0.value.json) }) }) {
      (node, _) throws(JSONError) in
      var object = try node.object()
      var entries: [ProvenanceEntry] = []
      for (key, node) in object.allMembers() {
        let value: ProvenanceValue
        switch node.value.kind {
        case .string(let text): value = .text(text)
        case .bool(let flag): value = .flag(flag)
        case .integer, .number: value = .number(try node.double())
        case .null, .array, .object: throw node.error("provenance values are strings, numbers, true or false")
        }
        entries.append(ProvenanceEntry(key: key, value: value))
      }
      return entries
    }
  }
}

extension ProvenanceValue {
  fileprivate var json: JSONOutput {
    switch self {
    case .text(let text): .string(text)
    case .number(let value): .double(value)
    case .flag(let flag): .bool(flag)
    }
  }
}

// MARK: - Values

extension JSONForm where Value == Values {
  static var values: JSONForm { values("values", allowsInfinity: false) }
  static var thresholds: JSONForm { values("values above 0, or \"infinity\"", allowsInfinity: true) }

  /// A number, `"infinity"` where allowed, a list of those, or `{"tensor": NAME}`.
  private static func values(_ name: String, allowsInfinity: Bool) -> JSONForm {
    JSONForm(name, write: \.json) { (node, _) throws(JSONError) in
      switch node.value.kind {
      case .object: return .tensor(try node.tensorName())
      case .array(let elements):
        if elements.isEmpty { throw node.error("the list is empty; write at least one number") }
        guard allowsInfinity else { return .list(try node.doubles()) }
        var list: [Double] = []
        list.reserveCapacity(elements.count)
        for element in elements {
          if let value = element.double {
            list.append(value)
          } else if element.kind == .string("infinity") {
            list.append(.infinity)
          } else {
            // Only a faulty list pays for the paths of its elements.
            for node in try node.array() { _ = try node.number(allowsInfinity: true) }
          }
        }
        return .list(list)
      default: return .uniform(try node.number(allowsInfinity: allowsInfinity))
      }
    }
  }
}

/// What a file says of a population's bias.
enum GivenBias: Sendable, Equatable {
  case everyStep(Values)
  case byStep(Weights)
}

extension NetworkPopulation {
  var givenBias: GivenBias? {
    get { biasByStep.map(GivenBias.byStep) ?? bias.map(GivenBias.everyStep) }
    set {
      (bias, biasByStep) = (nil, nil)
      switch newValue {
      case .everyStep(let values): bias = values
      case .byStep(let table): biasByStep = table
      case nil: break
      }
    }
  }
}

extension JSONForm where Value == GivenBias {
  static var bias: JSONForm {
    JSONForm("values, or by step", write: \.json) { (node, scope) throws(JSONError) in
      guard case .object(let members) = node.value.kind, members.contains(where: { $0.key == "byStep" }) else {
        return .everyStep(try JSONForm<Values>.values.read(node, &scope))
      }
      var object = try node.object(knowing: ["byStep"])
      return .byStep(try JSONForm<Weights>.weights.read(try object.required("byStep"), &scope))
    }
  }
}

extension GivenBias {
  fileprivate var json: JSONOutput {
    switch self {
    case .everyStep(let values): values.json
    case .byStep(let table): .object([("byStep", table.json)])
    }
  }
}

extension Values {
  fileprivate var json: JSONOutput {
    switch self {
    case .uniform(let value): Self.number(value)
    case .list(let values): .array(values.map(Self.number))
    case .tensor(let name): .object([("tensor", .string(name))])
    }
  }

  private static func number(_ value: Double) -> JSONOutput {
    value == .infinity ? .string("infinity") : .double(value)
  }
}

extension JSONNode {
  fileprivate func number(allowsInfinity: Bool) throws(JSONError) -> Double {
    guard allowsInfinity, case .string(let text) = value.kind else { return try double() }
    guard text == "infinity" else {
      throw JSONError(.unknownValue(text, allowed: ["infinity"]), at: location, path: path)
    }
    return .infinity
  }

  fileprivate func tensorName() throws(JSONError) -> String {
    var object = try object(knowing: ["tensor"])
    return try object.required("tensor").string()
  }
}

// MARK: - Weights

extension JSONForm where Value == Weights {
  /// `{"tensor": NAME}`, `{"type", "shape", "values"}`, nested arrays, or one number.
  static var weights: JSONForm {
    JSONForm("weights", write: \.json) { (node, _) throws(JSONError) in
      switch node.value.kind {
      case .object(let members):
        return members.contains { $0.key == "tensor" }
          ? .tensor(try node.tensorName()) : .inline(try node.typedWeights())
      case .array: return .inline(try node.nestedWeights())
      default:
        guard let tensor = Tensor(shape: [], storage: .float64([try node.double()])) else {
          throw node.error("a single weight could not be stored")
        }
        return .inline(tensor)
      }
    }
  }
}

extension JSONNode {
  fileprivate func typedWeights() throws(JSONError) -> Tensor {
    var object = try object(knowing: ["type", "shape", "values"])
    let typeNode = try object.required("type")
    let typeName = try typeNode.string()
    let shapeNode = try object.required("shape")
    let values = try object.required("values")
    guard ["I8", "I16", "I32", "F32"].contains(typeName) else {
      throw typeNode.error("type '\(printable(typeName))' is not one of I8, I16, I32 and F32")
    }
    let shape = try shapeNode.ints(in: 1...NetworkLimits.weights, count: 0...4)
    guard let count = Tensor.elementCount(shape), count <= NetworkLimits.weights else {
      throw shapeNode.error("the shape has more than \(groupedText(NetworkLimits.weights)) elements")
    }
    let storage: Tensor.Storage =
      switch typeName {
      case "I8": .int8(try values.integers(count: count))
      case "I16": .int16(try values.integers(count: count))
      case "I32": .int32(try values.integers(count: count))
      default: .float32(try values.floats(count: count))
      }
    return try values.tensor(shape, storage)
  }

  private func tensor(_ shape: [Int], _ storage: Tensor.Storage) throws(JSONError) -> Tensor {
    guard let tensor = Tensor(shape: shape, storage: storage) else {
      throw error("the values do not fill the shape \(listText(shape))")
    }
    return tensor
  }

  private func integers<Element: FixedWidthInteger>(count: Int) throws(JSONError) -> [Element] {
    // The range makes the truncation exact.
    try ints(in: Int(Element.min)...Int(Element.max), count: count...count).map { Element(truncatingIfNeeded: $0) }
  }

  private func floats(count: Int) throws(JSONError) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(count)
    for (index, value) in try doubles(count: count...count).enumerated() {
      let rounded = Float(value)
      guard rounded.isFinite else {
        throw JSONError(
          .outOfRange(value: numberText(value), expected: "a number that F32 can hold"), at: location,
          path: "\(path)[\(index)]")
      }
      result.append(rounded)
    }
    return result
  }

  /// The shape is that of the first elements; everything else must agree with it.
  fileprivate func nestedWeights() throws(JSONError) -> Tensor {
    var shape: [Int] = []
    var current = value
    while case .array(let elements) = current.kind {
      guard let first = elements.first else {
        throw error("there is an empty array among the weights; write at least one number in each")
      }
      shape.append(elements.count)
      current = first
    }
    guard shape.count <= 4 else {
      throw error("the arrays are nested \(shape.count) deep; weights have at most 4 dimensions")
    }
    var values: [Double] = []
    try flatten(shape[...], into: &values)
    return try tensor(shape, .float64(values))
  }

  private func flatten(_ shape: ArraySlice<Int>, into values: inout [Double]) throws(JSONError) {
    guard let count = shape.first else { return }
    if shape.count == 1 {
      values += try doubles(count: count...count)
      return
    }
    for child in try array(count: count...count) { try child.flatten(shape.dropFirst(), into: &values) }
  }
}

extension Weights {
  fileprivate var json: JSONOutput {
    switch self {
    case .tensor(let name): .object([("tensor", .string(name))])
    case .inline(let tensor): tensor.inlineJSON
    }
  }
}

extension Tensor {
  /// Doubles as nested arrays; the other kinds with their type. Integers of kinds that weights do not have are written
  /// as I32 where they fit, which the check of the network refuses before.
  fileprivate var inlineJSON: JSONOutput {
    switch storage {
    case .float64(let values): nested(values[...], shape: shape[...])
    case .float32(let values): typed("F32", values.map { .double(shortDouble($0)) })
    case .int8(let values): typed("I8", values.map { .int(Int($0)) })
    case .int16(let values): typed("I16", values.map { .int(Int($0)) })
    case .int32(let values): typed("I32", values.map { .int(Int($0)) })
    case .uint8(let values): typed("I16", values.map { .int(Int($0)) })
    case .int64(let values): typed("I32", values.map { .int(Int($0)) })
    }
  }

  private func typed(_ type: String, _ values: [JSONOutput]) -> JSONOutput {
    .object([("type", .string(type)), ("shape", .integers(shape)), ("values", .array(values))])
  }

  private func nested(_ values: ArraySlice<Double>, shape: ArraySlice<Int>) -> JSONOutput {
    guard let count = shape.first else { return .double(values.first ?? 0) }
    if shape.count == 1 { return .doubles(values) }
    let size = count == 0 ? 0 : values.count / count
    return .array(
      (0..<count).map { index in
        let start = values.startIndex + index * size
        return nested(values[start..<start + size], shape: shape.dropFirst())
      })
  }
}

/// The double whose shortest text is that of the float, so that 0.1 in F32 is written `0.1`; the exact one where
/// reading it back would give another float.
private func shortDouble(_ value: Float) -> Double {
  guard let short = Double("\(value)"), Float(short) == value else { return Double(value) }
  return short
}
