/// An error or note that names parameters. Who prints it says how they are spelled: the command line writes `--max-count`,
/// files have `maxCount`.
package protocol NamesParameters: CustomStringConvertible {
  /// One line.
  /// - Parameter spell: a parameter's key as the reader knows it.
  func text(spell: (String) -> String) -> String
}

extension NamesParameters {
  /// With the keys as files have them, in quotation marks.
  package var description: String { text { "'\($0)'" } }
}
