/// What is wrong with a chip description, a chip's name or a profile's name.
package enum ChipError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The text is not a chip description, at a line and column. `file` is a path or `built-in NAME`.
  case description(JSONError, file: String)
  case unreadable(FileError)
  /// Neither a built-in description nor a path.
  case unknownChip(String, known: [String])
  /// A description extends itself, by way of the others.
  case extendsItself([String])
  case extendsTooDeep([String], limit: Int)
  /// Values that are each allowed but do not fit together, or a required one that is missing.
  case inconsistent(String, chip: String, file: String)
  case unknownSpikeProfile(String, known: [String])

  /// The same for a file that another file names: of what is no description at all nothing is told.
  var withoutContent: ChipError {
    guard case .description(let error, let file) = self else { return self }
    return .description(error.withoutContent, file: file)
  }

  /// One line.
  package var description: String {
    switch self {
    case .description(let error, let file): "\(file): \(error)"
    case .unreadable(let error): "\(error)"
    case .unknownChip(let name, let known):
      "unknown chip \(quotedForMessage(name))"
        + (closest(to: name, in: known).map { "; did you mean '\($0)'?" }
          ?? "; known are \(known.joined(separator: ", ")), or give the path of a .json file")
    case .extendsItself(let chain):
      "\(chain.last ?? ""): extends itself: \(chain.joined(separator: " -> ")); remove one 'extends'"
    case .extendsTooDeep(let chain, let limit):
      "\(chain.first ?? ""): more than \(limit) descriptions extend one another; copy values instead"
    case .inconsistent(let text, let chip, let file): "\(file): chip \(quotedForMessage(chip)): \(text)"
    case .unknownSpikeProfile(let text, let known):
      "unknown energy profile \(quotedForMessage(text))"
        + (closest(to: text, in: known).map { "; did you mean '\($0)'?" }
          ?? "; known are \(known.joined(separator: ", ")), or give an amount such as '45 pJ'")
    }
  }
}
