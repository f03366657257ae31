/// Two classifiers on the same samples: how far the first is ahead, with the interval of a paired difference.
package struct PairedAccuracy: Sendable, Equatable {
  /// Fractions right.
  package let first: Double
  package let second: Double
  /// `first - second`
  package let difference: Double
  /// At 95 %: `difference +- 1.96 sqrt(b + c - (b - c)^2 / n) / n`, b and c the samples that only one has right.
  package let interval: ClosedRange<Double>

  /// Nil without labels or samples.
  ///
  /// - Parameters:
  ///   - first: its class of each sample.
  ///   - second: the other's class of each.
  ///   - labels: the right class of each.
  package init?(_ first: [Int], _ second: [Int], labels: [Int]?) {
    guard let labels, !labels.isEmpty, first.count == labels.count, second.count == labels.count else { return nil }
    let rights = labels.indices.map { (first: first[$0] == labels[$0], second: second[$0] == labels[$0]) }
    let total = Double(labels.count)
    self.first = Double(rights.count { $0.first }) / total
    self.second = Double(rights.count { $0.second }) / total
    difference = self.first - self.second
    let (b, c) = (Double(rights.count { $0.first && !$0.second }), Double(rights.count { $0.second && !$0.first }))
    let spread = 1.96 * max(0, b + c - (b - c) * (b - c) / total).squareRoot() / total
    interval = max(-1, difference - spread)...min(1, difference + spread)
  }

  /// Whether the interval excludes 0: samples of this number tell the two apart.
  package var isCertain: Bool { !interval.contains(0) }
}
