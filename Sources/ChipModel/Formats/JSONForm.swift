/// How a value stands in JSON: written, read with its range, and named for the reference pages.
package struct JSONForm<Value>: Sendable {
  package let name: String
  /// Members of an object, or of the objects of a list.
  package let members: @Sendable () -> [JSONFieldFacts]
  package let write: @Sendable (Value) -> JSONOutput
  package let read: @Sendable (JSONNode, inout JSONScope) throws(JSONError) -> Value

  package init(
    _ name: String, members: @escaping @Sendable () -> [JSONFieldFacts] = { [] },
    write: @escaping @Sendable (Value) -> JSONOutput,
    read: @escaping @Sendable (JSONNode, inout JSONScope) throws(JSONError) -> Value
  ) {
    self.name = name
    self.members = members
    self.write = write
    self.read = read
  }
}

// MARK: Scalars

extension JSONForm where Value == String {
  package static var text: JSONForm {
    JSONForm("text", write: { .string($0) }) { (node, _) throws(JSONError) in try node.string() }
  }
}

extension JSONForm where Value == Bool {
  package static var flag: JSONForm {
    JSONForm("true or false", write: { .bool($0) }) { (node, _) throws(JSONError) in try node.bool() }
  }
}

extension JSONForm where Value == Int {
  /// At least 0.
  package static var count: JSONForm { integer(0 ... .max) }

  package static func integer(_ range: ClosedRange<Int>) -> JSONForm {
    JSONForm("integer", write: { .int($0) }) { (node, _) throws(JSONError) in try node.int(in: range) }
  }

  /// A count that lists of this name have.
  package static func length(_ name: String, in range: ClosedRange<Int>) -> JSONForm {
    JSONForm("integer, \(name)", write: { .int($0) }) { (node, scope) throws(JSONError) in
      let count = try node.int(in: range)
      scope.lengths[name] = count
      return count
    }
  }

  /// A place in lists of this name, from 1.
  package static func step(of length: String) -> JSONForm {
    JSONForm("integer, 1 to \(length)", write: { .int($0) }) { (node, scope) throws(JSONError) in
      try node.int(in: 1...max(1, scope.lengths[length] ?? .max))
    }
  }
}

extension JSONForm where Value == Double {
  package static var number: JSONForm { number(in: -.infinity ... .infinity) }
  /// Joules, seconds, watts: at least 0.
  package static var amount: JSONForm { number(in: 0 ... .infinity) }
  package static var fraction: JSONForm { number(in: 0...1) }

  package static func number(in range: ClosedRange<Double>) -> JSONForm {
    JSONForm("number", write: { .number($0) }) { (node, _) throws(JSONError) in
      range.lowerBound == -.infinity ? try node.double() : try node.double(in: range)
    }
  }
}

extension JSONForm where Value == ClosedRange<Double> {
  /// Two numbers, the lower first.
  package static var interval: JSONForm { interval(in: 0...1) }

  package static func interval(in range: ClosedRange<Double>) -> JSONForm {
    JSONForm("list of 2 numbers", write: { .doubles([$0.lowerBound, $0.upperBound]) }) { (node, _) throws(JSONError) in
      let ends = try node.doubles(in: range, count: 2...2)
      guard ends[0] <= ends[1] else { throw node.error("the lower bound \(ends[0]) is above the upper \(ends[1])") }
      return ends[0]...ends[1]
    }
  }
}

extension JSONForm where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
  package static var choice: JSONForm {
    JSONForm(Value.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "), write: { .string($0.rawValue) }) {
      (node, _) throws(JSONError) in try node.choice()
    }
  }
}

// MARK: Lists

extension JSONForm where Value == [String] {
  package static var texts: JSONForm {
    JSONForm("list of texts", write: { .strings($0) }) { (node, _) throws(JSONError) in try node.strings() }
  }
}

extension JSONForm where Value == [Int] {
  /// Integers of at least 0.
  package static var counts: JSONForm { counts(of: nil) }

  /// As many as a member before says.
  package static func counts(of length: String?, in range: ClosedRange<Int> = 0 ... .max) -> JSONForm {
    JSONForm("list of \(length.map { $0 + " " } ?? "")integers", write: { .integers($0) }) {
      (node, scope) throws(JSONError) in try node.ints(in: range, count: scope.count(length))
    }
  }

  /// Rising integers from 1, at most `last`; lists named `name` have as many values.
  package static func rising(to last: String, name: String) -> JSONForm {
    JSONForm("list of \(name) rising integers, at most \(last)", write: { .integers($0) }) {
      (node, scope) throws(JSONError) in
      let values = try node.ints(in: 1...max(1, scope.lengths[last] ?? .max), count: 1...100_000)
      guard zip(values, values.dropFirst()).allSatisfy({ $0 < $1 }) else { throw node.error("the steps do not rise") }
      scope.lengths[name] = values.count
      return values
    }
  }
}

extension JSONForm where Value == [Double] {
  /// Numbers of at least 0.
  package static var amounts: JSONForm { numbers(in: 0 ... .infinity) }

  /// As many as a member before says.
  package static func numbers(in range: ClosedRange<Double>, of length: String? = nil) -> JSONForm {
    JSONForm("list of \(length.map { $0 + " " } ?? "")numbers", write: { .doubles($0) }) {
      (node, scope) throws(JSONError) in try node.doubles(in: range, count: scope.count(length))
    }
  }

  /// Lists named `name` have as many values.
  package static func numbers(in range: ClosedRange<Double>, count: ClosedRange<Int>, name: String) -> JSONForm {
    JSONForm("list of \(name) numbers", write: { .doubles($0) }) { (node, scope) throws(JSONError) in
      let values = try node.doubles(in: range, count: count)
      scope.lengths[name] = values.count
      return values
    }
  }
}

// MARK: Objects

extension JSONForm where Value: JSONRecord {
  package static var object: JSONForm {
    JSONForm("object", members: { Value.fields.map(\.facts) }, write: { .object($0.members) }) {
      (node, scope) throws(JSONError) in try Value(node, &scope)
    }
  }
}

extension JSONForm {
  /// A list of objects.
  package static func objects<Element: JSONRecord>(count: ClosedRange<Int> = 0 ... .max) -> JSONForm
  where Value == [Element] {
    JSONForm(
      "list of objects", members: { Element.fields.map(\.facts) },
      write: { .array($0.map { .object($0.members) }) }
    ) { (node, scope) throws(JSONError) in
      var values: [Element] = []
      for node in try node.array(count: count) { values.append(try Element(node, &scope)) }
      return values
    }
  }
}

extension JSONNode {
  /// An array of numbers, each in `range`.
  package func doubles(in range: ClosedRange<Double>, count: ClosedRange<Int>) throws(JSONError) -> [Double] {
    let values = try doubles(count: count)
    if let index = values.firstIndex(where: { !range.contains($0) }) { _ = try array()[index].double(in: range) }
    return values
  }
}
