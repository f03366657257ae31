/// The class that output values say.
package enum Decision {
  /// The index of the largest value, the lowest of equal ones; of a single value (a binary classifier's logit) 1 where it
  /// is above 0, else 0.
  package static func of<Value: Comparable & ExpressibleByIntegerLiteral>(_ values: [Value]) -> Int {
    if values.count == 1 { return values[0] > 0 ? 1 : 0 }
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
  }

  /// Classes that so many outputs tell apart.
  package static func classes(outputs: Int) -> Int { outputs == 1 ? 2 : outputs }

  /// What decisions of so many outputs can be.
  package static func range(outputs: Int) -> ClosedRange<Int> { 0...max(0, classes(outputs: outputs) - 1) }
}
