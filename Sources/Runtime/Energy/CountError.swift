/// A count that 64 bits do not hold.
package struct CountError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Its member of `totals` in `run.json`.
  package var count: String

  /// One line: what is wrong and what to do.
  package var description: String { "the count '\(count)' passes 64 bits: run fewer steps or fewer samples" }

  /// - Throws: the first of the counts that stands at the largest integer, where sums and products stay that pass it.
  static func check(_ counts: [(name: String, count: Int)]) throws(CountError) {
    if let count = counts.first(where: { $0.count == .max }) { throw CountError(count: count.name) }
  }
}
