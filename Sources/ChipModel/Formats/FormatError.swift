/// Why bytes are not a file of some format, or values cannot become one: what is wrong and where; what to do.
package struct FormatError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String
  /// The data go beyond the bound that the reader was given.
  let isTooLarge: Bool

  init(_ description: String, isTooLarge: Bool = false) {
    self.description = description
    self.isTooLarge = isTooLarge
  }
}
