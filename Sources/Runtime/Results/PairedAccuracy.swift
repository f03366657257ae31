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
    guard let labels else { return nil }
    self.init(right: zip(first, labels).map { $0 == $1 }, zip(second, labels).map { $0 == $1 })
  }

  /// From what each has right, sample by sample; nil where these are none, or not as many.
  package init?(right first: [Bool], _ second: [Bool]) {
    guard !first.isEmpty, first.count == second.count else { return nil }
    let total = Double(first.count)
    self.first = Double(first.count { $0 }) / total
    self.second = Double(second.count { $0 }) / total
    difference = self.first - self.second
    let pairs = zip(first, second)
    let (b, c) = (Double(pairs.count { $0 && !$1 }), Double(pairs.count { $1 && !$0 }))
    let spread = 1.96 * max(0, b + c - (b - c) * (b - c) / total).squareRoot() / total
    interval = max(-1, difference - spread)...min(1, difference + spread)
  }

  /// Whether the first is ahead, and samples of this number tell so.
  package var isAhead: Bool { interval.lowerBound > 0 }
}
