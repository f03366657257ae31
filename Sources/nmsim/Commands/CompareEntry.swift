import ChipModel
import Compiler
import Runtime

/// One network on one chip: what it uses and what a run gave, or why it does not fit.
struct CompareEntry: Sendable {
  /// Why a network does not fit, and what would.
  struct Refusal: Sendable, Equatable {
    /// One line: what, the number, the limit.
    var problem: String
    var remedy: String?
    /// An option of `compile` with which it fits, found by trying.
    var option: String?
  }

  /// The file of the network or program.
  var file: String
  var network: String
  var chip: String
  var weightBits: Int
  var membraneBits: Int
  /// Nil where it does not fit.
  var report: CompileReport?
  var refusal: Refusal?
  /// Nil where it does not fit, or there is nothing to run it on.
  var result: RunResult?
  /// Where the result was written.
  var resultFile: String?
}

extension ChipBill {
  /// Whether anything in it has a price: without any, its sum says nothing.
  var isPriced: Bool { staticJoules != nil || items.contains { $0.joules != nil && $0.count > 0 } }
}
