/// A JSON value with its key path, and checked ways to read it. Errors name line, column and path.
package struct JSONNode: Sendable {
  package let value: JSONValue
  /// `populations[2].neuron.threshold`; empty for the whole text.
  package let path: String

  init(_ value: JSONValue, path: String) {
    self.value = value
    self.path = path
  }

  /// The whole text.
  package init(root value: JSONValue) {
    self.init(value, path: "")
  }

  package var location: SourceLocation { value.location }
  package var isNull: Bool { value.kind == .null }

  /// An error at this value, for a format's own rules.
  package func error(_ text: String) -> JSONError {
    JSONError(.invalid(text), at: location, path: path)
  }

  private func wrongType(_ expected: String) -> JSONError {
    JSONError(.wrongType(expected: expected, found: value.shortDescription), at: location, path: path)
  }

  private func outOfRange(_ expected: String) -> JSONError {
    JSONError(.outOfRange(value: value.shortDescription, expected: expected), at: location, path: path)
  }

  // MARK: Scalars

  package func bool() throws(JSONError) -> Bool {
    guard case .bool(let result) = value.kind else { throw wrongType("true or false") }
    return result
  }

  package func string() throws(JSONError) -> String {
    guard case .string(let result) = value.kind else { throw wrongType("a string") }
    return result
  }

  /// A string that is one of the cases' raw values; an unknown one is answered with the nearest or all of them.
  package func choice<Choice>(of type: Choice.Type = Choice.self) throws(JSONError) -> Choice
  where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
    let names = Choice.allCases.map(\.rawValue)
    guard let result = Choice(rawValue: try choice(of: names)) else { throw wrongType(names.joined(separator: " or ")) }
    return result
  }

  /// A string that is one of the names.
  package func choice(of names: [String]) throws(JSONError) -> String {
    let text = try string()
    guard names.contains(text) else { throw JSONError(.unknownValue(text, allowed: names), at: location, path: path) }
    return text
  }

  /// The object, after a look for keys that it does not have: a mistyped key is told as that, not as a missing one.
  package func object(knowing keys: [String]) throws(JSONError) -> JSONObjectReader {
    var known = try object()
    for key in keys { _ = known.optional(key) }
    try known.finish()
    return try object()
  }

  /// An integer, also when written `3.0` or `1e3`.
  package func int(in range: ClosedRange<Int> = .min ... .max) throws(JSONError) -> Int {
    guard let double = value.double else { throw wrongType("an integer") }
    guard let wide = value.integer, let result = Int(exactly: wide) else {
      if double.magnitude >= 0x1p53 { throw outOfRange(Self.text(of: range)) }
      throw wrongType("an integer")
    }
    guard range.contains(result) else { throw outOfRange(Self.text(of: range)) }
    return result
  }

  /// A number; always finite, because JSON has no other.
  package func double() throws(JSONError) -> Double {
    guard let result = value.double else { throw wrongType("a number") }
    return result
  }

  /// A number with `range.lowerBound <= x <= range.upperBound`.
  package func double(in range: ClosedRange<Double>) throws(JSONError) -> Double {
    let result = try double()
    guard range.contains(result) else {
      throw outOfRange(
        range.upperBound == .infinity
          ? "a number of at least \(numberText(range.lowerBound))"
          : "a number from \(numberText(range.lowerBound)) to \(numberText(range.upperBound))")
    }
    return result
  }

  /// A number with `x > bound`.
  package func double(above bound: Double) throws(JSONError) -> Double {
    let result = try double()
    guard result > bound else { throw outOfRange("a number above \(numberText(bound))") }
    return result
  }

  // MARK: Containers

  package func object() throws(JSONError) -> JSONObjectReader {
    guard case .object(let members) = value.kind else { throw wrongType("an object") }
    return JSONObjectReader(members: members, path: path, location: location)
  }

  /// The elements, with paths `name[0]`, `name[1]`, ...
  package func array(count: ClosedRange<Int> = 0 ... .max) throws(JSONError) -> [JSONNode] {
    try elements(count: count).enumerated().map { JSONNode($1, path: "\(path)[\($0)]") }
  }

  /// An array of integers, each in `range`.
  package func ints(in range: ClosedRange<Int> = .min ... .max, count: ClosedRange<Int> = 0 ... .max)
    throws(JSONError) -> [Int]
  {
    let values = try elements(count: count)
    var result: [Int] = []
    result.reserveCapacity(values.count)
    for (index, element) in values.enumerated() {
      if case .integer(let wide) = element.kind, let value = Int(exactly: wide), range.contains(value) {
        result.append(value)
      } else {
        result.append(try JSONNode(element, path: "\(path)[\(index)]").int(in: range))
      }
    }
    return result
  }

  /// An array of numbers.
  package func doubles(count: ClosedRange<Int> = 0 ... .max) throws(JSONError) -> [Double] {
    let values = try elements(count: count)
    var result: [Double] = []
    result.reserveCapacity(values.count)
    for (index, element) in values.enumerated() {
      guard let value = element.double else {
        throw JSONNode(element, path: "\(path)[\(index)]").wrongType("a number")
      }
      result.append(value)
    }
    return result
  }

  package func strings(count: ClosedRange<Int> = 0 ... .max) throws(JSONError) -> [String] {
    var result: [String] = []
    for node in try array(count: count) { result.append(try node.string()) }
    return result
  }

  private func elements(count range: ClosedRange<Int>) throws(JSONError) -> [JSONValue] {
    guard case .array(let elements) = value.kind else { throw wrongType("an array") }
    guard range.contains(elements.count) else {
      let (low, high) = (range.lowerBound, range.upperBound)
      let expected =
        if low == high {
          "\(low) element\(low == 1 ? "" : "s")"
        } else if high == .max {
          "at least \(low) element\(low == 1 ? "" : "s")"
        } else {
          "\(low) to \(high) elements"
        }
      throw JSONError(.wrongCount(elements.count, expected: expected), at: location, path: path)
    }
    return elements
  }

  private static func text(of range: ClosedRange<Int>) -> String {
    switch (range.lowerBound, range.upperBound) {
    case (.min, .max): "an integer of at most 64 bits"
    case (let low, .max): "an integer of at least \(low)"
    case (.min, let high): "an integer of at most \(high)"
    case (let low, let high): "an integer from \(low) to \(high)"
    }
  }

  private func numberText(_ value: Double) -> String {
    JSONOutput.numberText(value) ?? "\(value)"
  }
}
