import ChipModel

extension Network {
  /// The network as `net.json`, in one canonical form: keys in the order of `docs/net-json.md`, defaults left out, the
  /// shortest spelling of every number. Reading this text and writing it again gives the same bytes.
  ///
  /// - Parameter tensorsFile: name of the tensor file, relative to the text's folder; nil: the network has none.
  /// - Throws: `JSONWriteError.notFinite` for a number that JSON cannot hold (only thresholds may be infinite).
  package func jsonBytes(tensorsFile: String?) throws(JSONWriteError) -> [UInt8] {
    var members: [(String, JSONOutput)] = [("format", .string(NetworkDocument.format)), ("name", .string(name))]
    if let tensorsFile { members.append(("tensors", .string(tensorsFile))) }
    members.append(("input", input.json))
    members.append(("populations", .array(populations.map(\.json))))
    members.append(("projections", .array(projections.map(\.json))))
    members.append(("output", output.json))
    if let ann { members.append(("ann", ann.json)) }
    if !provenance.isEmpty { members.append(("provenance", .object(provenance.map { ($0.key, $0.value.json) }))) }
    return try JSONWriter.bytes(of: .object(members))
  }
}

/// Members with a value, in order: how every part leaves out its defaults.
private func object(_ members: [(String, JSONOutput?)]) -> JSONOutput {
  .object(members.compactMap { key, value in value.map { (key, $0) } })
}

extension NetworkInput {
  fileprivate var json: JSONOutput {
    object([
      ("kind", .string(kind.rawValue)),
      ("shape", .integers(shape)),
      ("range", range.map { .doubles([$0.low, $0.high]) }),
      ("preprocessing", preprocessing == .identity ? nil : preprocessing.json),
      ("images", images.map { .string($0) }),
      ("labels", labels.map { .string($0) }),
    ])
  }
}

extension Preprocessing {
  fileprivate var json: JSONOutput {
    object([
      ("scale", scale == 1 ? nil : .double(scale)),
      ("mean", mean.isEmpty ? nil : .doubles(mean)),
      ("std", std.isEmpty ? nil : .doubles(std)),
    ])
  }
}

extension NetworkPopulation {
  fileprivate var json: JSONOutput {
    object([
      ("name", .string(name)),
      ("shape", .integers(shape)),
      ("neuron", neuron.json),
      ("bias", bias?.json),
    ])
  }
}

extension NetworkNeuron {
  fileprivate var json: JSONOutput {
    object([
      ("model", .string(model.name)),
      ("threshold", threshold?.json),
      ("negativeThreshold", negativeThreshold?.json),
      ("spikeValue", spikeValue?.json),
      ("initial", initial?.json),
    ] + NeuronModel.Kind.parameters.map { parameter in
      (parameter.key, parameters[value: parameter].flatMap { $0 == parameter.standard ? nil : $0.json })
    })
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

extension NetworkProjection {
  fileprivate var json: JSONOutput {
    object([
      ("name", .string(name)),
      ("from", .string(from ?? "input")),
      ("to", .string(to)),
      ("kind", .string(kind.rawValue)),
      ("pool", pool?.json),
      ("weights", weights?.json),
      ("stride", stride == [1, 1] ? nil : pairJSON(stride)),
      ("padding", padding == [0, 0, 0, 0] ? nil : sidesJSON(padding)),
      ("dilation", dilation == [1, 1] ? nil : pairJSON(dilation)),
      ("groups", groups == 1 ? nil : .int(groups)),
      ("delay", delay.map { .int($0) }),
    ])
  }
}

extension NetworkPool {
  fileprivate var json: JSONOutput {
    object([
      ("kind", .string(kind.rawValue)),
      ("kernel", pairJSON(kernel)),
      ("stride", stride == kernel ? nil : pairJSON(stride)),
      ("padding", padding == [0, 0, 0, 0] ? nil : sidesJSON(padding)),
    ])
  }
}

/// `2` for `[2, 2]`.
private func pairJSON(_ values: [Int]) -> JSONOutput {
  values.count == 2 && values[0] == values[1] ? .int(values[0]) : .integers(values)
}

/// `1` for `[1, 1, 1, 1]`, `[1, 2]` for `[1, 2, 1, 2]`.
private func sidesJSON(_ values: [Int]) -> JSONOutput {
  guard values.count == 4, values[0] == values[2], values[1] == values[3] else { return .integers(values) }
  return values[0] == values[1] ? .int(values[0]) : .integers(values[..<2])
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

extension NetworkOutput {
  fileprivate var json: JSONOutput {
    object([("population", .string(population)), ("readout", .string(readout.rawValue))])
  }
}

extension ANNFacts {
  fileprivate var json: JSONOutput {
    object([
      ("accuracy", accuracy.map { .double($0) }),
      ("accuracyOn", accuracyOn.map { .string($0) }),
      ("multiplyAccumulates", multiplyAccumulates.map { .int($0) }),
      ("parameters", parameters.map { .int($0) }),
    ])
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
