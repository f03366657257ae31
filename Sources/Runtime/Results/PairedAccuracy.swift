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
    self.init(scores: first.map { $0 ? 1 : 0 }, second.map { $0 ? 1 : 0 })
  }

  /// From how right each is, sample by sample: 1 or 0, or any number up to 1 where outputs are values. The interval is that of
  /// the mean difference; for 1 and 0 the formula above.
  package init?(scores first: [Double], _ second: [Double]) {
    guard !first.isEmpty, first.count == second.count else { return nil }
    let total = Double(first.count)
    self.first = first.reduce(0, +) / total
    self.second = second.reduce(0, +) / total
    difference = self.first - self.second
    let differences = zip(first, second).map { $0 - $1 }
    let (sum, squares) = (differences.reduce(0, +), differences.reduce(0) { $0 + $1 * $1 })
    let spread = 1.96 * max(0, squares - sum * sum / total).squareRoot() / total
    let isOfFractions = (first + second).allSatisfy { (0...1).contains($0) }
    let (low, high) = (difference - spread, difference + spread)
    interval = isOfFractions ? max(-1, low)...min(1, high) : low...high
  }

  /// Whether the first is ahead, and samples of this number tell so.
  package var isAhead: Bool { interval.lowerBound > 0 }
}
