import ChipModel
import Compiler
import Runtime

/// One network on one chip: what it uses and what a run gave, or why it does not fit.
struct CompareEntry: Sendable {
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
