/// Wilson's score interval for a proportion at 95 % (Wilson 1927): `z = 1.959964`.
package enum Wilson {
  /// - Returns: the fractions that may be behind `correct` of `total`; `0...1` for no samples.
  package static func interval(correct: Int, total: Int) -> ClosedRange<Double> {
    guard total > 0 else { return 0...1 }
    let z = 1.959963984540054
    let n = Double(total)
    let p = Double(correct) / n
    let centre = p + z * z / (2 * n)
    let spread = z * ((p * (1 - p) + z * z / (4 * n)) / n).squareRoot()
    let scale = 1 + z * z / n
    return max(0, (centre - spread) / scale)...min(1, (centre + spread) / scale)
  }
}
