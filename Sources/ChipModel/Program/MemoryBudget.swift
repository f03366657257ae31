/// How much memory may be taken for what a file asks for in few bytes: neurons of a shape, windows of a pool, taps of a
/// kernel. What is in the file itself is bounded by its size.
///
/// Every stage that expands says what it needs (``MemoryNeed``) before it allocates.
package struct MemoryBudget: Sendable, Equatable {
  package var bytes: Int

  package init(bytes: Int) { self.bytes = bytes }

  /// 4 GiB.
  package static let standard = MemoryBudget(bytes: 4 << 30)

  /// - Throws: ``MemoryError``: the need is larger.
  package func check(_ need: MemoryNeed) throws(MemoryError) {
    guard need.bytes <= bytes else { throw MemoryError(need: need, budget: self) }
  }
}

/// Memory that a stage is about to take, about.
package struct MemoryNeed: Sendable, Equatable {
  /// Together; saturated.
  package private(set) var bytes = 0
  /// The largest part, and what for.
  package private(set) var largest = 0
  package private(set) var what = ""

  package init() {}

  /// Adds `factors` multiplied, in bytes, for the `what` of that name.
  package mutating func add(_ factors: Int..., for what: String, _ name: String) {
    var part = 1
    for factor in factors {
      let (product, overflow) = part.multipliedReportingOverflow(by: factor)
      part = overflow ? Int.max : product
    }
    let (sum, overflow) = bytes.addingReportingOverflow(part)
    bytes = overflow ? Int.max : sum
    if part > largest {
      largest = part
      self.what = "the \(what) \(quotedForMessage(name))"
    }
  }
}

/// More memory is needed than is allowed.
package struct MemoryError: Error, Sendable, Equatable, CustomStringConvertible {
  package var need: MemoryNeed
  package var budget: MemoryBudget

  /// One line: what, the value, the limit, what to do.
  package var description: String { problem + "; allow more, or make it smaller" }

  package var problem: String {
    "needs about \(MemoryError.text(need.bytes)) of memory, most of it (\(MemoryError.text(need.largest))) for "
      + "\(need.what), allowed are \(MemoryError.text(budget.bytes))"
  }

  /// In GiB with one place, rounded up.
  private static func text(_ bytes: Int) -> String {
    let tenths = bytes / (1 << 30) * 10 + (bytes % (1 << 30) * 10 + (1 << 30) - 1) / (1 << 30)
    return "\(tenths / 10).\(tenths % 10) GiB"
  }
}
