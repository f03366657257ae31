import ChipModel

/// Why a network could not be read or written. The description begins with the file's path.
package enum NetworkFileError: Error, Sendable, Equatable, CustomStringConvertible {
  case file(FileError)
  /// The text is not a network.
  case text(path: String, JSONError)
  /// The tensor file is not one, or cannot become one.
  case tensors(path: String, FormatError)
  /// The text is a network that makes no sense; with the place of what is wrong, where the network came from a text.
  case check(path: String, NetworkCheckError, at: SourceLocation?)
  /// A number of the network cannot be written.
  case notWritable(path: String, JSONWriteError)

  /// The file that it is about.
  package var path: String {
    switch self {
    case .file(let error): error.path
    case .text(let path, _), .tensors(let path, _), .check(let path, _, _), .notWritable(let path, _): path
    }
  }

  /// What is wrong, without the path, in one line.
  package var message: String {
    switch self {
    case .file(let error): error.message
    case .text(_, let error): error.description
    case .tensors(_, let error): error.description
    case .check(_, let error, let location): (location.map { "\($0): " } ?? "") + error.description
    case .notWritable(_, let error): "\(error.description); only thresholds may be infinite"
    }
  }

  package var description: String { "\(path): \(message)" }
}
