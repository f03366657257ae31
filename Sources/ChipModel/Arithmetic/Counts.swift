// Counts that come from steps, samples and payloads of any size: they stay at the largest integer instead of trapping, so
// that whoever made them can say so.

infix operator +|: AdditionPrecedence
infix operator *|: MultiplicationPrecedence
infix operator +|=: AssignmentPrecedence

extension Int {
  /// The sum of two counts, each at least 0; `Int.max` where 64 bits do not hold it.
  package static func +| (a: Int, b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }

  /// The product of two counts, each at least 0; `Int.max` where 64 bits do not hold it.
  package static func *| (a: Int, b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : product
  }

  package static func +|= (a: inout Int, b: Int) { a = a +| b }
}

extension Sequence where Element == Int {
  /// The sum of counts; `Int.max` where 64 bits do not hold it.
  package var sum: Int { reduce(0, +|) }
}
