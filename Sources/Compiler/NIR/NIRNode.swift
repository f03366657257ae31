import ChipModel

/// One node of a NIR graph as its file has it.
package struct NIRNode: Sendable, Equatable {
  /// With the names of the graphs around it before: `lif1.w_rec`.
  package let name: String
  package let type: String
  /// Members of its group but `type`, in the file's order.
  package let members: [(name: String, object: HDF5Object)]

  package static func == (a: NIRNode, b: NIRNode) -> Bool {
    a.name == b.name && a.type == b.type && HDF5Group(a.members) == HDF5Group(b.members)
  }

  /// A shape that it states, or that of its largest parameter.
  package var shape: [Int]? {
    if let shape = try? integers("shape") { return shape }
    return members.compactMap { if case .numbers(let tensor) = $0.object { tensor.shape } else { nil } }
      .max { $0.reduce(1, *) < $1.reduce(1, *) }
  }
}

extension NIRNode {
  func misuse(_ what: String, _ remedy: String) -> ImportError {
    .unsupportedUse(node: name, operation: type, what: what, remedy: remedy)
  }

  private func object(_ key: String) -> HDF5Object? { members.first { $0.name == key }?.object }

  func has(_ key: String) -> Bool { object(key) != nil }

  func text(_ key: String) -> String? {
    if case .texts(let texts, _) = object(key), texts.count == 1 { texts[0] } else { nil }
  }

  /// A parameter, its values finite.
  func tensor(_ key: String) throws(ImportError) -> Tensor {
    guard case .numbers(let tensor) = object(key) else {
      throw misuse("has no numbers '\(key)'", "write the graph again with the package nir")
    }
    guard tensor.doubles.allSatisfy(\.isFinite) else {
      throw misuse("has '\(key)' with infinity or NaN", "train the network again")
    }
    return tensor
  }

  /// Whole numbers.
  func integers(_ key: String) throws(ImportError) -> [Int] {
    try tensor(key).doubles.map { (value) throws(ImportError) in
      guard let whole = Int(exactly: value), whole.magnitude <= 1 << 30 else {
        throw misuse("has '\(key)' \(numberText(value))", "give whole numbers")
      }
      return whole
    }
  }

  /// Whole numbers for two axes, of which one number stands for both.
  func pair(_ key: String, _ range: ClosedRange<Int>) throws(ImportError) -> [Int] {
    let values = try integers(key)
    guard (1...2).contains(values.count), values.allSatisfy(range.contains) else {
      throw misuse(
        "has '\(key)' \(shapeText(values))", "give one or two numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return values.count == 1 ? [values[0], values[0]] : values
  }

  /// Two axes for a convolution: those of a one-dimensional one have no rows.
  func axes(_ key: String, _ range: ClosedRange<Int>, rows: Int) throws(ImportError) -> [Int] {
    let pair = try pair(key, range)
    return type == "Conv1d" ? [rows, pair[1]] : pair
  }
}
