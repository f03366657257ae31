/// Why something that a program asked of nmsim cannot be done, as one line: what is wrong, where, and what to do.
///
/// The one error of the library. `print(error)` shows the line.
public struct NmsimError: Error, Sendable, Equatable, CustomStringConvertible {
  /// `FILE or part: what is wrong; what to do`
  public let description: String

  package init(_ description: String) { self.description = description }

  /// Does what a stage offers; what the stage throws becomes an `NmsimError` with the same line.
  package static func from<Value>(_ stage: () throws -> Value) throws(NmsimError) -> Value {
    do { return try stage() } catch { throw NmsimError("\(error)") }
  }
}
